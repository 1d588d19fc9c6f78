// The server against real sockets: what a browser, a slow reader and an ill-meaning client do.

#include "services/gateway/http/server.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "common/base/task.h"
#include "common/testing/status_matchers.h"

namespace throughline::gateway {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

// A connection that sends what it is told and reads until the other side is done or quiet.
class RawClient {
 public:
  explicit RawClient(int port) : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
    const timeval patience = {.tv_sec = 10, .tv_usec = 0};
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
  }
  ~RawClient() { Close(); }

  bool Send(const std::string& bytes) {
    return connected_ && send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
                             static_cast<ssize_t>(bytes.size());
  }
  // Until `end` has come, or the connection has ended.
  std::string ReadUntil(const std::string& end) {
    std::string text;
    char buffer[4096];
    while (end.empty() || !absl::StrContains(text, end)) {
      const ssize_t count = recv(socket_, buffer, sizeof(buffer), 0);
      if (count <= 0) break;
      text.append(buffer, static_cast<size_t>(count));
    }
    return text;
  }
  std::string ReadAll() { return ReadUntil(""); }
  // How many bytes come until they end with `end`, or the connection has ended.
  size_t CountUntil(const std::string& end) {
    size_t count = 0;
    std::string last;
    char buffer[65536];
    while (!absl::EndsWith(last, end)) {
      const ssize_t length = recv(socket_, buffer, sizeof(buffer), 0);
      if (length <= 0) break;
      count += static_cast<size_t>(length);
      last.append(buffer, static_cast<size_t>(length));
      last.erase(0, last.size() - std::min(last.size(), end.size()));
    }
    return count;
  }
  void Close() {
    if (socket_ >= 0) close(socket_);
    socket_ = -1;
  }

 private:
  int socket_;
  bool connected_ = false;
};

HttpResponse Refuse(int status, absl::string_view why) {
  return {.status = status, .content_type = "text/plain", .body = std::string(why)};
}

std::unique_ptr<HttpServer> ServeTasks(HttpServer::Handler handler, HttpServerOptions options = {},
                                       HttpServer::BeginsAtOnce begins_at_once = nullptr) {
  auto server =
      HttpServer::Start(std::move(options), std::move(handler), Refuse, std::move(begins_at_once));
  EXPECT_OK(server.status());
  return server.ok() ? *std::move(server) : nullptr;
}

using Blocking = std::function<void(const HttpRequest&, Responder&)>;

// For handlers that block.
bool Write(Responder& responder, absl::string_view bytes) { return Wait(responder.Write(bytes)); }

Task<Handled> RunBlocking(const Blocking& handler, const HttpRequest& request,
                          Responder& responder) {
  handler(request, responder);
  co_return Handled();
}

std::unique_ptr<HttpServer> Serve(Blocking handler, HttpServerOptions options = {}) {
  return ServeTasks(
      [handler = std::move(handler)](const HttpRequest& request, Responder& responder) {
        return RunBlocking(handler, request, responder);
      },
      std::move(options));
}

void Echo(const HttpRequest& request, Responder& responder) {
  responder.Send({.content_type = "text/plain",
                  .body = absl::StrCat(request.method, " ", request.path, " ",
                                       request.Query("q").value_or("-"), " ", request.body)});
}

TEST(HttpServerTest, RequestsOfOneConnectionAreAnsweredInTurn) {
  const auto server = Serve(Echo);
  RawClient client(server->port());
  ASSERT_TRUE(client.Send("GET /a%2Fb?q=x+y%21 HTTP/1.1\r\nHost: h\r\n\r\n"));
  EXPECT_THAT(client.ReadUntil("x y!"), HasSubstr("GET /a%2Fb x y!"));
  ASSERT_TRUE(client.Send("POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody"));
  EXPECT_THAT(client.ReadUntil("body"), HasSubstr("POST /p - body"));
}

