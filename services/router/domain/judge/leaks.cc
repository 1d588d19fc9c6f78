#include "absl/strings/str_cat.h"
#include "services/router/domain/judge/checks.h"
#include "services/router/domain/judge/phrases.h"
#include "services/router/domain/text/fold.h"

namespace throughline::router {
namespace {

// A run of this many instruction words in an answer is an echo, not a coincidence.
constexpr size_t kEchoWords = 12;

// Whether the answer repeats the opening of the application's instructions.
bool EchoesInstructions(const Request& request, absl::string_view visible) {
  for (const Message& message : request.messages) {
    if (message.role != Role::kSystem) continue;
    const std::string instructions = text::Fold(message.content);
    const std::vector<absl::string_view> words = text::FoldedWords(instructions);
    if (words.size() < kEchoWords) continue;
    const char* begin = words.front().data() - 1;
    const char* end = words[kEchoWords - 1].data() + words[kEchoWords - 1].size() + 1;
    if (text::ContainsPhrase(text::Fold(visible), absl::string_view(begin, end - begin))) {
      return true;
    }
  }
  return false;
}

}  // namespace

Finding CheckLeaks(const Draft& draft) {
  const std::string leak = FindLeak(draft.visible);
  if (!leak.empty()) {
    return Finding::Failed(DecisionReason::kLeakedReasoning,
                           absl::StrCat("The answer carries \"", leak, "\"."));
  }
  if (EchoesInstructions(draft.request, draft.visible)) {
    return Finding::Failed(DecisionReason::kLeakedReasoning,
                           "The answer repeats the application's instructions.");
  }
  return Finding::Passed();
}

}  // namespace throughline::router
