#include "services/router/router_proto.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/errors.h"
#include "common/base/status_macros.h"
#include "common/digest/sha256.h"
#include "common/wire/deal.h"
#include "common/wire/repeated.h"
#include "common/wire/time.h"
#include "services/router/clients/builtin_answer.h"
#include "services/router/domain/pricing.h"

namespace throughline::router {
namespace {

constexpr double kMaxTemperature = 2;
constexpr int kDefaultPageSize = 50;
// What is read of a transcript takes some twenty times its bytes, and of a call as a source some
// three times: larger ones are not kept.
constexpr size_t kMaxSharedTranscriptBytes = 128 * 1024;
constexpr size_t kMaxSharedCallBytes = 512 * 1024;

absl::StatusOr<TaskKind> ReadTask(v1::TaskKind task) {
  if (task == v1::TASK_KIND_UNSPECIFIED) return TaskKind::kGeneral;
  if (!v1::TaskKind_IsValid(task)) {
    return InvalidField("task", "a known kind of work", "see TaskKind");
  }
  return static_cast<TaskKind>(task);
}

using Messages = google::protobuf::RepeatedPtrField<v1::Message>;

absl::StatusOr<std::vector<Message>> ReadMessages(const Messages& protos) {
  if (static_cast<size_t>(protos.size()) > kMaxMessages) {
    return InvalidField("messages", absl::StrCat("at most ", kMaxMessages, " messages"),
                        "send fewer");
  }
  std::vector<Message> messages;
  size_t bytes = 0;
  for (int i = 0; i < protos.size(); ++i) {
    const v1::Message& proto = protos[i];
    if (proto.role() == v1::ROLE_UNSPECIFIED || !v1::Role_IsValid(proto.role())) {
      return InvalidField(absl::StrCat("messages[", i, "].role"), "system, user or assistant",
                          "set it");
    }
    bytes += proto.content().size();
    if (bytes > kMaxMessageBytes) {
      return InvalidField("messages", absl::StrCat("at most ", kMaxMessageBytes, " bytes in all"),
                          "shorten the prompt");
    }
    messages.push_back({.role = static_cast<Role>(proto.role()), .content = proto.content()});
  }
  return messages;
}

absl::StatusOr<OutputContract> ReadContract(const v1::OutputContract& proto) {
  OutputContract contract;
  contract.json_schema = proto.json_schema();
  contract.sources = wire::CollectAll(proto.sources());
  if (static_cast<size_t>(proto.fields_size()) > kMaxFieldRules) {
    return InvalidField("contract.fields", absl::StrCat("at most ", kMaxFieldRules, " rules"),
                        "send fewer");
  }
  for (int i = 0; i < proto.fields_size(); ++i) {
    const v1::FieldConstraint& field = proto.fields(i);
    const std::string name = absl::StrCat("contract.fields[", i, "]");
    if (field.path().empty()) {
      return InvalidField(absl::StrCat(name, ".path"), "a place in the answer", "set it");
    }
    if (field.rule() == v1::FIELD_RULE_UNSPECIFIED || !v1::FieldRule_IsValid(field.rule())) {
      return InvalidField(absl::StrCat(name, ".rule"), "quote, name or number", "set it");
    }
    contract.fields.push_back({.path = field.path(), .rule = static_cast<FieldRule>(field.rule())});
  }
  contract.forbidden_phrases = wire::CollectAll(proto.forbidden_phrases());
  contract.required_phrases = wire::CollectAll(proto.required_phrases());
  if (contract.forbidden_phrases.size() > kMaxPhrases ||
      contract.required_phrases.size() > kMaxPhrases) {
    return InvalidField("contract", absl::StrCat("at most ", kMaxPhrases, " phrases of a kind"),
                        "send fewer");
  }
  if (proto.max_words() < 0) {
    return InvalidField("contract.max_words", "0 or more", "leave it out for no limit");
  }
  contract.max_words = proto.max_words();
  contract.language = proto.language();
  contract.ground_numbers = proto.ground_numbers();
  return contract;
}

std::string Digest(const google::protobuf::Message& proto) {
  // One process writes the bytes in one order: enough to tell messages apart.
  return Sha256Hex({proto.SerializeAsString()});
}

// What tells a request from others. The messages of a call task put its input into words and may
// be left out: with them or without, it is the same.
std::string Fingerprint(const v1::CompleteRequest& proto) {
  if (proto.messages().empty() || proto.input_case() == v1::CompleteRequest::INPUT_NOT_SET) {
    return Digest(proto);
  }
  v1::CompleteRequest wordless = proto;
  wordless.clear_messages();
  return Digest(wordless);
}

std::shared_ptr<const extractive::TurnReadings> ReadingsOf(const deal::v1::Transcript& transcript,
                                                           RecentCalls& recent) {
  if (transcript.ByteSizeLong() > kMaxSharedTranscriptBytes) {
    return std::make_shared<const extractive::TurnReadings>();
  }
  return recent.readings.Get(Digest(transcript), [] { return extractive::TurnReadings(); });
}

absl::StatusOr<extractive::CallInput> ReadCall(const v1::CallInput& proto, absl::string_view field,
                                               RecentCalls& recent) {
  if (!proto.has_transcript()) {
    return InvalidField(absl::StrCat(field, ".transcript"), "the parsed call", "set it");
  }
  if (proto.call_id().empty()) {
    return InvalidField(absl::StrCat(field, ".call_id"), "the call's id", "set it");
  }
  RETURN_IF_ERROR(CheckId(proto.call_id(), absl::StrCat(field, ".call_id")));
  extractive::CallInput call;
  call.transcript = wire::FromProto(proto.transcript());
  call.readings = ReadingsOf(proto.transcript(), recent);
  call.call_id = proto.call_id();
  call.occurred_at = call.transcript.occurred_at.value_or(absl::UnixEpoch());
  call.customer_name = proto.customer_name();
  call.seller_name = proto.seller_name();
  if (proto.has_known()) call.known = wire::FromProto(proto.known());
  call.known.facts = wire::CollectAll(proto.facts());
  return call;
}

// Lets a request have what others find out about its call, and they what it does.
void Share(const v1::CallInput& proto, const std::string& digest, RecentCalls& recent,
           extractive::CallInput& call, Request& request) {
  if (proto.ByteSizeLong() > kMaxSharedCallBytes) return;
  request.call_sources = recent.sources.Get(digest, [] { return CallSources(); });
  call.clean_sentences =
      recent.clean_sentences.Get(digest, [] { return extractive::CleanSentences(); });
  call.agreed_days = recent.agreed_days.Get(digest, [] { return extractive::SharedAgreedDays(); });
}

absl::Status ReadInput(const v1::CompleteRequest& proto, RecentCalls& recent, Request& request) {
  if (proto.has_call()) {
    ASSIGN_OR_RETURN(request.call, ReadCall(proto.call(), "call", recent));
    request.call_digest = Digest(proto.call());
    Share(proto.call(), request.call_digest, recent, *request.call, request);
  } else if (proto.has_email()) {
    if (!proto.email().has_analysis()) {
      return InvalidField("email.analysis", "the call's analysis", "set it");
    }
    extractive::EmailInput email;
    ASSIGN_OR_RETURN(email.call, ReadCall(proto.email().call(), "email.call", recent));
    email.analysis = wire::FromProto(proto.email().analysis());
    email.profile = wire::FromProto(proto.email().profile());
    email.variation = proto.email().variation();
    const v1::CallInput& call = proto.email().call();
    Share(call, Digest(call), recent, email.call, request);
    request.email = std::move(email);
  }
  return absl::OkStatus();
}

absl::Status ReadLimits(const v1::CompleteRequest& proto, Request& request) {
  if (proto.max_output_tokens() < 0) {
    return InvalidField("max_output_tokens", "0 or more", "leave it out for the model's default");
  }
  request.max_output_tokens = proto.max_output_tokens();
  if (proto.has_temperature()) {
    // Written so that NaN is refused, too.
    if (!(proto.temperature() >= 0 && proto.temperature() <= kMaxTemperature)) {
      return InvalidField("temperature", "0 to 2", "leave it out for the model's default");
    }
    request.temperature = proto.temperature();
  }
  if (proto.max_cost_nano_usd() < 0) {
    return InvalidField("max_cost_nano_usd", "0 or more", "leave it out for no limit");
  }
  request.max_cost_nano_usd = proto.max_cost_nano_usd();
  for (int i = 0; i < proto.required_capabilities_size(); ++i) {
    const v1::Capability capability = proto.required_capabilities(i);
    if (capability == v1::CAPABILITY_UNSPECIFIED || !v1::Capability_IsValid(capability)) {
      return InvalidField(absl::StrCat("required_capabilities[", i, "]"), "json or tools",
                          "see Capability");
    }
    request.required_capabilities.push_back(static_cast<Capability>(capability));
  }
  return absl::OkStatus();
}

void SetNative(const Answer& answer, v1::CompleteResponse& proto) {
  const auto* const native = dynamic_cast<const BuiltinAnswer*>(answer.native.get());
  if (native == nullptr) return;
  const auto& message = native->message;
  if (const auto* analysis = std::get_if<throughline::deal::v1::Analysis>(&message)) {
    *proto.mutable_analysis() = *analysis;
  } else if (const auto* facts = std::get_if<throughline::deal::v1::CallFacts>(&message)) {
    *proto.mutable_facts() = *facts;
  } else if (const auto* email = std::get_if<throughline::deal::v1::Email>(&message)) {
    *proto.mutable_email() = *email;
  }
}

}  // namespace

absl::Status CheckId(absl::string_view value, absl::string_view field) {
  if (value.size() <= kMaxIdBytes) return absl::OkStatus();
  return InvalidField(field, absl::StrCat("at most ", kMaxIdBytes, " bytes"), "shorten it");
}

absl::StatusOr<Request> ReadRequest(const v1::CompleteRequest& proto, RecentCalls& recent) {
  Request request;
  ASSIGN_OR_RETURN(request.task, ReadTask(proto.task()));
  ASSIGN_OR_RETURN(request.messages, ReadMessages(proto.messages()));
  RETURN_IF_ERROR(ReadInput(proto, recent, request));
  ASSIGN_OR_RETURN(request.contract, ReadContract(proto.contract()));
  RETURN_IF_ERROR(ReadLimits(proto, request));
  RETURN_IF_ERROR(CheckId(proto.attribution().customer_id(), "attribution.customer_id"));
  RETURN_IF_ERROR(CheckId(proto.attribution().call_id(), "attribution.call_id"));
  RETURN_IF_ERROR(CheckId(proto.idempotency_key(), "idempotency_key"));
  request.attribution = {.customer_id = proto.attribution().customer_id(),
                         .call_id = proto.attribution().call_id()};
  request.idempotency_key = proto.idempotency_key();
  if (!request.idempotency_key.empty()) request.fingerprint = Fingerprint(proto);
  request.model = proto.model();
  return request;
}

absl::StatusOr<Request> ReadRequest(const v1::DecideRequest& proto) {
  Request request;
  ASSIGN_OR_RETURN(request.task, ReadTask(proto.task()));
  ASSIGN_OR_RETURN(request.messages, ReadMessages(proto.messages()));
  ASSIGN_OR_RETURN(request.contract, ReadContract(proto.contract()));
  return request;
}

absl::StatusOr<DecisionFilter> ReadFilter(const v1::ListDecisionsRequest& proto) {
  if (proto.page_size() < 0 || proto.page_size() > kMaxPageSize) {
    return InvalidField("page_size", absl::StrCat("0 to ", kMaxPageSize), "ask for fewer");
  }
  DecisionFilter filter;
  filter.customer_id = proto.customer_id();
  filter.call_id = proto.call_id();
  if (proto.task() != v1::TASK_KIND_UNSPECIFIED) {
    ASSIGN_OR_RETURN(filter.task, ReadTask(proto.task()));
  }
  if (proto.has_since()) filter.since = wire::FromTimestamp(proto.since());
  filter.page_size = proto.page_size() == 0 ? kDefaultPageSize : proto.page_size();
  filter.page_token = proto.page_token();
  return filter;
}

absl::StatusOr<SpendQuery> ReadSpendQuery(const v1::GetSpendRequest& proto) {
  if (!v1::SpendGroup_IsValid(proto.group_by())) {
    return InvalidField("group_by",
                        "model, task, customer, tenant, day, reason, outcome or nothing",
                        "see SpendGroup");
  }
  SpendQuery query;
  query.group_by = static_cast<SpendGroup>(proto.group_by());
  if (proto.has_since()) query.since = wire::FromTimestamp(proto.since());
  if (proto.has_until()) query.until = wire::FromTimestamp(proto.until());
  query.customer_id = proto.customer_id();
  return query;
}

v1::Cost ToProto(const Cost& cost) {
  v1::Cost proto;
  proto.set_nano_usd(cost.nano_usd);
  proto.set_usd(ToUsd(cost.nano_usd));
  proto.set_unpriced(cost.unpriced);
  return proto;
}

v1::Usage ToProto(const Usage& usage) {
  v1::Usage proto;
  proto.set_input_uncached_tokens(usage.input_uncached_tokens);
  proto.set_input_cached_tokens(usage.input_cached_tokens);
  proto.set_output_visible_tokens(usage.output_visible_tokens);
  proto.set_output_reasoning_tokens(usage.output_reasoning_tokens);
  proto.set_estimated(usage.estimated);
  return proto;
}

v1::Check ToProto(const Check& check) {
  v1::Check proto;
  proto.set_name(check.name);
  proto.set_result(static_cast<v1::CheckResult>(check.result));
  proto.set_explanation(check.explanation);
  return proto;
}

v1::Attempt ToProto(const Attempt& attempt) {
  v1::Attempt proto;
  proto.set_model(attempt.model);
  proto.set_provider(attempt.provider);
  proto.set_role(static_cast<v1::AttemptRole>(attempt.role));
  proto.set_outcome(static_cast<v1::AttemptOutcome>(attempt.outcome));
  proto.set_reason(static_cast<v1::DecisionReason>(attempt.reason));
  for (const Check& check : attempt.checks) *proto.add_checks() = ToProto(check);
  proto.set_score(attempt.score);
  *proto.mutable_usage() = ToProto(attempt.usage);
  *proto.mutable_cost() = ToProto(attempt.cost);
  *proto.mutable_latency() = wire::ToDuration(attempt.latency);
  proto.set_explanation(attempt.explanation);
  proto.set_empty_cause(attempt.empty_cause);
  if (attempt.time_to_first_text.has_value()) {
    *proto.mutable_time_to_first_text() = wire::ToDuration(*attempt.time_to_first_text);
  }
  return proto;
}

v1::Decision ToProto(const Decision& decision) {
  v1::Decision proto;
  proto.set_id(decision.id);
  *proto.mutable_decided_at() = wire::ToTimestamp(decision.decided_at);
  proto.set_task(static_cast<v1::TaskKind>(decision.task));
  proto.mutable_attribution()->set_customer_id(decision.attribution.customer_id);
  proto.mutable_attribution()->set_call_id(decision.attribution.call_id);
  proto.set_outcome(static_cast<v1::DecisionOutcome>(decision.outcome));
  proto.set_reason(static_cast<v1::DecisionReason>(decision.reason));
  proto.set_explanation(decision.explanation);
  proto.set_from_model(decision.from_model);
  proto.set_to_model(decision.to_model);
  proto.set_draft_score(decision.draft_score);
  proto.set_threshold(decision.threshold);
  proto.set_difficulty(decision.difficulty);
  for (const Attempt& attempt : decision.attempts) *proto.add_attempts() = ToProto(attempt);
  *proto.mutable_cost() = ToProto(decision.cost);
  *proto.mutable_baseline_cost() = ToProto(decision.baseline_cost);
  *proto.mutable_latency() = wire::ToDuration(decision.latency);
  *proto.mutable_overhead() = wire::ToDuration(decision.overhead);
  proto.set_policy_version(decision.policy_version);
  proto.set_cascade_dearer(decision.cascade_dearer);
  return proto;
}

v1::CompleteResponse ToProto(Answer&& answer) {
  v1::CompleteResponse proto;
  SetNative(answer, proto);
  proto.set_text(std::move(answer.text));
  *proto.mutable_decision() = ToProto(answer.decision);
  proto.set_messages_unread(answer.messages_unread);
  return proto;
}

v1::DecideResponse ToProto(const Outlook& outlook) {
  v1::DecideResponse proto;
  proto.set_difficulty(outlook.difficulty);
  proto.set_draft_score(outlook.draft_score);
  proto.set_decision(static_cast<v1::DecisionOutcome>(outlook.decision));
  proto.set_reason(static_cast<v1::DecisionReason>(outlook.reason));
  proto.set_explanation(outlook.explanation);
  proto.set_from_model(outlook.from_model);
  proto.set_to_model(outlook.to_model);
  proto.set_threshold(outlook.threshold);
  for (const Check& check : outlook.checks) *proto.add_checks() = ToProto(check);
  return proto;
}

v1::SpendRow ToProto(const SpendRow& row) {
  v1::SpendRow proto;
  proto.set_key(row.key);
  proto.set_model_calls(row.model_calls);
  proto.set_unused_model_calls(row.unused_model_calls);
  proto.set_unpriced_model_calls(row.unpriced_model_calls);
  *proto.mutable_cost() = ToProto(row.cost);
  if (row.baseline_cost.has_value()) *proto.mutable_baseline_cost() = ToProto(*row.baseline_cost);
  *proto.mutable_usage() = ToProto(row.usage);
  return proto;
}

v1::GetSpendResponse ToProto(const Spend& spend) {
  v1::GetSpendResponse proto;
  for (const SpendRow& row : spend.rows) *proto.add_rows() = ToProto(row);
  *proto.mutable_total() = ToProto(spend.total);
  for (const CascadeEconomics& of : spend.economics) {
    v1::CascadeEconomics& economics = *proto.add_economics();
    economics.set_task(static_cast<v1::TaskKind>(of.task));
    economics.set_decisions(of.decisions);
    economics.set_escalated(of.escalated);
    *economics.mutable_cost() = ToProto(of.cost);
    *economics.mutable_baseline_cost() = ToProto(of.baseline_cost);
    economics.set_dearer(of.Dearer());
    *economics.mutable_median_cost() = ToProto(Cost{.nano_usd = of.median_nano_usd});
    *economics.mutable_p95_cost() = ToProto(Cost{.nano_usd = of.p95_nano_usd});
  }
  const Cost baseline = spend.total.baseline_cost.value_or(Cost{});
  *proto.mutable_savings() =
      ToProto(Cost{.nano_usd = baseline.nano_usd - spend.total.cost.nano_usd,
                   .unpriced = baseline.unpriced || spend.total.cost.unpriced});
  return proto;
}

v1::Budget ToProto(const BudgetState& state) {
  v1::Budget proto;
  proto.set_name(state.account.name);
  proto.set_scope(static_cast<v1::BudgetScope>(state.account.scope));
  proto.set_subject(state.account.subject);
  proto.set_limit_nano_usd(state.account.limit_nano_usd);
  proto.set_limit_requests(state.account.limit_requests);
  proto.set_spent_nano_usd(state.spent_nano_usd);
  proto.set_reserved_nano_usd(state.reserved_nano_usd);
  proto.set_requests(state.requests);
  if (state.account.resets_at != absl::InfiniteFuture()) {
    *proto.mutable_resets_at() = wire::ToTimestamp(state.account.resets_at);
  }
  return proto;
}

v1::Model ToProto(const ModelStatus& status) {
  v1::Model proto;
  const Price& price = status.model.price;
  proto.set_name(status.model.name);
  proto.set_provider(status.model.provider);
  if (price.input) proto.set_input_usd_per_million(ToUsd(*price.input));
  if (price.cached_input) {
    proto.set_cached_input_usd_per_million(ToUsd(*price.cached_input));
  }
  if (price.output) proto.set_output_usd_per_million(ToUsd(*price.output));
  proto.set_max_output_tokens(status.model.max_output_tokens);
  proto.set_threshold(status.threshold);
  proto.set_context_tokens(status.model.context_tokens);
  for (const Capability capability : status.model.capabilities) {
    proto.add_capabilities(static_cast<v1::Capability>(capability));
  }
  proto.set_price_source(status.model.price_source);
  proto.set_price_as_of(status.model.price_as_of);
  proto.set_breaker_state(static_cast<v1::BreakerState>(status.breaker));
  proto.set_calls_in_flight(status.load.in_flight);
  proto.set_calls_queued(status.load.queued);
  for (const TaskKind task : status.tasks) proto.add_tasks(static_cast<v1::TaskKind>(task));
  return proto;
}

}  // namespace throughline::router
