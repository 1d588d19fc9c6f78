// The router as a process between a client and an instant or a slow provider, all on this machine:
// what it adds to a direct call, how many requests it carries, what it needs while thousands wait.
//
//   router_benchmark overhead    p50 and p99 added to a direct call, 1 KB and 10 KB: the provider's
//                                own path at `throughline serve`, and the router's gRPC, in turn
//                                with an empty gRPC call and, where nginx is installed, a call
//                                through it
//   router_benchmark rate        requests a second with 32 in flight, by HTTP and by gRPC
//   router_benchmark waiting     2,000 in flight at a provider that takes five seconds: by gRPC, by
//                                HTTP, and streamed by HTTP
//   router_benchmark ledger [N]  N calls with faults (100,000): the ledger against the provider's
//   count
#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/synchronization/blocking_counter.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "common/base/bounded_pool.h"
#include "common/base/task.h"
#include "common/http/client.h"
#include "common/testing/nginx_proxy.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "tests/benchmarks/instant_provider.h"
#include "tests/benchmarks/router_process.h"
#include "throughline/router/v1/router_service.grpc.pb.h"

namespace throughline::router {
namespace {

v1::CompleteRequest Prompt(size_t bytes) {
  v1::CompleteRequest request;
  v1::Message& message = *request.add_messages();
  message.set_role(v1::ROLE_USER);
  message.set_content(absl::StrCat("What is the capital of France? ", Prose(bytes)));
  return request;
}

double Microseconds(absl::Duration duration) { return absl::ToDoubleMicroseconds(duration); }

absl::Duration Microseconds(const google::protobuf::Duration& duration) {
  return absl::Seconds(duration.seconds()) + absl::Nanoseconds(duration.nanos());
}

absl::Duration Percentile(std::vector<absl::Duration> times, double share) {
  std::sort(times.begin(), times.end());
  return times[static_cast<size_t>(share * static_cast<double>(times.size() - 1))];
}

// The ways a call can go, each with its times.
struct Way {
  const char* name;
  std::vector<absl::Duration> times;

