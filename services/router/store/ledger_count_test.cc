#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/testing/status_matchers.h"
#include "common/testing/temp_directory.h"
#include "services/router/domain/router.h"
#include "services/router/domain/testing.h"
#include "services/router/store/open_ledger.h"

namespace throughline::router {
namespace {

constexpr int kThreads = 4;
constexpr int kRequests = 1000;  // THROUGHLINE_LEDGER_REQUESTS overrides it
constexpr int64_t kInputPrice = 75'000'000;
constexpr int64_t kOutputPrice = 300'000'000;

int Requests() {
  int wanted = 0;
  const char* text = std::getenv("THROUGHLINE_LEDGER_REQUESTS");
  return text != nullptr && absl::SimpleAtoi(text, &wanted) && wanted > 0 ? wanted : kRequests;
}

// A provider that answers, rambles, falls silent, fails after tokens were used and tries again, and
// keeps its own count of what it would put on the bill.
class FaultyProvider final : public ModelProvider {
 public:
  Task<ModelResult> Ask(const Context&, const ModelCall&) override { co_return Answer(); }
  BreakerState Breaker(absl::string_view) const override { return BreakerState::kClosed; }

  std::atomic<int64_t> calls{0};
  std::atomic<int64_t> billed_nano_usd{0};

 private:
  Usage Bill(int64_t turn) {
    const int64_t input = 100 + turn * 7 % 4001;
    const int64_t cached = turn % 5 == 0 ? 50 : 0;
    const int64_t output = turn * 13 % 997;
    const int64_t reasoning = turn % 3 == 0 ? turn % 211 : 0;
    ++calls;
    billed_nano_usd +=
        ((input + cached) * kInputPrice + (output + reasoning) * kOutputPrice + 500'000) /
        1'000'000;
    return {.input_uncached_tokens = input,
            .input_cached_tokens = cached,
            .output_visible_tokens = output,
            .output_reasoning_tokens = reasoning};
  }

  ModelResult Answer() {
    const int64_t turn = turns_.fetch_add(1);
    const auto failed = [&](AttemptOutcome outcome) {
      return UnusedCall{.outcome = outcome, .usage = Bill(turn * 31), .explanation = "\xFF cut"};
    };
    if (turn / 8 % 5 == 0) {  // in bursts, so that some requests fail for good
      ModelResult result{absl::UnavailableError("gone")};
      result.unused = {failed(AttemptOutcome::kError), failed(AttemptOutcome::kCancelled)};
      return result;
    }
    ModelReply reply = Reply(turn % 7 == 0 ? "" : "Paris.");
    reply.usage = Bill(turn);
    ModelResult result{std::move(reply)};
    if (turn % 4 == 0) result.unused = {failed(AttemptOutcome::kError)};
    return result;
  }

  std::atomic<int64_t> turns_{0};
};

class NoObserver final : public DecisionObserver {
 public:
  void OnDecision(const Context&, const Decision&) override {}
  void OnBudgets(const Context&, const std::vector<BudgetState>&) override {}
  void OnBreaker(const std::string&, const std::string&, BreakerState) override {}
};

Policy TwoModels() {
  Policy policy;
  const Price price{.input = kInputPrice, .cached_input = {}, .output = kOutputPrice};
  policy.models = {{.name = "small", .provider = "fake", .price = price},
                   {.name = "large", .provider = "fake", .price = price}};
  for (const TaskKind task : kAllTasks) policy.cascades[task] = {};
  policy.cascades[TaskKind::kGeneral].models = {"small", "large"};
  policy.budgets = {{.name = "all", .limit_nano_usd = int64_t{1} << 60}};
  return policy;
}

TEST(LedgerCount, EqualsTheProvidersOwnToTheLastNanoDollar) {
  TempDirectory directory;
  ASSERT_OK_AND_ASSIGN(const auto ledger, OpenSqliteLedger(directory.File("router.db")));
  FaultyProvider provider;
  NoObserver observer;
  std::atomic<int> ids{0};
  Router router(TwoModels(), {{"fake", &provider}}, *ledger, observer,
                {.budgets = ledger.get(), .new_id = [&] { return absl::StrCat("dec_", ++ids); }});
  std::vector<std::thread> threads;
  std::atomic<int> failed{0};
  const int requests = Requests();
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < requests / kThreads; ++i) {
        const Request request = GeneralRequest("What is the capital of France?");
        failed += router.Complete(Context::Background(), request).ok() ? 0 : 1;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_GT(failed, 0);  // or the faults were none
  ASSERT_OK_AND_ASSIGN(const Spend spend, ledger->SumSpend(Context::Background(), {}));
  EXPECT_EQ(spend.total.cost.nano_usd, provider.billed_nano_usd);
  EXPECT_EQ(spend.total.model_calls, provider.calls);
  ASSERT_OK_AND_ASSIGN(const std::vector<BudgetState> budgets,
                       router.Budgets(Context::Background(), ""));
  EXPECT_EQ(budgets.at(0).spent_nano_usd, provider.billed_nano_usd);
  EXPECT_EQ(budgets.at(0).reserved_nano_usd, 0);
}

}  // namespace
}  // namespace throughline::router
