#include "common/testing/redis_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <utility>

#include "absl/random/random.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/base/status_macros.h"

namespace throughline {
namespace {

// Below the system's ephemeral range, so that no outgoing connection takes the port meanwhile, and
// below Redis' own limit (its cluster bus uses the port plus 10000).
constexpr int kFirstPort = 20000;
constexpr int kLastPort = 32000;
constexpr int kMaxLaunches = 10;
constexpr absl::Duration kLaunchTimeout = absl::Seconds(20);
constexpr absl::Duration kStopTimeout = absl::Seconds(10);

bool IsFree(int port) {
  const int socket_fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const bool bound = bind(socket_fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
  close(socket_fd);
  return bound;
}

}  // namespace

RedisServer::RedisServer(int port, std::vector<std::string> arguments, bool over_tls)
    : port_(port), arguments_(std::move(arguments)), over_tls_(over_tls) {}

absl::StatusOr<std::unique_ptr<RedisServer>> RedisServer::Start(
    std::vector<std::string> arguments) {
  return StartWith(std::move(arguments), false);
}

absl::StatusOr<std::unique_ptr<RedisServer>> RedisServer::StartTls(const std::string& folder) {
  return StartWith({"--tls-cert-file", absl::StrCat(folder, "/tls.crt"), "--tls-key-file",
                    absl::StrCat(folder, "/tls.key"), "--tls-ca-cert-file",
                    absl::StrCat(folder, "/ca.crt"), "--tls-auth-clients", "no"},
                   true);
}

absl::StatusOr<std::unique_ptr<RedisServer>> RedisServer::StartWith(
    std::vector<std::string> arguments, bool over_tls) {
  absl::BitGen random;
  absl::Status last = absl::UnavailableError("no free port was found");
  for (int launch = 0; launch < kMaxLaunches; ++launch) {
    const int port = absl::Uniform(absl::IntervalClosed, random, kFirstPort, kLastPort);
    if (!IsFree(port)) continue;
    std::unique_ptr<RedisServer> server(new RedisServer(port, arguments, over_tls));
    last = server->Launch();
    if (last.ok()) return server;
  }
  return last;
}

absl::Status RedisServer::Launch() {
  ChildProcess::Options options;
  options.command = {"redis-server",
                     over_tls_ ? "--tls-port" : "--port",
                     absl::StrCat(port_),
                     "--bind",
                     "127.0.0.1",
                     "--save",
                     "",
                     "--appendonly",
                     "no"};
  // Redis listens on its usual port unless it is told not to.
  if (over_tls_) options.command.insert(options.command.end(), {"--port", "0"});
  options.command.insert(options.command.end(), arguments_.begin(), arguments_.end());
  options.working_directory = "/tmp";
  ASSIGN_OR_RETURN(process_, ChildProcess::Start(std::move(options)));
  return process_->WaitForLine("Ready to accept connections", kLaunchTimeout).status();
}

std::string RedisServer::address() const { return absl::StrCat("127.0.0.1:", port_); }

void RedisServer::Stop() {
  if (process_ == nullptr) return;
  process_->Signal(SIGKILL);
  process_->Wait(kStopTimeout).status().IgnoreError();
  process_ = nullptr;
}

absl::Status RedisServer::Restart() {
  Stop();
  return Launch();
}

void RedisServer::Freeze() { process_->Signal(SIGSTOP); }
void RedisServer::Thaw() { process_->Signal(SIGCONT); }

}  // namespace throughline
