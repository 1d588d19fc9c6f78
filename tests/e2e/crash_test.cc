// Calls that were acknowledged end exactly once, whenever a process is killed.

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <cstdlib>
#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "common/rpc/status_mapping.h"
#include "common/testing/postgres_server.h"
#include "common/testing/status_matchers.h"
#include "common/testing/temp_directory.h"
#include "tests/e2e/deployment.h"
#include "tests/e2e/http_client.h"
#include "throughline/orchestrator/v1/orchestrator_service.grpc.pb.h"

namespace throughline::e2e {
namespace {

using nlohmann::json;
namespace v1 = throughline::orchestrator::v1;

constexpr int kCustomers = 4;
constexpr absl::Duration kPatience = absl::Seconds(60);

// THROUGHLINE_CRASHES=200 for the long proof.
int Crashes() {
  int crashes = 10;
  const char* asked = std::getenv("THROUGHLINE_CRASHES");
  return asked != nullptr && absl::SimpleAtoi(asked, &crashes) ? crashes : 10;
}

std::string CustomerName(int number) { return absl::StrCat("customer-", number); }

// The conversations of a customer come in the order of their numbers, a day each.
json Conversation(int customer, int number) {
  const absl::CivilDay day = absl::CivilDay(2026, 1, 1) + number;
  return {{"customerId", CustomerName(customer)},
          {"conversationId", absl::StrCat("call-", number)},
          {"occurredAt", absl::StrCat(absl::FormatCivilTime(day), "T10:00:00Z")},
          {"messages",
           {{{"role", "Mike Reynolds"},
             {"content", absl::StrCat("It costs too much: ", 1000 + number, " euros a month.")}},
            {{"role", "Sarah Chen"}, {"content", "I will send you an offer on Friday."}}}}};
}

class CrashTest : public testing::Test {
 protected:
  void Start() {
    auto started = Deployment::Start({.data_dir = directory_.path()});
    ASSERT_OK(started.status());
    system_ = *std::move(started);
  }
  json Get(const std::string& path) const {
    return HttpCall("GET", absl::StrCat(system_->http(), path)).Json();
  }
  // Ingests conversations until the process is gone. What was acknowledged is in `acknowledged_`.
  void IngestUntilItDies() {
    for (int i = 0; i < kMostBetweenCrashes; ++i) {
      const int customer = i % kCustomers;
      const int number = next_[customer];
      const HttpReply reply =
          HttpCall("POST", absl::StrCat(system_->http(), "/v1/ingest"),
                   {"Content-Type: application/json"}, Conversation(customer, number).dump());
      if (reply.status != 200) return;
      acknowledged_[CustomerName(customer)].insert(absl::StrCat("call-", number));
      ++next_[customer];
    }
  }
  void AwaitEmptyQueue() const {
    const absl::Time deadline = absl::Now() + kPatience;
    while (absl::Now() < deadline) {
      const bool busy = !Get("/v1/jobs?state=JOB_STATE_QUEUED")["jobs"].empty() ||
                        !Get("/v1/jobs?state=JOB_STATE_RUNNING")["jobs"].empty();
      if (!busy) return;
      absl::SleepFor(absl::Milliseconds(50));
    }
    FAIL() << "jobs are left: " << Get("/v1/jobs?state=JOB_STATE_QUEUED");
  }

