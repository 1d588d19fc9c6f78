// Where one call's time went, as a collector of traces is told it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/testing/status_matchers.h"
#include "common/testing/temp_directory.h"
#include "tests/e2e/canned_model.h"
#include "tests/e2e/deployment.h"
#include "tests/e2e/http_client.h"
#include "tests/e2e/trace_collector.h"

namespace throughline::e2e {
namespace {

using nlohmann::json;
using testing::Contains;
using testing::Each;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::IsSupersetOf;
using testing::Not;
using testing::Pair;
using testing::SizeIs;

constexpr int kServerKind = 2;
constexpr int kClientKind = 3;
constexpr absl::Duration kPatience = absl::Seconds(20);
// A shorter line may stand in any JSON.
constexpr size_t kTellingLength = 20;

constexpr char kProcessCall[] = "throughline.orchestrator.v1.OrchestratorService/ProcessCall";
// What the command asks for.
constexpr char kStreamProcessCall[] =
    "throughline.orchestrator.v1.OrchestratorService/StreamProcessCall";

// `names`, each of which is an RPC: first the span of the server, then that of its caller.
std::vector<std::string> Rpcs(const std::vector<std::string>& names) {
  std::vector<std::string> both;
  for (const std::string& name : names) {
    const std::string full = absl::StrCat("throughline.", name);
    both.insert(both.end(), {full, full});
  }
  return both;
}

std::vector<std::string> operator+(std::vector<std::string> first,
                                   const std::vector<std::string>& then) {
  first.insert(first.end(), then.begin(), then.end());
  return first;
}

const std::vector<std::string> kRecall = Rpcs({"memory.v1.MemoryService/Recall"});
const std::vector<std::string> kRetain = Rpcs({"memory.v1.MemoryService/Retain"});
const std::vector<std::string> kAnalyze =
    Rpcs({"router.v1.RouterService/Complete", "analyst.v1.AnalystService/Analyze"});
const std::vector<std::string> kExtract =
    Rpcs({"router.v1.RouterService/Complete", "analyst.v1.AnalystService/ExtractFacts"});
const std::vector<std::string> kWrite =
    Rpcs({"router.v1.RouterService/Complete", "writer.v1.WriterService/WriteEmail"});

std::string TraceOf(const std::vector<CollectedSpan>& spans, const std::string& name) {
  for (const CollectedSpan& span : spans) {
    if (span.name == name) return span.trace_id;
  }
  return "";
}

// The lines of a log that tell of one trace.
std::vector<json> LinesOf(const std::string& log, const std::string& trace_id) {
  std::vector<json> lines;
  for (const absl::string_view text : absl::StrSplit(log, '\n')) {
    json line = json::parse(text.begin(), text.end(), nullptr, /*allow_exceptions=*/false);
    if (!line.is_object()) continue;
    if (absl::StrContains(line.value("traceparent", ""), trace_id)) {
      lines.push_back(std::move(line));
    }
  }
  return lines;
}

TEST(TraceTest, ACallThroughAllProcessesIsOneTree) {
  const std::string transcript = ReadFile(CallFile(1));
  ASSERT_OK_AND_ASSIGN(const auto model, CannedModel::Learn("call-1", transcript));
  const TraceCollector collector;
  const TempDirectory directory;
  ASSERT_OK_AND_ASSIGN(
      const auto system,
      Deployment::Start(
          {.shape = Shape::kFiveProcesses,
           .router_flags = {"--router-config",
                            directory.Write("router.yaml", model->RouterConfig())},
           .environment = {absl::StrCat("THROUGHLINE_OTLP_ENDPOINT=", collector.url())}}));
  const Outcome outcome = system->Run({"process", "--customer", "meridian", "--call-id", "call-1",
                                       "--date", "2026-03-01", "--json", CallFile(1)});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  // Those that end send what they still have.
  system->Stop(SIGTERM);

  const std::vector<CollectedSpan> spans = collector.spans();
  const CollectedTrace trace(spans, TraceOf(spans, kStreamProcessCall));
  SCOPED_TRACE(trace.ToString());
  ASSERT_THAT(trace.roots(), SizeIs(1)) << "every other span has its parent in the trace";
  EXPECT_EQ(trace.roots()[0].name, kStreamProcessCall);
  EXPECT_EQ(trace.roots()[0].kind, kServerKind);
  EXPECT_THAT(trace.roots()[0].parent_span_id, IsEmpty());

  std::set<std::string> services;
  for (const CollectedSpan& span : trace.spans()) services.insert(span.service);
  EXPECT_THAT(services,
              IsSupersetOf({"throughline-orchestrator", "throughline-memory", "throughline-analyst",
                            "throughline-router", "throughline-writer"}));
  const std::vector<std::string> root = {kStreamProcessCall};
  for (const char* step : {"parse", "recall", "analyze", "write", "save"}) {
    EXPECT_THAT(trace.Find(absl::StrCat("step ", step), root), SizeIs(1)) << step;
  }
  // What each step waited for, down to stores and models.
  EXPECT_THAT(trace.Find("write orchestrator.db", {"await turn", kStreamProcessCall}),
              Not(IsEmpty()));
  EXPECT_THAT(
      trace.Find("read memory.db", kRecall + std::vector<std::string>{"step recall"} + root),
      Not(IsEmpty()));
  EXPECT_THAT(trace.Find("write memory.db", kRetain + std::vector<std::string>{"step save"} + root),
              SizeIs(1));
  EXPECT_THAT(trace.Find("write orchestrator.db", {"step save", kStreamProcessCall}), SizeIs(1));
  const auto asked = [&](const std::string& task, const std::vector<std::string>& rpcs,
                         const std::string& step) {
    const std::vector<std::string> path = std::vector<std::string>{absl::StrCat("route ", task)} +
                                          rpcs + std::vector<std::string>{step} + root;
    EXPECT_THAT(trace.Find("append decision", path), SizeIs(1)) << task;
    EXPECT_THAT(trace.Find("POST", std::vector<std::string>{"chat mock/model"} + path), SizeIs(1))
        << task;
    return trace.Find("chat mock/model", path);
  };
  const std::vector<CollectedSpan> analyzed = asked("analyze_call", kAnalyze, "step analyze");
  EXPECT_THAT(asked("extract_facts", kExtract, "step analyze"), SizeIs(1));
  EXPECT_THAT(asked("write_email", kWrite, "step write"), SizeIs(1));

  ASSERT_THAT(analyzed, SizeIs(1));
  EXPECT_EQ(analyzed[0].kind, kClientKind);
  const std::map<std::string, json>& said = analyzed[0].attributes;
  EXPECT_THAT(said, IsSupersetOf({Pair("gen_ai.operation.name", json("chat")),
                                  Pair("gen_ai.provider.name", json("mock")),
                                  Pair("gen_ai.system", json("mock")),
                                  Pair("gen_ai.request.model", json("mock/model")),
                                  Pair("throughline.attempt.role", json("draft")),
                                  Pair("throughline.attempt.outcome", json("accepted"))}));
  EXPECT_GT(said.at("gen_ai.usage.input_tokens"), 0);
  EXPECT_GT(said.at("gen_ai.usage.output_tokens"), 0);
  EXPECT_GT(said.at("throughline.cost_usd"), 0);
  for (const CollectedSpan& span : trace.spans()) {
    EXPECT_FALSE(span.failed) << span.name;
    if (span.name == "read memory.db") {
      EXPECT_EQ(span.attributes.at("db.system.name"), "sqlite");
    }
  }

  // The words of the call went to the model, and not here.
  const std::string sent = collector.bytes();
  for (const absl::string_view line : absl::StrSplit(transcript, '\n')) {
    if (line.size() < kTellingLength) continue;
    EXPECT_FALSE(absl::StrContains(sent, line)) << line;
  }
  // The logs of all processes lead to the trace, and back.
  std::set<std::string> logged;
  for (const json& line : LinesOf(system->Log(), trace.roots()[0].trace_id)) {
    logged.insert(line.value("service", ""));
  }
  EXPECT_THAT(logged, IsSupersetOf({"orchestrator", "memory", "analyst", "router", "writer"}));
}

// One process with its HTTP API, whose traces go to a collector.
class HttpTraceTest : public testing::Test {
 protected:
  void Serve(std::vector<std::string> more = {}) {
    more.insert(more.end(), {"--otlp-endpoint", collector_.url()});
    auto started = Deployment::Start({.serve_flags = more});
    ASSERT_OK(started.status());
    system_ = *std::move(started);
  }
  HttpReply PostCall(const std::string& call_id, const std::string& traceparent) const {
    std::vector<std::string> headers = {"Content-Type: application/json"};
    if (!traceparent.empty()) headers.push_back(absl::StrCat("traceparent: ", traceparent));
    const json call = {{"customerId", "meridian"},
                       {"callId", call_id},
                       {"callDate", "2026-03-01"},
                       {"transcript", ReadFile(CallFile(1))}};
    return HttpCall("POST", absl::StrCat(system_->http(), "/v1/calls"), headers, call.dump());
  }

