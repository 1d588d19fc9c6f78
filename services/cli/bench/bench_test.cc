// The load client's arithmetic, and the client against a server that keeps or breaks its word.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "common/rpc/server.h"
#include "common/rpc/signals.h"
#include "common/testing/status_matchers.h"
#include "services/cli/bench/bench_command.h"
#include "services/cli/bench/histogram.h"
#include "services/cli/bench/plan.h"
#include "throughline/memory/v1/memory_service.grpc.pb.h"
#include "throughline/orchestrator/v1/orchestrator_service.grpc.pb.h"
#include "throughline/router/v1/router_service.grpc.pb.h"

namespace throughline::cli {
namespace {

namespace memory = throughline::memory::v1;
namespace orchestrator = throughline::orchestrator::v1;
namespace router = throughline::router::v1;
using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(HistogramTest, PercentilesAreWithinOnePercentFromNanosecondsToMinutes) {
  for (const absl::Duration unit :
       {absl::Nanoseconds(1), absl::Microseconds(7), absl::Milliseconds(3), absl::Seconds(1)}) {
    LatencyHistogram histogram;
    for (int i = 1; i <= 1000; ++i) histogram.Add(i * unit);
    EXPECT_EQ(histogram.count(), 1000);
    EXPECT_EQ(histogram.max(), 1000 * unit);
    for (const int rank : {1, 500, 900, 990, 999}) {
      const absl::Duration found = histogram.Percentile(rank / 1000.0);
      EXPECT_GE(found, rank * unit) << rank;
      EXPECT_LE(found, 1.008 * rank * unit) << rank;
    }
    EXPECT_EQ(histogram.Percentile(1), 1000 * unit);
  }
}

TEST(HistogramTest, TakesWhatNoClockShouldSayAndMerges) {
  LatencyHistogram one;
  EXPECT_EQ(one.Percentile(0.99), absl::ZeroDuration());
  one.Add(-absl::Seconds(1));
  LatencyHistogram other;
  other.Add(absl::InfiniteDuration());
  one.Merge(other);
  EXPECT_EQ(one.count(), 2);
  EXPECT_EQ(one.Percentile(0.5), absl::ZeroDuration());
  EXPECT_EQ(one.max(), absl::Nanoseconds(LatencyHistogram::kMaxRecordedNanoseconds));
}

TEST(MixTest, SharesAreThoseOfTheWeightsAndTheSameForTheSameSeed) {
  ASSERT_OK_AND_ASSIGN(const Mix mix, Mix::Parse("process=1, recall=3"));
  std::map<Operation, int> counts;
  for (int64_t number = 0; number < 4000; ++number) {
    ++counts[mix.At(7, number)];
    EXPECT_EQ(mix.At(7, number), mix.At(7, number));
  }
  EXPECT_EQ(counts.size(), 2u);
  EXPECT_NEAR(counts[Operation::kProcess], 1000, 120);
}

TEST(MixTest, RefusesWhatItCannotRead) {
  for (const char* text : {"", "process", "process=0", "process=-1", "process=1001", "erase=1",
                           "process=1;recall=2", "process=1=2"}) {
    EXPECT_THAT(Mix::Parse(text).status(),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("--mix: expected weights")))
        << text;
  }
}

TEST(PlanTest, OperationsAreDueAtTheRateAndAreBounded) {
  Plan plan{.rate_per_second = 50, .duration = absl::Seconds(2)};
  EXPECT_EQ(plan.Operations(), 100);
  EXPECT_EQ(plan.DueAfter(25), absl::Milliseconds(500));
  plan.rate_per_second = 1e9;
  EXPECT_EQ(plan.Operations(), Plan::kMaxOperations);
  plan.rate_per_second = 0;
  EXPECT_EQ(plan.DueAfter(25), absl::ZeroDuration());
}

// Keeps calls, facts and decisions in memory, and forgets or repeats what the test tells it to.
class Shop {
 public:
  struct Call {
    std::string id;
    int64_t version;
  };
  struct Lies {
    int lose_call = -1;  // the number of the acknowledged call that is gone
    bool lose_fact = false;
    bool answer_twice = false;
    bool stale_recall = false;
    absl::Duration stall;  // of the tenth call
  };

  void Process(const orchestrator::CallSource& call, orchestrator::CallResult* result) {
    absl::MutexLock lock(&mutex_);
    auto& calls = calls_[call.customer_id()];
    calls.push_back({call.call_id(), static_cast<int64_t>(calls.size()) + 1});
    Fill(call.customer_id(), calls.back(), result);
    if (++processed_ == 10) absl::SleepFor(lies.stall);
  }
  void Fill(const std::string& customer, const Call& call, orchestrator::CallResult* result) {
    result->set_memory_version(call.version);
    result->add_facts()->set_id(absl::StrCat(customer, call.id));
    result->add_decisions()->set_id(absl::StrCat(customer, call.id));
  }

