#include "common/tracing/otlp_tracer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/base/clock.h"
#include "common/testing/http_imposter.h"
#include "common/testing/status_matchers.h"

namespace throughline {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsNull;
using ::testing::Le;
using ::testing::NotNull;
using ::testing::SizeIs;
using Json = nlohmann::json;

constexpr absl::Duration kPatience = absl::Seconds(20);

class OtlpTracerTest : public ::testing::Test {
 protected:
  OtlpTracer::Options Options() const {
    return {.url = collector_.url() + "/v1/traces",
            .service = "throughline-test",
            .gather = absl::Milliseconds(10),
            .first_backoff = absl::Milliseconds(1)};
  }

  static SpanRecord Span(int number) {
    return {.trace_id = "4bf92f3577b34da6a3ce929d0e0e4736",
            .span_id = absl::StrCat(absl::Hex(number + 1, absl::kZeroPad16)),
            .name = "step recall"};
  }

  // Of each request, how many spans it brought.
  std::vector<size_t> Batches() const {
    std::vector<size_t> batches;
    for (const HttpImposter::Seen& seen : collector_.seen()) {
      const Json request = Json::parse(seen.body);
      batches.push_back(request["resourceSpans"][0]["scopeSpans"][0]["spans"].size());
    }
    return batches;
  }

  std::string Counted(const char* result, int spans) const {
    return absl::StrCat("throughline_trace_spans_total{result=\"", result, "\"} ", spans, "\n");
  }

  // Waits until the metrics say so.
  void Await(const std::string& line) const {
    const absl::Time give_up = Clock::Real().SteadyNow() + kPatience;
    while (metrics_.Render().find(line) == std::string::npos) {
      ASSERT_LT(Clock::Real().SteadyNow(), give_up) << line << metrics_.Render();
      absl::SleepFor(absl::Milliseconds(1));
    }
  }

  HttpImposter collector_;
  MetricsRegistry metrics_;
};

TEST_F(OtlpTracerTest, PostsSpansToTheCollector) {
  collector_.Say({{.body = "{}"}});
  OtlpTracer tracer(Options(), metrics_);
  tracer.Record(Span(0));
  Await(Counted("exported", 1));
  ASSERT_THAT(collector_.seen(), SizeIs(1));
  const HttpImposter::Seen seen = collector_.seen()[0];
  EXPECT_EQ(seen.target, "/v1/traces");
  EXPECT_THAT(seen.headers, HasSubstr("Content-Type: application/json"));
  EXPECT_THAT(seen.body, HasSubstr("throughline-test"));
}

TEST_F(OtlpTracerTest, SendsWhatIsLeftInBoundedBatches) {
  collector_.Say({{.body = "{}"}});
  constexpr int kSpans = 1200;
  {
    OtlpTracer tracer(Options(), metrics_);
    for (int i = 0; i < kSpans; ++i) tracer.Record(Span(i));
  }
  EXPECT_THAT(metrics_.Render(), HasSubstr(Counted("exported", kSpans)));
  EXPECT_THAT(Batches(), Each(Le(OtlpTracer::kMaxSpansPerBatch)));
  std::set<std::string> ids;
  for (const HttpImposter::Seen& seen : collector_.seen()) {
    const Json request = Json::parse(seen.body);
    for (const Json& span : request["resourceSpans"][0]["scopeSpans"][0]["spans"]) {
      ids.insert(span["spanId"].get<std::string>());
    }
  }
  EXPECT_THAT(ids, SizeIs(kSpans)) << "each once";
}

TEST_F(OtlpTracerTest, TriesAgainWhatMayPass) {
  collector_.Say({{.status = 503}, {.status = 429}, {.body = "{}"}});
  OtlpTracer tracer(Options(), metrics_);
  tracer.Record(Span(0));
  Await(Counted("exported", 1));
  EXPECT_THAT(Batches(), ElementsAre(1, 1, 1));
}

TEST_F(OtlpTracerTest, GivesABatchUpAfterAFewTries) {
  collector_.Say({{.status = 503}});
  OtlpTracer tracer(Options(), metrics_);
  tracer.Record(Span(0));
  Await(Counted("failed", 1));
  EXPECT_THAT(Batches(), SizeIs(OtlpTracer::kMaxTries));
}

TEST_F(OtlpTracerTest, WhatIsRefusedIsNotSentAgain) {
  collector_.Say({{.status = 400}, {.body = R"({"partialSuccess": {"rejectedSpans": "1"}})"}});
  OtlpTracer tracer(Options(), metrics_);
  tracer.Record(Span(0));
  Await(Counted("refused", 1));
  tracer.Record(Span(1));
  Await(Counted("refused", 2));
  EXPECT_THAT(Batches(), ElementsAre(1, 1));
}

TEST_F(OtlpTracerTest, ACollectorThatHangsHoldsNobodyUp) {
  collector_.Say({{.stall = true}});
  OtlpTracer::Options options = Options();
  options.flush_budget = absl::Milliseconds(50);
  const absl::Time started = Clock::Real().SteadyNow();
  constexpr int kOneTooMany = OtlpTracer::kMaxQueuedSpans + OtlpTracer::kMaxSpansPerBatch + 1;
  {
    OtlpTracer tracer(options, metrics_);
    for (int i = 0; i < kOneTooMany; ++i) tracer.Record(Span(i));
    EXPECT_LT(Clock::Real().SteadyNow() - started, options.request_budget);
  }
  EXPECT_LT(Clock::Real().SteadyNow() - started, options.request_budget) << "gone in time";
  const std::string counted = metrics_.Render();
  EXPECT_THAT(counted, HasSubstr(Counted("exported", 0)));
  EXPECT_THAT(counted, testing::Not(HasSubstr(Counted("dropped", 0))));
}

TEST_F(OtlpTracerTest, SamplesItsShareAndAlwaysTheSame) {
  OtlpTracer::Options options = Options();
  options.sample_ratio = 0.25;
  const OtlpTracer quarter(options, metrics_);
  options.sample_ratio = 0;
  const OtlpTracer none(options, metrics_);
  options.sample_ratio = 1;
  const OtlpTracer all(options, metrics_);
  int sampled = 0;
  for (int i = 0; i < 4000; ++i) {
    const TraceParent trace = NewTrace();
    EXPECT_EQ(quarter.Samples(trace), quarter.Samples(trace));
    sampled += quarter.Samples(trace) ? 1 : 0;
    EXPECT_FALSE(none.Samples(trace));
    EXPECT_TRUE(all.Samples(trace));
  }
  EXPECT_NEAR(sampled, 1000, 200);
}

class MakeTracerTest : public ::testing::Test {
 protected:
  ~MakeTracerTest() override {
    for (const char* name : {"OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
                             "OTEL_SDK_DISABLED"}) {
      unsetenv(name);
    }
  }

