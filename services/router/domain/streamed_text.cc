#include "services/router/domain/streamed_text.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace throughline::router {
namespace {

// What begins reasoning, and what ends it.
constexpr std::pair<absl::string_view, absl::string_view> kPairs[] = {
    {"<think>", "</think>"},
    {"<thinking>", "</thinking>"},
    {"<reasoning>", "</reasoning>"},
    {"<|channel|>analysis", "<|channel|>final<|message|>"}};
// Tokens of chat templates that are no text.
constexpr absl::string_view kMarks[] = {"<|channel|>final<|message|>", "<|start|>assistant",
                                        "<|end|>", "<|return|>", "<|im_end|>"};

bool MayBecome(absl::string_view text, absl::string_view whole) {
  return text.size() < whole.size() && absl::StartsWith(whole, text);
}

}  // namespace

void StreamedText::Append(absl::string_view piece) {
  pending_.append(piece.data(), piece.size());
  while (Step()) {
  }
}

void StreamedText::ReasoningCameApart() { may_think_untagged_ = false; }

bool StreamedText::Step() {
  if (pending_.empty()) return false;
  switch (mode_) {
    case Mode::kStart:
      return StepStart();
    case Mode::kHolding:
      return StepHolding();
    case Mode::kThinking:
      return StepThinking();
    case Mode::kAnswer:
      return StepAnswer();
    case Mode::kBroken:
      pending_.clear();
      return false;
  }
  return false;
}

bool StreamedText::StepStart() {
  pending_.erase(0, pending_.size() - absl::StripLeadingAsciiWhitespace(pending_).size());
  if (pending_.empty()) return false;
  for (const auto& [open, close] : kPairs) {
    if (MayBecome(pending_, open)) return false;
    if (!absl::StartsWith(pending_, open)) continue;
    closer_ = std::string(close);
    mode_ = Mode::kThinking;
    return true;
  }
  mode_ = may_think_untagged_ ? Mode::kHolding : Mode::kAnswer;
  return true;
}

bool StreamedText::StepHolding() {
  for (const auto& [open, close] : kPairs) {
    const size_t at = pending_.find(std::string(close));
    if (at == std::string::npos) continue;
    pending_.erase(0, at + close.size());
    may_think_untagged_ = false;
    mode_ = Mode::kStart;
    return true;
  }
  return false;
}

bool StreamedText::StepThinking() {
  const size_t at = pending_.find(closer_);
  if (at == std::string::npos) {
    // Only the beginning of the closing tag can still matter.
    if (pending_.size() >= closer_.size()) {
      pending_.erase(0, pending_.size() - closer_.size() + 1);
    }
    return false;
  }
  pending_.erase(0, at + closer_.size());
  may_think_untagged_ = false;
  mode_ = released_.empty() ? Mode::kStart : Mode::kAnswer;
  return true;
}

bool StreamedText::StepAnswer() {
  const size_t tag = pending_.find('<');
  if (tag != 0) {
    const size_t end = std::min(tag, pending_.size());
    Release(absl::string_view(pending_).substr(0, end));
    pending_.erase(0, end);
    return !pending_.empty();
  }
  for (const absl::string_view mark : kMarks) {
    if (MayBecome(pending_, mark)) return false;
    if (!absl::StartsWith(pending_, mark)) continue;
    pending_.erase(0, mark.size());
    return true;
  }
  for (const auto& [open, close] : kPairs) {
    if (MayBecome(pending_, open) || MayBecome(pending_, close)) return false;
    if (absl::StartsWith(pending_, close)) {
      // What went out was reasoning after all.
      mode_ = Mode::kBroken;
      return true;
    }
    if (!absl::StartsWith(pending_, open)) continue;
    closer_ = std::string(close);
    mode_ = Mode::kThinking;
    return true;
  }
  Release("<");
  pending_.erase(0, 1);
  return true;
}

// Space goes out with the text after it: what ends the answer is stripped.
void StreamedText::Release(absl::string_view text) {
  const absl::string_view trimmed = absl::StripTrailingAsciiWhitespace(text);
  if (!trimmed.empty()) {
    const std::string piece = std::exchange(held_space_, "") + std::string(trimmed);
    released_ += piece;
    out_.Send(piece);
  }
  held_space_ += std::string(text.substr(trimmed.size()));
}

bool StreamedText::Finish(absl::string_view visible) {
  if (!absl::StartsWith(visible, released_)) return false;
  const absl::string_view rest = visible.substr(released_.size());
  if (!rest.empty()) out_.Send(rest);
  released_ = std::string(visible);
  return true;
}

}  // namespace throughline::router
