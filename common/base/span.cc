#include "common/base/span.h"

#include <optional>

#include "absl/strings/str_cat.h"

namespace throughline {
namespace {

std::string SpanName(absl::string_view verb, absl::string_view object) {
  return object.empty() ? std::string(verb) : absl::StrCat(verb, " ", object);
}

// What a caller did wrong is no failure of the server that says so.
bool IsServersFault(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kUnknown:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kUnimplemented:
    case absl::StatusCode::kInternal:
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDataLoss:
      return true;
    default:
      return false;
  }
}

}  // namespace

TraceEntry EnterTrace(absl::string_view header, Tracer* tracer) {
  const std::optional<TraceParent> caller = ParseTraceParent(header);
  TraceParent own = caller.has_value() ? NewSpan(*caller) : NewTrace();
  if (!caller.has_value() && tracer != nullptr) own.sampled = tracer->Samples(own);
  TraceEntry entry{.traceparent = own.ToString(), .tracer = own.sampled ? tracer : nullptr};
  if (caller.has_value()) entry.parent_span_id = caller->span_id;
  return entry;
}

void Span::BeginAs(const Context& context, const TraceEntry& entry, absl::string_view verb,
                   absl::string_view object, SpanKind kind) {
  const std::optional<TraceParent> own = ParseTraceParent(context.traceparent());
  if (!own.has_value()) return;
  recording_ =
      std::make_unique<Recording>(Recording{.span = {.trace_id = own->trace_id,
                                                     .span_id = own->span_id,
                                                     .parent_span_id = entry.parent_span_id,
                                                     .name = SpanName(verb, object),
                                                     .kind = kind,
                                                     .started = context.clock().Now()},
                                            .tracer = context.tracer(),
                                            .clock = &context.clock(),
                                            .steady_started = context.clock().SteadyNow()});
}

void Span::BeginWithin(const Context& parent, absl::string_view verb, absl::string_view object,
                       SpanKind kind) {
  const std::optional<TraceParent> caller = ParseTraceParent(parent.traceparent());
  if (!caller.has_value()) return;
  within_ = std::make_unique<Context>(parent.WithTraceparent(NewSpan(*caller).ToString()));
  context_ = within_.get();
  BeginAs(*within_, {.parent_span_id = caller->span_id}, verb, object, kind);
}

void Span::Add(absl::string_view key, SpanValue value) {
  if (recording_->span.attributes.size() >= kMaxSpanAttributes) return;
  recording_->span.attributes.emplace_back(key, std::move(value));
}

void Span::NoteStatus(const absl::Status& status) {
  if (status.ok()) return;
  if (recording_->span.kind == SpanKind::kServer && !IsServersFault(status.code())) return;
  Fail(absl::StatusCodeToString(status.code()));
}

void Span::Fail(absl::string_view error_type) {
  if (recording_ == nullptr) return;
  recording_->span.failed = true;
  Set("error.type", error_type);
}

void Span::End() {
  if (recording_ == nullptr) return;
  SpanRecord& span = recording_->span;
  span.duration = recording_->clock->SteadyNow() - recording_->steady_started;
  recording_->tracer->Record(std::move(span));
  recording_ = nullptr;
}

}  // namespace throughline