  static constexpr int kMostBetweenCrashes = 400;
  const TempDirectory directory_;
  std::unique_ptr<Deployment> system_;
  std::map<int, int> next_;
  std::map<std::string, std::set<std::string>> acknowledged_;
};

TEST_F(CrashTest, KilledAtAnyMomentItLosesNothingAndDoesNothingTwice) {
  std::minstd_rand random(7);
  Start();
  for (int crash = 0; crash < Crashes(); ++crash) {
    const int delay_ms = static_cast<int>(random() % 150);
    std::thread killer([this, delay_ms] {
      absl::SleepFor(absl::Milliseconds(delay_ms));
      system_->SignalFront(SIGKILL);
    });
    IngestUntilItDies();
    killer.join();
    system_->WaitFront();
    Start();
  }
  AwaitEmptyQueue();
  for (const auto& [customer, ids] : acknowledged_) {
    const json calls =
        Get(absl::StrCat("/v1/customers/", customer, "/calls?pageSize=1000"))["calls"];
    std::multiset<std::string> stored;
    for (const json& call : calls) stored.insert(call["callId"]);
    for (const std::string& id : ids) EXPECT_EQ(stored.count(id), 1u) << customer << " " << id;
    // In the order of their time, each applied once.
    int64_t version = 0;
    for (const json& call : calls) {
      const json kept = Get(absl::StrCat("/v1/customers/", customer, "/calls/",
                                         call["callId"].get<std::string>()))["result"];
      int64_t its = 0;
      ASSERT_TRUE(absl::SimpleAtoi(kept["memoryVersion"].get<std::string>(), &its));
      EXPECT_EQ(its, version + 1) << customer << " " << call["callId"];
      version = its;
    }
    // A model answered each piece of work once.
    std::map<std::string, int> answers;
    std::string token;
    do {
      const json page = Get(absl::StrCat("/v1/decisions?pageSize=500&customerId=", customer,
                                         token.empty() ? "" : "&pageToken=", token));
      for (const json& decision : page.value("decisions", json::array())) {
        ++answers[absl::StrCat(decision["attribution"]["callId"].get<std::string>(), " ",
                               decision["task"].get<std::string>())];
      }
      token = page.value("nextPageToken", "");
    } while (!token.empty());
    EXPECT_FALSE(answers.empty());
    for (const auto& [work, count] : answers) EXPECT_EQ(count, 1) << customer << " " << work;
  }
}

// Two orchestrators over one PostgreSQL; the one that took the calls is killed.
TEST(TakeOverTest, AnotherReplicaGoesOnWithinTheLease) {
  constexpr int kCalls = 12;
  const TempDirectory directory;
  auto postgres = PostgresServer::Start();
  ASSERT_OK(postgres.status());
  const std::string store =
      absl::StrCat("postgres:", directory.Write("conninfo", (*postgres)->Conninfo()));
  const std::vector<std::string> flags = {"--store", store, "--lease", "1"};
  auto started = Deployment::Start({.shape = Shape::kFiveProcesses, .orchestrator_flags = flags});
  ASSERT_OK(started.status());
  Deployment& system = **started;
  ASSERT_OK_AND_ASSIGN(const std::string second, system.StartOrchestrator(flags));

  const auto stub_of = [](const std::string& address) {
    return v1::OrchestratorService::NewStub(
        grpc::CreateChannel(address, grpc::InsecureChannelCredentials()));
  };
  const auto first_stub = stub_of(system.address("orchestrator"));
  const auto second_stub = stub_of(second);
  std::vector<std::string> ids;
  for (int i = 0; i < kCalls; ++i) {
    v1::IngestRequest request;
    request.set_customer_id(CustomerName(i % kCustomers));
    request.set_conversation_id(absl::StrCat("call-", i));
    request.add_messages()->set_role("Mike Reynolds");
    request.mutable_messages(0)->set_content(absl::StrCat("It costs too much, ", i, " times."));
    v1::IngestResponse response;
    grpc::ClientContext context;
    ASSERT_OK(rpc::FromGrpc(first_stub->Ingest(&context, request, &response)));
    ids.push_back(response.job().id());
  }
  system.Kill("orchestrator");
  for (const std::string& id : ids) {
    v1::JobState state = v1::JOB_STATE_QUEUED;
    const absl::Time deadline = absl::Now() + kPatience;
    while (state != v1::JOB_STATE_SUCCEEDED && absl::Now() < deadline) {
      v1::GetJobRequest request;
      request.set_job_id(id);
      v1::GetJobResponse response;
      grpc::ClientContext context;
      ASSERT_OK(rpc::FromGrpc(second_stub->GetJob(&context, request, &response)));
      state = response.job().state();
      if (state != v1::JOB_STATE_SUCCEEDED) absl::SleepFor(absl::Milliseconds(20));
    }
    EXPECT_EQ(state, v1::JOB_STATE_SUCCEEDED) << id;
  }
}

// SQLite's file is for one process: a second one would take the first one's calls for a dead one's.
TEST(TakeOverTest, ASecondProcessOverOneFolderIsRefused) {
  const TempDirectory directory;
  auto started = Deployment::Start({.shape = Shape::kFiveProcesses, .data_dir = directory.path()});
  ASSERT_OK(started.status());
  EXPECT_THAT(
      (*started)->StartOrchestrator({"--data-dir", directory.File("orchestrator")}).status(),
      StatusIs(absl::StatusCode::kUnavailable, testing::HasSubstr("orchestrator")));
}

}  // namespace
}  // namespace throughline::e2e
