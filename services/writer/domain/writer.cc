#include "services/writer/domain/writer.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "services/writer/domain/prompts.h"
#include "services/writer/domain/verify_email.h"

namespace throughline::writer {
namespace {

constexpr double kModelsOwnTemperature = 0;
constexpr double kAlternativeTemperature = 0.9;

}  // namespace

absl::StatusOr<deal::Email> Writer::Draft(const Context& context, const EmailTask& task,
                                          const grounding::ModelPrompt& prompt, double temperature,
                                          WrittenEmail& written) {
  ASSIGN_OR_RETURN(auto routed, router_.WriteEmail(context, task, prompt, temperature));
  written.decisions.push_back(std::move(routed.decision));
  VerifiedEmail verified = VerifyEmail(task, std::move(routed.answer));
  for (grounding::DroppedClaim& claim : verified.dropped) {
    written.dropped.push_back(std::move(claim));
  }
  return std::move(verified.email);
}

absl::StatusOr<WrittenEmail> Writer::Write(const Context& context, const EmailTask& task,
                                           int alternatives) {
  WrittenEmail written;
  ASSIGN_OR_RETURN(written.email,
                   Draft(context, task, EmailPrompt(task), kModelsOwnTemperature, written));
  if (const int words = CountWords(written.email.body); words > kMaxBodyWords) {
    ASSIGN_OR_RETURN(written.email, Draft(context, task, ShorterPrompt(task, words),
                                          kModelsOwnTemperature, written));
  }
  if (const int words = CountWords(written.email.body); words > kMaxBodyWords) {
    written.dropped.push_back(
        {.claim = absl::StrCat("an e-mail of at most ", kMaxBodyWords, " words"),
         .reason = absl::StrCat("the draft has ", words, " words; shorten it before sending")});
  }
  std::vector<std::string> bodies = {written.email.body};
  for (int i = 0; i < std::min(alternatives, kMaxAlternatives); ++i) {
    ASSIGN_OR_RETURN(deal::Email other, Draft(context, task, AlternativePrompt(task, bodies),
                                              kAlternativeTemperature, written));
    if (std::find(bodies.begin(), bodies.end(), other.body) != bodies.end()) continue;
    bodies.push_back(other.body);
    written.alternatives.push_back(std::move(other));
  }
  return written;
}

}  // namespace throughline::writer
