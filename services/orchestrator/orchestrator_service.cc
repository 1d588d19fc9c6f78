#include "services/orchestrator/orchestrator_service.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/audit/audited.h"
#include "common/base/errors.h"
#include "common/base/status_macros.h"
#include "common/base/task_macros.h"
#include "common/retention/preview.h"
#include "common/rpc/task_call.h"
#include "common/rpc/unary_call.h"
#include "common/wire/deal.h"
#include "common/wire/time.h"
#include "services/orchestrator/call_codec.h"
#include "services/orchestrator/domain/intake.h"
#include "services/orchestrator/domain/session_prompt.h"
#include "services/orchestrator/service_support.h"

namespace throughline::orchestrator {
namespace {

constexpr size_t kMaxBasePromptBytes = 256 * 1024;

class NoObserver final : public StepObserver {
 public:
  void Started(Step) override {}
  void Finished(Step, absl::Duration, const std::string&) override {}
};

using Stream = rpc::TaskStream<v1::StreamProcessCallResponse>;

// Events stay apart however slow the client is: there are two for each step.
bool KeepApart(v1::StreamProcessCallResponse&, const v1::StreamProcessCallResponse&) {
  return false;
}

// Sends each event; a client that is gone is noticed by the context.
class StreamObserver final : public StepObserver {
 public:
  explicit StreamObserver(Stream::Sink& sink) : sink_(sink) {}

  void Started(Step step) override {
    v1::StreamProcessCallResponse event;
    event.mutable_step_started()->set_step(ToProto(step));
    sink_.Write(std::move(event));
  }
  void Finished(Step step, absl::Duration duration, const std::string& summary) override {
    v1::StreamProcessCallResponse event;
    v1::StepFinished& finished = *event.mutable_step_finished();
    finished.set_step(ToProto(step));
    *finished.mutable_duration() = wire::ToDuration(duration);
    finished.set_summary(summary);
    sink_.Write(std::move(event));
  }

