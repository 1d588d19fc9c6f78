// SIGTERM while calls wait for their models: what the process began, the next one finishes.

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "common/base/errors.h"
#include "common/rpc/status_mapping.h"
#include "common/testing/status_matchers.h"
#include "common/testing/temp_directory.h"
#include "tests/e2e/canned_model.h"
#include "tests/e2e/deployment.h"
#include "throughline/orchestrator/v1/orchestrator_service.grpc.pb.h"

namespace throughline::e2e {
namespace {

namespace v1 = throughline::orchestrator::v1;

constexpr int kCustomers = 12;
// Longer than the test takes: who waits for this is cut off.
constexpr absl::Duration kForever = absl::Minutes(1);
constexpr absl::Duration kPatience = absl::Seconds(30);

v1::CallSource CallOf(int customer) {
  v1::CallSource call;
  call.set_customer_id(absl::StrCat("customer-", customer));
  call.set_call_id("call-1");
  call.set_transcript(ReadFile(CallFile(1)));
  return call;
}

absl::StatusOr<v1::CallResult> Process(const std::string& address, int customer) {
  const auto stub = v1::OrchestratorService::NewStub(
      grpc::CreateChannel(address, grpc::InsecureChannelCredentials()));
  grpc::ClientContext context;
  context.set_wait_for_ready(true);
  v1::ProcessCallRequest request;
  *request.mutable_call() = CallOf(customer);
  v1::ProcessCallResponse response;
  const absl::Status status = rpc::FromGrpc(stub->ProcessCall(&context, request, &response));
  if (!status.ok()) return status;
  return response.result();
}

// One call of each customer at the same time.
std::vector<absl::StatusOr<v1::CallResult>> ProcessAll(const std::string& address) {
  std::vector<absl::StatusOr<v1::CallResult>> results(kCustomers, absl::UnknownError("not sent"));
  std::vector<std::thread> callers;
  for (int i = 0; i < kCustomers; ++i) {
    callers.emplace_back([&, i] { results[i] = Process(address, i); });
  }
  for (std::thread& caller : callers) caller.join();
  return results;
}

// A system whose models are `model`, and callers who wait for it.
class HandOverTest : public testing::Test {
 protected:
  void SetUp() override {
    auto learned = CannedModel::Learn("call-1", ReadFile(CallFile(1)));
    ASSERT_OK(learned.status());
    model_ = *std::move(learned);
    auto started = Deployment::Start(
        {.shape = Shape::kFiveProcesses,
         .data_dir = directory_.path(),
         .orchestrator_flags = {"--drain-seconds", "1"},
         .router_flags = {"--router-config",
                          directory_.Write("router.yaml", model_->RouterConfig())}});
    ASSERT_OK(started.status());
    system_ = *std::move(started);
  }
  void AwaitAsked(CannedModel::Task task, int count) const {
    const absl::Time deadline = absl::Now() + kPatience;
    while (model_->asked(task) < count && absl::Now() < deadline) {
      absl::SleepFor(absl::Milliseconds(5));
    }
    ASSERT_EQ(model_->asked(task), count);
  }
  std::string NextOrchestrator() {
    auto next = system_->StartOrchestrator({"--data-dir", directory_.File("orchestrator")});
    EXPECT_OK(next.status());
    return next.value_or("");
  }

  const TempDirectory directory_;
  std::unique_ptr<CannedModel> model_;
  std::unique_ptr<Deployment> system_;
};

TEST_F(HandOverTest, TheNextProcessFinishesWhatTheLastOneBegan) {
  model_->SetDelay(CannedModel::kEmail, kForever);
  std::vector<absl::StatusOr<v1::CallResult>> heard;
  std::thread callers([&] { heard = ProcessAll(system_->address("orchestrator")); });
  AwaitAsked(CannedModel::kEmail, kCustomers);
  const absl::Time stopped = absl::Now();
  system_->SignalFront(SIGTERM);
  EXPECT_EQ(system_->WaitFront(), 0);
  EXPECT_LT(absl::Now() - stopped, absl::Seconds(15));
  callers.join();
  for (const auto& result : heard) {
    ASSERT_THAT(result,
                StatusIs(absl::StatusCode::kUnavailable, testing::HasSubstr("goes on elsewhere")));
    EXPECT_EQ(Reason(result.status()), "CALL_HANDED_OVER");
    EXPECT_TRUE(RetryAfter(result.status()).has_value());
  }

  model_->SetDelay(CannedModel::kEmail, absl::ZeroDuration());
  const std::string next = NextOrchestrator();
  const auto first = ProcessAll(next);
  const auto second = ProcessAll(next);
  for (int i = 0; i < kCustomers; ++i) {
    ASSERT_OK(first[i].status());
    ASSERT_OK(second[i].status());
    EXPECT_EQ(first[i]->memory_version(), 1) << "applied once";
    EXPECT_TRUE(second[i]->replayed());
    EXPECT_EQ(second[i]->email().body(), first[i]->email().body());
    EXPECT_GT(first[i]->email().body().size(), 0u);
  }
  // Finished steps were not paid for again; the e-mails that were cut off were asked for anew.
  EXPECT_EQ(model_->asked(CannedModel::kAnalysis), kCustomers);
  EXPECT_EQ(model_->asked(CannedModel::kFacts), kCustomers);
  EXPECT_EQ(model_->asked(CannedModel::kEmail), 2 * kCustomers);
}

// Nobody sends the calls again: they are finished all the same.
TEST_F(HandOverTest, CallsThatNobodyAsksForAgainAreFinished) {
  model_->SetDelay(CannedModel::kAnalysis, kForever);
  std::thread callers([&] { ProcessAll(system_->address("orchestrator")); });
  AwaitAsked(CannedModel::kAnalysis, kCustomers);
  system_->SignalFront(SIGTERM);
  EXPECT_EQ(system_->WaitFront(), 0);
  callers.join();

  model_->SetDelay(CannedModel::kAnalysis, absl::ZeroDuration());
  const auto stub = v1::OrchestratorService::NewStub(
      grpc::CreateChannel(NextOrchestrator(), grpc::InsecureChannelCredentials()));
  const absl::Time deadline = absl::Now() + kPatience;
  int succeeded = 0;
  while (succeeded < kCustomers && absl::Now() < deadline) {
    v1::ListJobsRequest request;
    request.set_state(v1::JOB_STATE_SUCCEEDED);
    v1::ListJobsResponse response;
    grpc::ClientContext context;
    ASSERT_OK(rpc::FromGrpc(stub->ListJobs(&context, request, &response)));
    succeeded = response.jobs_size();
    absl::SleepFor(absl::Milliseconds(20));
  }
  EXPECT_EQ(succeeded, kCustomers);
  EXPECT_EQ(model_->asked(CannedModel::kFacts), kCustomers) << "these had been answered";
}

}  // namespace
}  // namespace throughline::e2e
