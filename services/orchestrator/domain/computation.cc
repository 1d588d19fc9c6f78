#include "services/orchestrator/domain/computation.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/forked.h"
#include "common/base/task_macros.h"
#include "services/orchestrator/domain/wording.h"

namespace throughline::orchestrator {
namespace {

// What a model answered is paid for: it is kept even when its caller has gone.
constexpr absl::Duration kCheckpointBudget = absl::Seconds(5);

// No model's answer stood up to the checks, and asking again would change nothing. What else the
// call gave is worth having without it.
bool Refused(const absl::Status& status) { return absl::IsFailedPrecondition(status); }

// What costs nothing is asked again sooner than it is written down.
bool IsPaid(const std::vector<grounding::RoutedDecision>& decisions) {
  return std::any_of(decisions.begin(), decisions.end(),
                     [](const grounding::RoutedDecision& decision) {
                       return decision.cost_nano_usd > 0 || decision.cost_unpriced;
                     });
}

}  // namespace

StepTimer::StepTimer(const Context& context, Step step, StepObserver& observer)
    : clock_(context.clock()), step_(step), observer_(observer), started_(clock_.Now()) {
  observer_.Started(step_);
}

void StepTimer::Finish(const std::string& summary, std::vector<StepTiming>& timings) {
  const absl::Duration duration = clock_.Now() - started_;
  timings.push_back({.step = step_, .duration = duration});
  observer_.Finished(step_, duration, summary);
}

Task<absl::StatusOr<ComputedCall>> Computation::Compute(AcceptedCall call,
                                                        std::vector<StepTiming> timings) {
  computed_.call = std::move(call);
  computed_.result.customer_id = computed_.call.key.customer_id;
  computed_.result.call_id = computed_.call.key.call_id;
  computed_.result.occurred_at = computed_.call.occurred_at;
  computed_.result.timings = std::move(timings);
  computed_.result.warnings = computed_.call.transcript.warnings;
  CO_ASSIGN_OR_RETURN(progress_, ports_.store.FindProgress(context_, computed_.call));
  CO_RETURN_IF_ERROR(co_await Recall());
  CO_RETURN_IF_ERROR(co_await Analyze());
  if (computed_.result.analysis.is_sales_call) CO_RETURN_IF_ERROR(co_await Write());
  computed_.learned.summary = CallSentence(computed_.result.analysis);
  co_return std::move(computed_);
}

Task<absl::Status> Computation::Recall() {
  CO_RETURN_IF_ERROR(context_.Check());
  StepTimer timer(context_, Step::kRecall, observer_);
  const AcceptedCall& call = computed_.call;
  const std::string query = RecallQuery(call);
  CO_ASSIGN_OR_RETURN(Recollection recollection,
                      co_await ports_.memory.Recall(context_, call.key.customer_id, query));
  computed_.result.facts_recalled = static_cast<int32_t>(recollection.known.facts.size());
  computed_.result.recall_cache_hit = recollection.cache_hit;
  timer.Finish(RecallSummary(recollection), computed_.result.timings);
  reading_ = {.customer_id = call.key.customer_id,
              .call_id = call.key.call_id,
              .transcript = call.transcript,
              .customer_name = call.customer_name,
              .seller_name = call.seller_name,
              .known = std::move(recollection.known)};
  profile_ = std::move(recollection.profile);
  co_return absl::OkStatus();
}

Task<absl::Status> Computation::Analyze() {
  CO_RETURN_IF_ERROR(context_.Check());
  StepTimer timer(context_, Step::kAnalyze, observer_);
  // When one half fails the other is stopped; the caller's going away stops both.
  const auto stop = std::make_shared<CancellationSource>();
  const OnCancel with_caller(context_, [stop] { stop->Cancel(); });
  const Context both = context_.WithCancellation(stop);
  Executor& executor = co_await Here();
  Forked<absl::StatusOr<FactsAnswer>> asked(executor, AskFactsBeside(both));
  absl::StatusOr<AnalysisAnswer> analysis = co_await AskAnalysis(both);
  if (!analysis.ok()) stop->Cancel();
  absl::StatusOr<FactsAnswer> facts = co_await asked.Join();
  CO_RETURN_IF_ERROR(context_.Check());
  if (Refused(facts.status())) {
    computed_.result.warnings.push_back(
        absl::StrCat("no facts were kept of the call: ", facts.status().message()));
    facts = FactsAnswer();
  }
  if (!facts.ok() && !absl::IsCancelled(facts.status())) co_return facts.status();
  if (!analysis.ok()) co_return analysis.status();
  if (!facts.ok()) co_return facts.status();

  Note(analysis->decisions, analysis->dropped);
  Note(facts->decisions, facts->dropped);
  computed_.result.analysis = std::move(analysis->analysis);
  computed_.learned.facts = std::move(facts->facts);
  computed_.learned.profile_changes = std::move(facts->profile_changes);
  timer.Finish(AnalysisSummary(computed_.result.analysis, computed_.learned.facts.size()),
               computed_.result.timings);
  co_return absl::OkStatus();
}

Task<absl::StatusOr<AnalysisAnswer>> Computation::AskAnalysis(const Context& context) {
  if (progress_.analysis) co_return *std::move(progress_.analysis);
  CO_ASSIGN_OR_RETURN(AnalysisAnswer answer, co_await ports_.analyst.Analyze(context, reading_));
  if (!IsPaid(answer.decisions)) co_return answer;
  CO_RETURN_IF_ERROR(ports_.store.SaveProgress(context_.Detached(kCheckpointBudget), computed_.call,
                                               {.analysis = answer}));
  co_return answer;
}

Task<absl::StatusOr<FactsAnswer>> Computation::AskFacts(const Context& context) {
  if (progress_.facts) co_return *std::move(progress_.facts);
  CO_ASSIGN_OR_RETURN(FactsAnswer answer, co_await ports_.analyst.ExtractFacts(context, reading_));
  if (!IsPaid(answer.decisions)) co_return answer;
  CO_RETURN_IF_ERROR(ports_.store.SaveProgress(context_.Detached(kCheckpointBudget), computed_.call,
                                               {.facts = answer}));
  co_return answer;
}

Task<absl::StatusOr<FactsAnswer>> Computation::AskFactsBeside(const Context& context) {
  absl::StatusOr<FactsAnswer> facts = co_await AskFacts(context);
  if (!facts.ok() && !Refused(facts.status())) context.cancellation()->Cancel();
  co_return facts;
}

Task<absl::Status> Computation::Write() {
  CO_RETURN_IF_ERROR(context_.Check());
  StepTimer timer(context_, Step::kWrite, observer_);
  absl::StatusOr<EmailAnswer> answer =
      co_await ports_.writer.WriteEmail(context_, reading_, computed_.result.analysis, profile_);
  if (Refused(answer.status())) {
    computed_.result.warnings.push_back(
        absl::StrCat("no e-mail was written: ", answer.status().message()));
    timer.Finish("no draft stood up to the checks", computed_.result.timings);
    co_return absl::OkStatus();
  }
  if (!answer.ok()) co_return answer.status();
  Note(answer->decisions, answer->dropped);
  computed_.result.email = std::move(answer->email);
  timer.Finish(EmailSummary(computed_.result.email), computed_.result.timings);
  co_return absl::OkStatus();
}

void Computation::Note(const std::vector<grounding::RoutedDecision>& decisions,
                       const std::vector<grounding::DroppedClaim>& dropped) {
  CallResult& result = computed_.result;
  for (const grounding::RoutedDecision& decision : decisions) {
    result.cost.nano_usd += decision.cost_nano_usd;
    result.cost.unpriced |= decision.cost_unpriced;
    result.baseline_cost.nano_usd += decision.baseline_nano_usd;
    result.baseline_cost.unpriced |= decision.baseline_unpriced;
    result.decisions.push_back(decision);
  }
  for (const grounding::DroppedClaim& claim : dropped) {
    result.warnings.push_back(absl::StrCat("left out \"", claim.claim, "\": ", claim.reason));
  }
}

}  // namespace throughline::orchestrator
