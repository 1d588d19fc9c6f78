// One handler behind two ways to it: over a channel and within the process. Every test runs for
// both ways and for both kinds of handler, and says the same of all.

#include "common/rpc/offered_method.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <tuple>

#include "absl/synchronization/notification.h"
#include "common/base/errors.h"
#include "common/rpc/metadata.h"
#include "common/rpc/task_client.h"
#include "common/testing/collecting_tracer.h"
#include "common/testing/rpc_fixture.h"
#include "common/testing/status_matchers.h"
#include "echo_for_tests.grpc.pb.h"

namespace throughline::rpc {
namespace {

using test::EchoRequest;
using test::EchoResponse;
using test::EchoService;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

constexpr char kOffered[] = "throughline.rpc.test.EchoService/Echo";

enum class Way { kOverAChannel, kHere };
enum class Handler { kTask, kBlocking };

// Runs the test's function as a task or on the pool.
class OfferedEcho final : public EchoService::CallbackService {
 public:
  using Function = std::function<absl::Status(const Context&, const EchoRequest&, EchoResponse&)>;

  OfferedEcho(Handler handler, Runtime& runtime, Function& function)
      : handler_(handler),
        function_(function),
        task_(runtime, limit_, kOffered, std::bind_front(&OfferedEcho::AnswerTask, this)),
        blocking_(runtime, kOffered,
                  [this](const Context& context, const grpc::CallbackServerContext* call,
                         const EchoRequest& request, EchoResponse& response) {
                    was_called_here_ = call == nullptr;
                    return function_(context, request, response);
                  }) {}

  void OfferTo(LocalMethods& methods) {
    if (handler_ == Handler::kTask) {
      methods.Offer(task_);
    } else {
      methods.Offer(blocking_);
    }
  }
  grpc::ServerUnaryReactor* Echo(grpc::CallbackServerContext* call, const EchoRequest* request,
                                 EchoResponse* response) override {
    return handler_ == Handler::kTask ? task_.Start(call, request, response)
                                      : blocking_.Start(call, request, response);
  }

  TaskLimit& limit() { return limit_; }
  // Of the last blocking call.
  bool was_called_here() const { return was_called_here_; }

 private:
  Task<absl::Status> AnswerTask(const Context& context, const EchoRequest& request,
                                EchoResponse& response) {
    co_return function_(context, request, response);
  }

  const Handler handler_;
  Function& function_;
  TaskLimit limit_{1};
  TaskMethod<EchoRequest, EchoResponse> task_;
  UnaryMethod<EchoRequest, EchoResponse> blocking_;
  bool was_called_here_ = false;
};

class OfferedMethodTest : public ::testing::TestWithParam<std::tuple<Way, Handler>> {
 protected:
  // One call is run and `max_queued` wait.
  explicit OfferedMethodTest(size_t max_queued = 4)
      : rpc_({.runtime = {.trust_tenant_metadata = true,
                          .max_budget = absl::Seconds(30),
                          .tracer = &spans_},
              .pool = {.name = "echo", .threads = 1, .max_queued = max_queued}}) {
    service_.OfferTo(methods_);
    rpc_.Serve(EchoService::service_full_name(), service_);
    client_.emplace(Connection(rpc_.channel(), way() == Way::kHere ? &methods_ : nullptr));
  }
  ~OfferedMethodTest() override { rpc_.Stop(); }

  static Way way() { return std::get<0>(GetParam()); }
  static Handler handler() { return std::get<1>(GetParam()); }

  absl::StatusOr<std::string> Call(const Context& context,
                                   absl::Duration budget = absl::Seconds(20)) {
    request_.set_text("hello");
    const CallOptions options{.callee = "echo", .budget = budget};
    absl::StatusOr<EchoResponse> response = Wait(client_->Call(
        context, &EchoService::StubInterface::async_interface::Echo, request_, options));
    if (!response.ok()) return response.status();
    return response->text();
  }

