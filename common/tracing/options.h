#ifndef THROUGHLINE_COMMON_TRACING_OPTIONS_H_
#define THROUGHLINE_COMMON_TRACING_OPTIONS_H_

#include <CLI/App.hpp>
#include <string>

namespace throughline {

// Where traces go. Off by default.
struct TraceOptions {
  // The collector, "http://collector:4318"; spans are posted to its /v1/traces. Empty: as
  // OTEL_EXPORTER_OTLP_TRACES_ENDPOINT or OTEL_EXPORTER_OTLP_ENDPOINT say, else nowhere.
  std::string otlp_endpoint;
  // Of the traces that begin in the process, the share that is recorded: 0 to 1.
  double sample_ratio = 1;
};

// Adds --otlp-endpoint and --trace-sample-ratio, each with its THROUGHLINE_* variable.
void AddTraceFlags(CLI::App& app, TraceOptions& options);

}  // namespace throughline

#endif  // THROUGHLINE_COMMON_TRACING_OPTIONS_H_
