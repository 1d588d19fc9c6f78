// The router as a process between a client and an instant or a slow provider, all on this machine:
// what it adds to a direct call, how many requests it carries, what it needs while thousands wait.
//
//   router_benchmark overhead    p50 and p99 added to a direct call, 1 KB and 10 KB
//   router_benchmark rate        requests a second with 32 in flight
//   router_benchmark waiting     2,000 in flight at a provider that takes five seconds
#include <arpa/inet.h>
#include <grpcpp/grpcpp.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/synchronization/blocking_counter.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "common/http/client.h"
#include "common/testing/child_process.h"
#include "common/testing/temp_directory.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "throughline/router/v1/router_service.grpc.pb.h"

namespace throughline::router {
namespace {

// A provider on one thread: answers every request with the same body, at once or after `delay`,
// whatever number of connections wait.
class InstantProvider {
 public:
  InstantProvider(size_t answer_bytes, absl::Duration delay) : delay_(delay) {
    const std::string body = absl::StrCat(
        R"({"choices":[{"message":{"content":"Paris is the capital of France. )",
        std::string(answer_bytes, ' '),
        R"("},"finish_reason":"stop"}],"usage":{"prompt_tokens":100,"completion_tokens":50}})");
    answer_ = absl::StrCat("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ",
                           body.size(), "\r\n\r\n", body);
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof(address);
    auto* name = reinterpret_cast<sockaddr*>(&address);
    if (bind(listener_, name, length) != 0 || listen(listener_, SOMAXCONN) != 0 ||
        getsockname(listener_, name, &length) != 0) {
      std::perror("provider");
      std::exit(1);
    }
    port_ = ntohs(address.sin_port);
    poll_ = epoll_create1(EPOLL_CLOEXEC);
    Watch(listener_);
    thread_ = std::thread([this] { Run(); });
  }
  ~InstantProvider() {
    stopping_ = true;
    thread_.join();
  }
  std::string url() const { return absl::StrCat("http://127.0.0.1:", port_, "/v1"); }
  size_t most_waiting() const { return most_waiting_; }

 private:
  void Watch(int socket) {
    epoll_event event{.events = EPOLLIN, .data = {.fd = socket}};
    epoll_ctl(poll_, EPOLL_CTL_ADD, socket, &event);
  }

  void Run() {
    epoll_event events[256];
    while (!stopping_) {
      const int ready = epoll_wait(poll_, events, 256, 10);
      for (int i = 0; i < ready; ++i) {
        if (events[i].data.fd == listener_) {
          Accept();
        } else {
          Read(events[i].data.fd);
        }
      }
      const absl::Time now = absl::Now();
      while (!due_.empty() && due_.front().first <= now) {
        Answer(due_.front().second);
        due_.pop_front();
      }
    }
  }

  void Accept() {
    const int socket = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    const int one = 1;
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    Watch(socket);
  }

  void Read(int socket) {
    char chunk[65536];
    const ssize_t got = recv(socket, chunk, sizeof(chunk), 0);
    if (got <= 0) {
      if (got < 0 && errno == EAGAIN) return;
      close(socket);
      partial_.erase(socket);
      return;
    }
    std::string& text = partial_[socket];
    text.append(chunk, static_cast<size_t>(got));
    const size_t head = text.find("\r\n\r\n");
    if (head == std::string::npos) return;
    const size_t length_at = text.find("Content-Length: ");
    const size_t length = std::strtoul(text.c_str() + length_at + 16, nullptr, 10);
    if (text.size() < head + 4 + length) return;
    text.clear();
    if (delay_ == absl::ZeroDuration()) {
      Answer(socket);
      return;
    }
    due_.emplace_back(absl::Now() + delay_, socket);
    most_waiting_ = std::max(most_waiting_.load(), due_.size());
  }

  void Answer(int socket) {
    for (size_t sent = 0; sent < answer_.size();) {
      const ssize_t put = send(socket, answer_.data() + sent, answer_.size() - sent, MSG_NOSIGNAL);
      if (put < 0 && errno == EAGAIN) continue;
      if (put <= 0) return;
      sent += static_cast<size_t>(put);
    }
  }

  const absl::Duration delay_;
  std::string answer_;
  int listener_ = -1;
  int poll_ = -1;
  int port_ = 0;
  std::atomic<bool> stopping_{false};
  std::atomic<size_t> most_waiting_{0};
  std::map<int, std::string> partial_;
  std::deque<std::pair<absl::Time, int>> due_;
  std::thread thread_;
};