  Lies lies;
  absl::Mutex mutex_;
  std::map<std::string, std::vector<Call>> calls_;
  int processed_ = 0;
};

class ShopOrchestrator final : public orchestrator::OrchestratorService::Service {
 public:
  explicit ShopOrchestrator(Shop& shop) : shop_(shop) {}
  grpc::Status ProcessCall(grpc::ServerContext*, const orchestrator::ProcessCallRequest* request,
                           orchestrator::ProcessCallResponse* response) override {
    shop_.Process(request->call(), response->mutable_result());
    return grpc::Status::OK;
  }
  grpc::Status ListJobs(grpc::ServerContext*, const orchestrator::ListJobsRequest*,
                        orchestrator::ListJobsResponse*) override {
    return grpc::Status::OK;
  }
  grpc::Status ListCalls(grpc::ServerContext*, const orchestrator::ListCallsRequest* request,
                         orchestrator::ListCallsResponse* response) override {
    absl::MutexLock lock(&shop_.mutex_);
    int number = 0;
    for (const Shop::Call& call : shop_.calls_[request->customer_id()]) {
      if (number++ != shop_.lies.lose_call) response->add_calls()->set_call_id(call.id);
    }
    return grpc::Status::OK;
  }
  grpc::Status GetCall(grpc::ServerContext*, const orchestrator::GetCallRequest* request,
                       orchestrator::GetCallResponse* response) override {
    absl::MutexLock lock(&shop_.mutex_);
    for (const Shop::Call& call : shop_.calls_[request->customer_id()]) {
      if (call.id == request->call_id()) {
        shop_.Fill(request->customer_id(), call, response->mutable_result());
      }
    }
    return grpc::Status::OK;
  }

 private:
  Shop& shop_;
};

class ShopMemory final : public memory::MemoryService::Service {
 public:
  explicit ShopMemory(Shop& shop) : shop_(shop) {}
  grpc::Status ListCustomers(grpc::ServerContext*, const memory::ListCustomersRequest*,
                             memory::ListCustomersResponse*) override {
    return grpc::Status::OK;
  }
  grpc::Status Recall(grpc::ServerContext*, const memory::RecallRequest* request,
                      memory::RecallResponse* response) override {
    absl::MutexLock lock(&shop_.mutex_);
    const auto version = static_cast<int64_t>(shop_.calls_[request->customer_id()].size());
    response->set_version(shop_.lies.stale_recall ? 0 : version);
    return grpc::Status::OK;
  }
  grpc::Status ListFacts(grpc::ServerContext*, const memory::ListFactsRequest* request,
                         memory::ListFactsResponse* response) override {
    absl::MutexLock lock(&shop_.mutex_);
    bool lose = shop_.lies.lose_fact;
    for (const Shop::Call& call : shop_.calls_[request->customer_id()]) {
      if (!std::exchange(lose, false)) {
        response->add_facts()->set_id(absl::StrCat(request->customer_id(), call.id));
      }
    }
    return grpc::Status::OK;
  }

 private:
  Shop& shop_;
};

class ShopRouter final : public router::RouterService::Service {
 public:
  explicit ShopRouter(Shop& shop) : shop_(shop) {}
  grpc::Status ListModels(grpc::ServerContext*, const router::ListModelsRequest*,
                          router::ListModelsResponse*) override {
    return grpc::Status::OK;
  }
  grpc::Status ListDecisions(grpc::ServerContext*, const router::ListDecisionsRequest* request,
                             router::ListDecisionsResponse* response) override {
    absl::MutexLock lock(&shop_.mutex_);
    for (const Shop::Call& call : shop_.calls_[request->customer_id()]) {
      for (int i = 0; i < (shop_.lies.answer_twice ? 2 : 1); ++i) {
        auto& decision = *response->add_decisions();
        decision.set_id(absl::StrCat(request->customer_id(), call.id, i == 0 ? "" : "-again"));
        decision.mutable_attribution()->set_call_id(call.id);
      }
    }
    return grpc::Status::OK;
  }
  grpc::Status GetSpend(grpc::ServerContext*, const router::GetSpendRequest*,
                        router::GetSpendResponse*) override {
    return grpc::Status::OK;
  }

