#include "common/rpc/call_scope.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/clock.h"
#include "common/base/errors.h"
#include "common/base/random_hex.h"
#include "common/observability/json_log.h"
#include "common/rpc/metadata.h"
#include "common/rpc/status_mapping.h"

namespace throughline::rpc {
namespace {

constexpr size_t kRequestIdBytes = 8;

std::optional<std::string> Metadata(const grpc::CallbackServerContext& call, const char* key) {
  const auto found = call.client_metadata().find(key);
  if (found == call.client_metadata().end()) return std::nullopt;
  return std::string(found->second.data(), found->second.size());
}

std::string ChooseRequestId(const grpc::CallbackServerContext& call) {
  std::optional<std::string> sent = Metadata(call, kRequestIdKey);
  const bool usable = sent.has_value() && !sent->empty() && sent->size() <= kMaxRequestIdLength &&
                      std::all_of(sent->begin(), sent->end(),
                                  [](unsigned char c) { return absl::ascii_isgraph(c); });
  return usable ? *std::move(sent) : RandomHex(kRequestIdBytes);
}

Severity OutcomeSeverity(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kInternal:
    case absl::StatusCode::kUnknown:
    case absl::StatusCode::kDataLoss:
      return Severity::kError;
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kDeadlineExceeded:
      return Severity::kWarning;
    default:
      return Severity::kInfo;
  }
}

// "package.Service/Method" in two.
std::pair<std::string, std::string> SplitMethod(absl::string_view method) {
  return absl::StrSplit(method, absl::MaxSplits('/', 1));
}

}  // namespace

CallScope::CallScope(Runtime& runtime, grpc::CallbackServerContext* call, absl::string_view method,
                     absl::string_view type)
    : runtime_(runtime),
      service_(SplitMethod(method).first),
      method_(SplitMethod(method).second),
      type_(type),
      started_(Clock::Real().SteadyNow()),
      trace_(EnterTrace(Metadata(*call, kTraceParentKey).value_or(""), runtime.options().tracer)),
      context_(MakeContext(call)),
      span_(context_, trace_, method, "", SpanKind::kServer),
      in_flight_(runtime.metrics().in_flight.Add(MethodLabels())) {
  // As a trailer: initial metadata would tell a retrying client that the answer has begun.
  call->AddTrailingMetadata(kRequestIdKey, context_.request_id());
  in_flight_.Increment();
  runtime_.metrics().started.Add(MethodLabels()).Increment();
  span_.Set("rpc.system", "grpc");
  span_.Set("rpc.service", service_);
  span_.Set("rpc.method", method_);
  span_.Set("throughline.tenant", context_.tenant());
  span_.Set("throughline.request_id", context_.request_id());
}

Context CallScope::MakeContext(grpc::CallbackServerContext* call) {
  Context::Fields fields;
  fields.tenant = ChooseTenant(*call);
  fields.actor = ChooseActor(*call);
  fields.request_id = ChooseRequestId(*call);
  fields.traceparent = trace_.traceparent;
  fields.tracer = trace_.tracer;
  const absl::Duration left = absl::FromChrono(call->deadline()) - Clock::Real().Now();
  fields.deadline = started_ + std::min(left, runtime_.options().max_budget);
  fields.cancellation = std::make_shared<CancellationSource>();
  return Context(std::move(fields));
}

std::string CallScope::ChooseTenant(const grpc::CallbackServerContext& call) {
  const Runtime::Options& options = runtime_.options();
  if (!options.trust_tenant_metadata) return options.tenant;
  const std::optional<std::string> sent = Metadata(call, kTenantKey);
  if (!sent.has_value()) return options.tenant;
  if (IsValidTenant(*sent)) return *sent;
  admission_ = InvalidField(kTenantKey, "1 to 64 characters of A-Z a-z 0-9 . _ -",
                            "send the tenant of the credential");
  return options.tenant;
}

std::string CallScope::ChooseActor(const grpc::CallbackServerContext& call) const {
  if (!runtime_.options().trust_tenant_metadata) return "";
  std::optional<std::string> sent = Metadata(call, kActorKey);
  return sent.has_value() && sent->size() <= kMaxActorLength ? *std::move(sent) : "";
}

absl::Status CallScope::Begin() {
  queued_ = Clock::Real().SteadyNow() - started_;
  const prometheus::Labels pool = {{"pool", runtime_.pool().name()}};
  runtime_.metrics().pool_wait.Add(pool).Observe(absl::ToDoubleSeconds(queued_));
  runtime_.metrics().pool_queued.Add(pool).Set(static_cast<double>(runtime_.pool().queued()));
  if (!admission_.ok()) return admission_;
  return context_.Check();
}

grpc::Status CallScope::Finish(const absl::Status& status) {
  const absl::Duration taken = Clock::Real().SteadyNow() - started_;
  prometheus::Labels labels = MethodLabels();
  runtime_.metrics().handling.Add(labels).Observe(absl::ToDoubleSeconds(taken));
  labels.emplace("grpc_code", std::string(CodeLabel(status.code())));
  runtime_.metrics().handled.Add(labels).Increment();
  in_flight_.Decrement();
  LogOutcome(status, taken);
  span_.Set("rpc.grpc.status_code", static_cast<int>(status.code()));
  span_.Set("throughline.queued_ms", absl::ToDoubleMilliseconds(queued_));
  span_.Note(status).IgnoreError();
  span_.End();
  return ToGrpc(status, context_.request_id());
}

grpc::Status CallScope::FinishRefused() {
  return Finish(
      WithRetryAfter(WithReason(absl::ResourceExhaustedError("the server is busy; try again later"),
                                "SERVER_BUSY"),
                     runtime_.options().retry_after));
}

void CallScope::LogOutcome(const absl::Status& status, absl::Duration taken) const {
  const Severity severity = OutcomeSeverity(status.code());
  const std::string method = absl::StrCat(service_, "/", method_);
  const std::string code(CodeLabel(status.code()));
  if (status.ok()) {
    Log(context_, severity, "rpc",
        {{"method", method}, {"code", code}, {"duration_ms", taken}, {"queued_ms", queued_}});
  } else {
    Log(context_, severity, "rpc",
        {{"method", method},
         {"code", code},
         {"duration_ms", taken},
         {"queued_ms", queued_},
         {"error", std::string(status.message())}});
  }
}

prometheus::Labels CallScope::MethodLabels() const {
  return {{"grpc_type", type_}, {"grpc_service", service_}, {"grpc_method", method_}};
}

}  // namespace throughline::rpc
