#ifndef THROUGHLINE_COMMON_TRACING_OTLP_JSON_H_
#define THROUGHLINE_COMMON_TRACING_OTLP_JSON_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/base/span.h"

namespace throughline {

// Who sends spans.
struct TraceResource {
  std::string service;  // "throughline-memory"
  std::string host;
  int64_t process_id = 0;
};

// An ExportTraceServiceRequest in OTLP's JSON encoding. Invalid UTF-8 is replaced.
std::string ToOtlpJson(const TraceResource& resource, absl::Span<const SpanRecord> spans);

// How many spans the collector says it refused, of an ExportTraceServiceResponse as JSON. 0 when it
// says nothing, or nothing that can be read.
uint64_t RejectedSpans(absl::string_view response);

}  // namespace throughline

#endif  // THROUGHLINE_COMMON_TRACING_OTLP_JSON_H_