  TraceCollector collector_;
  std::unique_ptr<Deployment> system_;
};

TEST_F(HttpTraceTest, TheCallersTraceGoesOn) {
  constexpr char kTrace[] = "4bf92f3577b34da6a3ce929d0e0e4736";
  constexpr char kOtherTrace[] = "5bf92f3577b34da6a3ce929d0e0e4736";
  Serve({"--trace-sample-ratio", "0"});
  ASSERT_EQ(PostCall("one", absl::StrCat("00-", kTrace, "-00f067aa0ba902b7-01")).status, 200);
  // Neither what the caller leaves out nor, at this ratio, what begins here.
  ASSERT_EQ(PostCall("two", absl::StrCat("00-", kOtherTrace, "-00f067aa0ba902b7-00")).status, 200);
  ASSERT_EQ(PostCall("three", "").status, 200);
  ASSERT_EQ(PostCall("four", "00-not-a-trace-01").status, 200);
  system_->Stop(SIGTERM);

  const std::vector<CollectedSpan> spans = collector_.spans();
  EXPECT_THAT(spans, Each(testing::Field(&CollectedSpan::trace_id, kTrace)));
  const CollectedTrace trace(spans, kTrace);
  SCOPED_TRACE(trace.ToString());
  ASSERT_THAT(trace.roots(), SizeIs(1));
  const CollectedSpan root = trace.roots()[0];
  EXPECT_EQ(root.name, "POST /v1/calls");
  EXPECT_EQ(root.parent_span_id, "00f067aa0ba902b7") << "the caller's span";
  EXPECT_EQ(root.attributes.at("http.response.status_code"), 200);
  EXPECT_THAT(trace.Find("step save", {kProcessCall, kProcessCall, root.name}), SizeIs(1));
  EXPECT_THAT(LinesOf(system_->Log(), kTrace),
              Contains(testing::ResultOf([](const json& line) { return line.value("message", ""); },
                                         "http")));
  EXPECT_THAT(LinesOf(system_->Log(), kOtherTrace), Not(IsEmpty())) << "its log lines all the same";
}

TEST_F(HttpTraceTest, AJobIsATraceOfItsOwn) {
  Serve();
  const json conversation = {
      {"customerId", "meridian"},
      {"conversationId", "one"},
      {"occurredAt", "2026-03-01T10:00:00Z"},
      {"messages",
       {{{"role", "Mike Reynolds"}, {"content", "It costs too much: 1000 euros a month."}},
        {{"role", "Sarah Chen"}, {"content", "I will send you an offer on Friday."}}}}};
  const HttpReply accepted = HttpCall("POST", absl::StrCat(system_->http(), "/v1/ingest"),
                                      {"Content-Type: application/json"}, conversation.dump());
  ASSERT_EQ(accepted.status, 200) << accepted.body;
  const absl::Time give_up = Clock::Real().SteadyNow() + kPatience;
  while (TraceOf(collector_.spans(), "run job").empty()) {
    ASSERT_LT(Clock::Real().SteadyNow(), give_up) << system_->Log();
    absl::SleepFor(absl::Milliseconds(20));
  }
  system_->Stop(SIGTERM);
  const std::vector<CollectedSpan> spans = collector_.spans();
  const CollectedTrace trace(spans, TraceOf(spans, "run job"));
  SCOPED_TRACE(trace.ToString());
  ASSERT_THAT(trace.roots(), SizeIs(1));
  EXPECT_THAT(trace.Find("step save", {"run job"}), SizeIs(1));
  EXPECT_THAT(
      trace.Find("write memory.db", kRetain + std::vector<std::string>{"step save", "run job"}),
      SizeIs(1));
}

}  // namespace
}  // namespace throughline::e2e
