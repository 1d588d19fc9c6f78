#include "common/tracing/otlp_tracer.h"

#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/base/await.h"
#include "common/base/errors.h"
#include "common/base/status_macros.h"

namespace throughline {
namespace {

constexpr char kTracesPath[] = "/v1/traces";
constexpr char kExported[] = "exported";
constexpr char kRefused[] = "refused";
constexpr char kFailed[] = "failed";
// OpenTelemetry takes the last 56 bits of a trace's id to be random.
constexpr size_t kRandomDigits = 14;
constexpr double kRandomValues = 72057594037927936.0;  // 2^56

std::string HostName() {
  char name[256] = {};
  return gethostname(name, sizeof(name) - 1) == 0 ? name : "";
}

// What OTLP says may be sent again.
bool IsPassing(int status) {
  return status == 429 || status == 502 || status == 503 || status == 504;
}

std::string FromEnvironment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

absl::Status CheckUrl(const std::string& url) {
  absl::string_view rest = url;
  const bool has_scheme =
      absl::ConsumePrefix(&rest, "http://") || absl::ConsumePrefix(&rest, "https://");
  // Logs and lists of processes show it: a password would be seen.
  const bool is_plain = std::all_of(
      rest.begin(), rest.end(), [](unsigned char c) { return c > 0x20 && c < 0x7F && c != '@'; });
  if (has_scheme && is_plain && !rest.empty() && rest.front() != '/') return absl::OkStatus();
  return InvalidField("--otlp-endpoint", "http://HOST:PORT or https://HOST, without a password",
                      "name the collector's OTLP port for HTTP, or leave the flag out");
}

// Where traces are posted to; empty: nowhere.
absl::StatusOr<std::string> TracesUrl(const TraceOptions& options) {
  std::string base = options.otlp_endpoint;
  if (base.empty()) {
    if (FromEnvironment("OTEL_SDK_DISABLED") == "true") return "";
    std::string whole = FromEnvironment("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT");
    if (!whole.empty()) {
      RETURN_IF_ERROR(CheckUrl(whole));
      return whole;
    }
    base = FromEnvironment("OTEL_EXPORTER_OTLP_ENDPOINT");
  }
  if (base.empty()) return "";
  RETURN_IF_ERROR(CheckUrl(base));
  if (absl::EndsWith(base, kTracesPath)) return base;
  return absl::StrCat(absl::StripSuffix(base, "/"), kTracesPath);
}

}  // namespace

OtlpTracer::OtlpTracer(Options options, MetricsRegistry& metrics)
    : options_(std::move(options)),
      resource_({.service = options_.service, .host = HostName(), .process_id = getpid()}),
      spans_(metrics.Counter("throughline_trace_spans_total",
                             "Spans by what became of them: exported, refused by the collector, "
                             "failed to reach it, or dropped because too many waited.")),
      dropped_(spans_.Add({{"result", "dropped"}})),
      outage_(absl::StrCat("the trace collector at ", options_.url)),
      thread_([this] { Run(); }) {
  for (const char* result : {kExported, kRefused, kFailed}) Count(result, 0);
}

OtlpTracer::~OtlpTracer() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
    AwaitFor(mutex_, absl::Condition(&ended_), options_.flush_budget);
  }
  cancellation_->Cancel();
  thread_.join();
}

bool OtlpTracer::Samples(const TraceParent& trace) const {
  uint64_t value = 0;
  const absl::string_view id = trace.trace_id;
  if (id.size() < kRandomDigits ||
      !absl::SimpleHexAtoi(id.substr(id.size() - kRandomDigits), &value)) {
    return false;
  }
  return static_cast<double>(value) >= (1 - options_.sample_ratio) * kRandomValues;
}

void OtlpTracer::Record(SpanRecord span) {
  {
    absl::MutexLock lock(&mutex_);
    if (queue_.size() < kMaxQueuedSpans) {
      queue_.push_back(std::move(span));
      return;
    }
  }
  dropped_.Increment();
}

void OtlpTracer::Count(const char* result, size_t spans) {
  spans_.Add({{"result", result}}).Increment(static_cast<double>(spans));
}

std::vector<SpanRecord> OtlpTracer::AwaitBatch() {
  const auto is_full = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return stopping_ || queue_.size() >= kMaxSpansPerBatch;
  };
  const auto has_some = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return stopping_ || !queue_.empty();
  };
  absl::MutexLock lock(&mutex_);
  mutex_.Await(absl::Condition(&has_some));
  AwaitFor(mutex_, absl::Condition(&is_full), options_.gather);
  const auto end =
      queue_.begin() + static_cast<std::ptrdiff_t>(std::min(queue_.size(), kMaxSpansPerBatch));
  std::vector<SpanRecord> batch(std::make_move_iterator(queue_.begin()),
                                std::make_move_iterator(end));
  queue_.erase(queue_.begin(), end);
  return batch;
}

void OtlpTracer::Run() {
  while (true) {
    const std::vector<SpanRecord> batch = AwaitBatch();
    if (batch.empty()) break;
    Send(batch);
  }
  absl::MutexLock lock(&mutex_);
  ended_ = true;
}

void OtlpTracer::Send(const std::vector<SpanRecord>& batch) {
  const std::string body = ToOtlpJson(resource_, batch);
  const size_t spans = batch.size();
  absl::Status failure;
  for (int tries = 1; tries <= kMaxTries; ++tries) {
    const absl::StatusOr<http::Response> response = Post(body);
    failure = response.status();
    if (response.ok() && response->status / 100 == 2) {
      outage_.Succeeded();
      const size_t refused = std::min<size_t>(RejectedSpans(response->body), spans);
      Count(kExported, spans - refused);
      Count(kRefused, refused);
      return;
    }
    if (response.ok()) {
      failure = absl::UnavailableError(absl::StrCat("the collector answers ", response->status));
      if (!IsPassing(response->status)) {
        outage_.Failed(failure);
        Count(kRefused, spans);
        return;
      }
    }
    if (tries < kMaxTries && !WaitForNextTry(tries)) break;
  }
  outage_.Failed(failure);
  Count(kFailed, spans);
}

absl::StatusOr<http::Response> OtlpTracer::Post(const std::string& body) {
  const Context context =
      Context::Background().WithBudget(options_.request_budget).WithCancellation(cancellation_);
  return client_.Post(
      context, {.url = options_.url, .headers = {"Content-Type: application/json"}, .body = body});
}

bool OtlpTracer::WaitForNextTry(int tries) {
  const absl::Duration wait = options_.first_backoff * (1 << (tries - 1));
  absl::MutexLock lock(&mutex_);
  return !AwaitFor(mutex_, absl::Condition(&stopping_), wait);
}

absl::StatusOr<std::unique_ptr<Tracer>> MakeTracer(const TraceOptions& options,
                                                   absl::string_view service,
                                                   MetricsRegistry& metrics) {
  ASSIGN_OR_RETURN(const std::string url, TracesUrl(options));
  if (url.empty()) return std::unique_ptr<Tracer>();
  return std::make_unique<OtlpTracer>(
      OtlpTracer::Options{
          .url = url, .service = std::string(service), .sample_ratio = options.sample_ratio},
      metrics);
}

}  // namespace throughline
