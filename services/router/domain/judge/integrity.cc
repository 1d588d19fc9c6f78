#include "absl/strings/ascii.h"
#include "services/router/domain/judge/checks.h"
#include "services/router/domain/judge/phrases.h"

namespace throughline::router {

Finding CheckIntegrity(const Draft& draft) {
  const ModelReply& reply = draft.reply;
  const absl::string_view text = absl::StripAsciiWhitespace(reply.text);
  if (reply.unclosed_reasoning) {
    return Finding::Failed(DecisionReason::kEmptyOutput,
                           "The model was still reasoning when its answer ended.");
  }
  switch (reply.finish) {
    case FinishReason::kContentFilter:
      return Finding::Failed(DecisionReason::kRefusal, "The provider withheld the answer.");
    case FinishReason::kLength:
      return text.empty() ? Finding::Failed(DecisionReason::kEmptyOutput,
                                            "The token limit was used up before the answer began.")
                          : Finding::Failed(DecisionReason::kTruncated,
                                            "The answer was cut by the token limit.");
    case FinishReason::kCut:
      return Finding::Failed(DecisionReason::kTruncated,
                             "The connection ended before the answer did.");
    case FinishReason::kStop:
      break;
  }
  if (text.empty()) {
    return Finding::Failed(DecisionReason::kEmptyOutput,
                           "Nothing was left once reasoning was stripped.");
  }
  if (IsRefusal(text)) {
    return Finding::Failed(DecisionReason::kRefusal, "The model declined to answer.");
  }
  return Finding::Passed();
}

}  // namespace throughline::router
