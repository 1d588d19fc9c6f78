#ifndef THROUGHLINE_COMMON_TESTING_POSTGRES_SERVER_H_
#define THROUGHLINE_COMMON_TESTING_POSTGRES_SERVER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/testing/child_process.h"
#include "common/testing/temp_directory.h"

namespace throughline {

// A real PostgreSQL of its own: fresh data in a temporary directory, reached by a Unix socket
// there, gone when destroyed. Runs as an unprivileged user when the test runs as root, as the
// server demands. Starting takes about a second: share one between tests.
class PostgresServer {
 public:
  struct Options {
    // False: commits reach the system and not the disk, which is quick, and outlives the server.
    bool durable = false;
    std::vector<std::string> settings;  // "max_connections=20"
  };

  static absl::StatusOr<std::unique_ptr<PostgresServer>> Start(Options options);
  static absl::StatusOr<std::unique_ptr<PostgresServer>> Start() { return Start(Options()); }
  ~PostgresServer();
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;

  // How to connect to `database` as its superuser: a connection string of libpq.
  std::string Conninfo(absl::string_view database = "postgres") const;
  // Makes an empty database, and returns its connection string.
  absl::StatusOr<std::string> CreateDatabase(absl::string_view name);
  // Where its socket lies; the port that names it is kPort.
  const std::string& socket_directory() const { return directory_.path(); }
  static constexpr int kPort = 5432;
  std::string data_directory() const { return directory_.File("data"); }

  // Ends it at once, as a crash would, and waits. Restart starts it on the same data.
  void Stop();
  absl::Status Restart();
  // Makes the server and all its sessions hang (SIGSTOP), and go on.
  void Freeze();
  void Thaw();
  // A standby that follows this server, read-only.
  absl::StatusOr<std::unique_ptr<PostgresServer>> StartReplica();
  // As the user that the server runs as: for a program that must not be root either.
  static std::vector<std::string> Unprivileged(std::vector<std::string> command);
  // Gives `path` and all in it to that user.
  static absl::Status HandOver(const std::string& path);

 private:
  explicit PostgresServer(Options options) : options_(std::move(options)) {}
  absl::Status Launch();
  void SignalAll(int signal);

  const Options options_;
  TempDirectory directory_;
  std::unique_ptr<ChildProcess> process_;
};

}  // namespace throughline

#endif  // THROUGHLINE_COMMON_TESTING_POSTGRES_SERVER_H_
