#include "services/router/domain/reasoning.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "services/router/domain/text/bytes.h"

namespace throughline::router {
namespace {

constexpr absl::string_view kTags[] = {"think", "thinking", "reasoning"};
constexpr absl::string_view kFinalChannel = "<|channel|>final<|message|>";
constexpr absl::string_view kAnalysisChannel = "<|channel|>analysis";
constexpr absl::string_view kEndMarks[] = {"<|end|>", "<|return|>", "<|im_end|>"};

// The rest after the last `close`; an opening tag further on was never closed.
VisibleAnswer StripTag(absl::string_view text, absl::string_view tag) {
  const std::string open = absl::StrCat("<", tag, ">");
  const std::string close = absl::StrCat("</", tag, ">");
  VisibleAnswer answer;
  const size_t last_close = text::FindLast(text, close);
  absl::string_view rest = text;
  if (last_close != absl::string_view::npos) {
    answer.stripped = true;
    const size_t first_open = text.find(open);
    // Text before the first opening tag is part of the answer; without one, it is all reasoning.
    if (first_open < last_close) answer.text = std::string(text.substr(0, first_open));
    rest = text.substr(last_close + close.size());
  }
  const size_t reopened = rest.find(open);
  if (reopened != absl::string_view::npos) {
    answer.unclosed = answer.stripped = true;
    rest = rest.substr(0, reopened);
  }
  absl::StrAppend(&answer.text, rest);
  return answer;
}

}  // namespace

absl::string_view EmptyCause(const ModelReply& reply) {
  if (reply.finish == FinishReason::kContentFilter) return "filter";
  if (reply.finish == FinishReason::kCut) return "stream_cut";
  if (!absl::StripAsciiWhitespace(reply.text).empty()) return "";
  if (reply.unclosed_reasoning || reply.finish == FinishReason::kLength) {
    return "reasoning_exhausted";
  }
  return reply.stripped_reasoning ? "stripped_empty" : "stop_empty";
}

VisibleAnswer StripReasoning(std::string all) {
  // Every tag and mark begins with this sign.
  if (!absl::StrContains(all, '<')) {
    absl::StripAsciiWhitespace(&all);
    return {.text = std::move(all)};
  }
  const absl::string_view text = all;
  VisibleAnswer answer{.text = all};
  const size_t final_channel = text::FindLast(text, kFinalChannel);
  if (final_channel != absl::string_view::npos) {
    answer.text = std::string(text.substr(final_channel + kFinalChannel.size()));
    answer.stripped = true;
  } else if (absl::StrContains(text, kAnalysisChannel)) {
    return {.unclosed = true, .stripped = true};
  }
  for (const absl::string_view tag : kTags) {
    VisibleAnswer less = StripTag(answer.text, tag);
    answer.text = std::move(less.text);
    answer.unclosed = answer.unclosed || less.unclosed;
    answer.stripped = answer.stripped || less.stripped;
  }
  absl::string_view visible = absl::StripAsciiWhitespace(answer.text);
  for (const absl::string_view mark : kEndMarks) {
    if (absl::ConsumeSuffix(&visible, mark)) visible = absl::StripAsciiWhitespace(visible);
  }
  answer.text = answer.unclosed ? "" : std::string(visible);
  return answer;
}

absl::string_view StripFence(absl::string_view text) {
  absl::string_view inside = absl::StripAsciiWhitespace(text);
  if (!absl::ConsumePrefix(&inside, "```") || !absl::ConsumeSuffix(&inside, "```")) return text;
  const size_t line_end = inside.find('\n');
  if (line_end == absl::string_view::npos) return text;
  const absl::string_view language = absl::StripAsciiWhitespace(inside.substr(0, line_end));
  if (!language.empty() && !absl::EqualsIgnoreCase(language, "json")) return text;
  return absl::StripAsciiWhitespace(inside.substr(line_end + 1));
}

}  // namespace throughline::router
