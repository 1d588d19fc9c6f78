#include "services/router/router_metrics.h"

#include <algorithm>

#include "common/observability/json_log.h"
#include "services/router/domain/names.h"
#include "services/router/domain/shadow.h"

namespace throughline::router {
namespace {

prometheus::Histogram::BucketBoundaries ScoreBuckets() {
  prometheus::Histogram::BucketBoundaries buckets;
  for (int percent = 5; percent <= 100; percent += 5) buckets.push_back(percent / 100.0);
  return buckets;
}

prometheus::Histogram::BucketBoundaries OverheadBuckets() {
  return {0.00002, 0.00005, 0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1};
}

// How many requests the two means of draft scores look back.
constexpr double kSlowRequests = 2000;
constexpr double kFastRequests = 100;

}  // namespace

RouterMetrics::RouterMetrics(MetricsRegistry& registry, const Policy& policy, const Clock& clock)
    : spend_(registry, clock),
      decisions_(registry.Counter("throughline_router_decisions_total",
                                  "Routed requests by how and why they were decided."),
                 {"task", "decision", "reason", "from_model", "to_model"}),
      model_calls_(registry.Counter("throughline_router_model_calls_total",
                                    "Model calls by role and outcome."),
                   {"provider", "model", "role", "outcome"}),
      model_call_seconds_(
          registry.Histogram("throughline_router_model_call_seconds", "How long providers took."),
          {"provider", "model"}),
      first_text_seconds_(registry.Histogram("throughline_router_first_text_seconds",
                                             "Time to the first text of a streamed answer."),
                          {"provider", "model"}),
      tokens_(registry.Counter("throughline_router_tokens_total",
                               "Tokens by type; the types are disjoint."),
              {"model", "type"}),
      draft_score_(registry.Histogram("throughline_router_draft_score",
                                      "Scores of first drafts, 0 to 1.", ScoreBuckets()),
                   {"task"}),
      checks_(registry.Counter("throughline_router_checks_total", "Checks on answers by result."),
              {"task", "check", "result"}),
      empty_outputs_(registry.Counter("throughline_router_empty_outputs_total",
                                      "Answers without usable text by cause."),
                     {"model", "cause"}),
      unpriced_calls_(registry.Counter("throughline_router_unpriced_calls_total",
                                       "Model calls whose price is not configured."),
                      {"model"}),
      breaker_state_(registry.Gauge("throughline_router_breaker_state",
                                    "Circuit breaker: 0 closed, 1 open, 2 half open."),
                     {"provider", "model"}),
      overhead_seconds_(
          registry.Histogram("throughline_router_overhead_seconds",
                             "The router's own share of a request's time.", OverheadBuckets()),
          {"task"}),
      score_drift_(
          registry.Gauge("throughline_router_draft_score_drift",
                         "Mean draft score of the last requests less that of many before, by "
                         "task."),
          {"task"}),
      cascade_dearer_(
          registry.Gauge(
              "throughline_router_cascade_dearer",
              "1 while a task's cascade has cost more than its strongest model alone would have."),
          {"task"}),
      shadow_agreement_(
          registry.Counter(
              "throughline_router_shadow_agreement_total",
              "Accepted drafts held against the strongest model, by whether it said the same."),
          {"task", "agrees"}),
      reloads_(registry.Counter("throughline_router_config_reloads_total",
                                "Configurations read again, by whether they were taken."),
               {"result"}) {
  UsePolicy(policy);
}

void RouterMetrics::UsePolicy(const Policy& policy) {
  spend_.UsePolicy(policy);
  absl::MutexLock lock(&mutex_);
  for (const Model& model : policy.models) {
    if (!models_.insert(model.name).second) continue;
    breaker_state_.With({model.provider, model.name}).Set(0);
  }
}

void RouterMetrics::OnReload(bool taken) {
  reloads_.With({taken ? "taken" : "refused"}).Increment();
}

void RouterMetrics::OnDecision(const Context& context, const Decision& decision) {
  const absl::string_view task = Name(decision.task);
  decisions_
      .With({task, Name(decision.outcome), Name(decision.reason), ModelLabel(decision.from_model),
             ModelLabel(decision.to_model)})
      .Increment();
  for (const Attempt& attempt : decision.attempts) CountAttempt(decision, attempt);
  spend_.OnDecision(context.tenant(), decision);
  overhead_seconds_.With({task}).Observe(absl::ToDoubleSeconds(decision.overhead));
  if (!decision.attempts.empty()) {
    draft_score_.With({task}).Observe(decision.draft_score);
    FollowDrafts(decision, task);
  }
  SayWhenDearer(decision, task);
}

void RouterMetrics::OnBudgets(const Context& context, const std::vector<BudgetState>& budgets) {
  spend_.OnBudgets(context.tenant(), budgets);
}

void RouterMetrics::FollowDrafts(const Decision& decision, absl::string_view task) {
  if (decision.attempts.front().role != AttemptRole::kDraft) return;
  double drift = 0;
  {
    absl::MutexLock lock(&mutex_);
    Drift& of = drift_[decision.task];
    // The first requests count fully, until each mean has its own length.
    ++of.seen;
    const auto mean = [&](double& value, double length) {
      const double weight = 1 / std::min(static_cast<double>(of.seen), length);
      value += weight * (decision.draft_score - value);
    };
    mean(of.slow, kSlowRequests);
    mean(of.fast, kFastRequests);
    drift = of.fast - of.slow;
  }
  score_drift_.With({task}).Set(drift);
}

void RouterMetrics::SayWhenDearer(const Decision& decision, absl::string_view task) {
  {
    absl::MutexLock lock(&mutex_);
    const bool was = dearer_.contains(decision.task);
    if (was == decision.cascade_dearer) return;
    if (was) {
      dearer_.erase(decision.task);
    } else {
      dearer_.insert(decision.task);
    }
  }
  cascade_dearer_.With({task}).Set(decision.cascade_dearer ? 1 : 0);
  Log(decision.cascade_dearer ? Severity::kWarning : Severity::kInfo,
      decision.cascade_dearer
          ? "the cascade costs more than its strongest model alone; see GetSpend's economics"
          : "the cascade pays again",
      {{"task", task}});
}

void RouterMetrics::OnBreaker(const std::string& provider, const std::string& model,
                              BreakerState state) {
  breaker_state_.With({provider, ModelLabel(model)})
      .Set(static_cast<double>(state) - static_cast<double>(BreakerState::kClosed));
}

void RouterMetrics::CountAttempt(const Decision& decision, const Attempt& attempt) {
  const absl::string_view task = Name(decision.task);
  const absl::string_view model = ModelLabel(attempt.model);
  model_calls_.With({attempt.provider, model, Name(attempt.role), Name(attempt.outcome)})
      .Increment();
  model_call_seconds_.With({attempt.provider, model})
      .Observe(absl::ToDoubleSeconds(attempt.latency));
  if (attempt.time_to_first_text.has_value()) {
    first_text_seconds_.With({attempt.provider, model})
        .Observe(absl::ToDoubleSeconds(*attempt.time_to_first_text));
  }
  const std::pair<const char*, int64_t> parts[] = {
      {"input_uncached", attempt.usage.input_uncached_tokens},
      {"input_cached", attempt.usage.input_cached_tokens},
      {"output_visible", attempt.usage.output_visible_tokens},
      {"output_reasoning", attempt.usage.output_reasoning_tokens}};
  for (const auto& [type, tokens] : parts) {
    if (tokens > 0) {
      tokens_.With({model, type}).Increment(static_cast<double>(tokens));
    }
  }
  spend_.OnAttempt(decision, attempt, model);
  if (attempt.cost.unpriced) unpriced_calls_.With({model}).Increment();
  for (const Check& check : attempt.checks) {
    checks_.With({task, check.name, Name(check.result)}).Increment();
    if (attempt.role == AttemptRole::kShadow && check.name == kShadowCheck) {
      const bool agrees = check.result == CheckResult::kPassed;
      shadow_agreement_.With({task, agrees ? "yes" : "no"}).Increment();
    }
  }
  if (!attempt.empty_cause.empty()) {
    empty_outputs_.With({model, attempt.empty_cause}).Increment();
  }
}

absl::string_view RouterMetrics::ModelLabel(const std::string& model) const {
  if (model.empty()) return "none";
  absl::MutexLock lock(&mutex_);
  return models_.contains(model) ? absl::string_view(model) : "other";
}

}  // namespace throughline::router
