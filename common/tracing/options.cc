#include "common/tracing/options.h"

namespace throughline {

void AddTraceFlags(CLI::App& app, TraceOptions& options) {
  app.add_option("--otlp-endpoint", options.otlp_endpoint,
                 "OpenTelemetry collector that gets traces over HTTP, http://HOST:4318; none by "
                 "default")
      ->envname("THROUGHLINE_OTLP_ENDPOINT");
  app.add_option("--trace-sample-ratio", options.sample_ratio,
                 "Share of the traces that begin here to record, 0 to 1; a caller's choice stands")
      ->envname("THROUGHLINE_TRACE_SAMPLE_RATIO")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
}

}  // namespace throughline
