#ifndef THROUGHLINE_COMMON_TESTING_REDIS_SERVER_H_
#define THROUGHLINE_COMMON_TESTING_REDIS_SERVER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/testing/child_process.h"

namespace throughline {

// A real redis-server on a free loopback port, without persistence, killed when destroyed.
class RedisServer {
 public:
  // `arguments` are added to its command line: {"--maxmemory", "1mb"}.
  static absl::StatusOr<std::unique_ptr<RedisServer>> Start(
      std::vector<std::string> arguments = {});

  int port() const { return port_; }
  std::string address() const;

  // Over TLS alone, with tls.crt, tls.key and ca.crt of `folder`; asks clients for no certificate.
  static absl::StatusOr<std::unique_ptr<RedisServer>> StartTls(const std::string& folder);

  // Ends it and waits. Restart gives an empty server on the same port.
  void Stop();
  absl::Status Restart();
  // Makes it hang, sockets open (SIGSTOP), and go on.
  void Freeze();
  void Thaw();

 private:
  RedisServer(int port, std::vector<std::string> arguments, bool over_tls);
  static absl::StatusOr<std::unique_ptr<RedisServer>> StartWith(std::vector<std::string> arguments,
                                                                bool over_tls);
  absl::Status Launch();

  const int port_;
  const std::vector<std::string> arguments_;
  const bool over_tls_;
  std::unique_ptr<ChildProcess> process_;
};

}  // namespace throughline

#endif  // THROUGHLINE_COMMON_TESTING_REDIS_SERVER_H_