  void Print(const Way& direct) const {
    std::printf("  %-22s p50 %5.0f us  p99 %5.0f us", name, Microseconds(Percentile(times, .5)),
                Microseconds(Percentile(times, .99)));
    if (this != &direct) {
      std::printf("   beside direct: p50 %+5.0f us  p99 %+5.0f us",
                  Microseconds(Percentile(times, .5) - Percentile(direct.times, .5)),
                  Microseconds(Percentile(times, .99) - Percentile(direct.times, .99)));
    }
    std::printf("\n");
  }
};

void ExitUnless(bool ok, const std::string& what) {
  if (ok) return;
  std::fprintf(stderr, "failed: %s\n", what.c_str());
  std::exit(1);
}

// nullptr where it is not installed.
std::unique_ptr<NginxProxy> StartNginx(const std::string& provider_url) {
  if (!NginxProxy::IsInstalled()) return nullptr;
  auto nginx = NginxProxy::Start({.upstream = std::string(absl::StripSuffix(provider_url, "/v1"))});
  ExitUnless(nginx.ok(), std::string(nginx.status().message()));
  return *std::move(nginx);
}

// What a call costs the process, one at a time.
void MeasureWork(const char* name, const RouterProcess& process, int calls,
                 const std::function<void()>& call) {
  const RouterProcess::Work before = process.WorkDone();
  for (int i = 0; i < calls; ++i) call();
  const RouterProcess::Work after = process.WorkDone();
  std::printf("  a call costs %s %.0f us of the processor and %.1f context switches\n", name,
              (after.processor_us - before.processor_us) / calls,
              (after.switches - before.switches) / calls);
}

// A prompt as clients of chat completions send it; `options` are further fields.
http::Request ChatRequest(const std::string& base_url, const v1::CompleteRequest& prompt,
                          absl::string_view options = "") {
  return {.url = absl::StrCat(base_url, "/chat/completions"),
          .headers = {"Content-Type: application/json"},
          .body = absl::StrCat("{", options, R"("model":"auto","max_tokens":4096,)",
                               R"("messages":[{"role":"user","content":")",
                               prompt.messages(0).content(), "\"}]}")};
}

// Calls of every kind in turn, so that all meet the same machine.
void MeasureOverhead(size_t bytes, int calls) {
  InstantProvider provider(bytes, absl::ZeroDuration());
  RouterProcess router(provider.url());
  RouterProcess serve(provider.url(), RouterProcess::Program::kServe);
  const std::unique_ptr<NginxProxy> nginx = StartNginx(provider.url());
  const auto channel = router.Channel();
  const auto stub = v1::RouterService::NewStub(channel);
  const auto health = grpc::health::v1::Health::NewStub(channel);
  http::Client client;
  const v1::CompleteRequest request = Prompt(bytes);
  const auto post = [&](const std::string& url) {
    const auto response = client.Post(Context::Background(), ChatRequest(url, request));
    ExitUnless(response.ok() && response->status == 200, url);
  };
  const auto ask_router = [&](v1::CompleteResponse& answer) {
    grpc::ClientContext context;
    const grpc::Status status = stub->Complete(&context, request, &answer);
    ExitUnless(status.ok(), status.error_message());
  };
  Way direct{.name = "direct"};
  Way empty{.name = "empty gRPC call"};
  Way proxied{.name = "through nginx"};
  Way routed{.name = "the router, by gRPC"};
  Way served{.name = "serve, by HTTP"};
  Way asking{.name = "  of it, the model"};
  Way deciding{.name = "  of it, deciding"};
  constexpr int kWarmUp = 200;
  for (int i = 0; i < calls + kWarmUp; ++i) {
    const auto time = [&](Way& way, auto call) {
      const absl::Time begin = absl::Now();
      call();
      if (i >= kWarmUp) way.times.push_back(absl::Now() - begin);
    };
    time(direct, [&] { post(provider.url()); });
    time(empty, [&] {
      grpc::ClientContext context;
      grpc::health::v1::HealthCheckResponse answer;
      ExitUnless(health->Check(&context, {}, &answer).ok(), "health");
    });
    if (nginx != nullptr) time(proxied, [&] { post(absl::StrCat(nginx->url(), "/v1")); });
    time(served, [&] { post(serve.http_url()); });
    time(routed, [&] {
      v1::CompleteResponse answer;
      ask_router(answer);
      if (i < kWarmUp) return;
      const absl::Duration own = Microseconds(answer.decision().overhead());
      deciding.times.push_back(own);
      asking.times.push_back(Microseconds(answer.decision().latency()) - own);
    });
  }
  std::printf("%zu bytes, 1 in flight, %d calls each; RSS %ld MiB\n", bytes, calls,
              router.Status("VmRSS") / 1024);
  direct.Print(direct);
  empty.Print(direct);
  if (nginx != nullptr) proxied.Print(direct);
  served.Print(direct);
  routed.Print(direct);
  asking.Print(asking);
  deciding.Print(deciding);
  MeasureWork("serve, by HTTP,", serve, calls, [&] { post(serve.http_url()); });
  MeasureWork("the router, by gRPC,", router, calls, [&] {
    v1::CompleteResponse answer;
    ask_router(answer);
  });
}

// Calls under way at once over a few connections, each followed by the next until `calls` are done.
class Load {
 public:
  Load(const RouterProcess& router, int connections, const v1::CompleteRequest& request)
      : request_(request) {
    for (int i = 0; i < connections; ++i) {
      stubs_.push_back(v1::RouterService::NewStub(router.Channel()));
    }
  }

  // The number that failed.
  int Run(int in_flight, int calls) {
    left_ = calls;
    absl::BlockingCounter done(in_flight);
    for (int i = 0; i < in_flight; ++i) Next(static_cast<size_t>(i) % stubs_.size(), done);
    done.Wait();
    return failed_;
  }

 private:
  struct Call {
    grpc::ClientContext context;
    v1::CompleteResponse response;
  };

  void Next(size_t stub, absl::BlockingCounter& done) {
    if (left_.fetch_sub(1) <= 0) {
      done.DecrementCount();
      return;
    }
    auto* call = new Call;
    stubs_[stub]->async()->Complete(&call->context, &request_, &call->response,
                                    [this, stub, call, &done](const grpc::Status& status) {
                                      if (!status.ok()) {
                                        if (failed_++ == 0) {
                                          std::fprintf(stderr, "%s\n",
                                                       status.error_message().c_str());
                                        }
                                      }
                                      delete call;
                                      Next(stub, done);
                                    });
  }

  const v1::CompleteRequest request_;
  std::vector<std::unique_ptr<v1::RouterService::Stub>> stubs_;
  std::atomic<int> left_{0};
  std::atomic<int> failed_{0};
};

// Load by HTTP.
class HttpLoad {
 public:
  // An answer that does not end with `ending` has failed.
  explicit HttpLoad(http::Request request, std::string ending = "")
      : request_(std::move(request)), ending_(std::move(ending)) {}

  // The number that failed.
  int Run(int in_flight, int calls) {
    left_ = calls;
    absl::BlockingCounter done(in_flight);
    for (int i = 0; i < in_flight; ++i) {
      Start<bool>(pool_, CallUntilDone(), [&done](bool) { done.DecrementCount(); });
    }
    done.Wait();
    return failed_;
  }