 private:
  Stream::Sink& sink_;
};

}  // namespace

Task<absl::StatusOr<CallResult>> OrchestratorServiceImpl::Process(
    const Context& context, const grpc::CallbackServerContext* call, const v1::CallSource& proto,
    StepObserver& observer) {
  audit::Act act(parts_.audit, context, call, OnCall("process_call", proto.customer_id()));
  CO_RETURN_IF_ERROR(act.Admit());
  MeasuringObserver measuring(parts_.metrics, observer);
  const absl::StatusOr<CallSource> source = FromProto(proto);
  if (!source.ok()) {
    parts_.metrics.CallEnded(source.status());
    co_return act.End(source.status());
  }
  absl::StatusOr<CallResult> result = co_await parts_.runner.Process(context, *source, measuring);
  parts_.metrics.CallEnded(result);
  const std::string& call_id = result.ok() ? result->call_id : source->call_id;
  act.record().objects.emplace_back("call_id", call_id);
  if (result.ok()) act.record().counts = {{"replayed", result->replayed ? 1 : 0}};
  CO_RETURN_IF_ERROR(act.End(result.status()));
  co_return result;
}

grpc::ServerUnaryReactor* OrchestratorServiceImpl::ProcessCall(
    grpc::CallbackServerContext* call, const v1::ProcessCallRequest* request,
    v1::ProcessCallResponse* response) {
  return rpc::TaskCall::Start(pipeline_runtime_, calls_, call, Method("ProcessCall"),
                              [=, this](const Context& context) -> Task<absl::Status> {
                                NoObserver nobody;
                                CO_ASSIGN_OR_RETURN(
                                    const CallResult result,
                                    co_await Process(context, call, request->call(), nobody));
                                *response->mutable_result() = ToProto(result);
                                co_return absl::OkStatus();
                              });
}

grpc::ServerWriteReactor<v1::StreamProcessCallResponse>* OrchestratorServiceImpl::StreamProcessCall(
    grpc::CallbackServerContext* call, const v1::StreamProcessCallRequest* request) {
  return Stream::Start(pipeline_runtime_, calls_, call, Method("StreamProcessCall"), &KeepApart,
                       [=, this](const Context& context, Stream::Sink& sink) -> Task<absl::Status> {
                         StreamObserver observer(sink);
                         CO_ASSIGN_OR_RETURN(
                             const CallResult result,
                             co_await Process(context, call, request->call(), observer));
                         v1::StreamProcessCallResponse event;
                         *event.mutable_result() = ToProto(result);
                         sink.Write(std::move(event));
                         co_return absl::OkStatus();
                       });
}

grpc::ServerUnaryReactor* OrchestratorServiceImpl::StartSession(
    grpc::CallbackServerContext* call, const v1::StartSessionRequest* request,
    v1::StartSessionResponse* response) {
  return rpc::UnaryCall::Start(
      read_runtime_, call, Method("StartSession"),
      [=, this](const Context& context) -> absl::Status {
        RETURN_IF_ERROR(CheckCustomerId(request->customer_id()));
        const std::string& base = request->base_system_prompt();
        if (base.size() > kMaxBasePromptBytes) {
          return InvalidField("base_system_prompt",
                              absl::StrCat("at most ", kMaxBasePromptBytes, " bytes"),
                              "shorten it");
        }
        ASSIGN_OR_RETURN(const int tokens,
                         Bounded("max_profile_tokens", request->max_profile_tokens(),
                                 kDefaultSessionTokens, kMinSessionTokens, kMaxSessionTokens));
        const absl::StatusOr<ProfileView> known =
            parts_.memory.GetProfile(context, request->customer_id());
        if (!known.ok() && !absl::IsNotFound(known.status())) return known.status();
        response->set_system_prompt(known.ok() ? SessionPrompt(base, known->profile, tokens)
                                               : base);
        response->set_profile_included(response->system_prompt() != base);
        if (response->profile_included()) response->set_profile_version(known->profile.version);
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* OrchestratorServiceImpl::GetProfile(grpc::CallbackServerContext* call,
                                                              const v1::GetProfileRequest* request,
                                                              v1::GetProfileResponse* response) {
  return rpc::UnaryCall::Start(
      read_runtime_, call, Method("GetProfile"), [=, this](const Context& context) -> absl::Status {
        RETURN_IF_ERROR(CheckCustomerId(request->customer_id()));
        ASSIGN_OR_RETURN(const ProfileView known,
                         parts_.memory.GetProfile(context, request->customer_id()));
        *response->mutable_profile() = wire::ToProto(known.profile);
        response->set_rendered(known.rendered);
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* OrchestratorServiceImpl::GetCall(grpc::CallbackServerContext* call,
                                                           const v1::GetCallRequest* request,
                                                           v1::GetCallResponse* response) {
  return rpc::UnaryCall::Start(
      read_runtime_, call, Method("GetCall"), [=, this](const Context& context) -> absl::Status {
        RETURN_IF_ERROR(CheckCustomerId(request->customer_id()));
        RETURN_IF_ERROR(CheckCallId(request->call_id()));
        ASSIGN_OR_RETURN(const std::optional<StoredCall> stored,
                         parts_.store.Find(context, {.tenant = context.tenant(),
                                                     .customer_id = request->customer_id(),
                                                     .call_id = request->call_id()}));
        if (!stored || stored->state != CallState::kSaved) {
          return absl::NotFoundError(absl::StrCat("call_id: no call \"", request->call_id(),
                                                  "\" of customer \"", request->customer_id(),
                                                  "\"; list the calls to see their ids"));
        }
        *response->mutable_result() = ToProto(stored->computed.result);
        *response->mutable_transcript() = wire::ToProto(stored->computed.call.transcript);
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* OrchestratorServiceImpl::ListCalls(grpc::CallbackServerContext* call,
                                                             const v1::ListCallsRequest* request,
                                                             v1::ListCallsResponse* response) {
  return rpc::UnaryCall::Start(
      read_runtime_, call, Method("ListCalls"), [=, this](const Context& context) -> absl::Status {
        RETURN_IF_ERROR(CheckCustomerId(request->customer_id()));
        ASSIGN_OR_RETURN(const int page_size, Bounded("page_size", request->page_size(),
                                                      kDefaultPageSize, 1, kMaxPageSize));
        ASSIGN_OR_RETURN(const CallPage page,
                         parts_.store.ListSaved(context, request->customer_id(), page_size,
                                                request->page_token()));
        for (const CallResult& result : page.calls) *response->add_calls() = ToSummary(result);
        response->set_next_page_token(page.next_page_token);
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* OrchestratorServiceImpl::GetDeal(grpc::CallbackServerContext* call,
                                                           const v1::GetDealRequest* request,
                                                           v1::GetDealResponse* response) {
  return rpc::UnaryCall::Start(
      read_runtime_, call, Method("GetDeal"), [=, this](const Context& context) -> absl::Status {
        RETURN_IF_ERROR(CheckCustomerId(request->customer_id()));
        ASSIGN_OR_RETURN(const deal::DealState known,
                         parts_.memory.GetDeal(context, request->customer_id()));
        *response->mutable_deal() = wire::ToProto(known);
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* OrchestratorServiceImpl::PreviewRetention(
    grpc::CallbackServerContext* call, const v1::PreviewRetentionRequest*,
    v1::PreviewRetentionResponse* response) {
  return rpc::UnaryCall::Start(read_runtime_, call, Method("PreviewRetention"),
                               [=, this](const Context& context) -> absl::Status {
                                 ASSIGN_OR_RETURN(const auto previews,
                                                  parts_.sweeper.PreviewTenant(context));
                                 retention::Answer(previews, *response);
                                 return absl::OkStatus();
                               });
}

}  // namespace throughline::orchestrator
