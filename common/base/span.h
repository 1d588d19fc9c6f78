#ifndef THROUGHLINE_COMMON_BASE_SPAN_H_
#define THROUGHLINE_COMMON_BASE_SPAN_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/base/context.h"
#include "common/base/traceparent.h"

namespace throughline {

// Numbered as in OTLP.
enum class SpanKind { kInternal = 1, kServer = 2, kClient = 3, kConsumer = 5 };

using SpanValue = std::variant<std::string, int64_t, double, bool>;

// A span that has ended.
struct SpanRecord {
  std::string trace_id;        // 32 hex digits
  std::string span_id;         // 16 hex digits
  std::string parent_span_id;  // empty: the trace begins with it
  std::string name;
  SpanKind kind = SpanKind::kInternal;
  absl::Time started;
  absl::Duration duration;
  bool failed = false;
  std::vector<std::pair<std::string, SpanValue>> attributes;  // at most kMaxSpanAttributes
};

inline constexpr size_t kMaxSpanAttributes = 32;
inline constexpr size_t kMaxSpanValueBytes = 256;

// Where the spans of sampled traces go. Thread-safe.
class Tracer {
 public:
  virtual ~Tracer() = default;
  // Whether a trace that begins in this process is recorded.
  virtual bool Samples(const TraceParent& trace) const = 0;
  // Never blocks: what there is no room for is dropped.
  virtual void Record(SpanRecord span) = 0;
};

// Of a request that comes into the process: its own place in its trace.
struct TraceEntry {
  std::string traceparent;     // for the request's context
  std::string parent_span_id;  // the caller's; empty: the trace begins here
  Tracer* tracer = nullptr;    // for the request's context; null: nobody records the trace
};

// Reads the W3C traceparent that a request came with; a missing or malformed one begins a trace.
// The caller's decision whether the trace is sampled stands; of traces that begin here `tracer`
// samples its share. `tracer` null: nothing is recorded, and the caller's trace is passed on.
TraceEntry EnterTrace(absl::string_view header, Tracer* tracer);

// A timed part of a trace, from construction to End or destruction:
//
//   Span span(context, "step", "recall");
//   return span.Note(memory.Recall(span.context(), query));
//
// Where the trace is not recorded it costs a look at a null pointer. Attributes are names and
// numbers: never words of a prompt, an answer or a transcript. For one thread at a time.
class Span {
 public:
  // A part of the span that `parent` is in; `parent` outlives it. Named by what is done and to
  // what, "chat gpt-4o-mini", from closed sets.
  Span(const Context& parent, absl::string_view verb, absl::string_view object,
       SpanKind kind = SpanKind::kInternal)
      : context_(&parent) {
    if (parent.tracer() != nullptr) BeginWithin(parent, verb, object, kind);
  }
  // The span that `context`, made of `entry`, is itself.
  Span(const Context& context, const TraceEntry& entry, absl::string_view verb,
       absl::string_view object, SpanKind kind)
      : context_(&context) {
    if (context.tracer() != nullptr) BeginAs(context, entry, verb, object, kind);
  }
  ~Span() {
    if (recording_ != nullptr) End();
  }
  Span(const Span&) = delete;
  Span& operator=(const Span&) = delete;

  // For what happens within the span.
  const Context& context() const { return *context_; }
  // For attributes that cost something to find out.
  bool is_recorded() const { return recording_ != nullptr; }

  // Longer values are cut; no effect beyond kMaxSpanAttributes.
  void Set(absl::string_view key, absl::string_view value) {
    if (recording_ != nullptr) Add(key, std::string(value.substr(0, kMaxSpanValueBytes)));
  }
  template <typename Number>
  requires std::is_arithmetic_v<Number>
  void Set(absl::string_view key, Number value) {
    if (recording_ == nullptr) return;
    if constexpr (std::is_same_v<Number, bool>) {
      Add(key, value);
    } else if constexpr (std::is_integral_v<Number>) {
      Add(key, static_cast<int64_t>(value));
    } else {
      Add(key, static_cast<double>(value));
    }
  }

  // Notes how the span's work ended, and passes the Status or StatusOr on.
  template <typename Result>
  Result Note(Result result) {
    if (recording_ != nullptr) NoteStatus(StatusOf(result));
    return result;
  }

  // Notes a failure that is no status of ours: "429".
  void Fail(absl::string_view error_type);

  // Ends it before the object does. Idempotent; nothing is noted afterwards.
  void End();

 private:
  struct Recording {
    SpanRecord span;
    Tracer* tracer;
    const Clock* clock;
    absl::Time steady_started;
  };

  static const absl::Status& StatusOf(const absl::Status& status) { return status; }
  template <typename Result>
  static const absl::Status& StatusOf(const Result& result) {
    return result.status();
  }

  void BeginWithin(const Context& parent, absl::string_view verb, absl::string_view object,
                   SpanKind kind);
  void BeginAs(const Context& context, const TraceEntry& entry, absl::string_view verb,
               absl::string_view object, SpanKind kind);
  void Add(absl::string_view key, SpanValue value);
  void NoteStatus(const absl::Status& status);

  const Context* context_;
  std::unique_ptr<Recording> recording_;  // null: not recorded, or ended
  std::unique_ptr<Context> within_;       // null: context_ is somebody else's
};

}  // namespace throughline

#endif  // THROUGHLINE_COMMON_BASE_SPAN_H_