 private:
  Shop& shop_;
};

class BenchCommandTest : public testing::Test {
 protected:
  struct Outcome {
    int code;
    std::string err;
    json report;
  };

  // The servers' threads, too, leave signals to the command.
  static void SetUpTestSuite() { rpc::BlockShutdownSignals(); }

  BenchCommandTest() : server_({.port = 0}) {
    server_.AddService(orchestrator::OrchestratorService::service_full_name(), orchestrator_);
    server_.AddService(memory::MemoryService::service_full_name(), memory_);
    server_.AddService(router::RouterService::service_full_name(), router_);
    EXPECT_OK(server_.Start());
  }

  Outcome Bench(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"throughline", "bench", "--json", "--server",
                                         server_.address(), "--customers", "2"});
    std::vector<const char*> pointers;
    for (const std::string& argument : arguments) pointers.push_back(argument.c_str());
    std::istringstream in;
    std::ostringstream out;
    std::ostringstream err;
    Terminal terminal{.in = in, .out = out, .err = err};
    std::vector<std::unique_ptr<Command>> commands;
    commands.push_back(MakeBenchCommand());
    const int code = RunCommandLine(static_cast<int>(pointers.size()), pointers.data(),
                                    std::move(commands), terminal);
    return {code, err.str(), json::parse(out.str(), nullptr, false)};
  }
  // A tenth of a second of calls and recalls.
  Outcome Short() {
    return Bench({"--rate", "300", "--concurrency", "2", "--duration", "100ms", "--mix",
                  "process=2,recall=1"});
  }

  Shop shop_;
  ShopOrchestrator orchestrator_{shop_};
  ShopMemory memory_{shop_};
  ShopRouter router_{shop_};
  rpc::Server server_;
};

TEST_F(BenchCommandTest, AnHonestServerPasses) {
  const Outcome outcome = Short();
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.report["acknowledged"], 30);
  EXPECT_EQ(outcome.report["errors"], 0);
  EXPECT_EQ(outcome.report["audit"]["calls"], shop_.processed_);
  EXPECT_EQ(outcome.report["audit"]["violations"], 0);
}

TEST_F(BenchCommandTest, EachBrokenPromiseIsNamed) {
  const auto named = [this](Shop::Lies lies) {
    shop_.lies = lies;
    shop_.calls_.clear();
    const Outcome outcome = Short();
    EXPECT_EQ(outcome.code, 1);
    EXPECT_THAT(outcome.err, HasSubstr("audit: expected the server to hold exactly"));
    return outcome.report["audit"]["named"].dump();
  };
  EXPECT_THAT(named({.lose_call = 0}), HasSubstr("acknowledged call-000000 is there 0 times"));
  EXPECT_THAT(named({.lose_fact = true}), HasSubstr("fact of call-000000 is there 0 times"));
  EXPECT_THAT(named({.answer_twice = true}), HasSubstr("was answered 2 times"));
  EXPECT_THAT(named({.stale_recall = true}), HasSubstr("a recall answered from version 0"));
}

// The server stands still for a tenth of the run. Who asks one after the other sees one slow
// answer; everybody who was due meanwhile waited too, and the percentiles say so.
TEST_F(BenchCommandTest, AStallIsChargedForEverybodyWhoWasDue) {
  shop_.lies.stall = absl::Milliseconds(300);
  const Outcome outcome =
      Bench({"--rate", "100", "--concurrency", "1", "--duration", "1s", "--mix", "process=1"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const json latency = outcome.report["operations"]["process"]["latencyMs"];
  EXPECT_GT(latency["max"].get<double>(), 290);
  EXPECT_GT(latency["p90"].get<double>(), 100);
  EXPECT_GT(outcome.report["longestGapMs"].get<double>(), 290);
}

TEST_F(BenchCommandTest, AnInterruptEndsTheLoadAndNotTheAudit) {
  std::thread interrupter([this] {
    const auto begun = [this]() {
      absl::MutexLock lock(&shop_.mutex_);
      return shop_.processed_ > 0;
    };
    while (!begun()) absl::SleepFor(absl::Milliseconds(5));
    kill(getpid(), SIGINT);
  });
  const Outcome outcome = Bench({"--rate", "50", "--duration", "10m", "--mix", "process=1"});
  interrupter.join();
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_GT(outcome.report["audit"]["calls"], 0);
  EXPECT_LT(outcome.report["elapsedSeconds"], 300);
}

TEST_F(BenchCommandTest, AServerThatIsAwayIsOneError) {
  server_.Shutdown();
  const Outcome outcome = Bench({"--duration", "100ms"});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("--server"));
}

}  // namespace
}  // namespace throughline::cli
