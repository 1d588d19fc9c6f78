#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_EMAIL_DRAFT_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_EMAIL_DRAFT_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/deal/types.h"
#include "services/router/domain/extractive/email/material.h"

namespace throughline::router::extractive {

// Sentences of one paragraph.
using Paragraph = std::vector<std::string>;

// An e-mail in the making: what it says, and what each sentence rests on.
class Draft {
 public:
  Paragraph opening;
  Paragraph action;

  // Adds a sentence that rests on `evidence`.
  void Claim(Paragraph& paragraph, std::string sentence, const deal::Evidence& evidence);
  // The last sentence claimed rests on these words, too.
  void AlsoRestsOn(const deal::Evidence& evidence);
  // Adds the line unless the body says the same already.
  void AddLine(Paragraph& paragraph, const EmailLine& line);

  // True when a sentence says the same already.
  bool IsSaid(absl::string_view text) const;
  // True when a sentence gives the very words.
  bool IsRepeated(const deal::Evidence& words) const;

  // Words of both paragraphs.
  size_t Words() const;
  // Drops the least needed sentences until all of them have at most `most` words: from the end of
  // the second paragraph first, never its first sentence, then from the first paragraph.
  void Shorten(size_t most, bool brief);

  const std::vector<deal::EmailClaim>& claims() const { return claims_; }

 private:
  void DropLast(Paragraph& paragraph);

  std::vector<deal::EmailClaim> claims_;
};

}  // namespace throughline::router::extractive

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_EMAIL_DRAFT_H_
