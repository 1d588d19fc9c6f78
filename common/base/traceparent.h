#ifndef THROUGHLINE_COMMON_BASE_TRACEPARENT_H_
#define THROUGHLINE_COMMON_BASE_TRACEPARENT_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace throughline {

// The W3C trace context header, version 00: who started the trace and which span calls us.
struct TraceParent {
  std::string trace_id;  // 32 lowercase hex digits, not all zero
  std::string span_id;   // 16 lowercase hex digits, not all zero
  bool sampled = false;

  // "00-<trace_id>-<span_id>-01".
  std::string ToString() const;
  friend bool operator==(const TraceParent&, const TraceParent&) = default;
};

// Empty when `header` is malformed. As the standard asks, a later version than 00 is read by its
// first four parts.
std::optional<TraceParent> ParseTraceParent(absl::string_view header);

// A new trace, not sampled.
TraceParent NewTrace();

// A new span in the trace of `parent`.
TraceParent NewSpan(const TraceParent& parent);

}  // namespace throughline

#endif  // THROUGHLINE_COMMON_BASE_TRACEPARENT_H_
