#ifndef THROUGHLINE_COMMON_TESTING_COLLECTING_TRACER_H_
#define THROUGHLINE_COMMON_TESTING_COLLECTING_TRACER_H_

#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "common/base/context.h"
#include "common/base/span.h"

namespace throughline {

// Keeps the spans it gets. Thread-safe.
class CollectingTracer final : public Tracer {
 public:
  explicit CollectingTracer(bool samples = true) : samples_(samples) {}

  bool Samples(const TraceParent&) const override { return samples_; }
  void Record(SpanRecord span) override ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    spans_.push_back(std::move(span));
  }

  // In the order in which they ended.
  std::vector<SpanRecord> spans() const ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    return spans_;
  }

  // The context of a request whose trace is recorded here.
  Context RecordedContext() {
    TraceEntry entry = EnterTrace("", this);
    return Context({.traceparent = std::move(entry.traceparent), .tracer = this});
  }

 private:
  const bool samples_;
  mutable absl::Mutex mutex_;
  std::vector<SpanRecord> spans_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace throughline

#endif  // THROUGHLINE_COMMON_TESTING_COLLECTING_TRACER_H_
