#include "services/writer/domain/writer.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/task_macros.h"
#include "common/grounding/language.h"
#include "services/writer/domain/alternatives.h"
#include "services/writer/domain/check_email.h"
#include "services/writer/domain/prompts.h"
#include "services/writer/domain/verify_email.h"

namespace throughline::writer {
namespace {

constexpr double kAlternativeTemperature = 0.9;

// Whether models answered and no answer would do: the engine may stand in.
bool WasRejected(const absl::Status& status) {
  return absl::IsFailedPrecondition(status) || absl::IsInternal(status);
}

void Report(std::vector<grounding::DroppedClaim> dropped, WrittenEmail& written) {
  std::move(dropped.begin(), dropped.end(), std::back_inserter(written.dropped));
}

grounding::DroppedClaim NotUsed(const std::string& model,
                                const std::vector<std::string>& problems) {
  return {.claim = absl::StrCat("the draft of ", model.empty() ? "a model" : model),
          .reason = absl::StrCat("it ", absl::StrJoin(problems, "; it "))};
}

}  // namespace

Task<absl::StatusOr<Writer::Draft>> Writer::Ask(const Context& context, const EmailTask& task,
                                                const grounding::ModelPrompt& prompt,
                                                const DraftOptions& options,
                                                WrittenEmail& written) {
  CO_ASSIGN_OR_RETURN(auto routed, co_await router_.WriteEmail(context, task, prompt, options));
  Draft draft{.is_engines = routed.decision.IsEngines(), .model = routed.decision.model};
  written.decisions.push_back(std::move(routed.decision));
  VerifiedEmail verified = VerifyEmail(task, std::move(routed.answer),
                                       draft.is_engines ? DraftedBy::kEngine : DraftedBy::kModel);
  draft.email = std::move(verified.email);
  draft.dropped = std::move(verified.dropped);
  if (!draft.is_engines) draft.problems = ProblemsOf(task, draft.email);
  co_return draft;
}

Task<absl::StatusOr<Writer::Draft>> Writer::First(const Context& context, const EmailTask& task,
                                                  WrittenEmail& written) {
  const grounding::ModelPrompt prompt = EmailPrompt(task);
  const DraftOptions by_any;
  const DraftOptions by_engine{.by_engine = true};
  absl::StatusOr<Draft> draft = co_await Ask(context, task, prompt, by_any, written);
  if (draft.ok() && !draft->problems.empty()) {
    const grounding::ModelPrompt revised = RevisedPrompt(task, draft->problems);
    absl::StatusOr<Draft> second = co_await Ask(context, task, revised, by_any, written);
    if (second.ok()) draft = std::move(second);
  }
  if (draft.ok() && draft->problems.empty()) co_return draft;
  if (!draft.ok() && !WasRejected(draft.status())) co_return draft;
  absl::StatusOr<Draft> engines = absl::NotFoundError("the engine cannot read this call");
  if (!grounding::IsForeign(task.call))
    engines = co_await Ask(context, task, prompt, by_engine, written);
  if (!draft.ok() && !engines.ok()) co_return draft;
  const grounding::DroppedClaim not_used =
      draft.ok() ? NotUsed(draft->model, draft->problems)
                 : grounding::DroppedClaim{.claim = "the draft of a model",
                                           .reason = std::string(draft.status().message())};
  if (engines.ok()) draft = std::move(engines);
  draft->dropped.push_back(not_used);
  co_return draft;
}

Task<absl::StatusOr<Writer::Draft>> Writer::Another(const Context& context, const EmailTask& task,
                                                    const std::vector<deal::Email>& earlier,
                                                    bool by_engine, WrittenEmail& written) {
  const DraftOptions by_any{.temperature = kAlternativeTemperature};
  const DraftOptions engines{.by_engine = true, .variation = static_cast<int>(earlier.size())};
  const grounding::ModelPrompt prompt = AlternativePrompt(task, earlier);
  if (!by_engine) {
    absl::StatusOr<Draft> draft = co_await Ask(context, task, prompt, by_any, written);
    if (draft.ok() ? draft->problems.empty() : !WasRejected(draft.status())) co_return draft;
    if (draft.ok()) written.dropped.push_back(NotUsed(draft->model, draft->problems));
  }
  absl::StatusOr<Draft> draft = co_await Ask(context, task, prompt, engines, written);
  if (draft.ok() && draft->is_engines) {
    draft->email = InManner(task, std::move(draft->email), MannerAfter(earlier.size()));
  }
  co_return draft;
}

Task<absl::StatusOr<WrittenEmail>> Writer::Write(const Context& context, const EmailTask& task,
                                                 int alternatives) {
  WrittenEmail written;
  CO_ASSIGN_OR_RETURN(Draft first, co_await First(context, task, written));
  Report(std::move(first.dropped), written);
  written.email = std::move(first.email);
  std::vector<deal::Email> versions = {written.email};
  for (int i = 0; i < std::min(alternatives, kMaxAlternatives); ++i) {
    absl::StatusOr<Draft> other =
        co_await Another(context, task, versions, first.is_engines, written);
    if (!other.ok()) break;  // the e-mail itself is there
    const bool is_new = IsAnother(other->email, versions);
    versions.push_back(other->email);
    if (!is_new) continue;
    Report(std::move(other->dropped), written);
    written.alternatives.push_back(std::move(other->email));
  }
  co_return written;
}

}  // namespace throughline::writer
