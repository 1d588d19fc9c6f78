#ifndef THROUGHLINE_COMMON_TRACING_OTLP_TRACER_H_
#define THROUGHLINE_COMMON_TRACING_OTLP_TRACER_H_

#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/base/span.h"
#include "common/http/client.h"
#include "common/observability/json_log.h"
#include "common/observability/metrics.h"
#include "common/tracing/options.h"
#include "common/tracing/otlp_json.h"

namespace throughline {

// Posts spans to an OpenTelemetry collector, OTLP over HTTP as JSON, in batches, from one thread. A
// request never waits for it: while the collector is slow or away, spans gather up to a bound and
// are dropped beyond it. A batch is tried a few times. Counts
// throughline_trace_spans_total{result="exported|refused|failed|dropped"}: taken by the collector,
// refused by it, given up, not even queued. Destruction sends what is left, within flush_budget.
// Thread-safe.
class OtlpTracer final : public Tracer {
 public:
  static constexpr size_t kMaxQueuedSpans = 8192;
  static constexpr size_t kMaxSpansPerBatch = 512;
  static constexpr int kMaxTries = 4;  // of a batch

  struct Options {
    std::string url;      // "http://collector:4318/v1/traces"
    std::string service;  // the resource's service.name
    double sample_ratio = 1;
    // How long spans gather for a batch.
    absl::Duration gather = absl::Seconds(1);
    absl::Duration request_budget = absl::Seconds(5);
    absl::Duration first_backoff = absl::Milliseconds(500);  // twice as long each time
    absl::Duration flush_budget = absl::Seconds(2);
  };

  // Borrows `metrics`.
  OtlpTracer(Options options, MetricsRegistry& metrics);
  ~OtlpTracer() override;
  OtlpTracer(const OtlpTracer&) = delete;
  OtlpTracer& operator=(const OtlpTracer&) = delete;

  // By the trace's id: every process with the same ratio says the same of the same trace.
  bool Samples(const TraceParent& trace) const override;
  void Record(SpanRecord span) override ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  void Count(const char* result, size_t spans);
  void Run() ABSL_LOCKS_EXCLUDED(mutex_);
  // Empty when the tracer goes and nothing is left.
  std::vector<SpanRecord> AwaitBatch() ABSL_LOCKS_EXCLUDED(mutex_);
  void Send(const std::vector<SpanRecord>& batch) ABSL_LOCKS_EXCLUDED(mutex_);
  absl::StatusOr<http::Response> Post(const std::string& body);
  // False when the tracer goes, which is no time to wait for another try.
  bool WaitForNextTry(int tries) ABSL_LOCKS_EXCLUDED(mutex_);

  const Options options_;
  const TraceResource resource_;
  CounterFamily& spans_;
  prometheus::Counter& dropped_;
  OutageLog outage_;
  http::Client client_;
  const std::shared_ptr<CancellationSource> cancellation_ = std::make_shared<CancellationSource>();
  absl::Mutex mutex_;
  std::deque<SpanRecord> queue_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

// What the options and OTEL_* in the environment ask for; null: no traces. `service` is the
// resource's service.name. INVALID_ARGUMENT names what is wrong with the endpoint.
absl::StatusOr<std::unique_ptr<Tracer>> MakeTracer(const TraceOptions& options,
                                                   absl::string_view service,
                                                   MetricsRegistry& metrics);

}  // namespace throughline

#endif  // THROUGHLINE_COMMON_TRACING_OTLP_TRACER_H_
