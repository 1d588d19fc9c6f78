#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_JUDGE_SOURCE_TEXTS_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_JUDGE_SOURCE_TEXTS_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/router/domain/extractive/engine.h"
#include "services/router/domain/text/dates.h"
#include "services/router/domain/text/numbers.h"

namespace throughline::router {

// Texts read once for quick questions about their words, numbers, days and names. Filled by one
// thread, then read by many.
class SourceTexts {
 public:
  SourceTexts() = default;
  SourceTexts(SourceTexts&&) = default;
  SourceTexts& operator=(SourceTexts&&) = default;

  bool empty() const { return folded_.empty(); }

  void AddText(absl::string_view text, absl::Time said_at);
  // The call and what was known before it. Turns of the first call added are numbered from 0.
  void AddCall(const extractive::CallInput& call);
  // What an e-mail's draft has beside its call.
  void AddEmailInput(const extractive::EmailInput& email);
  // Ends the adding: the added texts may go.
  void Close() { Seen().swap(seen_); }

  // The words of a turn of the call, as text::Fold gives them; `turn` is below turns().
  absl::string_view FoldedTurn(size_t turn) const { return folded_[turn]; }
  size_t turns() const { return turns_; }

  // Whether the folded words stand together in one text.
  bool HasPhrase(absl::string_view folded) const;
  bool HasNumber(double value) const { return numbers_.Contains(value); }
  bool HasDate(const text::DateMention& date) const { return days_.Contains(date); }
  // Whether the folded word occurs; HasWordLike allows a misheard letter in a long one.
  bool HasWord(absl::string_view folded) const { return words_.contains(folded); }
  bool HasWordLike(absl::string_view folded) const;

 private:
  // What is known repeats names and words: the same text of the same day is read once. The texts
  // are the caller's, until Close.
  using Seen = absl::flat_hash_set<std::pair<absl::string_view, absl::Time>>;

  void AddWords(absl::string_view folded);
  void AddOwners(absl::string_view text);
  void AddKnown(const deal::DealState& known, absl::Time now);
  void AddAnalysis(const deal::Analysis& analysis, absl::Time now);
  void AddProfile(const deal::CustomerProfile& profile, absl::Time now);
  void AddBlocker(const deal::Blocker& blocker, absl::Time now);
  void AddPerson(const deal::Stakeholder& person, absl::Time now);
  void AddEvidence(const deal::Evidence& evidence, absl::Time said_at);

  Seen seen_;
  std::deque<std::string> folded_;                 // the call's turns first
  absl::flat_hash_set<absl::string_view> wholes_;  // of folded_: most quotes are whole texts
  size_t turns_ = 0;
  absl::flat_hash_set<std::string> words_;
  text::NumberSet numbers_;
  text::DaySet days_;
};

// A call as a source, read once, when first asked for, for all requests about it. Thread-safe.
class CallSources {
 public:
  CallSources() : state_(std::make_unique<State>()) {}

  // Every caller names an equal call.
  const SourceTexts& Of(const extractive::CallInput& call) const;

 private:
  struct State {
    std::once_flag once;
    SourceTexts texts;
  };
  std::unique_ptr<State> state_;
};

}  // namespace throughline::router

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_JUDGE_SOURCE_TEXTS_H_