  CollectingTracer spans_;
  RpcFixture rpc_;
  EchoRequest request_;
  OfferedEcho::Function echo_ = [](const Context&, const EchoRequest& request,
                                   EchoResponse& response) {
    response.set_text(request.text());
    return absl::OkStatus();
  };
  LocalMethods methods_;
  OfferedEcho service_{handler(), rpc_.runtime(), echo_};
  std::optional<TaskClient<EchoService>> client_;
};

// A server with room for one call.
class FullMethodTest : public OfferedMethodTest {
 protected:
  FullMethodTest() : OfferedMethodTest(/*max_queued=*/0) {}
};

const auto kBothWays = ::testing::Combine(::testing::Values(Way::kOverAChannel, Way::kHere),
                                          ::testing::Values(Handler::kTask, Handler::kBlocking));

std::string NameOf(const ::testing::TestParamInfo<std::tuple<Way, Handler>>& run) {
  return std::string(std::get<0>(run.param) == Way::kHere ? "Here" : "OverAChannel") +
         (std::get<1>(run.param) == Handler::kTask ? "Task" : "Blocking");
}

INSTANTIATE_TEST_SUITE_P(BothWays, OfferedMethodTest, kBothWays, NameOf);
INSTANTIATE_TEST_SUITE_P(BothWays, FullMethodTest, kBothWays, NameOf);

TEST_P(OfferedMethodTest, AnswersAndCounts) {
  EXPECT_THAT(Call(Context::Background()), IsOkAndHolds("hello"));
  rpc_.Stop();
  const std::string labels =
      "grpc_method=\"Echo\",grpc_service=\"throughline.rpc.test.EchoService\",grpc_type=\"unary\"}";
  EXPECT_THAT(rpc_.metrics().Render(),
              AllOf(HasSubstr("grpc_server_started_total{" + labels + " 1"),
                    HasSubstr("grpc_server_handled_total{grpc_code=\"OK\"," + labels + " 1"),
                    HasSubstr("grpc_server_handling_seconds_count{" + labels + " 1"),
                    HasSubstr("grpc_server_in_flight{" + labels + " 0"),
                    HasSubstr("throughline_pool_wait_seconds_count{pool=\"echo\"} 1")));
}

TEST_P(OfferedMethodTest, TheHandlerSeesTheRequestItselfOnlyWithinTheProcess) {
  const EchoRequest* seen = nullptr;
  echo_ = [&](const Context&, const EchoRequest& request, EchoResponse&) {
    seen = &request;
    return absl::OkStatus();
  };
  ASSERT_OK(Call(Context::Background()).status());
  EXPECT_EQ(seen == &request_, way() == Way::kHere);
  if (handler() == Handler::kBlocking) {
    EXPECT_EQ(service_.was_called_here(), way() == Way::kHere);
  }
}

TEST_P(OfferedMethodTest, TheHandlerKnowsWhoAsks) {
  echo_ = [](const Context& context, const EchoRequest&, EchoResponse& response) {
    response.set_text(context.tenant() + " " + context.actor() + " " + context.request_id());
    return absl::OkStatus();
  };
  EXPECT_THAT(Call(Context({.tenant = "acme", .actor = "key:acme", .request_id = "r-1"})),
              IsOkAndHolds("acme key:acme r-1"));
}

TEST_P(OfferedMethodTest, ATenantThatCannotBeIsRefused) {
  const absl::Status status = Call(Context({.tenant = "a/b"})).status();
  ASSERT_THAT(FieldViolations(status), SizeIs(1));
  EXPECT_EQ(FieldViolations(status)[0].field, kTenantKey);
}

TEST_P(OfferedMethodTest, TheHandlerHasTheTimeOfTheCallAtMost) {
  absl::Duration left;
  echo_ = [&](const Context& context, const EchoRequest&, EchoResponse&) {
    left = context.Remaining();
    return absl::OkStatus();
  };
  ASSERT_OK(Call(Context::Background(), absl::Seconds(5)).status());
  EXPECT_GT(left, absl::ZeroDuration());
  // gRPC sends deadlines as what is left, rounded up.
  EXPECT_LE(left, absl::Seconds(5) + absl::Milliseconds(10));
  ASSERT_OK(Call(Context::Background(), absl::Hours(1)).status());
  EXPECT_LE(left, absl::Seconds(30)) << "the server's own bound";
}

TEST_P(OfferedMethodTest, AnErrorArrivesWithItsFieldsAndReason) {
  echo_ = [](const Context&, const EchoRequest&, EchoResponse&) {
    return WithReason(InvalidField("text", "no greeting", "say something else"), "NO_GREETINGS");
  };
  const absl::Status status = Call(Context::Background()).status();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("text")));
  EXPECT_EQ(Reason(status), "NO_GREETINGS");
  EXPECT_THAT(FieldViolations(status), SizeIs(1));
}

TEST_P(OfferedMethodTest, WhatIsInternalStaysInside) {
  echo_ = [](const Context&, const EchoRequest&, EchoResponse&) {
    return absl::InternalError("the password is swordfish");
  };
  EXPECT_THAT(Call(Context::Background()),
              StatusIs(absl::StatusCode::kInternal, Not(HasSubstr("swordfish"))));
}

TEST_P(FullMethodTest, OneTooManyIsToldWhenToComeAgain) {
  absl::Status second;
  echo_ = [&](const Context&, const EchoRequest&, EchoResponse&) {
    // The one call that there is room for is under way: this one.
    if (second.ok()) second = Call(Context::Background()).status();
    return absl::OkStatus();
  };
  ASSERT_OK(Call(Context::Background()).status());
  EXPECT_THAT(second, StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_TRUE(RetryAfter(second).has_value());
}

TEST_P(OfferedMethodTest, TheHandlerHearsThatItsCallerHasGone) {
  const auto cancellation = std::make_shared<CancellationSource>();
  absl::Notification heard;
  echo_ = [&](const Context& context, const EchoRequest&, EchoResponse&) {
    const OnCancel on_cancel(context, [&] { heard.Notify(); });
    cancellation->Cancel();
    heard.WaitForNotification();
    return context.Check();
  };
  EXPECT_THAT(Call(Context({.cancellation = cancellation})),
              StatusIs(absl::StatusCode::kCancelled));
  rpc_.Stop();
}

TEST_P(OfferedMethodTest, TheServersSpanIsTheCallersChild) {
  CollectingTracer client_spans;
  ASSERT_OK(Call(client_spans.RecordedContext()).status());
  rpc_.Stop();
  // Within the process the callee's span goes where the server's spans go.
  ASSERT_THAT(client_spans.spans(), SizeIs(1));
  ASSERT_THAT(spans_.spans(), SizeIs(1));
  EXPECT_EQ(client_spans.spans()[0].kind, SpanKind::kClient);
  EXPECT_EQ(spans_.spans()[0].kind, SpanKind::kServer);
  EXPECT_EQ(spans_.spans()[0].name, kOffered);
  EXPECT_EQ(spans_.spans()[0].parent_span_id, client_spans.spans()[0].span_id);
}

}  // namespace
}  // namespace throughline::rpc
