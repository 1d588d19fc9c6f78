#include "common/rpc/unary_call.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "common/base/errors.h"
#include "common/base/traceparent.h"
#include "common/observability/json_log.h"
#include "common/rpc/client_call.h"
#include "common/rpc/echo_service_for_tests.h"
#include "common/testing/rpc_fixture.h"
#include "common/testing/status_matchers.h"

namespace throughline::rpc {
namespace {

using test::EchoRequest;
using test::EchoResponse;
using test::EchoService;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kTrace[] = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

// An echo service on a pool of one thread with room for one waiting call.
class UnaryCallTest : public ::testing::Test {
 protected:
  explicit UnaryCallTest(Runtime::Options runtime = {})
      : rpc_({.runtime = runtime, .pool = {.name = "echo", .threads = 1, .max_queued = 1}}),
        service_(rpc_.runtime()) {}
  ~UnaryCallTest() override { rpc_.Stop(); }

  void Serve() {
    rpc_.Serve(EchoService::service_full_name(), service_);
    stub_ = EchoService::NewStub(rpc_.channel());
  }

  // A call with metadata of the test's choice; OK gives the response's text.
  absl::StatusOr<std::string> Call(const std::vector<std::pair<std::string, std::string>>& metadata,
                                   absl::Duration budget = absl::Seconds(20)) {
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + budget));
    for (const auto& [key, value] : metadata) context.AddMetadata(key, value);
    EchoRequest request;
    request.set_text("hello");
    EchoResponse response;
    const grpc::Status status = stub_->Echo(&context, request, &response);
    if (!status.ok()) return FromGrpc(status);
    return response.text();
  }

  RpcFixture rpc_;
  test::EchoServiceImpl service_;
  std::unique_ptr<EchoService::Stub> stub_;
};

TEST_F(UnaryCallTest, WritesOneLogLineWithoutTheBody) {
  std::vector<std::string> lines;
  ScopedLogSink sink([&](absl::string_view line) { lines.emplace_back(line); });
  Serve();
  EXPECT_OK(Call({{"x-request-id", "ticket-7"}, {"traceparent", kTrace}}));
  ASSERT_EQ(lines.size(), 1u);
  const auto line = nlohmann::json::parse(lines[0]);
  EXPECT_EQ(line["method"], "throughline.rpc.test.EchoService/Echo");
  EXPECT_EQ(line["code"], "OK");
  EXPECT_EQ(line["request_id"], "ticket-7");
  EXPECT_THAT(line["traceparent"].get<std::string>(),
              HasSubstr("00-4bf92f3577b34da6a3ce929d0e0e4736-"));
  EXPECT_THAT(lines[0], Not(HasSubstr("hello")));
}

TEST_F(UnaryCallTest, TheContextCarriesTheCall) {
  service_.echo = [](const Context& context, const EchoRequest&, EchoResponse& response) {
    const bool bounded =
        context.Remaining() > absl::Seconds(5) && context.Remaining() < absl::Seconds(11);
    response.set_text(absl::StrCat(context.tenant(), "|", context.request_id(), "|", bounded, "|",
                                   ParseTraceParent(context.traceparent()).has_value()));
    return absl::OkStatus();
  };
  Serve();
  EXPECT_THAT(Call({{"x-request-id", "r1"}, {"traceparent", "nonsense"}}, absl::Seconds(10)),
              IsOkAndHolds("default|r1|1|1"));
}

TEST_F(UnaryCallTest, AnUnusableRequestIdIsReplaced) {
  service_.echo = [](const Context& context, const EchoRequest&, EchoResponse& response) {
    response.set_text(context.request_id());
    return absl::OkStatus();
  };
  Serve();
  EXPECT_THAT(Call({{"x-request-id", std::string(200, 'x')}}), IsOkAndHolds(::testing::SizeIs(16)));
}

TEST_F(UnaryCallTest, TenantMetadataIsIgnoredUnlessTrusted) {
  service_.echo = [](const Context& context, const EchoRequest&, EchoResponse& response) {
    response.set_text(context.tenant());
    return absl::OkStatus();
  };
  Serve();
  EXPECT_THAT(Call({{"x-throughline-tenant", "acme"}}), IsOkAndHolds("default"));
}

class TrustedUnaryCallTest : public UnaryCallTest {
 protected:
  TrustedUnaryCallTest() : UnaryCallTest({.tenant = "home", .trust_tenant_metadata = true}) {
    service_.echo = [](const Context& context, const EchoRequest&, EchoResponse& response) {
      response.set_text(context.tenant());
      return absl::OkStatus();
    };
    Serve();
  }
};

TEST_F(TrustedUnaryCallTest, TenantMetadataIsHonouredAndChecked) {
  EXPECT_THAT(Call({{"x-throughline-tenant", "acme"}}), IsOkAndHolds("acme"));
  EXPECT_THAT(Call({}), IsOkAndHolds("home"));
  const absl::StatusOr<std::string> refused = Call({{"x-throughline-tenant", "a/b"}});
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(FieldViolations(refused.status()), ::testing::SizeIs(1));
}

class ImpatientUnaryCallTest : public UnaryCallTest {
 protected:
  ImpatientUnaryCallTest() : UnaryCallTest({.max_budget = absl::Milliseconds(50)}) {}
};

TEST_F(ImpatientUnaryCallTest, TheServersBudgetCapsTheClients) {
  service_.echo = [](const Context& context, const EchoRequest&, EchoResponse&) {
    absl::SleepFor(context.Remaining());
    return context.Check();
  };
  Serve();
  EXPECT_THAT(Call({}, absl::Seconds(20)), StatusIs(absl::StatusCode::kDeadlineExceeded));
}

TEST_F(UnaryCallTest, ErrorsKeepTheirDetailsAndHideDrivers) {
  service_.echo = [](const Context&, const EchoRequest&, EchoResponse&) {
    return absl::InternalError("SQL logic error near SELECT");
  };
  std::vector<std::string> lines;
  ScopedLogSink sink([&](absl::string_view line) { lines.emplace_back(line); });
  Serve();
  EXPECT_THAT(Call({{"x-request-id", "r1"}}),
              StatusIs(absl::StatusCode::kInternal, AllOf(HasSubstr("r1"), Not(HasSubstr("SQL")))));
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_THAT(lines[0], HasSubstr("SQL logic error"));
}

TEST_F(UnaryCallTest, AFullPoolRefusesAtOnceAndSaysWhenToRetry) {
  absl::Notification release;
  service_.echo = [&](const Context&, const EchoRequest&, EchoResponse&) {
    release.WaitForNotification();
    return absl::OkStatus();
  };
  Serve();
  std::vector<std::thread> accepted;
  for (int i = 0; i < 2; ++i) accepted.emplace_back([&] { EXPECT_OK(Call({})); });
  // One runs and one waits once the third is refused.
  absl::StatusOr<std::string> third = absl::UnknownError("not asked yet");
  const std::string both_begun =
      "grpc_server_in_flight{grpc_method=\"Echo\",grpc_service="
      "\"throughline.rpc.test.EchoService\",grpc_type=\"unary\"} 2";
  while (rpc_.metrics().Render().find(both_begun) == std::string::npos) std::this_thread::yield();
  while (rpc_.runtime().pool().queued() == 0) std::this_thread::yield();
  third = Call({});
  EXPECT_THAT(third, StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_EQ(RetryAfter(third.status()), absl::Seconds(1));
  EXPECT_EQ(Reason(third.status()), "SERVER_BUSY");
  release.Notify();
  for (std::thread& thread : accepted) thread.join();
}

}  // namespace
}  // namespace throughline::rpc
