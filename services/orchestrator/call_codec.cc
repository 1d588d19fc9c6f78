#include "services/orchestrator/call_codec.h"

#include "absl/time/civil_time.h"
#include "common/base/errors.h"
#include "common/wire/call_work.h"
#include "common/wire/deal.h"
#include "common/wire/repeated.h"
#include "common/wire/time.h"

namespace throughline::orchestrator {
namespace {

constexpr double kNanoPerUnit = 1e9;

void Fill(const Cost& cost, throughline::router::v1::Cost& proto) {
  proto.set_nano_usd(cost.nano_usd);
  proto.set_usd(static_cast<double>(cost.nano_usd) / kNanoPerUnit);
  proto.set_unpriced(cost.unpriced);
}

Cost Read(const throughline::router::v1::Cost& proto) {
  return {.nano_usd = proto.nano_usd(), .unpriced = proto.unpriced()};
}

}  // namespace

v1::PipelineStep ToProto(Step step) { return static_cast<v1::PipelineStep>(step); }

v1::CallResult ToProto(const CallResult& value) {
  v1::CallResult proto;
  proto.set_customer_id(value.customer_id);
  proto.set_call_id(value.call_id);
  *proto.mutable_occurred_at() = wire::ToTimestamp(value.occurred_at);
  *proto.mutable_analysis() = wire::ToProto(value.analysis);
  *proto.mutable_email() = wire::ToProto(value.email);
  wire::AppendAll(value.facts, proto.mutable_facts());
  wire::AppendAll(value.superseded_fact_ids, proto.mutable_superseded_fact_ids());
  for (const grounding::RoutedDecision& decision : value.decisions) {
    *proto.add_decisions() = wire::ToProto(decision);
  }
  Fill(value.cost, *proto.mutable_cost());
  Fill(value.baseline_cost, *proto.mutable_baseline_cost());
  for (const StepTiming& timing : value.timings) {
    v1::StepTiming& step = *proto.add_timings();
    step.set_step(ToProto(timing.step));
    *step.mutable_duration() = wire::ToDuration(timing.duration);
  }
  *proto.mutable_latency() = wire::ToDuration(value.latency);
  proto.set_facts_recalled(value.facts_recalled);
  proto.set_recall_cache_hit(value.recall_cache_hit);
  proto.set_memory_version(value.memory_version);
  proto.set_replayed(value.replayed);
  wire::AppendAll(value.warnings, proto.mutable_warnings());
  return proto;
}

CallResult FromProto(const v1::CallResult& proto) {
  CallResult value{.customer_id = proto.customer_id(),
                   .call_id = proto.call_id(),
                   .occurred_at = wire::FromTimestamp(proto.occurred_at()),
                   .analysis = wire::FromProto(proto.analysis()),
                   .email = wire::FromProto(proto.email()),
                   .facts = wire::CollectAll(proto.facts()),
                   .superseded_fact_ids = wire::CollectAll(proto.superseded_fact_ids()),
                   .cost = Read(proto.cost()),
                   .baseline_cost = Read(proto.baseline_cost()),
                   .latency = wire::FromDuration(proto.latency()),
                   .facts_recalled = proto.facts_recalled(),
                   .recall_cache_hit = proto.recall_cache_hit(),
                   .memory_version = proto.memory_version(),
                   .replayed = proto.replayed(),
                   .warnings = wire::CollectAll(proto.warnings())};
  for (const throughline::router::v1::Decision& decision : proto.decisions()) {
    value.decisions.push_back(wire::FromProto(decision));
  }
  for (const v1::StepTiming& timing : proto.timings()) {
    value.timings.push_back({.step = static_cast<Step>(timing.step()),
                             .duration = wire::FromDuration(timing.duration())});
  }
  return value;
}

v1::CallSummary ToSummary(const CallResult& value) {
  v1::CallSummary proto;
  proto.set_call_id(value.call_id);
  *proto.mutable_occurred_at() = wire::ToTimestamp(value.occurred_at);
  if (value.analysis.primary_blocker) {
    *proto.mutable_primary_blocker() = wire::ToProto(*value.analysis.primary_blocker);
  }
  for (const deal::Stakeholder& person : value.analysis.decision_makers) {
    proto.add_decision_makers(person.name);
  }
  if (!value.email.to.empty()) proto.set_email_recipient(value.email.to[0].name);
  proto.set_facts_added(static_cast<int32_t>(value.facts.size()));
  Fill(value.cost, *proto.mutable_cost());
  return proto;
}

v1::CallSource ToProto(const CallSource& value) {
  v1::CallSource proto;
  proto.set_customer_id(value.customer_id);
  proto.set_call_id(value.call_id);
  proto.set_transcript(value.transcript);
  proto.set_format(static_cast<throughline::deal::v1::TranscriptFormat>(value.format));
  if (value.call_date) proto.set_call_date(absl::FormatCivilTime(*value.call_date));
  proto.set_customer_name(value.customer_name);
  proto.set_seller_name(value.seller_name);
  return proto;
}

absl::StatusOr<CallSource> FromProto(const v1::CallSource& proto) {
  CallSource source{.customer_id = proto.customer_id(),
                    .call_id = proto.call_id(),
                    .transcript = proto.transcript(),
                    .customer_name = proto.customer_name(),
                    .seller_name = proto.seller_name()};
  if (throughline::deal::v1::TranscriptFormat_IsValid(proto.format())) {
    source.format = static_cast<transcript::Format>(proto.format());
  }
  if (!proto.call_date().empty()) {
    const absl::StatusOr<absl::CivilDay> day = wire::ParseDay(proto.call_date());
    if (!day.ok()) {
      return InvalidField("call_date", "an existing day as YYYY-MM-DD",
                          "correct it, or leave it out to take the transcript's");
    }
    source.call_date = *day;
  }
  return source;
}

v1::Job ToProto(const Job& value) {
  v1::Job proto;
  proto.set_id(value.id);
  proto.set_customer_id(value.call.customer_id);
  proto.set_call_id(value.call.call_id);
  proto.set_state(static_cast<v1::JobState>(value.state));
  proto.set_attempts(value.attempts);
  proto.set_error(value.error);
  *proto.mutable_created_at() = wire::ToTimestamp(value.created_at);
  if (value.finished_at) *proto.mutable_finished_at() = wire::ToTimestamp(*value.finished_at);
  if (value.step) proto.set_step(ToProto(*value.step));
  return proto;
}

v1::WebhookDelivery ToProto(const DeliveryRecord& value) {
  v1::WebhookDelivery proto;
  proto.set_id(absl::StrCat(value.delivery.sequence));
  proto.set_subscription(value.delivery.subscription);
  proto.set_event_id(value.delivery.event_id);
  proto.set_event(value.delivery.event);
  proto.set_customer_id(value.delivery.customer_id);
  proto.set_call_id(value.delivery.call_id);
  switch (value.state) {
    case DeliveryState::kWaiting:
      proto.set_state(v1::WEBHOOK_DELIVERY_STATE_WAITING);
      *proto.mutable_next_attempt_at() = wire::ToTimestamp(value.due_at);
      break;
    case DeliveryState::kGivenUp:
      proto.set_state(v1::WEBHOOK_DELIVERY_STATE_GIVEN_UP);
      break;
    case DeliveryState::kDelivered:
      proto.set_state(v1::WEBHOOK_DELIVERY_STATE_DELIVERED);
      break;
  }
  proto.set_attempts(value.delivery.attempts);
  proto.set_last_status(value.last.http_status);
  proto.set_error(value.last.error);
  *proto.mutable_created_at() = wire::ToTimestamp(value.created_at);
  if (value.finished_at) *proto.mutable_finished_at() = wire::ToTimestamp(*value.finished_at);
  return proto;
}

}  // namespace throughline::orchestrator