TEST(HttpServerTest, AStreamArrivesAsItIsWritten) {
  absl::Notification first_read;
  const auto server = Serve([&](const HttpRequest&, Responder& responder) {
    responder.StartStream({.content_type = "text/event-stream"});
    EXPECT_TRUE(Write(responder, "one;"));
    first_read.WaitForNotification();
    EXPECT_TRUE(Write(responder, "two;"));
  });
  RawClient client(server->port());
  ASSERT_TRUE(client.Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n"));
  EXPECT_THAT(client.ReadUntil("one;"), HasSubstr("one;"));
  first_read.Notify();
  EXPECT_THAT(client.ReadUntil("0\r\n\r\n"), HasSubstr("two;"));
}

TEST(HttpServerTest, AStreamThatIsAbortedDoesNotLookWhole) {
  const auto server = Serve([](const HttpRequest&, Responder& responder) {
    responder.StartStream({});
    Write(responder, "half");
    responder.Abort();
  });
  RawClient client(server->port());
  ASSERT_TRUE(client.Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n"));
  EXPECT_FALSE(absl::EndsWith(client.ReadAll(), "0\r\n\r\n"));
}

TEST(HttpServerTest, AReaderThatGoesAwayIsNoticed) {
  absl::Notification noticed;
  const auto server = Serve([&](const HttpRequest&, Responder& responder) {
    responder.StartStream({});
    while (Write(responder, std::string(1 << 16, 'x'))) {
    }
    EXPECT_TRUE(responder.cancellation()->IsCancelled());
    noticed.Notify();
  });
  RawClient client(server->port());
  ASSERT_TRUE(client.Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n"));
  EXPECT_THAT(client.ReadUntil("xxxx"), HasSubstr("xxxx"));
  client.Close();
  EXPECT_TRUE(noticed.WaitForNotificationWithTimeout(absl::Seconds(20)));
}

TEST(HttpServerTest, ABodyBeyondTheLimitIsRefusedBeforeItIsSent) {
  const auto server = Serve(Echo, {.max_body_bytes = 10});
  RawClient announced(server->port());
  ASSERT_TRUE(announced.Send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\n\r\n"));
  EXPECT_THAT(announced.ReadAll(), StartsWith("HTTP/1.1 413"));
  RawClient chunked(server->port());
  ASSERT_TRUE(
      chunked.Send("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
                   "b\r\nhello world\r\n0\r\n\r\n"));
  EXPECT_THAT(chunked.ReadUntil("bytes"), StartsWith("HTTP/1.1 413"));
}

TEST(HttpServerTest, AClientThatDripsItsRequestIsCut) {
  const auto server = Serve(Echo, {.read_timeout = absl::Milliseconds(200)});
  RawClient client(server->port());
  ASSERT_TRUE(client.Send("GET / HTTP/1.1\r\nHost: h"));
  EXPECT_THAT(client.ReadAll(), IsEmpty());
}

TEST(HttpServerTest, WhenEveryHandlerIsBusyTheNextIsToldWhenToComeBack) {
  absl::Notification entered, leave;
  const auto server = Serve(
      [&](const HttpRequest&, Responder& responder) {
        entered.Notify();
        leave.WaitForNotification();
        responder.Send({});
      },
      {.handler_threads = 1, .max_queued = 0});
  RawClient busy(server->port());
  ASSERT_TRUE(busy.Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n"));
  entered.WaitForNotification();
  RawClient refused(server->port());
  ASSERT_TRUE(refused.Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n"));
  const std::string answer = refused.ReadUntil("shortly");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 503"));
  EXPECT_THAT(answer, HasSubstr("Retry-After: 1"));
  leave.Notify();
  EXPECT_THAT(busy.ReadUntil("\r\n\r\n"), StartsWith("HTTP/1.1 200"));
}

// What tasks wait for: a signal of the test's.
class Signal {
 public:
  Task<Handled> Wait() {
    auto begin = [this](std::function<void(Handled)> done) {
      absl::MutexLock lock(&mutex_);
      waiting_.push_back(std::move(done));
    };
    co_return co_await Completion<Handled>(begin);
  }
  void AwaitWaiting(size_t count) {
    const auto arrived = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      return waiting_.size() >= count;
    };
    absl::MutexLock lock(&mutex_);
    mutex_.Await(absl::Condition(&arrived));
  }
  void Give() {
    std::vector<std::function<void(Handled)>> waiting;
    {
      absl::MutexLock lock(&mutex_);
      waiting.swap(waiting_);
    }
    for (const auto& done : waiting) done(Handled());
  }

 private:
  absl::Mutex mutex_;
  std::vector<std::function<void(Handled)>> waiting_ ABSL_GUARDED_BY(mutex_);
};

Task<Handled> AnswerAfter(Signal& signal, const HttpRequest& request, Responder& responder) {
  co_await signal.Wait();
  Echo(request, responder);
  co_return Handled();
}

TEST(HttpServerTest, HandlersThatWaitAsTasksHoldNoThread) {
  constexpr size_t kClients = 20;
  Signal signal;
  const auto server =
      ServeTasks([&](const HttpRequest& request,
                     Responder& responder) { return AnswerAfter(signal, request, responder); },
                 {.handler_threads = 1, .max_queued = kClients});
  std::vector<std::unique_ptr<RawClient>> clients;
  for (size_t i = 0; i < kClients; ++i) {
    clients.push_back(std::make_unique<RawClient>(server->port()));
    ASSERT_TRUE(clients.back()->Send(absl::StrCat("GET /", i, " HTTP/1.1\r\nHost: h\r\n\r\n")));
  }
  signal.AwaitWaiting(kClients);
  signal.Give();
  for (size_t i = 0; i < kClients; ++i) {
    EXPECT_THAT(clients[i]->ReadUntil(" - "), HasSubstr(absl::StrCat("GET /", i, " - ")));
  }
}

Task<Handled> StreamBlocks(int blocks, std::atomic<int>& written, Responder& responder) {
  const std::string block(kMaxUnsentStreamBytes, 'x');
  responder.StartStream({});
  for (; written < blocks; ++written) {
    const bool sent = co_await responder.Write(block);
    if (!sent) co_return Handled();
  }
  co_return Handled();
}

TEST(HttpServerTest, ASlowReaderHoldsNoThreadAndWaitsBefore) {
  constexpr int kBlocks = 500;  // more than sockets hold
  std::atomic<int> written = 0;
  const Blocking echo = Echo;
  const auto server = ServeTasks(
      [&](const HttpRequest& request, Responder& responder) {
        return request.path == "/slow" ? StreamBlocks(kBlocks, written, responder)
                                       : RunBlocking(echo, request, responder);
      },
      {.handler_threads = 1});
  RawClient slow(server->port());
  ASSERT_TRUE(slow.Send("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n"));
  EXPECT_THAT(slow.ReadUntil("xxxx"), HasSubstr("xxxx"));
  RawClient other(server->port());
  ASSERT_TRUE(other.Send("GET /other HTTP/1.1\r\nHost: h\r\n\r\n"));
  EXPECT_THAT(other.ReadUntil(" - "), HasSubstr("GET /other - "));
  EXPECT_LT(written, kBlocks);
  EXPECT_GT(slow.CountUntil("\r\n0\r\n\r\n"), (kBlocks - 1) * kMaxUnsentStreamBytes);
  EXPECT_EQ(written, kBlocks);
}

TEST(HttpServerTest, AStopEndsTheWaitForASlowReader) {
  std::atomic<int> written = 0;
  const auto server = ServeTasks([&](const HttpRequest&, Responder& responder) {
    return StreamBlocks(std::numeric_limits<int>::max(), written, responder);
  });
  RawClient slow(server->port());
  ASSERT_TRUE(slow.Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n"));
  EXPECT_THAT(slow.ReadUntil("xxxx"), HasSubstr("xxxx"));
  EXPECT_FALSE(server->Shutdown(absl::Milliseconds(50)));
}

TEST(HttpServerTest, WhatBeginsAtOnceWaitsForNoThread) {
  Signal signal;
  absl::Notification entered, leave;
  const Blocking block = [&](const HttpRequest&, Responder& responder) {
    entered.Notify();
    leave.WaitForNotification();
    responder.Send({});
  };
  const auto server = ServeTasks(
      [&](const HttpRequest& request, Responder& responder) {
        return request.path == "/slow" ? RunBlocking(block, request, responder)
                                       : AnswerAfter(signal, request, responder);
      },
      {.handler_threads = 1}, [](const HttpRequest& request) { return request.path == "/quick"; });
  RawClient slow(server->port());
  ASSERT_TRUE(slow.Send("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n"));
  entered.WaitForNotification();
  RawClient quick(server->port());
  ASSERT_TRUE(quick.Send("GET /quick HTTP/1.1\r\nHost: h\r\n\r\n"));
  signal.AwaitWaiting(1);
  leave.Notify();  // what follows a wait runs on the pool
  signal.Give();
  EXPECT_THAT(quick.ReadUntil(" - "), HasSubstr("GET /quick - "));
  EXPECT_THAT(slow.ReadUntil("\r\n\r\n"), StartsWith("HTTP/1.1 200"));
}

// Every thread that has an answer sends it, beside the server's own.
TEST(HttpServerTest, AnswersOfManyThreadsAllArrive) {
  const auto server = Serve(Echo, {.handler_threads = 8});
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&, i] {
      RawClient client(server->port());
      for (int j = 0; j < 300; ++j) {
        const std::string path = absl::StrCat("/", i, "/", j);
        ASSERT_TRUE(client.Send(absl::StrCat("GET ", path, " HTTP/1.1\r\nHost: h\r\n\r\n")));
        ASSERT_THAT(client.ReadUntil(" - "), HasSubstr(absl::StrCat("GET ", path, " - ")));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

// While one answer is sent, the next request arrives.
TEST(HttpServerTest, AnswersGivenAtOnceOnManyConnectionsAllArrive) {
  const Blocking echo = Echo;
  const auto server =
      ServeTasks([&](const HttpRequest& request,
                     Responder& responder) { return RunBlocking(echo, request, responder); },
                 {}, [](const HttpRequest&) { return true; });
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 200; ++j) {
        RawClient client(server->port());
        ASSERT_TRUE(client.Send("GET /a HTTP/1.1\r\nHost: h\r\n\r\n"));
        ASSERT_THAT(client.ReadUntil(" - "), HasSubstr("GET /a - "));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(HttpServerTest, RequestsThatWereSentAtOnceAreAllAnswered) {
  const auto server = Serve(Echo);
  RawClient client(server->port());
  std::string requests;
  for (int i = 0; i < 50; ++i) {
    absl::StrAppend(&requests, "GET /", i, " HTTP/1.1\r\nHost: h\r\n\r\n");
  }
  ASSERT_TRUE(client.Send(requests));
  EXPECT_THAT(client.ReadUntil("GET /49 - "), HasSubstr("GET /49 - "));
}

TEST(HttpServerTest, AStopCancelsATaskThatWaits) {
  Signal signal;
  const auto server = ServeTasks([&](const HttpRequest&, Responder& responder) -> Task<Handled> {
    const auto id = responder.cancellation()->Add([&] { signal.Give(); });
    co_await signal.Wait();
    responder.cancellation()->Remove(id);
    responder.Send({.status = 503});
    co_return Handled();
  });
  RawClient client(server->port());
  ASSERT_TRUE(client.Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n"));
  signal.AwaitWaiting(1);
  EXPECT_FALSE(server->Shutdown(absl::Milliseconds(50)));
  EXPECT_THAT(client.ReadUntil("\r\n\r\n"), StartsWith("HTTP/1.1 503"));
}

TEST(HttpServerTest, AStopLetsTheRequestUnderWayEnd) {
  absl::Notification entered, leave;
  const auto server = Serve([&](const HttpRequest&, Responder& responder) {
    entered.Notify();
    leave.WaitForNotification();
    responder.Send({.body = "done"});
  });
  RawClient client(server->port());
  ASSERT_TRUE(client.Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n"));
  entered.WaitForNotification();
  std::thread stopping([&] { server->Shutdown(absl::Seconds(10)); });
  leave.Notify();
  EXPECT_THAT(client.ReadUntil("done"), HasSubstr("done"));
  client.Close();
  stopping.join();
}

TEST(HttpServerTest, APortInUseIsNamed) {
  const auto server = Serve(Echo);
  const HttpServer::Handler nothing = [](const HttpRequest&, Responder&) -> Task<Handled> {
    co_return Handled();
  };
  const auto second = HttpServer::Start({.port = server->port()}, nothing, Refuse);
  EXPECT_THAT(second.status(), StatusIs(absl::StatusCode::kUnavailable,
                                        HasSubstr(absl::StrCat("127.0.0.1:", server->port()))));
}

TEST(PercentDecodeTest, OnlyUtf8ComesOut) {
  EXPECT_EQ(*PercentDecode("a%2Fb%C3%A9"), "a/b\xC3\xA9");
  for (const char* wrong : {"%", "%4", "%zz", "%00", "%ff", "%C3", "%ED%A0%80"}) {
    EXPECT_FALSE(PercentDecode(wrong).ok()) << wrong;
  }
}

}  // namespace
}  // namespace throughline::gateway
