// What a span costs: nothing to speak of where the trace is not recorded.

#include <benchmark/benchmark.h>

#include "common/base/context.h"
#include "common/base/span.h"

namespace throughline {
namespace {

// Takes spans and forgets them.
class NoCollector final : public Tracer {
 public:
  bool Samples(const TraceParent&) const override { return true; }
  void Record(SpanRecord span) override { benchmark::DoNotOptimize(span); }
};

void OpenAndClose(benchmark::State& state, Tracer* tracer) {
  const TraceEntry entry = EnterTrace("", tracer);
  const Context context({.traceparent = entry.traceparent, .tracer = entry.tracer});
  for ([[maybe_unused]] auto _ : state) {
    Span span(context, "step", "recall");
    span.Set("throughline.facts", 50);
    span.Set("throughline.tenant", context.tenant());
    benchmark::DoNotOptimize(&span.context());
  }
}

void SpanWithoutTracer(benchmark::State& state) { OpenAndClose(state, nullptr); }
BENCHMARK(SpanWithoutTracer);

void SpanRecorded(benchmark::State& state) {
  NoCollector collector;
  OpenAndClose(state, &collector);
}
BENCHMARK(SpanRecorded);

}  // namespace
}  // namespace throughline

BENCHMARK_MAIN();