  // Where a span goes with these options and the environment.
  std::string Target(const TraceOptions& options) {
    collector_.Say({{.body = "{}"}});
    absl::StatusOr<std::unique_ptr<Tracer>> tracer = MakeTracer(options, "throughline", metrics_);
    EXPECT_OK(tracer.status());
    if (!tracer.ok() || *tracer == nullptr) return "";
    (*tracer)->Record({.name = "step recall"});
    tracer->reset();
    return collector_.seen().empty() ? "" : collector_.seen().back().target;
  }

  HttpImposter collector_;
  MetricsRegistry metrics_;
};

TEST_F(MakeTracerTest, IsOffByDefault) {
  EXPECT_THAT(MakeTracer({}, "throughline", metrics_), IsOkAndHolds(IsNull()));
  EXPECT_THAT(metrics_.Render(), testing::Not(HasSubstr("throughline_trace_spans_total")));
}

TEST_F(MakeTracerTest, TakesTheFlag) {
  EXPECT_EQ(Target({.otlp_endpoint = collector_.url()}), "/v1/traces");
  EXPECT_EQ(Target({.otlp_endpoint = collector_.url() + "/otlp/"}), "/otlp/v1/traces");
  EXPECT_EQ(Target({.otlp_endpoint = collector_.url() + "/v1/traces"}), "/v1/traces");
}

TEST_F(MakeTracerTest, TakesOpenTelemetrysVariables) {
  setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector_.url().c_str(), 1);
  EXPECT_EQ(Target({}), "/v1/traces");
  setenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", (collector_.url() + "/here").c_str(), 1);
  EXPECT_EQ(Target({}), "/here") << "as it stands";
  EXPECT_EQ(Target({.otlp_endpoint = collector_.url()}), "/v1/traces") << "the flag comes first";
  setenv("OTEL_SDK_DISABLED", "true", 1);
  EXPECT_EQ(Target({}), "");
}

TEST_F(MakeTracerTest, RefusesWhatIsNoEndpoint) {
  for (const char* endpoint :
       {"collector:4318", "grpc://collector:4317", "http://", "http:///v1/traces",
        "http://me:secret@collector:4318", "http://collector:4318/\r\nX: y", "http://a b"}) {
    EXPECT_THAT(MakeTracer({.otlp_endpoint = endpoint}, "throughline", metrics_),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("--otlp-endpoint")))
        << endpoint;
  }
}

}  // namespace
}  // namespace throughline