 private:
  Task<bool> CallUntilDone() {
    while (left_.fetch_sub(1) > 0) {
      http::Request request = request_;
      const http::Exchange exchange =
          co_await client_.Send(Context::Background(), std::move(request));
      const bool is_whole = exchange.status.ok() && exchange.response.status == 200 &&
                            absl::EndsWith(exchange.response.body, ending_);
      if (!is_whole) ++failed_;
    }
    co_return true;
  }

  const http::Request request_;
  const std::string ending_;
  std::atomic<int> left_{0};
  std::atomic<int> failed_{0};
  BoundedPool pool_{{.name = "load", .threads = 2}};
  http::Client client_;
};

template <typename AnyLoad>
void MeasureRateOf(const char* name, const RouterProcess& process, AnyLoad& load) {
  constexpr int kInFlight = 32;
  constexpr int kCalls = 10'000;
  load.Run(kInFlight, 500);
  const RouterProcess::Work before = process.WorkDone();
  const absl::Time begin = absl::Now();
  const int failed = load.Run(kInFlight, kCalls);
  const double seconds = absl::ToDoubleSeconds(absl::Now() - begin);
  const RouterProcess::Work after = process.WorkDone();
  std::printf(
      "1000 bytes, %d in flight, %d calls, %s: %.0f requests/s, %d failed; a call costs the "
      "process %.0f us of the processor; RSS %ld MiB\n",
      kInFlight, kCalls, name, kCalls / seconds, failed,
      (after.processor_us - before.processor_us) / kCalls, process.Status("VmRSS") / 1024);
}

void MeasureRate() {
  InstantProvider provider(1000, absl::ZeroDuration());
  {
    RouterProcess serve(provider.url(), RouterProcess::Program::kServe);
    HttpLoad load(ChatRequest(serve.http_url(), Prompt(1000)));
    MeasureRateOf("serve by HTTP", serve, load);
  }
  RouterProcess router(provider.url());
  Load load(router, 2, Prompt(1000));
  MeasureRateOf("the router by gRPC", router, load);
}

// Looks at a process every few milliseconds, and asks for its health.
class Watch {
 public:
  explicit Watch(const RouterProcess& process)
      : process_(process),
        idle_kib_(process.Status("VmRSS")),
        idle_threads_(process.Status("Threads")),
        health_(grpc::health::v1::Health::NewStub(process.Channel())),
        thread_([this] { Look(); }) {}

  // Ends the watch.
  std::string Describe() {
    ended_ = true;
    thread_.join();
    return absl::StrCat("RSS ", most_kib_ / 1024, " MiB (idle ", idle_kib_ / 1024, "), ",
                        most_threads_, " threads (idle ", idle_threads_, "); slowest health check ",
                        absl::ToInt64Milliseconds(slowest_), " ms");
  }

 private:
  void Look() {
    while (!ended_) {
      grpc::ClientContext context;
      grpc::health::v1::HealthCheckResponse response;
      const absl::Time asked = absl::Now();
      const grpc::Status status =
          health_->Check(&context, grpc::health::v1::HealthCheckRequest(), &response);
      slowest_ = std::max(slowest_, absl::Now() - asked);
      if (!status.ok()) std::fprintf(stderr, "health: %s\n", status.error_message().c_str());
      most_kib_ = std::max(most_kib_, process_.Status("VmRSS"));
      most_threads_ = std::max(most_threads_, process_.Status("Threads"));
      absl::SleepFor(absl::Milliseconds(20));
    }
  }

