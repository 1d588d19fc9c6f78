// What providers do wrong, one by one, over real sockets: each fault ends in the outcome that
// docs/router.md promises, in time, in the metrics and on the bill.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/base/clock.h"
#include "common/observability/metrics.h"
#include "common/testing/http_imposter.h"
#include "common/testing/status_matchers.h"
#include "services/router/clients/chat_wire.h"
#include "services/router/clients/http_provider.h"
#include "services/router/domain/names.h"
#include "services/router/domain/router.h"
#include "services/router/domain/testing.h"
#include "services/router/router_metrics.h"

namespace throughline::router {
namespace {

using ::testing::HasSubstr;
using Json = nlohmann::json;
using Said = HttpImposter::Answer;

constexpr char kQuestion[] = "What is the capital of France?";
constexpr char kGood[] = "The capital of France is Paris.";
constexpr absl::Duration kDeadline = absl::Seconds(10);
// At 1 and 2 dollars a million tokens: 100 in and 50 out; the question alone, estimated.
constexpr int64_t kSmallCall = 200'000;
constexpr int64_t kPromptAlone = 8'000;
constexpr int64_t kLargeCall = 2'000'000;  // ten times as dear

Json Usage100And50() { return {{"prompt_tokens", 100}, {"completion_tokens", 50}}; }

Said Whole(const std::string& content, const std::string& finish = "stop") {
  const Json body = {
      {"choices", {{{"message", {{"content", content}}}, {"finish_reason", finish}}}},
      {"usage", Usage100And50()}};
  return {.body = body.dump()};
}

std::string Event(const Json& json) { return absl::StrCat("data: ", json.dump(), "\n\n"); }

Json Delta(const std::string& text) {
  return {{"choices", {{{"delta", {{"content", text}}}, {"finish_reason", nullptr}}}}};
}

Json Finished() { return {{"choices", {{{"delta", Json::object()}, {"finish_reason", "stop"}}}}}; }

Said Streamed(const std::string& events, Said::End end = Said::End::kWhole) {
  return {.headers = {"Content-Type: text/event-stream"},
          .body = events,
          .chunk_bytes = 40,
          .end = end};
}

std::string GoodEvents() {
  Json usage = {{"choices", Json::array()}, {"usage", Usage100And50()}};
  return absl::StrCat(Event(Delta("The capital of ")), Event(Delta("France is Paris.")),
                      Event(Finished()), Event(usage), "data: [DONE]\n\n");
}

// The end of a good stream with usage beside the finish reason.
std::string UsageWithChoices() {
  Json last = Finished();
  last["usage"] = Usage100And50();
  return absl::StrCat(Event(Delta(kGood)), Event(last), "data: [DONE]\n\n");
}

std::string UsageWithoutDone() {
  Json last = Finished();
  last["usage"] = Usage100And50();
  return absl::StrCat(Event(Delta(kGood)), Event(last));
}

struct ErrorWords {
  int status;
  const char* code;
};
Said Error(const ErrorWords& words) {
  const Json body = {{"error", {{"message", "no"}, {"code", words.code}}}};
  return {.status = words.status, .body = body.dump()};
}

std::string HttpDate(absl::Time time) {
  return absl::FormatTime("%a, %d %b %Y %H:%M:%S GMT", time, absl::UTCTimeZone());
}

std::vector<std::string> ManyHeaders() {
  std::vector<std::string> headers;
  for (int i = 0; i < 2000; ++i) headers.push_back(absl::StrCat("X-Flood-", i, ": ", i));
  return headers;
}

struct Fault {
  std::string name;
  std::vector<Said> small;  // what the draft's provider does; the last repeats
  DecisionOutcome outcome = DecisionOutcome::kEscalated;
  DecisionReason reason = DecisionReason::kProviderError;
  size_t calls = 4;  // model calls on the bill: three tries of small, one of large
  int64_t nano_usd = kLargeCall;
  bool stream = false;
  std::string empty_cause;
  BreakerState breaker = BreakerState::kClosed;
};

void PrintTo(const Fault& fault, std::ostream* out) { *out << fault.name; }

struct NullSink final : TextSink {
  void Send(absl::string_view piece) override { text += std::string(piece); }
  std::string text;
};

// A small and a large model at providers of their own; the large one always answers well.
class Faults {
 public:
  explicit Faults(std::string small_url = "", std::vector<std::string> keys = {})
      : policy_(MakePolicy()),
        client_({.connect_timeout = absl::Milliseconds(150), .max_response_bytes = 100'000}),
        metrics_(registry_, policy_, Clock::Real()) {
    if (small_url.empty()) small_url = small.url();
    small_ = Provider(0, small_url, std::move(keys));
    large_ = Provider(1, large.url(), {});
    router_ = std::make_unique<Router>(
        policy_, Providers{{"p0", small_.get()}, {"p1", large_.get()}}, log, metrics_,
        RoutingServices{.new_id = [] { return std::string("dec"); }});
    large.Say({Whole(kGood)});
  }

  absl::StatusOr<Answer> Ask(TextSink* live = nullptr, const std::string& model = "") {
    Request request = GeneralRequest(kQuestion);
    request.model = model;
    const Context context = Context::Background().WithBudget(kDeadline);
    return Wait(router_->Route(context, request, live));
  }
  std::string Metrics() { return registry_.Render(); }
  BreakerState SmallBreaker() const { return small_->Breaker("small"); }

  HttpImposter small;
  HttpImposter large;
  MemoryDecisionLog log;

 private:
  static Policy MakePolicy() {
    Policy policy;
    int64_t dollars = 1'000'000'000;
    for (const char* name : {"small", "large"}) {
      policy.models.push_back({.name = name,
                               .provider = absl::StrCat("p", policy.models.size()),
                               .provider_id = name,
                               .price = {.input = dollars, .output = 2 * dollars},
                               .max_output_tokens = 1000,
                               .timeout = absl::Seconds(3)});
      dollars *= 10;
    }
    for (const TaskKind task : kAllTasks) {
      policy.cascades[task] = {.models = {"small", "large"}, .max_attempts = 5};
    }
    return policy;
  }

  std::unique_ptr<HttpProvider> Provider(size_t model, const std::string& url,
                                         std::vector<std::string> keys) {
    return std::make_unique<HttpProvider>(
        HttpProvider::Options{.base_url = url,
                              .keys = std::move(keys),
                              .models = {policy_.models[model]},
                              .first_backoff = absl::Milliseconds(1),
                              .stall_timeout = absl::Milliseconds(700)},
        MakeChatDialect(*FindFlavor("generic")), client_, timers_, Clock::Real());
  }

  const Policy policy_;
  Timers timers_;
  http::Client client_;
  MetricsRegistry registry_;
  RouterMetrics metrics_;
  std::unique_ptr<HttpProvider> small_;
  std::unique_ptr<HttpProvider> large_;
  std::unique_ptr<Router> router_;
};

void Expect(const Fault& fault, Faults& faults) {
  NullSink live;
  const absl::Time asked = absl::Now();
  const absl::StatusOr<Answer> answer = faults.Ask(fault.stream ? &live : nullptr);
  ASSERT_OK(answer.status());
  EXPECT_LT(absl::Now() - asked, kDeadline);
  EXPECT_EQ(answer->text, kGood);
  const Decision& decision = answer->decision;
  EXPECT_EQ(Name(decision.outcome), Name(fault.outcome)) << decision.explanation;
  EXPECT_EQ(Name(decision.reason), Name(fault.reason)) << decision.explanation;
  EXPECT_EQ(decision.attempts.size(), fault.calls);
  EXPECT_EQ(decision.cost.nano_usd, fault.nano_usd);
  EXPECT_EQ(faults.SmallBreaker(), fault.breaker);
  const std::string metrics = faults.Metrics();
  EXPECT_THAT(metrics, HasSubstr(absl::StrCat("throughline_router_decisions_total{decision=\"",
                                              std::string(Name(fault.outcome)),
                                              "\",from_model=\"small\",reason=\"",
                                              std::string(Name(fault.reason)), "\"")));
  if (!fault.empty_cause.empty()) {
    EXPECT_THAT(metrics, HasSubstr(absl::StrCat("throughline_router_empty_outputs_total{cause=\"",
                                                fault.empty_cause, "\",model=\"small\"}")));
  }
}

class ProviderFault : public ::testing::TestWithParam<Fault> {};

TEST_P(ProviderFault, EndsAsPromised) {
  Faults faults;
  faults.small.Say(GetParam().small);
  Expect(GetParam(), faults);
}

// Accepted from the small model after one failed try that cost `nano_usd`.
Fault Recovers(std::string name, std::vector<Said> small, int64_t nano_usd, bool stream) {
  return {.name = std::move(name),
          .small = std::move(small),
          .outcome = DecisionOutcome::kAccepted,
          .reason = DecisionReason::kChecksPassed,
          .calls = 2,
          .nano_usd = nano_usd + kSmallCall,
          .stream = stream};
}

Fault Passes(std::string name, Said small) {
  return {.name = std::move(name),
          .small = {std::move(small)},
          .outcome = DecisionOutcome::kAccepted,
          .reason = DecisionReason::kChecksPassed,
          .calls = 1,
          .nano_usd = kSmallCall,
          .stream = true};
}

const std::string kBegun = Event(Delta("The cap"));
// The prompt and two tokens of the answer.
constexpr int64_t kBegunCost = kPromptAlone + 4'000;

INSTANTIATE_TEST_SUITE_P(
    All, ProviderFault,
    ::testing::Values(
        Recovers("RetryAfterInSeconds",
                 {{.status = 429, .headers = {"Retry-After: 0.05"}}, Whole(kGood)}, 0, false),
        Recovers("RetryAfterAsADate",
                 {{.status = 429,
                   .headers = {absl::StrCat("Retry-After: ",
                                            HttpDate(absl::Now() + absl::Seconds(1)))}},
                  Whole(kGood)},
                 0, false),
        Fault{.name = "StormOf500", .small = {{.status = 500}}},
        Fault{.name = "SlowDrip",
              .small = {{.body = std::string(1000, ' '),
                         .chunk_bytes = 1,
                         .pause = std::chrono::milliseconds(20)}},
              .reason = DecisionReason::kTruncated,
              .calls = 2,
              .nano_usd = kPromptAlone + kLargeCall,
              .empty_cause = "stream_cut"},
        Recovers("StallMidStream", {Streamed(kBegun, Said::End::kStall), Streamed(GoodEvents())},
                 kBegunCost, true),
        Recovers("CutMidStream", {Streamed(kBegun, Said::End::kCut), Streamed(GoodEvents())},
                 kBegunCost, true),
        Recovers("EndWithoutAFinishReason", {Streamed(kBegun), Streamed(GoodEvents())}, kBegunCost,
                 true),
        Recovers("ErrorMidStream",
                 {Streamed(kBegun + Event({{"error", {{"message", "overloaded"}}}})),
                  Streamed(GoodEvents())},
                 kBegunCost, true),
        Passes("MissingDone", Streamed(UsageWithoutDone())),
        Passes("CutAfterTheFinishReason", Streamed(UsageWithoutDone(), Said::End::kCut)),
        Passes("UsageInTheLastChunkWithChoices", Streamed(UsageWithChoices())),
        Passes("UsageInTheLastChunkWithoutChoices", Streamed(GoodEvents())),
        Fault{.name = "GarbageJson",
              .small = {{.body = "<html>"}},
              .nano_usd = 3 * kPromptAlone + kLargeCall},
        Fault{.name = "OutputThatIsNotUtf8",
              .small = {Said{.body = "{\"choices\":[{\"message\":{\"content\":\"\xff\"}}]}"}},
              .nano_usd = 3 * kPromptAlone + kLargeCall},
        Fault{.name = "ErrorBodyWith200",
              .small = {{.body = R"({"error":{"message":"overloaded"}})"}}},
        Fault{.name = "EmptyContentWithStop",
              .small = {Whole("")},
              .reason = DecisionReason::kEmptyOutput,
              .calls = 3,
              .nano_usd = 2 * kSmallCall + kLargeCall,
              .empty_cause = "stop_empty"},
        Fault{.name = "ThinkingOnlyWithLength",
              .small = {Whole("<think>France, so", "length")},
              .reason = DecisionReason::kEmptyOutput,
              .calls = 3,
              .nano_usd = 2 * kSmallCall + kLargeCall,
              .empty_cause = "reasoning_exhausted"},
        Fault{.name = "ContextOverflow",
              .small = {Error({400, "context_length_exceeded"})},
              .reason = DecisionReason::kCapabilityMissing,
              .calls = 2},
        Fault{.name = "ModelRemoved",
              .small = {Error({404, "model_not_found"})},
              .calls = 2,
              .breaker = BreakerState::kOpen},
        Fault{.name = "RedirectLoop",
              .small = {{.status = 302, .headers = {"Location: /chat/completions"}}},
              .calls = 2,
              .breaker = BreakerState::kOpen},
        Fault{.name = "GiantBody",
              .small = {{.body = std::string(1'000'000, 'x')}},
              .reason = DecisionReason::kTruncated,
              .nano_usd = 3 * kPromptAlone + kLargeCall,
              .empty_cause = "stream_cut"},
        Fault{.name = "HeaderFlood",
              .small = {{.headers = ManyHeaders(), .body = "{}"}},
              .reason = DecisionReason::kTruncated,
              .nano_usd = 3 * kPromptAlone + kLargeCall,
              .empty_cause = "stream_cut"}),
    [](const auto& info) { return info.param.name; });

TEST(ProviderFaults, ADeadKeyGivesWayToTheSecond) {
  Faults faults("", {"dead", "live"});
  faults.small.Say({{.status = 401}, Whole(kGood)});
  Expect(Recovers("DeadKey", {}, 0, false), faults);
  EXPECT_THAT(faults.small.seen().at(1).headers, HasSubstr("Bearer live"));
  EXPECT_OK(faults.Ask().status());
  EXPECT_THAT(faults.small.seen().at(2).headers, HasSubstr("Bearer live"));
}

TEST(ProviderFaults, ARefusedConnectionEscalates) {
  std::string nobody;
  {
    const HttpImposter gone;
    nobody = gone.url();
  }
  Faults faults(nobody);
  Expect({.name = "Refused"}, faults);
}

TEST(ProviderFaults, ABlackHoledConnectionEscalates) {
  const BlackHole hole;
  Faults faults(hole.url());
  Expect({.name = "BlackHole"}, faults);
}

// The one thing that must never happen: half an answer that looks whole.
TEST(ProviderFaults, AStreamThatIsCutAfterItsFirstTextIsAnErrorAndNotTriedAgain) {
  Faults faults;
  faults.small.Say({Streamed(kBegun, Said::End::kCut), Streamed(GoodEvents())});
  NullSink live;
  const absl::StatusOr<Answer> answer = faults.Ask(&live, "small");
  EXPECT_THAT(answer.status(), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ(live.text, "The cap");
  EXPECT_EQ(faults.small.seen().size(), 1u);
  ASSERT_EQ(faults.log.decisions.size(), 1u);
  EXPECT_EQ(faults.log.decisions[0].outcome, DecisionOutcome::kFailed);
  EXPECT_EQ(faults.log.decisions[0].reason, DecisionReason::kTruncated);
  EXPECT_EQ(faults.log.decisions[0].cost.nano_usd, kBegunCost);
}

TEST(ProviderFaults, AStreamThatFailsBeforeItsFirstTextIsTriedAgain) {
  Faults faults;
  faults.small.Say({Streamed("", Said::End::kCut), Streamed(GoodEvents())});
  NullSink live;
  const absl::StatusOr<Answer> answer = faults.Ask(&live, "small");
  ASSERT_OK(answer.status());
  EXPECT_EQ(live.text, kGood);
  EXPECT_TRUE(answer->decision.attempts.back().time_to_first_text.has_value());
}

TEST(ProviderFaults, EveryModelDownIsAnErrorOnRecord) {
  Faults faults;
  faults.small.Say({{.status = 500}});
  faults.large.Say({{.status = 429, .headers = {"Retry-After: 60"}}});
  const absl::StatusOr<Answer> answer = faults.Ask();
  EXPECT_THAT(answer.status(), StatusIs(absl::StatusCode::kResourceExhausted));
  ASSERT_EQ(faults.log.decisions.size(), 1u);
  EXPECT_EQ(faults.log.decisions[0].outcome, DecisionOutcome::kFailed);
  EXPECT_EQ(faults.log.decisions[0].to_model, "");
}

}  // namespace
}  // namespace throughline::router
