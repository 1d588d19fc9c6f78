#include "services/gateway/surfaces/calls.h"

#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/errors.h"
#include "common/base/status_macros.h"
#include "common/base/task_macros.h"
#include "common/rpc/stream_reader.h"
#include "common/rpc/task_client.h"
#include "services/gateway/json_body.h"
#include "services/gateway/problem.h"
#include "services/gateway/sse.h"
#include "services/gateway/surfaces/rpc_route.h"
#include "services/gateway/transcoding.h"

namespace throughline::gateway {
namespace {

namespace orchestrator = throughline::orchestrator::v1;
namespace memory = throughline::memory::v1;
using json = nlohmann::ordered_json;
using OrchestratorClient = rpc::TaskClient<Upstream::Orchestrator>;

constexpr char kTranscript[] = "transcript";

// The call of a JSON body, whose transcript is text (or the JSON that a recorder exported) rather
// than the base64 that protobuf's JSON would have.
absl::Status ReadJsonCall(absl::string_view body, orchestrator::CallSource& call) {
  ASSIGN_OR_RETURN(json object, ReadJsonObject(body));
  if (const auto found = object.find(kTranscript); found != object.end()) {
    if (found->is_string()) {
      call.set_transcript(found->get<std::string>());
    } else if (found->is_structured()) {
      call.set_transcript(found->dump());
    } else {
      return InvalidField(kTranscript, "text, or the JSON of a recorder", "correct it");
    }
    object.erase(found);
  }
  return FromJson(object.dump(), call);
}

absl::Status ReadForm(const HttpRequest& request, orchestrator::CallSource& call) {
  std::map<std::string, std::string> fields;
  for (const FormPart& part : request.form) {
    if (part.name == kTranscript) {
      call.set_transcript(part.content);
    } else {
      fields[part.name] = part.content;
    }
  }
  return FromFields(fields, call);
}

absl::StatusOr<orchestrator::CallSource> ReadCall(const HttpRequest& request) {
  orchestrator::CallSource call;
  RETURN_IF_ERROR(FromFields(request.query, call));
  const absl::string_view type = request.Header("content-type");
  if (absl::StartsWithIgnoreCase(type, "multipart/form-data")) {
    RETURN_IF_ERROR(ReadForm(request, call));
  } else if (absl::StartsWithIgnoreCase(type, "application/json") && request.query.empty()) {
    RETURN_IF_ERROR(ReadJsonCall(request.body, call));
  } else {
    call.set_transcript(request.body);
  }
  if (call.call_id().empty()) call.set_call_id(std::string(request.Header("idempotency-key")));
  return call;
}

Task<absl::Status> Process(const Context& context, OrchestratorClient& client,
                           const HttpRequest& request, Responder& responder) {
  orchestrator::ProcessCallRequest rpc_request;
  CO_ASSIGN_OR_RETURN(*rpc_request.mutable_call(), ReadCall(request));
  const rpc::CallOptions options{.callee = "orchestrator", .budget = context.Remaining()};
  CO_ASSIGN_OR_RETURN(
      const orchestrator::ProcessCallResponse response,
      co_await client.Call(context, &OrchestratorClient::Async::ProcessCall, rpc_request, options));
  CO_ASSIGN_OR_RETURN(std::string body, ToJson(response.result()));
  responder.Send({.body = std::move(body)});
  co_return absl::OkStatus();
}

absl::StatusOr<SseEvent> ToEvent(const orchestrator::StreamProcessCallResponse& message) {
  using Message = orchestrator::StreamProcessCallResponse;
  SseEvent event;
  switch (message.event_case()) {
    case Message::kStepStarted: {
      event.name = "step_started";
      ASSIGN_OR_RETURN(event.data, ToJson(message.step_started()));
      return event;
    }
    case Message::kStepFinished: {
      event.name = "step_finished";
      ASSIGN_OR_RETURN(event.data, ToJson(message.step_finished()));
      return event;
    }
    default: {
      event.name = "result";
      ASSIGN_OR_RETURN(event.data, ToJson(message.result()));
      return event;
    }
  }
}

Task<absl::Status> StreamProcess(const Context& context, OrchestratorClient& client,
                                 const HttpRequest& request, Responder& responder) {
  orchestrator::StreamProcessCallRequest rpc_request;
  CO_ASSIGN_OR_RETURN(*rpc_request.mutable_call(), ReadCall(request));
  SseStream stream(responder);
  const auto forward =
      [&](const orchestrator::StreamProcessCallResponse& message) -> Task<absl::Status> {
    CO_ASSIGN_OR_RETURN(const SseEvent event, ToEvent(message));
    co_return co_await stream.Send(event);
  };
  const rpc::CallOptions options{.callee = "orchestrator", .budget = context.Remaining()};
  absl::Status status = co_await rpc::ReadStream(context, client.stub(),
                                                 &OrchestratorClient::Async::StreamProcessCall,
                                                 rpc_request, options, forward);
  // Before the first event an error is an ordinary answer; after it, the last event tells.
  if (status.ok() || !responder.started()) co_return status;
  const SseEvent failure{"error", Problem(status, context.request_id()).body};
  co_return co_await stream.Send(failure);
}

Task<absl::Status> Export(const Context& context, Upstream::Memory::StubInterface& stub,
                          const RouteCall& call, Responder& responder) {
  memory::ExportRequest request;
  CO_RETURN_IF_ERROR(BindPath(call.path, request));
  const auto forward = [&](const memory::ExportResponse& row) -> Task<absl::Status> {
    if (!responder.started()) responder.StartStream({.content_type = "application/x-ndjson"});
    const std::string line = absl::StrCat(row.json_line(), "\n");
    const bool sent = co_await responder.Write(line);
    co_return sent ? absl::OkStatus() : absl::CancelledError("the client has gone");
  };
  const rpc::CallOptions options{.callee = "memory", .budget = context.Remaining()};
  absl::Status status = co_await rpc::ReadStream(
      context, stub, &Upstream::Memory::StubInterface::async_interface::Export, request, options,
      forward);
  if (status.ok() && !responder.started()) responder.Send({.content_type = "application/x-ndjson"});
  co_return status;
}

}  // namespace

std::vector<Route> CallRoutes(const Upstream& upstream) {
  OrchestratorClient& client = *upstream.orchestrator;
  Route process{
      .method = "POST",
      .pattern = "/v1/calls",
      .scope = Scope::kWrite,
      .summary = "Process a call; with Accept: text/event-stream, step by step",
      .task =
          [&client](const Context& context, const RouteCall& call, Responder& responder) {
            const bool stream = absl::StrContains(
                absl::AsciiStrToLower(call.request.Header("accept")), "text/event-stream");
            return stream ? StreamProcess(context, client, call.request, responder)
                          : Process(context, client, call.request, responder);
          },
      .body = orchestrator::CallSource::descriptor(),
      .answer = orchestrator::CallResult::descriptor(),
  };
  Route exporting{
      .method = "GET",
      .pattern = "/v1/customers/{customer_id}/export",
      .scope = Scope::kRead,
      .summary = "Everything stored of a customer, a line of JSON for each row",
      .task = [&memory = *upstream.memory](
                  const Context& context, const RouteCall& call,
                  Responder& responder) { return Export(context, memory, call, responder); },
  };
  return {std::move(process), std::move(exporting)};
}

}  // namespace throughline::gateway
