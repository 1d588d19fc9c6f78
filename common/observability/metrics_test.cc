#include "common/observability/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>

#include "absl/synchronization/notification.h"
#include "common/testing/http_get.h"
#include "common/testing/status_matchers.h"

namespace throughline {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(MetricsTest, RendersWhatWasCounted) {
  MetricsRegistry metrics;
  metrics.Counter("throughline_calls_total", "Calls.").Add({{"outcome", "ok"}}).Increment(2);
  metrics.Gauge("throughline_jobs", "Jobs.").Add({{"state", "queued"}}).Set(7);
  metrics.Histogram("throughline_step_seconds", "Steps.", {0.1, 1}).Add({}).Observe(0.5);
  EXPECT_THAT(metrics.Render(), AllOf(HasSubstr("throughline_calls_total{outcome=\"ok\"} 2"),
                                      HasSubstr("throughline_jobs{state=\"queued\"} 7"),
                                      HasSubstr("throughline_step_seconds_bucket{le=\"0.1\"} 0"),
                                      HasSubstr("throughline_step_seconds_bucket{le=\"1\"} 1")));
}

TEST(MetricsTest, TheSameNameAndLabelsAreTheSameMetric) {
  MetricsRegistry metrics;
  metrics.Counter("a_total", "A.").Add({{"x", "1"}}).Increment();
  metrics.Counter("a_total", "A.").Add({{"x", "1"}}).Increment();
  EXPECT_THAT(metrics.Render(), HasSubstr("a_total{x=\"1\"} 2"));
}

TEST(MetricsTest, MembersAreFoundByTheValuesOfTheirLabels) {
  MetricsRegistry metrics;
  CounterFamily& family = metrics.Counter("a_total", "A.");
  LabelledCounter counter(family, {"x", "y"});
  counter.With({"1", "23"}).Increment();
  counter.With({"1", "23"}).Increment();
  counter.With({"12", "3"}).Increment();
  EXPECT_EQ(&counter.With({"1", "23"}), &family.Add({{"x", "1"}, {"y", "23"}}));
  EXPECT_THAT(metrics.Render(), AllOf(HasSubstr("a_total{x=\"1\",y=\"23\"} 2"),
                                      HasSubstr("a_total{x=\"12\",y=\"3\"} 1")));
}

TEST(MetricsTest, MembersOfAHistogramShareItsBuckets) {
  MetricsRegistry metrics;
  LabelledHistogram seconds(metrics.Histogram("a_seconds", "A.", {0.1, 1}), {"x"});
  seconds.With({"1"}).Observe(0.5);
  EXPECT_THAT(metrics.Render(), AllOf(HasSubstr("a_seconds_bucket{x=\"1\",le=\"0.1\"} 0"),
                                      HasSubstr("a_seconds_bucket{x=\"1\",le=\"1\"} 1")));
}

TEST(MetricsServerTest, AnswersOnAPortTheSystemChose) {
  MetricsRegistry metrics;
  metrics.Counter("a_total", "A.").Add({}).Increment();
  ASSERT_OK_AND_ASSIGN(const auto server, MetricsServer::Start("127.0.0.1", 0, metrics));
  ASSERT_GT(server->port(), 0);
  EXPECT_THAT(HttpGet(server->port(), "/metrics"),
              AllOf(HasSubstr("200 OK"), HasSubstr("a_total 1")));
}

TEST(MetricsServerTest, WaitsForTheNextScrapeWhereSomebodyScrapes) {
  MetricsRegistry metrics;
  ASSERT_OK_AND_ASSIGN(const auto server, MetricsServer::Start("127.0.0.1", 0, metrics));
  server->AwaitScrape(absl::Hours(1));  // nobody does yet

  HttpGet(server->port(), "/metrics");
  absl::Notification scraped;
  std::thread waiting([&] {
    server->AwaitScrape(absl::Hours(1));
    scraped.Notify();
  });
  while (!scraped.HasBeenNotified()) HttpGet(server->port(), "/metrics");
  waiting.join();
  server->AwaitScrape(absl::Milliseconds(1));  // not for longer than it is told
}

TEST(MetricsServerTest, ATakenPortIsNamed) {
  MetricsRegistry metrics;
  ASSERT_OK_AND_ASSIGN(const auto first, MetricsServer::Start("127.0.0.1", 0, metrics));
  EXPECT_THAT(MetricsServer::Start("127.0.0.1", first->port(), metrics).status(),
              StatusIs(absl::StatusCode::kUnavailable,
                       AllOf(HasSubstr("127.0.0.1:" + std::to_string(first->port())),
                             HasSubstr("--metrics-port"))));
}

}  // namespace
}  // namespace throughline
