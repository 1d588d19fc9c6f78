#include "services/orchestrator/domain/computation.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/forked.h"
#include "common/base/span.h"
#include "common/base/status_macros.h"
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

void Note(const std::vector<grounding::RoutedDecision>& decisions,
          const std::vector<grounding::DroppedClaim>& dropped, CallResult& result) {
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

Computation::Computation(const Context& context, Pipeline::Ports ports, StepObserver& observer,
                         ComputedCall& computed)
    : context_(context),
      ports_(ports),
      observer_(observer),
      computed_(computed),
      with_caller_(context, [stop = stop_] { stop->Cancel(); }),
      until_stopped_(context.WithCancellation(stop_)) {}

Task<absl::Status> Computation::Analyze(bool is_fresh) {
  CallResult& result = computed_.result;
  result.customer_id = computed_.call.key.customer_id;
  result.call_id = computed_.call.key.call_id;
  result.occurred_at = computed_.call.occurred_at;
  result.warnings = computed_.call.transcript.warnings;
  if (!is_fresh) {
    CO_ASSIGN_OR_RETURN(progress_, ports_.store.FindProgress(context_, computed_.call));
  }
  CO_RETURN_IF_ERROR(co_await Recall());
  Open();
  CO_RETURN_IF_ERROR(co_await AskModels());
  computed_.learned.summary = CallSentence(result.analysis);
  co_return absl::OkStatus();
}

Task<absl::Status> Computation::Resume() {
  const CallResult& result = computed_.result;
  if (!result.analysis.is_sales_call || !result.email.body.empty()) co_return absl::OkStatus();
  CO_ASSIGN_OR_RETURN(progress_, ports_.store.FindProgress(context_, computed_.call));
  // Memory may have the call by now: what its e-mail is written with is what it knew before.
  if (progress_.recalled) recalled_ = *std::move(progress_.recalled);
  Open();
  BeginEmail(co_await Here(), result.analysis);
  co_return absl::OkStatus();
}

Task<absl::Status> Computation::Recall() {
  CO_RETURN_IF_ERROR(context_.Check());
  Span span(context_, kStepSpan, StepName(Step::kRecall));
  StepTimer timer(context_, Step::kRecall, observer_);
  const AcceptedCall& call = computed_.call;
  const std::string query = RecallQuery(call);
  absl::StatusOr<Recollection> recalled =
      co_await ports_.memory.Recall(span.context(), call.key.customer_id, query);
  CO_ASSIGN_OR_RETURN(recalled_, span.Note(std::move(recalled)));
  computed_.result.facts_recalled = static_cast<int32_t>(recalled_.known.facts.size());
  computed_.result.recall_cache_hit = recalled_.cache_hit;
  timer.Finish(RecallSummary(recalled_), computed_.result.timings);
  co_return absl::OkStatus();
}

void Computation::Open() {
  const AcceptedCall& call = computed_.call;
  reading_ = {.customer_id = call.key.customer_id,
              .call_id = call.key.call_id,
              .transcript = call.transcript,
              .customer_name = call.customer_name,
              .seller_name = call.seller_name,
              .known = recalled_.known};
}

Task<absl::Status> Computation::AskModels() {
  CO_RETURN_IF_ERROR(context_.Check());
  StepTimer analyzing(context_, Step::kAnalyze, observer_);
  Span span(until_stopped_, kStepSpan, StepName(Step::kAnalyze));
  Executor& executor = co_await Here();
  Forked<absl::StatusOr<FactsAnswer>> extracting(executor, AskFactsBeside(span.context()));
  const absl::StatusOr<AnalysisAnswer> analysis =
      co_await Ask(&Progress::analysis, ports_.analyst.Analyze(span.context(), reading_));
  if (!analysis.ok()) stop_->Cancel();
  // The e-mail needs no facts: it is written while they are looked for.
  if (analysis.ok() && analysis->analysis.is_sales_call) BeginEmail(executor, analysis->analysis);
  const absl::StatusOr<FactsAnswer> facts = co_await extracting.Join();
  absl::Status analyzed = span.Note(TakeAnalysis(analysis, facts, analyzing));
  if (analyzed.ok() || !writing_.has_value()) co_return analyzed;
  Stop();
  co_await writing_->Join();
  co_return analyzed;
}

absl::Status Computation::TakeAnalysis(const absl::StatusOr<AnalysisAnswer>& analysis,
                                       const absl::StatusOr<FactsAnswer>& facts, StepTimer& timer) {
  RETURN_IF_ERROR(context_.Check());
  const bool without_facts = Refused(facts.status());
  if (!facts.ok() && !without_facts && !absl::IsCancelled(facts.status())) return facts.status();
  RETURN_IF_ERROR(analysis.status());
  if (!facts.ok() && !without_facts) return facts.status();
  Note(analysis->decisions, analysis->dropped, computed_.result);
  if (without_facts) {
    computed_.result.warnings.push_back(
        absl::StrCat("no facts were kept of the call: ", facts.status().message()));
  } else {
    Note(facts->decisions, facts->dropped, computed_.result);
    computed_.learned.facts = facts->facts;
    computed_.learned.profile_changes = facts->profile_changes;
  }
  computed_.result.analysis = analysis->analysis;
  timer.Finish(AnalysisSummary(computed_.result.analysis, computed_.learned.facts.size()),
               computed_.result.timings);
  return absl::OkStatus();
}

void Computation::BeginEmail(Executor& executor, deal::Analysis analysis) {
  writing_of_ = std::move(analysis);
  writing_.emplace(executor, AskEmailBeside());
}

Task<absl::Status> Computation::TakeEmail(CallResult& result) {
  if (!writing_.has_value()) co_return absl::OkStatus();
  StepTimer timer(context_, Step::kWrite, observer_);
  absl::StatusOr<EmailAnswer> answer = co_await writing_->Join();
  if (Refused(answer.status())) {
    result.warnings.push_back(absl::StrCat("no e-mail was written: ", answer.status().message()));
    timer.Finish("no draft stood up to the checks", result.timings);
    co_return absl::OkStatus();
  }
  CO_RETURN_IF_ERROR(answer.status());
  Note(answer->decisions, answer->dropped, result);
  result.email = std::move(answer->email);
  timer.Finish(EmailSummary(result.email), result.timings);
  co_return absl::OkStatus();
}

template <typename Answer>
Task<absl::StatusOr<Answer>> Computation::Ask(std::optional<Answer> Progress::*part,
                                              Task<absl::StatusOr<Answer>> asking) {
  if ((progress_.*part).has_value()) co_return *std::move(progress_.*part);
  CO_ASSIGN_OR_RETURN(Answer answer, co_await std::move(asking));
  if (!IsPaid(answer.decisions)) co_return answer;
  Progress made;
  made.*part = answer;
  CO_RETURN_IF_ERROR(
      ports_.store.SaveProgress(context_.Detached(kCheckpointBudget), computed_.call, made));
  co_return answer;
}

Task<absl::StatusOr<FactsAnswer>> Computation::AskFactsBeside(const Context& context) {
  absl::StatusOr<FactsAnswer> facts =
      co_await Ask(&Progress::facts, ports_.analyst.ExtractFacts(context, reading_));
  if (!facts.ok() && !Refused(facts.status())) context.cancellation()->Cancel();
  co_return facts;
}

Task<absl::StatusOr<EmailAnswer>> Computation::AskEmailBeside() {
  Span span(until_stopped_, kStepSpan, StepName(Step::kWrite));
  absl::StatusOr<EmailAnswer> email = co_await Ask(
      &Progress::email,
      ports_.writer.WriteEmail(span.context(), reading_, writing_of_, recalled_.profile));
  co_return span.Note(std::move(email));
}

}  // namespace throughline::orchestrator
