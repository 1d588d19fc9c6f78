#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_EMAIL_VOICE_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_EMAIL_VOICE_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "services/router/domain/extractive/email/phrases.h"
#include "services/router/domain/extractive/engine.h"

namespace throughline::router::extractive {

// How one e-mail is worded: its tone, and which phrasing of lexicon/email.en.phrases each of its
// sentences takes. No two calls in a row of a customer open with the same words. Thread-safe.
class Voice {
 public:
  // Borrows `input`. `brief`: the reader would rather have a message.
  Voice(const EmailInput& input, bool brief);

  // A phrasing of the section; `turn` picks another one for its second and third use.
  std::string Say(absl::string_view section, const Phrases::Slots& slots, size_t turn = 0) const;
  // Of the section that is meant for the stage of the deal: "greeting.warm".
  std::string Toned(absl::string_view section, const Phrases::Slots& slots) const;

  // The ending of a section's name: whose the words are. ".own" for the reader's, ".other" for a
  // colleague's, nothing where nobody is named.
  std::string Whose(const deal::Evidence& words) const;

 private:
  const EmailInput& input_;
  const std::string tone_;
  const std::string seed_;
  const size_t turn_;
};

// "a, b and c".
std::string Joined(std::vector<std::string> words);

}  // namespace throughline::router::extractive

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_EMAIL_VOICE_H_
