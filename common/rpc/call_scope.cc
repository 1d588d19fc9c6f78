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

std::string ChooseRequestId(std::optional<std::string> sent) {
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

absl::Status ServerBusy(absl::Duration retry_after) {
  return WithRetryAfter(
      WithReason(absl::ResourceExhaustedError("the server is busy; try again later"),
                 "SERVER_BUSY"),
      retry_after);
}

// "package.Service/Method" in two.
std::pair<absl::string_view, absl::string_view> SplitMethod(absl::string_view method) {
  return absl::StrSplit(method, absl::MaxSplits('/', 1));
}

}  // namespace

CallScope::Arrival CallScope::ArrivalOf(const grpc::CallbackServerContext& call) {
  return {.tenant = Metadata(call, kTenantKey),
          .actor = Metadata(call, kActorKey),
          .request_id = Metadata(call, kRequestIdKey),
          .traceparent = Metadata(call, kTraceParentKey),
          .time_left = absl::FromChrono(call.deadline()) - Clock::Real().Now(),
          .cancellation = std::make_shared<CancellationSource>()};
}

CallScope::Arrival CallScope::ArrivalOf(const Context& caller) {
  return {.tenant = caller.tenant(),
          .actor = caller.actor(),
          .request_id = caller.request_id(),
          .traceparent = caller.traceparent(),
          .time_left = caller.Remaining(),
          .cancellation = caller.cancellation() != nullptr
                              ? caller.cancellation()
                              : std::make_shared<CancellationSource>()};
}

CallScope::CallScope(Runtime& runtime, Arrival arrival, absl::string_view method,
                     absl::string_view type)
    : runtime_(runtime),
      name_(method),
      service_(SplitMethod(name_).first),
      method_(SplitMethod(name_).second),
      type_(type),
      started_(Clock::Real().SteadyNow()),
      trace_(EnterTrace(arrival.traceparent.value_or(""), runtime.options().tracer)),
      context_(MakeContext(std::move(arrival))),
      span_(context_, trace_, name_, "", SpanKind::kServer),
      in_flight_(runtime.metrics().in_flight.With({type_, service_, method_})) {
  in_flight_.Increment();
  runtime_.metrics().started.With({type_, service_, method_}).Increment();
  span_.Set("rpc.system", "grpc");
  span_.Set("rpc.service", service_);
  span_.Set("rpc.method", method_);
  span_.Set("throughline.tenant", context_.tenant());
  span_.Set("throughline.request_id", context_.request_id());
}

CallScope::CallScope(Runtime& runtime, grpc::CallbackServerContext* call, absl::string_view method,
                     absl::string_view type)
    : CallScope(runtime, ArrivalOf(*call), method, type) {
  // As a trailer: initial metadata would tell a retrying client that the answer has begun.
  call->AddTrailingMetadata(kRequestIdKey, context_.request_id());
}

CallScope::CallScope(Runtime& runtime, const Context& caller, absl::string_view method,
                     absl::string_view type)
    : CallScope(runtime, ArrivalOf(caller), method, type) {}

Context CallScope::MakeContext(Arrival arrival) {
  Context::Fields fields;
  fields.tenant = ChooseTenant(std::move(arrival.tenant));
  fields.actor = ChooseActor(std::move(arrival.actor));
  fields.request_id = ChooseRequestId(std::move(arrival.request_id));
  fields.traceparent = trace_.traceparent;
  fields.tracer = trace_.tracer;
  fields.deadline = started_ + std::min(arrival.time_left, runtime_.options().max_budget);
  fields.cancellation = std::move(arrival.cancellation);
  return Context(std::move(fields));
}

std::string CallScope::ChooseTenant(std::optional<std::string> sent) {
  const Runtime::Options& options = runtime_.options();
  if (!options.trust_tenant_metadata || !sent.has_value()) return options.tenant;
  if (IsValidTenant(*sent)) return *std::move(sent);
  admission_ = InvalidField(kTenantKey, "1 to 64 characters of A-Z a-z 0-9 . _ -",
                            "send the tenant of the credential");
  return options.tenant;
}

std::string CallScope::ChooseActor(std::optional<std::string> sent) const {
  if (!runtime_.options().trust_tenant_metadata) return "";
  return sent.has_value() && sent->size() <= kMaxActorLength ? *std::move(sent) : "";
}

absl::Status CallScope::Begin() {
  queued_ = Clock::Real().SteadyNow() - started_;
  const std::string& pool = runtime_.pool().name();
  runtime_.metrics().pool_wait.With({pool}).Observe(absl::ToDoubleSeconds(queued_));
  runtime_.metrics().pool_queued.With({pool}).Set(static_cast<double>(runtime_.pool().queued()));
  if (!admission_.ok()) return admission_;
  return context_.Check();
}

grpc::Status CallScope::Finish(const absl::Status& status) {
  const absl::Duration taken = Clock::Real().SteadyNow() - started_;
  ServerMetrics& metrics = runtime_.metrics();
  metrics.handling.With({type_, service_, method_}).Observe(absl::ToDoubleSeconds(taken));
  metrics.handled.With({type_, service_, method_, CodeLabel(status.code())}).Increment();
  in_flight_.Decrement();
  LogOutcome(status, taken);
  span_.Set("rpc.grpc.status_code", static_cast<int>(status.code()));
  span_.Set("throughline.queued_ms", absl::ToDoubleMilliseconds(queued_));
  span_.Note(status).IgnoreError();
  span_.End();
  return ToGrpc(status, context_.request_id());
}

absl::Status CallScope::FinishHere(const absl::Status& status) {
  const grpc::Status outcome = Finish(status);
  return outcome.ok() ? absl::OkStatus() : FromGrpc(outcome);
}

grpc::Status CallScope::FinishRefused() {
  return Finish(ServerBusy(runtime_.options().retry_after));
}

absl::Status CallScope::FinishRefusedHere() {
  return FinishHere(ServerBusy(runtime_.options().retry_after));
}

void CallScope::LogOutcome(const absl::Status& status, absl::Duration taken) const {
  const Severity severity = OutcomeSeverity(status.code());
  const absl::string_view code = CodeLabel(status.code());
  if (status.ok()) {
    Log(context_, severity, "rpc",
        {{"method", name_}, {"code", code}, {"duration_ms", taken}, {"queued_ms", queued_}});
  } else {
    Log(context_, severity, "rpc",
        {{"method", name_},
         {"code", code},
         {"duration_ms", taken},
         {"queued_ms", queued_},
         {"error", status.message()}});
  }
}

}  // namespace throughline::rpc