// The router's own process, configured with one model at `provider`.
class RouterProcess {
 public:
  explicit RouterProcess(const std::string& provider) {
    const std::string config = directory_.File("router.yaml");
    std::ofstream(config) << "providers:\n  mock: {type: openai, base_url: \"" << provider
                          << "\"}\nmodels:\n  - {name: mock/model, provider: mock, price: "
                             "{input: 1, output: 2}}\ntasks:\n  general: {cascade: [mock/model]}\n";
    auto started = ChildProcess::Start(
        {.command = {BinaryPath("throughline-router"), "--port", "0", "--metrics-port", "0",
                     "--log-level", "warning", "--data-dir", directory_.File("data"),
                     "--router-config", config}});
    const auto announced = started.ok() ? (*started)->WaitForLine("{", absl::Seconds(20))
                                        : absl::StatusOr<std::string>(started.status());
    if (!announced.ok()) {
      std::fprintf(stderr, "%s\n", std::string(announced.status().message()).c_str());
      std::exit(1);
    }
    process_ = *std::move(started);
    const std::string& line = *announced;
    const size_t at = line.find("\"address\":\"");
    const size_t begin = at + 11;
    address_ = line.substr(begin, line.find('"', begin) - begin);
  }

  // A channel with a connection of its own.
  std::shared_ptr<grpc::Channel> Channel() const {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    return grpc::CreateCustomChannel(address_, grpc::InsecureChannelCredentials(), arguments);
  }

  // A field of /proc/<pid>/status: "VmRSS" in KiB, "Threads".
  long Status(absl::string_view field) const {
    std::ifstream status(absl::StrCat("/proc/", process_->pid(), "/status"));
    std::string line;
    while (std::getline(status, line)) {
      absl::string_view rest = line;
      if (absl::ConsumePrefix(&rest, field) && absl::ConsumePrefix(&rest, ":")) {
        return std::strtol(std::string(rest).c_str(), nullptr, 10);
      }
    }
    return 0;
  }

 private:
  TempDirectory directory_;
  std::unique_ptr<ChildProcess> process_;
  std::string address_;
};

v1::CompleteRequest Prompt(size_t bytes) {
  v1::CompleteRequest request;
  v1::Message& message = *request.add_messages();
  message.set_role(v1::ROLE_USER);
  message.set_content(absl::StrCat("What is the capital of France? ", std::string(bytes, '.')));
  return request;
}

double Microseconds(absl::Duration duration) { return absl::ToDoubleMicroseconds(duration); }

absl::Duration Percentile(std::vector<absl::Duration> times, double share) {
  std::sort(times.begin(), times.end());
  return times[static_cast<size_t>(share * static_cast<double>(times.size() - 1))];
}

