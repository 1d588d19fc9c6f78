// A trace on its way through callers and servers.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "common/base/span.h"
#include "common/rpc/client_call.h"
#include "common/rpc/echo_service_for_tests.h"
#include "common/testing/collecting_tracer.h"
#include "common/testing/rpc_fixture.h"
#include "common/testing/status_matchers.h"

namespace throughline::rpc {
namespace {

using test::EchoRequest;
using test::EchoResponse;
using test::EchoService;
using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;

constexpr char kEcho[] = "throughline.rpc.test.EchoService/Echo";

class RpcTraceTest : public ::testing::Test {
 protected:
  RpcTraceTest() : rpc_({.runtime = {.tracer = &server_spans_}}) {}
  ~RpcTraceTest() override { rpc_.Stop(); }

  void Serve() {
    rpc_.Serve(EchoService::service_full_name(), service_);
    stub_ = EchoService::NewStub(rpc_.channel());
  }
  absl::StatusOr<EchoResponse> Call(const Context& context) {
    return Invoke(context, *stub_, &EchoService::StubInterface::Echo, EchoRequest(),
                  {.callee = "echo"});
  }

  CollectingTracer server_spans_;
  CollectingTracer client_spans_;
  RpcFixture rpc_;
  test::EchoServiceImpl service_{rpc_.runtime()};
  std::unique_ptr<EchoService::StubInterface> stub_;
};

TEST_F(RpcTraceTest, TheServersSpanIsTheCallersChild) {
  service_.echo = [](const Context& context, const EchoRequest&, EchoResponse&) {
    const Span step(context, "step", "echo");
    return absl::OkStatus();
  };
  Serve();
  const Context context = client_spans_.RecordedContext();
  ASSERT_OK(Call(context).status());
  rpc_.Stop();

  ASSERT_THAT(client_spans_.spans(), SizeIs(1));
  ASSERT_THAT(server_spans_.spans(), SizeIs(2));
  const SpanRecord call = client_spans_.spans()[0];
  const SpanRecord step = server_spans_.spans()[0];
  const SpanRecord served = server_spans_.spans()[1];
  EXPECT_EQ(call.name, kEcho);
  EXPECT_EQ(call.kind, SpanKind::kClient);
  EXPECT_EQ(call.parent_span_id, ParseTraceParent(context.traceparent())->span_id);
  EXPECT_THAT(call.attributes, Contains(Pair("peer.service", SpanValue(std::string("echo")))));
  EXPECT_EQ(served.name, kEcho);
  EXPECT_EQ(served.kind, SpanKind::kServer);
  EXPECT_EQ(served.trace_id, call.trace_id);
  EXPECT_EQ(served.parent_span_id, call.span_id);
  EXPECT_EQ(step.parent_span_id, served.span_id);
  EXPECT_THAT(
      served.attributes,
      Contains(Pair("rpc.service", SpanValue(std::string(EchoService::service_full_name())))));
}

TEST_F(RpcTraceTest, ACallThatFailsIsTheCallersFailureUnlessTheServersToo) {
  absl::Status answer = absl::NotFoundError("nobody of that name");
  service_.echo = [&](const Context&, const EchoRequest&, EchoResponse&) { return answer; };
  Serve();
  const Context context = client_spans_.RecordedContext();
  EXPECT_FALSE(Call(context).ok());
  answer = absl::InternalError("broken");
  EXPECT_FALSE(Call(context).ok());
  rpc_.Stop();
  ASSERT_THAT(server_spans_.spans(), SizeIs(2));
  EXPECT_FALSE(server_spans_.spans()[0].failed);
  EXPECT_TRUE(server_spans_.spans()[1].failed);
  EXPECT_THAT(server_spans_.spans()[0].attributes,
              Contains(Pair("rpc.grpc.status_code", SpanValue(int64_t{5}))));
  for (const SpanRecord& call : client_spans_.spans()) EXPECT_TRUE(call.failed);
}

TEST_F(RpcTraceTest, WhatTheCallerDoesNotSampleNobodyRecords) {
  Serve();
  ASSERT_OK(
      Call(Context({.traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00"}))
          .status());
  rpc_.Stop();
  EXPECT_THAT(server_spans_.spans(), IsEmpty());
}

TEST_F(RpcTraceTest, ACallWithoutATraceBeginsOne) {
  Serve();
  ASSERT_OK(Call(Context::Background()).status());
  ASSERT_OK(Call(Context({.traceparent = "00-nonsense-01"})).status());
  rpc_.Stop();
  ASSERT_THAT(server_spans_.spans(), SizeIs(2));
  for (const SpanRecord& span : server_spans_.spans()) EXPECT_THAT(span.parent_span_id, IsEmpty());
}

}  // namespace
}  // namespace throughline::rpc
