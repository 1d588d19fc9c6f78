#ifndef THROUGHLINE_COMMON_WIRE_CALL_WORK_H_
#define THROUGHLINE_COMMON_WIRE_CALL_WORK_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/grounding/call_context.h"
#include "common/grounding/model_work.h"
#include "throughline/analyst/v1/analyst_service.pb.h"
#include "throughline/router/v1/router_service.pb.h"

// Work on a call as it travels between the services. Pure and thread-safe.
namespace throughline::wire {

throughline::analyst::v1::CallContext ToProto(const grounding::CallContext& value);

// INVALID_ARGUMENT naming the field unless customer_id, call_id, at least one turn, turns numbered
// from 0 and occurred_at are there. `field` is the path of `proto` in its request: "context".
absl::StatusOr<grounding::CallContext> ReadCallContext(
    const throughline::analyst::v1::CallContext& proto, absl::string_view field);

// The typed input of a call task.
throughline::router::v1::CallInput ToCallInput(const grounding::CallContext& value);

throughline::analyst::v1::DroppedClaim ToProto(const grounding::DroppedClaim& value);
grounding::DroppedClaim FromProto(const throughline::analyst::v1::DroppedClaim& proto);

// A record that does not parse gives an empty message.
throughline::router::v1::Decision ToProto(const grounding::RoutedDecision& value);
grounding::RoutedDecision FromProto(const throughline::router::v1::Decision& proto);

// A request without typed input and messages: contract and attribution. Add the input, Seal it, add
// the words where models read them.
throughline::router::v1::CompleteRequest MakeCompleteRequest(
    throughline::router::v1::TaskKind task, const grounding::CallContext& call,
    const grounding::OutputContract& contract);
void AddWords(const grounding::PromptWords& words,
              throughline::router::v1::CompleteRequest& request);

// Sets the idempotency key from `tenant`, what the prompt adds and everything in the request, which
// has no messages yet: the same work asked for twice is billed once, with its words or without, and
// work on another call or other knowledge is other work.
void Seal(absl::string_view tenant, absl::string_view addition,
          throughline::router::v1::CompleteRequest& request);

// The answer to a call task: as the router gave it, or else read from its text. Errors as
// ParseAnswer's.
absl::Status TakeAnswer(throughline::router::v1::CompleteResponse& response,
                        throughline::deal::v1::Analysis* answer);
absl::Status TakeAnswer(throughline::router::v1::CompleteResponse& response,
                        throughline::deal::v1::CallFacts* answer);
absl::Status TakeAnswer(throughline::router::v1::CompleteResponse& response,
                        throughline::deal::v1::Email* answer);

// Reads a model's JSON answer into `message`. INTERNAL with reason MODEL_OUTPUT_MALFORMED when it
// is not JSON of the message's type or has fields the type does not know.
absl::Status ParseAnswer(absl::string_view json, google::protobuf::Message* message);

}  // namespace throughline::wire

#endif  // THROUGHLINE_COMMON_WIRE_CALL_WORK_H_