// Direct and routed calls in turn, so that both meet the same machine.
void MeasureOverhead(size_t bytes, int calls) {
  InstantProvider provider(bytes, absl::ZeroDuration());
  RouterProcess router(provider.url());
  const auto stub = v1::RouterService::NewStub(router.Channel());
  http::Client client;
  const v1::CompleteRequest request = Prompt(bytes);
  const std::string body =
      absl::StrCat(R"({"model":"model","max_tokens":4096,"messages":[{"role":"user","content":")",
                   request.messages(0).content(), "\"}]}");
  std::vector<absl::Duration> direct;
  std::vector<absl::Duration> routed;
  constexpr int kWarmUp = 200;
  for (int i = 0; i < calls + kWarmUp; ++i) {
    const absl::Time begin = absl::Now();
    const auto response =
        client.Post(Context::Background(), {.url = provider.url() + "/chat/completions",
                                            .headers = {"Content-Type: application/json"},
                                            .body = body});
    const absl::Time middle = absl::Now();
    grpc::ClientContext context;
    v1::CompleteResponse answer;
    const grpc::Status status = stub->Complete(&context, request, &answer);
    const absl::Time end = absl::Now();
    if (!response.ok() || !status.ok()) {
      std::fprintf(stderr, "failed: %s\n", status.error_message().c_str());
      std::exit(1);
    }
    if (i < kWarmUp) continue;
    direct.push_back(middle - begin);
    routed.push_back(end - middle);
  }
  std::printf(
      "%zu bytes, 1 in flight, %d calls: direct p50 %.0f us p99 %.0f us; routed p50 %.0f us p99 "
      "%.0f us; added p50 %.0f us p99 %.0f us; RSS %ld MiB\n",
      bytes, calls, Microseconds(Percentile(direct, .5)), Microseconds(Percentile(direct, .99)),
      Microseconds(Percentile(routed, .5)), Microseconds(Percentile(routed, .99)),
      Microseconds(Percentile(routed, .5) - Percentile(direct, .5)),
      Microseconds(Percentile(routed, .99) - Percentile(direct, .99)),
      router.Status("VmRSS") / 1024);
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

void MeasureRate() {
  InstantProvider provider(1000, absl::ZeroDuration());
  RouterProcess router(provider.url());
  Load load(router, 2, Prompt(1000));
  load.Run(32, 500);
  constexpr int kCalls = 10'000;
  const absl::Time begin = absl::Now();
  const int failed = load.Run(32, kCalls);
  const double seconds = absl::ToDoubleSeconds(absl::Now() - begin);
  std::printf("1000 bytes, 32 in flight, %d calls: %.0f requests/s, %d failed; RSS %ld MiB\n",
              kCalls, kCalls / seconds, failed, router.Status("VmRSS") / 1024);
}

void MeasureWaiting() {
  constexpr int kInFlight = 2000;
  InstantProvider provider(1000, absl::Seconds(5));
  RouterProcess router(provider.url());
  const long idle_mib = router.Status("VmRSS") / 1024;
  const auto health = grpc::health::v1::Health::NewStub(router.Channel());
  std::atomic<bool> ended{false};
  absl::Duration slowest;
  long most_kib = 0;
  long most_threads = 0;
  std::thread watcher([&] {
    while (!ended) {
      grpc::ClientContext context;
      grpc::health::v1::HealthCheckResponse response;
      const absl::Time asked = absl::Now();
      const grpc::Status status =
          health->Check(&context, grpc::health::v1::HealthCheckRequest(), &response);
      slowest = std::max(slowest, absl::Now() - asked);
      if (!status.ok()) std::fprintf(stderr, "health: %s\n", status.error_message().c_str());
      most_kib = std::max(most_kib, router.Status("VmRSS"));
      most_threads = std::max(most_threads, router.Status("Threads"));
      absl::SleepFor(absl::Milliseconds(20));
    }
  });
  Load load(router, 4, Prompt(1000));
  const absl::Time begin = absl::Now();
  const int failed = load.Run(kInFlight, kInFlight);
  const double seconds = absl::ToDoubleSeconds(absl::Now() - begin);
  ended = true;
  watcher.join();
  std::printf(
      "%d in flight at a provider that takes 5 s: all answered in %.1f s, %d failed, %zu waited at "
      "once; RSS %ld MiB (idle %ld), %ld threads; slowest health check %.0f ms\n",
      kInFlight, seconds, failed, provider.most_waiting(), most_kib / 1024, idle_mib, most_threads,
      absl::ToDoubleMilliseconds(slowest));
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
  return 0;
}
