#include "services/writer/domain/writer.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/task_macros.h"
#include "services/writer/domain/prompts.h"
#include "services/writer/domain/verify_email.h"

namespace throughline::writer {
namespace {

constexpr double kModelsOwnTemperature = 0;
constexpr double kAlternativeTemperature = 0.9;

}  // namespace

Task<absl::StatusOr<deal::Email>> Writer::Draft(const Context& context, const EmailTask& task,
                                                const grounding::ModelPrompt& prompt,
                                                double temperature, WrittenEmail& written) {
  CO_ASSIGN_OR_RETURN(auto routed, co_await router_.WriteEmail(context, task, prompt, temperature));
  written.decisions.push_back(std::move(routed.decision));
  VerifiedEmail verified = VerifyEmail(task, std::move(routed.answer));
  for (grounding::DroppedClaim& claim : verified.dropped) {
    written.dropped.push_back(std::move(claim));
  }
  co_return std::move(verified.email);
}

Task<absl::StatusOr<WrittenEmail>> Writer::Write(const Context& context, const EmailTask& task,
                                                 int alternatives) {
  WrittenEmail written;
  const grounding::ModelPrompt prompt = EmailPrompt(task);
  CO_ASSIGN_OR_RETURN(written.email,
                      co_await Draft(context, task, prompt, kModelsOwnTemperature, written));
  if (const int words = CountWords(written.email.body); words > kMaxBodyWords) {
    const grounding::ModelPrompt shorter = ShorterPrompt(task, words);
    CO_ASSIGN_OR_RETURN(written.email,
                        co_await Draft(context, task, shorter, kModelsOwnTemperature, written));
  }
  if (const int words = CountWords(written.email.body); words > kMaxBodyWords) {
    written.dropped.push_back(
        {.claim = absl::StrCat("an e-mail of at most ", kMaxBodyWords, " words"),
         .reason = absl::StrCat("the draft has ", words, " words; shorten it before sending")});
  }
  std::vector<std::string> bodies = {written.email.body};
  for (int i = 0; i < std::min(alternatives, kMaxAlternatives); ++i) {
    const grounding::ModelPrompt different = AlternativePrompt(task, bodies);
    CO_ASSIGN_OR_RETURN(deal::Email other,
                        co_await Draft(context, task, different, kAlternativeTemperature, written));
    if (std::find(bodies.begin(), bodies.end(), other.body) != bodies.end()) continue;
    bodies.push_back(other.body);
    written.alternatives.push_back(std::move(other));
  }
  co_return written;
}

}  // namespace throughline::writer
