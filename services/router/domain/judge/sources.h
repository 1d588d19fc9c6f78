#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_JUDGE_SOURCES_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_JUDGE_SOURCES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/router/domain/general_features.h"
#include "services/router/domain/text/dates.h"
#include "services/router/domain/text/numbers.h"
#include "services/router/domain/types.h"

namespace throughline::router {

// Everything an answer may draw on, prepared once per request for quick questions: the call, what
// was known before it, the contract's sources, the prompt. Empty for a plain prompt whose contract
// grounds nothing. Borrows the request; immutable; thread-safe.
class Sources {
 public:
  explicit Sources(const Request& request);

  // True when there is nothing to ground an answer in.
  bool empty() const { return folded_.empty(); }

  // The general prompt that the answer is to, read; nullptr for a call task.
  const ReadPrompt* question() const { return question_.has_value() ? &*question_ : nullptr; }

  // The words of a turn of the request's call, as text::Fold gives them.
  absl::string_view FoldedTurn(size_t turn) const { return folded_[turn]; }

  // Whether the words of `quote` stand together in one source. `turn` is where it is said to
  // stand in the call (-1: not said) and only saves time.
  bool HasQuote(absl::string_view quote, int64_t turn) const;
  bool HasNumber(double value) const { return numbers_.Contains(value); }
  bool HasDate(const text::DateMention& date) const { return days_.Contains(date); }
  // Whether every part of the name occurs in a source, allowing a misheard letter in long ones.
  bool HasName(absl::string_view name) const;

 private:
  // What is known repeats names and words: the same text of the same day is read once. The texts
  // are the request's, which outlives `Seen`.
  using Seen = absl::flat_hash_set<std::pair<absl::string_view, absl::Time>>;

  void AddText(absl::string_view text, absl::Time said_at);
  void AddWords(absl::string_view folded);
  void AddCall(const extractive::CallInput& call);
  void AddKnown(const deal::DealState& known, absl::Time now);
  void AddEmailInput(const extractive::EmailInput& email);
  void AddAnalysis(const deal::Analysis& analysis, absl::Time now);
  void AddProfile(const deal::CustomerProfile& profile, absl::Time now);
  void AddBlocker(const deal::Blocker& blocker, absl::Time now);
  void AddPerson(const deal::Stakeholder& person, absl::Time now);
  void AddEvidence(const deal::Evidence& evidence, absl::Time said_at);

  std::optional<ReadPrompt> question_;
  Seen seen_;                        // empty once everything was added
  std::vector<std::string> folded_;  // the call's turns first
  size_t turns_ = 0;
  absl::flat_hash_set<std::string> words_;
  text::NumberSet numbers_;
  text::DaySet days_;
};

}  // namespace throughline::router

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_JUDGE_SOURCES_H_
