#include "services/router/domain/model_span.h"

#include "absl/time/time.h"
#include "services/router/domain/names.h"

namespace throughline::router {
namespace {

constexpr char kChat[] = "chat";

void SetCost(const Cost& cost, absl::string_view key, Span& span) {
  if (!cost.unpriced) span.Set(key, static_cast<double>(cost.nano_usd) / 1e9);
}

}  // namespace

ModelSpan::ModelSpan(const Context& context, const ModelCall& call)
    : span_(context, kChat, call.model->provider_id, SpanKind::kClient) {
  if (!span_.is_recorded()) return;
  span_.Set("gen_ai.operation.name", kChat);
  span_.Set("gen_ai.provider.name", call.model->provider);
  span_.Set("gen_ai.system", call.model->provider);  // the older name of the same
  span_.Set("gen_ai.request.model", call.model->provider_id);
  span_.Set("gen_ai.request.max_tokens", call.max_output_tokens + call.reasoning_tokens);
  if (call.request->temperature.has_value()) {
    span_.Set("gen_ai.request.temperature", *call.request->temperature);
  }
}

void ModelSpan::Note(const Attempt& attempt) {
  if (!span_.is_recorded()) return;
  span_.Set("gen_ai.usage.input_tokens", attempt.usage.InputTokens());
  span_.Set("gen_ai.usage.output_tokens", attempt.usage.OutputTokens());
  span_.Set("gen_ai.usage.cache_read.input_tokens", attempt.usage.input_cached_tokens);
  span_.Set("throughline.model", attempt.model);
  span_.Set("throughline.attempt.role", Name(attempt.role));
  span_.Set("throughline.attempt.outcome", Name(attempt.outcome));
  span_.Set("throughline.attempt.reason", Name(attempt.reason));
  span_.Set("throughline.attempt.score", attempt.score);
  SetCost(attempt.cost, "throughline.cost_usd", span_);
  if (attempt.time_to_first_text.has_value()) {
    span_.Set("throughline.time_to_first_text_ms",
              absl::ToDoubleMilliseconds(*attempt.time_to_first_text));
  }
  const bool has_ended_early =
      attempt.outcome == AttemptOutcome::kError || attempt.outcome == AttemptOutcome::kCancelled;
  if (has_ended_early) span_.Fail(Name(attempt.reason));
}

void NoteDecision(const Decision& decision, Span& span) {
  if (!span.is_recorded()) return;
  span.Set("throughline.decision.id", decision.id);
  span.Set("throughline.decision.outcome", Name(decision.outcome));
  span.Set("throughline.decision.reason", Name(decision.reason));
  span.Set("throughline.decision.from_model", decision.from_model);
  span.Set("throughline.decision.to_model", decision.to_model);
  SetCost(decision.cost, "throughline.cost_usd", span);
  SetCost(decision.baseline_cost, "throughline.baseline_cost_usd", span);
  if (decision.outcome == DecisionOutcome::kFailed) span.Fail(Name(decision.reason));
}

}  // namespace throughline::router
