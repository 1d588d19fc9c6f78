#include "common/wire/call_work.h"

#include <google/protobuf/util/json_util.h>

#include "absl/strings/str_cat.h"
#include "common/base/errors.h"
#include "common/digest/sha256.h"
#include "common/wire/deal.h"
#include "common/wire/repeated.h"

namespace throughline::wire {
namespace {

namespace analyst_v1 = throughline::analyst::v1;
namespace deal_v1 = throughline::deal::v1;
namespace router_v1 = throughline::router::v1;

absl::Status Validate(const analyst_v1::CallContext& proto, absl::string_view field) {
  const auto path = [&](absl::string_view name) { return absl::StrCat(field, ".", name); };
  if (proto.customer_id().empty()) {
    return InvalidField(path("customer_id"), "the customer's id", "set it");
  }
  if (proto.call_id().empty()) return InvalidField(path("call_id"), "the call's id", "set it");
  if (proto.transcript().turns().empty()) {
    return InvalidField(path("transcript.turns"), "at least one turn", "send the parsed call");
  }
  for (int i = 0; i < proto.transcript().turns_size(); ++i) {
    if (proto.transcript().turns(i).index() == i) continue;
    return InvalidField(path(absl::StrCat("transcript.turns[", i, "].index")), absl::StrCat(i),
                        "number the turns from 0 without gaps");
  }
  if (!proto.transcript().has_occurred_at()) {
    return InvalidField(path("transcript.occurred_at"), "the time of the call", "set it");
  }
  return absl::OkStatus();
}

void FillContract(const grounding::OutputContract& contract, router_v1::OutputContract& proto) {
  proto.set_json_schema(contract.json_schema);
  AppendAll(contract.sources, proto.mutable_sources());
  for (const grounding::FieldConstraint& constraint : contract.fields) {
    router_v1::FieldConstraint& field = *proto.add_fields();
    field.set_path(constraint.path);
    field.set_rule(static_cast<router_v1::FieldRule>(constraint.rule));
  }
  AppendAll(contract.forbidden_phrases, proto.mutable_forbidden_phrases());
  AppendAll(contract.required_phrases, proto.mutable_required_phrases());
  proto.set_max_words(contract.max_words);
  proto.set_ground_numbers(contract.ground_numbers);
}

}  // namespace

analyst_v1::CallContext ToProto(const grounding::CallContext& value) {
  analyst_v1::CallContext proto;
  proto.set_customer_id(value.customer_id);
  proto.set_call_id(value.call_id);
  *proto.mutable_transcript() = ToProto(value.transcript);
  proto.set_customer_name(value.customer_name);
  proto.set_seller_name(value.seller_name);
  *proto.mutable_known() = ToProto(value.known);
  AppendAll(value.known.facts, proto.mutable_facts());
  return proto;
}

absl::StatusOr<grounding::CallContext> ReadCallContext(const analyst_v1::CallContext& proto,
                                                       absl::string_view field) {
  if (absl::Status status = Validate(proto, field); !status.ok()) return status;
  grounding::CallContext value{.customer_id = proto.customer_id(),
                               .call_id = proto.call_id(),
                               .transcript = FromProto(proto.transcript()),
                               .customer_name = proto.customer_name(),
                               .seller_name = proto.seller_name(),
                               .known = FromProto(proto.known())};
  value.known.facts = CollectAll(proto.facts());
  return value;
}

router_v1::CallInput ToCallInput(const grounding::CallContext& value) {
  router_v1::CallInput proto;
  *proto.mutable_transcript() = ToProto(value.transcript);
  proto.set_call_id(value.call_id);
  proto.set_customer_name(value.customer_name);
  proto.set_seller_name(value.seller_name);
  *proto.mutable_known() = ToProto(value.known);
  AppendAll(value.known.facts, proto.mutable_facts());
  return proto;
}

analyst_v1::DroppedClaim ToProto(const grounding::DroppedClaim& value) {
  analyst_v1::DroppedClaim proto;
  proto.set_claim(value.claim);
  proto.set_reason(value.reason);
  return proto;
}

grounding::DroppedClaim FromProto(const analyst_v1::DroppedClaim& proto) {
  return {.claim = proto.claim(), .reason = proto.reason()};
}

router_v1::Decision ToProto(const grounding::RoutedDecision& value) {
  router_v1::Decision proto;
  if (!proto.ParseFromString(value.record)) proto.Clear();
  return proto;
}

grounding::RoutedDecision FromProto(const router_v1::Decision& proto) {
  return {.record = proto.SerializeAsString(),
          .cost_nano_usd = proto.cost().nano_usd(),
          .cost_unpriced = proto.cost().unpriced(),
          .baseline_nano_usd = proto.baseline_cost().nano_usd(),
          .baseline_unpriced = proto.baseline_cost().unpriced(),
          .model = proto.to_model()};
}

router_v1::CompleteRequest MakeCompleteRequest(router_v1::TaskKind task,
                                               const grounding::CallContext& call,
                                               const grounding::OutputContract& contract) {
  router_v1::CompleteRequest request;
  request.set_task(task);
  FillContract(contract, *request.mutable_contract());
  request.mutable_attribution()->set_customer_id(call.customer_id);
  request.mutable_attribution()->set_call_id(call.call_id);
  return request;
}

void AddWords(const grounding::PromptWords& words, router_v1::CompleteRequest& request) {
  router_v1::Message& system = *request.add_messages();
  system.set_role(router_v1::ROLE_SYSTEM);
  system.set_content(words.system);
  router_v1::Message& user = *request.add_messages();
  user.set_role(router_v1::ROLE_USER);
  user.set_content(words.user);
}

void Seal(absl::string_view tenant, absl::string_view addition,
          router_v1::CompleteRequest& request) {
  request.clear_idempotency_key();
  request.set_idempotency_key(
      absl::StrCat(router_v1::TaskKind_Name(request.task()), ":",
                   Sha256Hex({tenant, addition, request.SerializeAsString()})));
}

absl::Status TakeAnswer(router_v1::CompleteResponse& response, deal_v1::Analysis* answer) {
  if (!response.has_analysis()) return ParseAnswer(response.text(), answer);
  answer->Swap(response.mutable_analysis());
  return absl::OkStatus();
}

absl::Status TakeAnswer(router_v1::CompleteResponse& response, deal_v1::CallFacts* answer) {
  if (!response.has_facts()) return ParseAnswer(response.text(), answer);
  answer->Swap(response.mutable_facts());
  return absl::OkStatus();
}

absl::Status TakeAnswer(router_v1::CompleteResponse& response, deal_v1::Email* answer) {
  if (!response.has_email()) return ParseAnswer(response.text(), answer);
  answer->Swap(response.mutable_email());
  return absl::OkStatus();
}

absl::Status ParseAnswer(absl::string_view json, google::protobuf::Message* message) {
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = false;
  const auto status = google::protobuf::util::JsonStringToMessage(
      google::protobuf::StringPiece(json.data(), json.size()), message, options);
  if (status.ok()) return absl::OkStatus();
  return WithReason(
      absl::InternalError(absl::StrCat("the model's answer is not a ",
                                       message->GetDescriptor()->full_name(), " as JSON")),
      "MODEL_OUTPUT_MALFORMED");
}

}  // namespace throughline::wire
