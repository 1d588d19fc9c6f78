#include "services/writer/writer_service.h"

#include <gmock/gmock.h>

#include "absl/synchronization/mutex.h"
#include "common/rpc/status_mapping.h"
#include "common/testing/rpc_fixture.h"
#include "common/testing/status_matchers.h"
#include "common/wire/call_work.h"
#include "services/writer/clients/router_client.h"

namespace throughline::writer {
namespace {

using ::testing::HasSubstr;

namespace router_v1 = throughline::router::v1;

// A router that gives everybody the same draft.
class FakeRouter final : public router_v1::RouterService::Service {
 public:
  grpc::Status Complete(grpc::ServerContext*, const router_v1::CompleteRequest* request,
                        router_v1::CompleteResponse* response) override {
    absl::MutexLock lock(&mutex_);
    asked_ = *request;
    response->set_text(R"({"subject": "The letter", "body": "Hi Ana, it is on its way."})");
    response->mutable_decision()->set_id("decision-1");
    response->mutable_decision()->set_to_model("builtin/extractive-deep");
    return grpc::Status::OK;
  }

  router_v1::CompleteRequest asked() {
    absl::MutexLock lock(&mutex_);
    return asked_;
  }

 private:
  absl::Mutex mutex_;
  router_v1::CompleteRequest asked_ ABSL_GUARDED_BY(mutex_);
};

v1::WriteEmailRequest SmallRequest() {
  grounding::CallContext call{.customer_id = "acme", .call_id = "call-1"};
  call.transcript.turns = {{.index = 0, .speaker = "Ana Ruiz", .text = "Send me the letter."}};
  call.transcript.occurred_at = absl::UnixEpoch();
  v1::WriteEmailRequest request;
  *request.mutable_context() = wire::ToProto(call);
  request.mutable_analysis()->mutable_follow_up()->set_recipient("Ana Ruiz");
  return request;
}

class WriterServiceTest : public testing::Test {
 protected:
  WriterServiceTest() {
    downstream_.Serve(router_v1::RouterService::service_full_name(), router_);
    client_ = std::make_unique<RouterClient>(downstream_.channel());
    writer_ = std::make_unique<Writer>(*client_);
    service_ = std::make_unique<WriterServiceImpl>(*writer_, rpc_.runtime());
    rpc_.Serve(v1::WriterService::service_full_name(), *service_);
    stub_ = v1::WriterService::NewStub(rpc_.channel());
  }
  ~WriterServiceTest() override {
    rpc_.Stop();
    downstream_.Stop();
  }

  absl::Status Write(const v1::WriteEmailRequest& request, v1::WriteEmailResponse& response) {
    grpc::ClientContext context;
    return rpc::FromGrpc(stub_->WriteEmail(&context, request, &response));
  }

  FakeRouter router_;
  RpcFixture downstream_;
  RpcFixture rpc_;
  std::unique_ptr<RouterClient> client_;
  std::unique_ptr<Writer> writer_;
  std::unique_ptr<WriterServiceImpl> service_;
  std::unique_ptr<v1::WriterService::Stub> stub_;
};

TEST_F(WriterServiceTest, WritesThroughTheRouter) {
  v1::WriteEmailResponse response;
  ASSERT_OK(Write(SmallRequest(), response));
  EXPECT_EQ(response.email().body(), "Hi Ana, it is on its way.");
  ASSERT_EQ(response.email().to_size(), 1);
  EXPECT_EQ(response.email().to(0).name(), "Ana Ruiz");
  EXPECT_EQ(response.decisions(0).id(), "decision-1");
  EXPECT_EQ(router_.asked().task(), router_v1::TASK_KIND_WRITE_EMAIL);
  EXPECT_EQ(router_.asked().email().analysis().follow_up().recipient(), "Ana Ruiz");
  EXPECT_FALSE(router_.asked().email().has_profile());
}

TEST_F(WriterServiceTest, WhatIsMissingIsNamed) {
  v1::WriteEmailResponse response;
  v1::WriteEmailRequest request = SmallRequest();
  request.clear_analysis();
  EXPECT_THAT(Write(request, response),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("analysis")));
  request = SmallRequest();
  request.set_alternatives(9);
  EXPECT_THAT(Write(request, response),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("alternatives")));
  request = SmallRequest();
  request.mutable_analysis()->set_not_a_sales_call(true);
  EXPECT_THAT(Write(request, response),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("not_a_sales_call")));
}

}  // namespace
}  // namespace throughline::writer
