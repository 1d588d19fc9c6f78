// What an operator sees: Redis that dies, metrics, health, reflection, a stop in the middle of
// work.

#include <gmock/gmock.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "common/rpc/channel.h"
#include "common/testing/redis_server.h"
#include "common/testing/status_matchers.h"
#include "tests/e2e/deployment.h"

namespace throughline::e2e {
namespace {

using nlohmann::json;
using testing::AnyOf;
using testing::Contains;
using testing::Each;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;
using testing::SizeIs;

constexpr char kCustomer[] = "meridian-logistics";

// The sum of a metric's samples whose labels contain `label`.
double Sum(const std::string& metrics, const std::string& name, const std::string& label = "") {
  double sum = 0;
  for (const absl::string_view line : absl::StrSplit(metrics, '\n')) {
    if (!absl::StartsWith(line, absl::StrCat(name, "{")) || !absl::StrContains(line, label)) {
      continue;
    }
    double value = 0;
    if (absl::SimpleAtod(line.substr(line.rfind(' ') + 1), &value)) sum += value;
  }
  return sum;
}

// Asks the reflection service of a server for its services and returns the answer as it came: the
// names stand in it as they are. By hand, for Debian ships no reflection client.
std::string AskReflection(const std::string& address) {
  constexpr char kListServices[] = "\x3a\x01*";  // list_services (field 7): "*"
  grpc::GenericStub stub(rpc::MakeChannel(address));
  grpc::ClientContext call;
  call.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(10)));
  grpc::CompletionQueue queue;
  const auto stream = stub.PrepareCall(
      &call, "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", &queue);
  const auto done = [&] {
    void* tag = nullptr;
    bool ok = false;
    return queue.Next(&tag, &ok) && ok;
  };
  stream->StartCall(nullptr);
  if (!done()) return "not started";
  const grpc::Slice request_bytes(kListServices);
  stream->WriteLast(grpc::ByteBuffer(&request_bytes, 1), grpc::WriteOptions(), nullptr);
  if (!done()) return "not sent";
  grpc::ByteBuffer response;
  stream->Read(&response, nullptr);
  if (!done()) return "not answered";
  grpc::Slice bytes;
  if (!response.DumpToSingleSlice(&bytes).ok()) return "not readable";
  grpc::Status status;
  stream->Finish(&status, nullptr);
  done();
  return std::string(reinterpret_cast<const char*>(bytes.begin()), bytes.size());
}

class OperationsTest : public testing::TestWithParam<Shape> {
 protected:
  void Start(const std::string& redis = "") {
    ASSERT_OK_AND_ASSIGN(
        system_, Deployment::Start(
                     {.shape = GetParam(), .redis = redis, .data_dir = directory_.File("data")}));
  }

  Outcome Process(int number) {
    return system_->Run({"process", "--customer", kCustomer, "--call-id",
                         absl::StrCat("call-", number), "--json", CallFile(number)});
  }

  // How many facts the five calls leave when nothing interrupts them.
  size_t FactsOfAnUndisturbedRun() {
    std::vector<std::string> command = {"process", "--customer", "undisturbed", "--json"};
    for (int number = 1; number <= kCalls; ++number) command.push_back(CallFile(number));
    EXPECT_EQ(system_->Run(std::move(command)).code, 0);
    return Facts("undisturbed").size();
  }

  std::vector<json> Facts(const std::string& customer) {
    return system_->Run({"facts", "--customer", customer, "--all", "--limit", "10000", "--json"})
        .Json();
  }

  TempDirectory directory_;
  std::unique_ptr<Deployment> system_;
};

TEST_P(OperationsTest, ARunSurvivesTheLossOfRedis) {
  ASSERT_OK_AND_ASSIGN(const auto redis, RedisServer::Start());
  Start(redis->address());
  for (const int number : {1, 2}) ASSERT_EQ(Process(number).code, 0);
  const auto recall = [&] {
    return system_->Run({"recall", "--customer", kCustomer, "--query", "price", "--json"});
  };
  ASSERT_EQ(recall().code, 0);
  const Outcome cached = recall();
  ASSERT_EQ(cached.code, 0);
  EXPECT_EQ(cached.Json().at(0).at("cacheHit"), true);
  EXPECT_GT(Sum(system_->Metrics("memory"), "throughline_memory_cache_total", "result=\"hit\""), 0);

  redis->Stop();
  for (const int number : {3, 4, 5}) {
    const Outcome outcome = Process(number);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
  }
  const Outcome uncached = recall();
  EXPECT_EQ(uncached.code, 0) << uncached.err;

  int complaints = 0;
  for (const absl::string_view line : absl::StrSplit(system_->Log(), '\n', absl::SkipEmpty())) {
    const json entry = json::parse(line.begin(), line.end(), nullptr, false);
    if (!entry.is_object() || entry.value("severity", "") == "info") continue;
    if (absl::StrContains(absl::AsciiStrToLower(line), "redis")) ++complaints;
  }
  EXPECT_EQ(complaints, 1) << system_->Log();
  EXPECT_GT(Sum(system_->Metrics("memory"), "throughline_memory_cache_total", "result=\"error\""),
            0)
      << system_->Metrics("memory");
}

