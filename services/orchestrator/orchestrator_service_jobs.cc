#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>

#include "common/audit/audited.h"
#include "common/base/errors.h"
#include "common/base/status_macros.h"
#include "common/rpc/unary_call.h"
#include "common/wire/time.h"
#include "services/orchestrator/call_codec.h"
#include "services/orchestrator/domain/intake.h"
#include "services/orchestrator/orchestrator_service.h"
#include "services/orchestrator/service_support.h"

// The handlers of background work.
namespace throughline::orchestrator {
namespace {

constexpr int kMaxMessages = 10'000;
constexpr size_t kMaxRoleBytes = 200;
constexpr size_t kMaxContentBytes = size_t{1} << 20;
constexpr size_t kMaxJobIdBytes = 200;

absl::Status CheckMessages(const v1::IngestRequest& request) {
  if (request.messages().empty() || request.messages_size() > kMaxMessages) {
    return InvalidField("messages", absl::StrCat("1 to ", kMaxMessages, " messages"),
                        "send the conversation, oldest message first");
  }
  for (int i = 0; i < request.messages_size(); ++i) {
    const v1::ConversationMessage& message = request.messages(i);
    if (message.role().empty() || message.role().size() > kMaxRoleBytes) {
      return InvalidField(absl::StrCat("messages[", i, "].role"),
                          absl::StrCat("1 to ", kMaxRoleBytes, " bytes"),
                          "send \"user\", \"assistant\" or the speaker's name");
    }
    if (message.content().size() > kMaxContentBytes) {
      return InvalidField(absl::StrCat("messages[", i, "].content"),
                          absl::StrCat("at most ", kMaxContentBytes, " bytes"), "split it");
    }
  }
  return absl::OkStatus();
}

// The conversation as the chat format that the transcript parser reads.
absl::StatusOr<CallSource> ReadConversation(const v1::IngestRequest& request) {
  RETURN_IF_ERROR(CheckMessages(request));
  nlohmann::json messages = nlohmann::json::array();
  for (const v1::ConversationMessage& message : request.messages()) {
    messages.push_back({{"role", message.role()}, {"content", message.content()}});
  }
  CallSource source{.customer_id = request.customer_id(),
                    .call_id = request.conversation_id(),
                    .transcript = messages.dump(),
                    .format = transcript::Format::kChat};
  if (request.has_occurred_at()) {
    source.call_date =
        absl::ToCivilDay(wire::FromTimestamp(request.occurred_at()), absl::UTCTimeZone());
  }
  return source;
}

absl::Status CheckJobId(const std::string& id) {
  if (!id.empty() && id.size() <= kMaxJobIdBytes) return absl::OkStatus();
  return InvalidField("job_id", "the id of a job", "send one that Ingest or ListJobs gave");
}

}  // namespace

grpc::ServerUnaryReactor* OrchestratorServiceImpl::Ingest(grpc::CallbackServerContext* call,
                                                          const v1::IngestRequest* request,
                                                          v1::IngestResponse* response) {
  return rpc::UnaryCall::Start(
      read_runtime_, call, Method("Ingest"), [=, this](const Context& context) -> absl::Status {
        return audit::Audited(
            parts_.audit, context, call, OnCall("ingest", request->customer_id()),
            audit::When::kSoon, [&](audit::Record& record) -> absl::Status {
              ASSIGN_OR_RETURN(const CallSource source, ReadConversation(*request));
              ASSIGN_OR_RETURN(const Job job, parts_.runner.Submit(context, source));
              parts_.job_taken();
              record.objects.emplace_back("call_id", job.call.call_id);
              record.objects.emplace_back("job_id", job.id);
              *response->mutable_job() = ToProto(job);
              return absl::OkStatus();
            });
      });
}

grpc::ServerUnaryReactor* OrchestratorServiceImpl::GetJob(grpc::CallbackServerContext* call,
                                                          const v1::GetJobRequest* request,
                                                          v1::GetJobResponse* response) {
  return rpc::UnaryCall::Start(
      read_runtime_, call, Method("GetJob"), [=, this](const Context& context) -> absl::Status {
        RETURN_IF_ERROR(CheckJobId(request->job_id()));
        ASSIGN_OR_RETURN(const Job job, parts_.jobs.Get(context, request->job_id()));
        *response->mutable_job() = ToProto(parts_.runner.WithStep(job));
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* OrchestratorServiceImpl::ListJobs(grpc::CallbackServerContext* call,
                                                            const v1::ListJobsRequest* request,
                                                            v1::ListJobsResponse* response) {
  return rpc::UnaryCall::Start(
      read_runtime_, call, Method("ListJobs"), [=, this](const Context& context) -> absl::Status {
        ASSIGN_OR_RETURN(const int page_size, Bounded("page_size", request->page_size(),
                                                      kDefaultPageSize, 1, kMaxPageSize));
        JobFilter filter{.customer_id = request->customer_id()};
        if (!filter.customer_id.empty()) RETURN_IF_ERROR(CheckCustomerId(filter.customer_id));
        if (request->state() != v1::JOB_STATE_UNSPECIFIED) {
          if (!v1::JobState_IsValid(request->state())) {
            return InvalidField("state", "a JobState", "correct it, or leave it out for all");
          }
          filter.state = static_cast<JobState>(request->state());
        }
        ASSIGN_OR_RETURN(const JobPage page,
                         parts_.jobs.List(context, filter, page_size, request->page_token()));
        for (const Job& job : page.jobs) {
          *response->add_jobs() = ToProto(parts_.runner.WithStep(job));
        }
        response->set_next_page_token(page.next_page_token);
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* OrchestratorServiceImpl::CancelJob(grpc::CallbackServerContext* call,
                                                             const v1::CancelJobRequest* request,
                                                             v1::CancelJobResponse* response) {
  return rpc::UnaryCall::Start(
      read_runtime_, call, Method("CancelJob"), [=, this](const Context& context) -> absl::Status {
        return audit::Audited(
            parts_.audit, context, call, OnId("cancel_job", "job_id", request->job_id()),
            audit::When::kSoon, [&](audit::Record&) -> absl::Status {
              RETURN_IF_ERROR(CheckJobId(request->job_id()));
              ASSIGN_OR_RETURN(const Job job, parts_.runner.Cancel(context, request->job_id()));
              *response->mutable_job() = ToProto(job);
              return absl::OkStatus();
            });
      });
}

grpc::ServerUnaryReactor* OrchestratorServiceImpl::RetryJob(grpc::CallbackServerContext* call,
                                                            const v1::RetryJobRequest* request,
                                                            v1::RetryJobResponse* response) {
  return rpc::UnaryCall::Start(
      read_runtime_, call, Method("RetryJob"), [=, this](const Context& context) -> absl::Status {
        return audit::Audited(
            parts_.audit, context, call, OnId("retry_job", "job_id", request->job_id()),
            audit::When::kSoon, [&](audit::Record&) -> absl::Status {
              RETURN_IF_ERROR(CheckJobId(request->job_id()));
              ASSIGN_OR_RETURN(const Job job, parts_.jobs.Retry(context, request->job_id()));
              parts_.job_taken();
              *response->mutable_job() = ToProto(job);
              return absl::OkStatus();
            });
      });
}

}  // namespace throughline::orchestrator
