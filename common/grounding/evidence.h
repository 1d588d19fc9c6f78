#ifndef THROUGHLINE_COMMON_GROUNDING_EVIDENCE_H_
#define THROUGHLINE_COMMON_GROUNDING_EVIDENCE_H_

#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/deal/types.h"
#include "common/grounding/call_context.h"
#include "common/grounding/instructed_words.h"

namespace throughline::grounding {

// The longest quote that counts as evidence, in bytes.
inline constexpr size_t kMaxQuoteBytes = 2000;

// Holds claims against the words they rest on. Borrows the context, which outlives it; immutable
// and thread-safe.
class EvidenceChecker {
 public:
  // What `instructed` covers bears out nothing and makes nobody known.
  explicit EvidenceChecker(const CallContext& context, InstructedWords instructed = {});

  // `evidence` with turn and speaker as the transcript has them, or nothing when it does not hold:
  //   of this call (or of no named one): the quote has a letter or figure and stands verbatim, as
  //   whole words, in the named turn, else in the nearest turn that has it;
  //   of an earlier call: exactly as memory holds it (speakers are taken from memory).
  std::optional<deal::Evidence> Check(const deal::Evidence& evidence) const;

  // Those of `evidence` that hold, each once.
  std::vector<deal::Evidence> Keep(const std::vector<deal::Evidence>& evidence) const;

  // True for the words of somebody who is in the transcript (as participant, speaker or in what is
  // said) or in memory. Case matters, as it does for names; an e-mail address is no name.
  bool IsKnownPerson(absl::string_view name) const;

  // Whether whole words of the call, or of what is known, give the address, as written.
  bool IsGivenAddress(absl::string_view address) const;

  const InstructedWords& instructed() const { return instructed_; }

 private:
  using Key = std::tuple<std::string, int32_t, std::string>;  // call, turn, quote

  void Remember(const deal::Evidence& evidence);
  std::optional<deal::Evidence> FindInCall(const deal::Evidence& evidence) const;
  // Whether `words` stand in a turn as whole words that count.
  bool StandsIn(const transcript::Turn& turn, absl::string_view words) const;

  const CallContext& context_;
  const InstructedWords instructed_;
  std::set<Key> known_;
};

}  // namespace throughline::grounding

#endif  // THROUGHLINE_COMMON_GROUNDING_EVIDENCE_H_