TEST_P(OperationsTest, MetricsShowEveryDecision) {
  Start();
  for (int number = 1; number <= kCalls; ++number) ASSERT_EQ(Process(number).code, 0);
  const std::string metrics = system_->Metrics("router");
  const std::string name = "throughline_router_decisions_total";
  for (const std::string task : {"analyze_call", "extract_facts", "write_email"}) {
    EXPECT_EQ(Sum(metrics, name, absl::StrCat("task=\"", task, "\"")), kCalls) << metrics;
  }
  for (const absl::string_view line : absl::StrSplit(metrics, '\n')) {
    if (!absl::StartsWith(line, absl::StrCat(name, "{"))) continue;
    for (const std::string label : {"decision=\"", "reason=\"", "from_model=\"", "to_model=\""}) {
      EXPECT_THAT(std::string(line), HasSubstr(label));
    }
  }
  EXPECT_GT(Sum(metrics, name, "decision=\"escalated\""), 0) << "nothing ever escalates";
  EXPECT_GT(Sum(metrics, name, "decision=\"accepted\""), 0) << "nothing is ever accepted";
  EXPECT_THAT(metrics, HasSubstr("throughline_router_cost_usd_total"));
  for (const std::string service : {"memory", "router", "analyst", "writer", "orchestrator"}) {
    EXPECT_GT(Sum(system_->Metrics(service), "grpc_server_handled_total", "grpc_code=\"OK\""), 0)
        << service;
  }
}

TEST_P(OperationsTest, EveryServiceIsHealthyAndListsItself) {
  Start();
  const std::vector<std::pair<std::string, std::string>> services = {
      {"memory", "throughline.memory.v1.MemoryService"},
      {"router", "throughline.router.v1.RouterService"},
      {"analyst", "throughline.analyst.v1.AnalystService"},
      {"writer", "throughline.writer.v1.WriterService"},
      {"orchestrator", "throughline.orchestrator.v1.OrchestratorService"},
  };
  for (const auto& [name, full_name] : services) {
    const Context context = Context::Background().WithBudget(absl::Seconds(10));
    EXPECT_OK(rpc::WaitUntilHealthy(context, {system_->address(name)}));
    EXPECT_OK(rpc::WaitUntilHealthy(context, {system_->address(name)}, full_name));

    const std::string listed = AskReflection(system_->address(name));
    EXPECT_THAT(listed, HasSubstr(full_name));
    EXPECT_THAT(listed, HasSubstr("grpc.health.v1.Health"));
  }
}

TEST_P(OperationsTest, AStopLeavesNoCallHalfSaved) {
  Start();
  constexpr int kClients = 6;
  std::vector<std::unique_ptr<ChildProcess>> clients;
  for (int i = 0; i < kClients; ++i) {
    std::vector<std::string> command = {"process", "--customer", absl::StrCat("customer-", i),
                                        "--json"};
    for (int number = 1; number <= kCalls; ++number) command.push_back(CallFile(number));
    ASSERT_OK_AND_ASSIGN(auto client, system_->Launch(std::move(command)));
    clients.push_back(std::move(client));
  }
  // The first result is out, so that the others are at work.
  ASSERT_OK(clients[0]->WaitForLine("{", absl::Seconds(30)));
  EXPECT_THAT(system_->Stop(SIGTERM), Each(Pair(testing::_, 0)));

  std::vector<size_t> answered;
  for (const auto& client : clients) {
    ASSERT_OK_AND_ASSIGN(const int code, client->Wait(absl::Minutes(1)));
    EXPECT_THAT(code, AnyOf(0, 1));
    const std::string out = client->Stdout();
    answered.push_back(std::count(out.begin(), out.end(), '\n'));
    EXPECT_EQ(code == 0, answered.back() == kCalls) << client->Stderr();
  }

  Start();
  const size_t undisturbed = FactsOfAnUndisturbedRun();
  for (int i = 0; i < kClients; ++i) {
    const std::string customer = absl::StrCat("customer-", i);
    EXPECT_GE(system_->Run({"calls", "--customer", customer, "--json"}).Json().size(), answered[i])
        << "an answered call was lost";
    // Sent again, the calls end in the state of a run that nothing interrupted.
    std::vector<std::string> command = {"process", "--customer", customer, "--json"};
    for (int number = 1; number <= kCalls; ++number) command.push_back(CallFile(number));
    const Outcome again = system_->Run(std::move(command));
    ASSERT_EQ(again.code, 0) << again.err;
    EXPECT_THAT(system_->Run({"calls", "--customer", customer, "--json"}).Json(), SizeIs(kCalls));
    EXPECT_EQ(Facts(customer).size(), undisturbed) << customer << " holds rows twice or lacks some";
  }
}

TEST_P(OperationsTest, StoppedServersEndWithZeroAndKeepWhatTheyKnew) {
  Start();
  ASSERT_EQ(Process(1).code, 0);
  const std::string facts = system_->Run({"facts", "--customer", kCustomer, "--all", "--json"}).out;
  EXPECT_THAT(facts, Not(IsEmpty()));
  EXPECT_THAT(system_->Stop(SIGTERM), Each(Pair(testing::_, 0)));
  Start();
  EXPECT_EQ(system_->Run({"facts", "--customer", kCustomer, "--all", "--json"}).out, facts);
}

INSTANTIATE_TEST_SUITE_P(Shapes, OperationsTest,
                         testing::Values(Shape::kOneProcess, Shape::kFiveProcesses),
                         [](const auto& info) {
                           return info.param == Shape::kOneProcess ? "OneProcess" : "FiveProcesses";
                         });

}  // namespace
}  // namespace throughline::e2e
