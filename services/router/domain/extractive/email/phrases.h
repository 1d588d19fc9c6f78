#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_EMAIL_PHRASES_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_EMAIL_PHRASES_H_

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace throughline::router::extractive {

// The writer's phrasings by section; the file lexicon/email.en.phrases describes the format.
// Immutable and thread-safe.
class Phrases {
 public:
  // INVALID_ARGUMENT naming the line when it stands outside a section, repeats a section or holds
  // a digit.
  static absl::StatusOr<Phrases> Parse(absl::string_view text);

  using Slots = std::vector<std::pair<absl::string_view, std::string>>;

  // One phrasing of `section`, chosen by `seed` and the section alone, its slots filled. `turn`
  // counts the times the section spoke before in the same text, so that it does not repeat
  // itself. Empty when there is no such section.
  std::string Say(absl::string_view section, absl::string_view seed, const Slots& slots,
                  size_t turn = 0) const;

 private:
  absl::flat_hash_map<std::string, std::vector<std::string>> sections_;
};

// The English phrases embedded in the binary.
const Phrases& EnglishPhrases();

}  // namespace throughline::router::extractive

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_EMAIL_PHRASES_H_
