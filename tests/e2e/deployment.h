#ifndef THROUGHLINE_TESTS_E2E_DEPLOYMENT_H_
#define THROUGHLINE_TESTS_E2E_DEPLOYMENT_H_

#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/testing/child_process.h"
#include "common/testing/temp_directory.h"

namespace throughline::e2e {

// How a command ended.
struct Outcome {
  int code = -1;
  std::string out;
  std::string err;

  // Each line of stdout as JSON; a line that is none becomes null.
  std::vector<nlohmann::json> Json() const;
};

// Runs a command to its end, `input` on its standard input; code -1 when it does not end in a
// minute.
Outcome RunCommand(std::vector<std::string> command, const std::string& input = "");

enum class Shape { kOneProcess, kFiveProcesses };

// The whole system as real processes on loopback ports, stopped when the object goes.
class Deployment {
 public:
  struct Options {
    Shape shape = Shape::kOneProcess;
    std::string redis;                            // HOST:PORT; empty: none
    std::string data_dir;                         // empty: a temporary one
    std::vector<std::string> serve_flags;         // more for `throughline serve`
    std::vector<std::string> orchestrator_flags;  // more for the orchestrator's own process
    std::vector<std::string> router_flags;        // more for the router's own process
    std::vector<std::string> environment;         // "NAME=value", of servers and clients alike
  };

  static absl::StatusOr<std::unique_ptr<Deployment>> Start(Options options);

  // Runs a client command against the system; `arguments` begin with the command's word.
  Outcome Run(std::vector<std::string> arguments, const std::string& input = "") const;
  // Starts one without waiting for its end.
  absl::StatusOr<std::unique_ptr<ChildProcess>> Launch(std::vector<std::string> arguments) const;

  // Address of "memory", "router", "analyst", "writer" or "orchestrator".
  const std::string& address(const std::string& service) const { return addresses_.at(service); }
  // "http://HOST:PORT" of the gateway; one process only.
  const std::string& http() const { return http_; }
  // The text of /metrics of the process that hosts `service`.
  std::string Metrics(const std::string& service) const;
  // Everything all processes logged.
  std::string Log() const;
  // From the start of the processes to the last announcement.
  absl::Duration start_time() const { return start_time_; }

  // Signals every process in the order in which callers come before the called, waiting for each.
  // The exit codes by process.
  std::map<std::string, int> Stop(int signal);
  // Starts another orchestrator over the same services; its address. Five processes only.
  absl::StatusOr<std::string> StartOrchestrator(const std::vector<std::string>& flags);
  // Ends the first process of that name at once, as a crash would, and waits.
  void Kill(const std::string& name);

  // Signals the process that users talk to, without waiting.
  void SignalFront(int signal);
  // Waits for that process's end; its exit code, or -1 when it does not end in a minute.
  int WaitFront();
  // The process id of the last process that started: the one that users talk to.
  int front_pid() const;

 private:
  struct Process {
    std::string name;
    std::unique_ptr<ChildProcess> child;
  };

  Deployment() = default;
  absl::Status StartOneProcess(const Options& options);
  absl::Status StartFiveProcesses(const Options& options);
  // Starts a process and returns its announcement.
  absl::StatusOr<nlohmann::json> Announce(const std::string& name,
                                          std::vector<std::string> command);
  // Starts a service's own binary.
  absl::Status StartService(const std::string& name, std::vector<std::string> arguments);
  std::vector<std::string> ClientCommand(std::vector<std::string> arguments) const;

  TempDirectory directory_;
  std::vector<std::string> prefix_;  // of every command
  std::vector<Process> processes_;   // callers last
  std::map<std::string, std::string> addresses_;
  std::map<std::string, std::string> metrics_;  // service to HOST:PORT
  std::string http_;
  absl::Duration start_time_;
};

// "call-1" to "call-5": the path of a transcript of the series the tests run on.
std::string CallFile(int number);
// The content of a file.
std::string ReadFile(const std::string& path);
// The number of calls in the series.
inline constexpr int kCalls = 5;

}  // namespace throughline::e2e

#endif  // THROUGHLINE_TESTS_E2E_DEPLOYMENT_H_