  const RouterProcess& process_;
  const long idle_kib_;
  const long idle_threads_;
  const std::unique_ptr<grpc::health::v1::Health::Stub> health_;
  std::atomic<bool> ended_{false};
  absl::Duration slowest_;
  long most_kib_ = 0;
  long most_threads_ = 0;
  std::thread thread_;
};

template <typename AnyLoad>
void MeasureWaitingOf(const char* name, const RouterProcess& process, InstantProvider& provider,
                      AnyLoad& load) {
  constexpr int kInFlight = 2000;
  Watch watch(process);
  const absl::Time begin = absl::Now();
  const int failed = load.Run(kInFlight, kInFlight);
  const double seconds = absl::ToDoubleSeconds(absl::Now() - begin);
  std::printf(
      "%d in flight, %s, at a provider that takes 5 s: all answered in %.1f s, %d failed, %zu "
      "waited at once; %s\n",
      kInFlight, name, seconds, failed, provider.most_waiting(), watch.Describe().c_str());
}

void MeasureWaiting() {
  constexpr absl::Duration kDelay = absl::Seconds(5);
  {
    InstantProvider provider(1000, kDelay);
    RouterProcess router(provider.url());
    Load load(router, 4, Prompt(1000));
    MeasureWaitingOf("the router by gRPC", router, provider, load);
  }
  {
    InstantProvider provider(1000, kDelay);
    RouterProcess serve(provider.url(), RouterProcess::Program::kServe);
    HttpLoad load(ChatRequest(serve.http_url(), Prompt(1000)));
    MeasureWaitingOf("serve by HTTP", serve, provider, load);
  }
  InstantProvider provider([](int64_t) { return StreamedResponse(1000); }, kDelay);
  RouterProcess serve(provider.url(), RouterProcess::Program::kServe);
  HttpLoad load(ChatRequest(serve.http_url(), Prompt(1000), R"("stream":true,)"),
                "data: [DONE]\n\n");
  MeasureWaitingOf("streams of serve by HTTP", serve, provider, load);
}

// A provider that fails in many ways and keeps its own count of what is on the bill, at a dollar a
// million tokens in and two out.
class CountingFaults {
 public:
  std::string Answer(int64_t n) {
    calls_ = n + 1;
    if (n % 31 == 13) {
      return "HTTP/1.1 429 Busy\r\nRetry-After: 0\r\nContent-Length: 2\r\n\r\n{}";
    }
    if (n % 11 == 3) return JsonResponse(500, R"({"error":{"message":"broken"}})");
    if (n % 37 == 5) return JsonResponse(200, R"({"error":{"message":"overloaded"}})");
    const int64_t input = 100 + n * 7 % 4001;
    const int64_t output = n * 13 % 997;
    nano_usd_ += input * 1000 + output * 2000;
    const bool is_silent = n % 17 == 7;
    const bool is_thinking = n % 29 == 11;
    return JsonResponse(
        200, absl::StrCat(R"({"choices":[{"message":{"content":")",
                          is_silent || is_thinking ? "" : "Paris is the capital of France.",
                          is_thinking ? R"(","reasoning":"Hmm.)" : "", R"("},"finish_reason":")",
                          is_thinking ? "length" : "stop", R"("}],"usage":{"prompt_tokens":)",
                          input, R"(,"completion_tokens":)", output, "}}"));
  }
  int64_t calls() const { return calls_; }
  int64_t nano_usd() const { return nano_usd_; }

 private:
  std::atomic<int64_t> calls_{0};
  std::atomic<int64_t> nano_usd_{0};
};

// Whether the ledger and the provider agree to the last nano-dollar.
bool ProveLedger(int calls) {
  CountingFaults faults;
  InstantProvider provider([&](int64_t n) { return faults.Answer(n); }, absl::ZeroDuration());
  RouterProcess router(provider.url());
  Load load(router, 4, Prompt(100));
  const absl::Time begin = absl::Now();
  const int failed = load.Run(256, calls);
  grpc::ClientContext context;
  v1::GetSpendResponse spend;
  const auto stub = v1::RouterService::NewStub(router.Channel());
  ExitUnless(stub->GetSpend(&context, {}, &spend).ok(), "GetSpend");
  const int64_t kept = spend.total().cost().nano_usd();
  const bool agree = kept == faults.nano_usd() && spend.total().model_calls() == faults.calls();
  std::printf(
      "%d requests with faults in %.0f s, %d of them failed: provider counted %ld calls and %ld "
      "nano-dollars, the ledger %ld and %ld: %s\n",
      calls, absl::ToDoubleSeconds(absl::Now() - begin), failed, static_cast<long>(faults.calls()),
      static_cast<long>(faults.nano_usd()), static_cast<long>(spend.total().model_calls()),
      static_cast<long>(kept), agree ? "equal" : "NOT EQUAL");
  return agree;
}

}  // namespace
}  // namespace throughline::router

int main(int argc, char** argv) {
  const std::string what = argc > 1 ? argv[1] : "all";
  constexpr int kCalls = 3000;
  if (what == "overhead" || what == "all") {
    throughline::router::MeasureOverhead(1000, kCalls);
    throughline::router::MeasureOverhead(10'000, kCalls);
  }
  if (what == "rate" || what == "all") throughline::router::MeasureRate();
  if (what == "waiting" || what == "all") throughline::router::MeasureWaiting();
  if (what == "ledger") {
    int requests = 100'000;
    if (argc > 2 && !absl::SimpleAtoi(argv[2], &requests)) return 1;
    return throughline::router::ProveLedger(requests) ? 0 : 1;
  }
  return 0;
}
