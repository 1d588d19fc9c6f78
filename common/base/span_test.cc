#include "common/base/span.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/testing/collecting_tracer.h"
#include "common/testing/fake_clock.h"

namespace throughline {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;
using ::testing::StartsWith;

constexpr char kSampled[] = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
constexpr char kNotSampled[] = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";

Context In(const TraceEntry& entry, const Clock& clock = Clock::Real()) {
  return Context({.traceparent = entry.traceparent, .tracer = entry.tracer, .clock = &clock});
}

TEST(SpanTest, SpansFormATree) {
  CollectingTracer collected;
  FakeClock clock;
  const TraceEntry entry = EnterTrace(kSampled, &collected);
  const Context request = In(entry, clock);
  {
    Span server(request, entry, "serve", "", SpanKind::kServer);
    {
      Span step(server.context(), "step", "recall");
      step.Set("facts", 3);
      step.Set("hit", true);
      step.Set("model", "small");
      clock.Advance(absl::Milliseconds(20));
      const Span query(step.context(), "read", "memory", SpanKind::kClient);
      EXPECT_THAT(query.context().traceparent(), StartsWith(entry.traceparent.substr(0, 36)));
    }
    clock.Advance(absl::Milliseconds(5));
  }
  ASSERT_THAT(collected.spans(), SizeIs(3));
  const std::vector<SpanRecord> spans = collected.spans();
  const SpanRecord& query = spans[0];
  const SpanRecord& step = spans[1];
  const SpanRecord& server = spans[2];
  EXPECT_EQ(server.parent_span_id, "00f067aa0ba902b7") << "the caller's span";
  EXPECT_EQ(step.parent_span_id, server.span_id);
  EXPECT_EQ(query.parent_span_id, step.span_id);
  for (const SpanRecord& span : spans) {
    EXPECT_EQ(span.trace_id, "4bf92f3577b34da6a3ce929d0e0e4736");
  }
  EXPECT_EQ(server.name, "serve");
  EXPECT_EQ(step.name, "step recall");
  EXPECT_EQ(step.duration, absl::Milliseconds(20));
  EXPECT_EQ(server.duration, absl::Milliseconds(25));
  EXPECT_THAT(step.attributes,
              ElementsAre(Pair("facts", SpanValue(int64_t{3})), Pair("hit", SpanValue(true)),
                          Pair("model", SpanValue(std::string("small")))));
}

TEST(SpanTest, NothingIsRecordedWithoutATracer) {
  const TraceEntry entry = EnterTrace(kSampled, nullptr);
  const Context context = In(entry);
  Span span(context, "step", "recall");
  span.Set("facts", 3);
  EXPECT_FALSE(span.is_recorded());
  EXPECT_EQ(&span.context(), &context) << "no copy is made";
  EXPECT_THAT(entry.traceparent, testing::EndsWith("-01")) << "the caller's choice is passed on";
}

TEST(SpanTest, TheCallersChoiceStands) {
  CollectingTracer all(/*samples=*/true);
  EXPECT_EQ(EnterTrace(kNotSampled, &all).tracer, nullptr);
  CollectingTracer none(/*samples=*/false);
  EXPECT_EQ(EnterTrace(kSampled, &none).tracer, &none);
}

TEST(SpanTest, WhatIsNoTraceBeginsOne) {
  CollectingTracer all(/*samples=*/true);
  CollectingTracer none(/*samples=*/false);
  for (const char* header : {"", "nonsense", "00-00000000000000000000000000000000-1-01"}) {
    const TraceEntry sampled = EnterTrace(header, &all);
    EXPECT_EQ(sampled.tracer, &all);
    EXPECT_THAT(sampled.parent_span_id, IsEmpty());
    EXPECT_TRUE(ParseTraceParent(sampled.traceparent)->sampled);
    const TraceEntry other = EnterTrace(header, &none);
    EXPECT_EQ(other.tracer, nullptr);
    EXPECT_FALSE(ParseTraceParent(other.traceparent)->sampled);
    EXPECT_NE(sampled.traceparent, other.traceparent);
  }
}

TEST(SpanTest, AnErrorIsNotedWithoutItsWords) {
  CollectingTracer collected;
  const TraceEntry entry = EnterTrace("", &collected);
  const Context context = In(entry);
  {
    Span call(context, "call", "memory", SpanKind::kClient);
    call.Note(absl::NotFoundError("no customer \"ada\"")).IgnoreError();
    Span server(context, entry, "serve", "", SpanKind::kServer);
    server.Note(absl::NotFoundError("no customer \"ada\"")).IgnoreError();
    Span broken(context, entry, "serve", "", SpanKind::kServer);
    const absl::StatusOr<int> result = broken.Note(absl::StatusOr<int>(absl::InternalError("x")));
    EXPECT_FALSE(result.ok());
  }
  ASSERT_THAT(collected.spans(), SizeIs(3));
  EXPECT_TRUE(collected.spans()[0].failed);
  EXPECT_FALSE(collected.spans()[1].failed) << "a server that says so has not failed";
  EXPECT_TRUE(collected.spans()[2].failed);
  EXPECT_THAT(collected.spans()[2].attributes,
              ElementsAre(Pair("error.type", SpanValue(std::string("NOT_FOUND")))));
}

TEST(SpanTest, AFailureThatIsNoStatusHasAName) {
  CollectingTracer collected;
  const TraceEntry entry = EnterTrace("", &collected);
  const Context context = In(entry);
  Span(context, "POST", "", SpanKind::kClient).Fail("429");
  ASSERT_THAT(collected.spans(), SizeIs(1));
  EXPECT_TRUE(collected.spans()[0].failed);
  EXPECT_THAT(collected.spans()[0].attributes,
              ElementsAre(Pair("error.type", SpanValue(std::string("429")))));
}

TEST(SpanTest, AttributesAreBounded) {
  CollectingTracer collected;
  const TraceEntry entry = EnterTrace("", &collected);
  const Context context = In(entry);
  {
    Span span(context, "step", "parse");
    for (int i = 0; i < 100; ++i) span.Set("key", std::string(10'000, 'x'));
    span.End();
    span.Set("late", 1);
    span.Fail("429");
    span.End();
  }
  ASSERT_THAT(collected.spans(), SizeIs(1)) << "ends once";
  EXPECT_THAT(collected.spans()[0].attributes, SizeIs(kMaxSpanAttributes));
  EXPECT_THAT(std::get<std::string>(collected.spans()[0].attributes[0].second),
              SizeIs(kMaxSpanValueBytes));
}

}  // namespace
}  // namespace throughline
