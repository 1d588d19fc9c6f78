#include "common/rpc/task_call.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/mutex.h"
#include "common/rpc/status_mapping.h"
#include "common/testing/rpc_fixture.h"
#include "common/testing/status_matchers.h"
#include "echo_for_tests.grpc.pb.h"

namespace throughline::rpc {
namespace {

using test::EchoRequest;
using test::EchoResponse;
using test::EchoService;

constexpr int kMostCalls = 200;

// What the handlers wait for: opened by the test.
class Gate {
 public:
  Task<bool> Pass(const Context& context) {
    auto waiting = std::make_shared<std::function<void(bool)>>();
    std::optional<OnCancel> on_cancel;
    auto begin = [&](std::function<void(bool)> done) {
      *waiting = std::move(done);
      {
        absl::MutexLock lock(&mutex_);
        waiting_.push_back(waiting);
      }
      on_cancel.emplace(context, [waiting] { Call(*waiting, false); });
    };
    co_return co_await Completion<bool>(begin);
  }
  void AwaitWaiting(size_t count) {
    absl::MutexLock lock(&mutex_);
    const auto enough = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      return waiting_.size() >= count;
    };
    mutex_.Await(absl::Condition(&enough));
  }
  void Open() {
    absl::MutexLock lock(&mutex_);
    for (const auto& waiting : waiting_) Call(*waiting, true);
  }

 private:
  static void Call(std::function<void(bool)>& done, bool passed) {
    if (auto once = std::exchange(done, nullptr)) once(passed);
  }

  absl::Mutex mutex_;
  std::vector<std::shared_ptr<std::function<void(bool)>>> waiting_ ABSL_GUARDED_BY(mutex_);
};

bool Join(EchoResponse& last, const EchoResponse& next) {
  if (next.text().size() != 1) return false;
  last.mutable_text()->append(next.text());
  return true;
}

// Waits at the gate, then echoes; or sends each character of the text as a message.
class GatedEcho final : public EchoService::CallbackService {
 public:
  GatedEcho(Runtime& runtime, Gate& gate) : runtime_(runtime), gate_(gate) {}

  grpc::ServerUnaryReactor* Echo(grpc::CallbackServerContext* call, const EchoRequest* request,
                                 EchoResponse* response) override {
    return TaskCall::Start(runtime_, limit_, call, "throughline.rpc.test.EchoService/Echo",
                           [=, this](const Context& context) -> Task<absl::Status> {
                             const bool passed = co_await gate_.Pass(context);
                             if (!passed) co_return context.Check();
                             response->set_text(request->text());
                             co_return absl::OkStatus();
                           });
  }

  grpc::ServerWriteReactor<EchoResponse>* Repeat(grpc::CallbackServerContext* call,
                                                 const EchoRequest* request) override {
    using Stream = TaskStream<EchoResponse>;
    return Stream::Start(runtime_, limit_, call, "throughline.rpc.test.EchoService/Repeat", &Join,
                         [request](const Context&, Stream::Sink& sink) -> Task<absl::Status> {
                           for (const char c : request->text()) {
                             EchoResponse message;
                             message.set_text(std::string(1, c));
                             sink.Write(std::move(message));
                           }
                           co_return absl::DataLossError("after the text");
                         });
  }

 private:
  Runtime& runtime_;
  Gate& gate_;
  TaskLimit limit_{kMostCalls};
};

class TaskCallTest : public ::testing::Test {
 protected:
  TaskCallTest() {
    rpc_.Serve(EchoService::service_full_name(), service_);
    stub_ = EchoService::NewStub(rpc_.channel());
  }
  ~TaskCallTest() override { rpc_.Stop(); }

  RpcFixture rpc_{{.pool = {.name = "test", .threads = 2, .max_queued = 4}}};
  Gate gate_;
  GatedEcho service_{rpc_.runtime(), gate_};
  std::unique_ptr<EchoService::Stub> stub_;
};

// A call of the asynchronous client.
struct Calling {
  grpc::ClientContext context;
  EchoRequest request;
  EchoResponse response;
  grpc::Status status;
};

TEST_F(TaskCallTest, ManyMoreWaitThanThePoolHolds) {
  std::vector<Calling> calls(kMostCalls);
  absl::BlockingCounter done(kMostCalls);
  for (Calling& call : calls) {
    call.request.set_text(absl::StrCat("call ", &call - calls.data()));
    stub_->async()->Echo(&call.context, &call.request, &call.response,
                         [&call, &done](grpc::Status status) {
                           call.status = std::move(status);
                           done.DecrementCount();
                         });
  }
  gate_.AwaitWaiting(kMostCalls);
  // One more than the limit is refused at once, while all the others wait.
  Calling refused;
  refused.status = stub_->Echo(&refused.context, refused.request, &refused.response);
  EXPECT_THAT(FromGrpc(refused.status), StatusIs(absl::StatusCode::kResourceExhausted));
  gate_.Open();
  done.Wait();
  for (const Calling& call : calls) {
    EXPECT_TRUE(call.status.ok()) << call.status.error_message();
    EXPECT_EQ(call.response.text(), call.request.text());
  }
}

TEST_F(TaskCallTest, TheClientsDeadlineEndsTheWait) {
  Calling call;
  call.context.set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(30));
  EXPECT_EQ(stub_->Echo(&call.context, call.request, &call.response).error_code(),
            grpc::StatusCode::DEADLINE_EXCEEDED);
}

TEST_F(TaskCallTest, AStreamKeepsItsOrderAndItsEnd) {
  grpc::ClientContext context;
  EchoRequest request;
  request.set_text(std::string(500, 'a') + std::string(500, 'b'));
  const auto reader = stub_->Repeat(&context, request);
  std::string text;
  EchoResponse message;
  while (reader->Read(&message)) text += message.text();
  EXPECT_EQ(text, request.text());
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::DATA_LOSS);
}

}  // namespace
}  // namespace throughline::rpc
