#include "common/rpc/malformed_requests.h"

#include <gmock/gmock.h>
#include <grpcpp/generic/generic_stub.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "absl/synchronization/notification.h"
#include "common/base/errors.h"
#include "common/observability/json_log.h"
#include "common/rpc/client_call.h"
#include "common/rpc/echo_service_for_tests.h"
#include "common/rpc/status_mapping.h"
#include "common/testing/rpc_fixture.h"
#include "common/testing/status_matchers.h"

namespace throughline::rpc {
namespace {

using test::EchoRequest;
using test::EchoResponse;
using test::EchoService;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;

constexpr char kEcho[] = "/throughline.rpc.test.EchoService/Echo";
constexpr char kRepeat[] = "/throughline.rpc.test.EchoService/Repeat";
// EchoRequest with one byte of text that begins no UTF-8 character; inner.text likewise.
constexpr char kBadText[] = "\x0a\x01\xff";
constexpr char kBadInnerText[] = "\x12\x03\x0a\x01\xff";
// A length that goes on beyond the end.
constexpr char kCutShort[] = "\x0a\x7f";

class MalformedRequestsTest : public ::testing::Test {
 protected:
  MalformedRequestsTest() {
    service_.echo = [this](const Context&, const EchoRequest& request, EchoResponse& response) {
      ++handled_;
      response.set_text(request.text());
      return absl::OkStatus();
    };
    rpc_.Serve(EchoService::service_full_name(), service_);
  }
  ~MalformedRequestsTest() override { rpc_.Stop(); }

  // Sends `bytes` as the request of `method`.
  absl::Status Send(const std::string& method, const std::string& bytes) {
    grpc::GenericStub stub(rpc_.channel());
    grpc::ClientContext context;
    const grpc::Slice slice(bytes);
    const grpc::ByteBuffer request(&slice, 1);
    grpc::ByteBuffer response;
    grpc::Status answer;
    absl::Notification answered;
    stub.UnaryCall(&context, method, {}, &request, &response, [&](grpc::Status status) {
      answer = std::move(status);
      answered.Notify();
    });
    answered.WaitForNotification();
    return FromGrpc(answer);
  }

  RpcFixture rpc_;
  test::EchoServiceImpl service_{rpc_.runtime()};
  int handled_ = 0;
};

TEST_F(MalformedRequestsTest, AStringThatIsNotUtf8IsNamed) {
  const absl::Status refused = Send(kEcho, kBadText);
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kInvalidArgument,
                                AllOf(HasSubstr("text:"), HasSubstr("UTF-8"))));
  EXPECT_THAT(FieldViolations(refused), ElementsAre(Field(&FieldViolation::field, "text")));
  EXPECT_EQ(handled_, 0);
}

TEST_F(MalformedRequestsTest, AFieldFurtherInsideIsNamedWithItsMessage) {
  EXPECT_THAT(FieldViolations(Send(kEcho, kBadInnerText)),
              ElementsAre(Field(&FieldViolation::field, "EchoInner.text")));
}

TEST_F(MalformedRequestsTest, BytesThatAreNoMessageAreTheRequestsFault) {
  // A name remembered from the request before would be wrong here.
  Send(kEcho, kBadText).IgnoreError();
  const absl::Status refused = Send(kEcho, kCutShort);
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(FieldViolations(refused), ElementsAre(Field(&FieldViolation::field, "request")));
}

TEST_F(MalformedRequestsTest, AStreamingMethodRefusesAlike) {
  EXPECT_THAT(FieldViolations(Send(kRepeat, kBadText)),
              ElementsAre(Field(&FieldViolation::field, "text")));
}

TEST_F(MalformedRequestsTest, ARefusalIsOneLogLineWithoutTheBytes) {
  std::vector<std::string> lines;
  ScopedLogSink sink([&](absl::string_view line) { lines.emplace_back(line); });
  Send(kEcho, kBadText).IgnoreError();
  ASSERT_EQ(lines.size(), 1u);
  const auto line = nlohmann::json::parse(lines[0]);
  EXPECT_EQ(line["method"], "throughline.rpc.test.EchoService/Echo");
  EXPECT_EQ(line["code"], "InvalidArgument");
}

// A stream of requests that ends before the first one.
class EmptyStream final : public grpc::ClientBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  grpc::Status End() {
    StartCall();
    StartWritesDone();
    done_.WaitForNotification();
    return status_;
  }

 private:
  void OnDone(const grpc::Status& status) override {
    status_ = status;
    done_.Notify();
  }

  grpc::Status status_;
  absl::Notification done_;
};

TEST_F(MalformedRequestsTest, TheEndOfAClientsStreamIsNoMalformedRequest) {
  grpc::GenericStub stub(rpc_.channel());
  grpc::ClientContext context;
  EmptyStream stream;
  stub.PrepareBidiStreamingCall(
      &context, "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", {}, &stream);
  EXPECT_OK(FromGrpc(stream.End()));
}

TEST_F(MalformedRequestsTest, TheNextRequestIsAnsweredAsEver) {
  Send(kEcho, kBadText).IgnoreError();
  EXPECT_OK(Send(kEcho, "\x0a\x02hi"));
  EXPECT_THAT(Send("/throughline.rpc.test.EchoService/Unknown", ""),
              StatusIs(absl::StatusCode::kUnimplemented));
  EXPECT_EQ(handled_, 1);
}

}  // namespace
}  // namespace throughline::rpc
