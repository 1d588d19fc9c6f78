#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_JUDGE_SOURCES_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_JUDGE_SOURCES_H_

#include <cstdint>
#include <memory>
#include <optional>

#include "absl/strings/string_view.h"
#include "services/router/domain/general_features.h"
#include "services/router/domain/judge/source_texts.h"
#include "services/router/domain/text/dates.h"
#include "services/router/domain/types.h"

namespace throughline::router {

// Everything an answer may draw on, prepared once per request for quick questions: the call, what
// was known before it, the contract's sources, the prompt. Empty for a plain prompt whose contract
// grounds nothing. Borrows the request; immutable; thread-safe.
class Sources {
 public:
  explicit Sources(const Request& request);
  Sources(const Sources&) = delete;
  Sources& operator=(const Sources&) = delete;

  // True when there is nothing to ground an answer in.
  bool empty() const { return call_->empty() && own_.empty(); }

  // The general prompt that the answer is to, read; nullptr for a call task.
  const ReadPrompt* question() const { return question_.has_value() ? &*question_ : nullptr; }

  // The words of a turn of the request's call, as text::Fold gives them.
  absl::string_view FoldedTurn(size_t turn) const { return call_->FoldedTurn(turn); }

  // Whether the words of `quote` stand together in one source. `turn` is where it is said to
  // stand in the call (-1: not said) and only saves time.
  bool HasQuote(absl::string_view quote, int64_t turn) const;
  bool HasNumber(double value) const { return call_->HasNumber(value) || own_.HasNumber(value); }
  bool HasDate(const text::DateMention& date) const {
    return call_->HasDate(date) || own_.HasDate(date);
  }
  // Whether every part of the name occurs in a source, allowing a misheard letter in long ones.
  bool HasName(absl::string_view name) const;

 private:
  std::optional<ReadPrompt> question_;
  std::shared_ptr<const CallSources> shared_;  // keeps *call_ when others read the call, too
  SourceTexts own_;                            // what this request alone has
  const SourceTexts* call_ = &own_;
};

}  // namespace throughline::router

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_JUDGE_SOURCES_H_
