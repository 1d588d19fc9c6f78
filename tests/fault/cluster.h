#ifndef THROUGHLINE_TESTS_FAULT_CLUSTER_H_
#define THROUGHLINE_TESTS_FAULT_CLUSTER_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/testing/child_process.h"
#include "common/testing/temp_directory.h"
#include "services/fault_proxy/proxy.h"

namespace throughline::fault {

// The whole system as real processes that a test ends, stops and starts again: each keeps its
// address and its files over a restart.
class Cluster {
 public:
  enum class Shape { kOneProcess, kFiveProcesses };
  struct Options {
    Shape shape = Shape::kFiveProcesses;
    std::string redis;                               // HOST:PORT of memory's cache; empty: none
    std::map<std::string, std::string> conninfos;    // by service; SQLite where absent
    std::string router_config;                       // YAML; empty: the built-in models
    std::map<std::string, std::string> environment;  // of every process
    // Of each service: "memory", "memory-2" and so on. More than one share their conninfos. Five
    // processes only, and without the proxy.
    int replicas = 1;
    // Between the orchestrator and memory stands a proxy that fails on demand. Five processes only.
    bool proxy = false;
  };

  static absl::StatusOr<std::unique_ptr<Cluster>> Start(Options options);

  // Names of the processes, callers last.
  const std::vector<std::string>& names() const { return names_; }
  ChildProcess& process(const std::string& name) { return *processes_.at(name); }
  // Waits for the end of the process, which the test has brought about, and starts it again. The
  // exit code of the old one.
  absl::StatusOr<int> Restart(const std::string& name);

  // Where clients reach "orchestrator", "memory" or "router".
  const std::string& address(const std::string& service) const { return addresses_.at(service); }
  // All replicas of a service, as a flag takes them.
  std::string targets(const std::string& service) const;
  // The proxy before memory; null without one.
  fault_proxy::FaultProxy* proxy() { return proxy_.get(); }
  // Every process still runs.
  bool AllRun();
  // The last lines that each process logged.
  std::string Logs();

 private:
  explicit Cluster(Options options) : options_(std::move(options)) {}
  absl::Status StartOneProcess();
  absl::Status StartFiveProcesses();
  // Launches each replica of a service with a --data-dir of its own.
  absl::Status LaunchReplicas(const std::string& service, const std::vector<std::string>& flags);
  // Starts `command` with --port and --metrics-port, and keeps it for restarts.
  absl::Status Launch(const std::string& name, std::vector<std::string> command);
  absl::Status Announce(const std::string& name);
  std::string Folder(const std::string& name) const { return directory_.File(name); }

  const Options options_;
  TempDirectory directory_;
  std::vector<std::string> names_;
  std::map<std::string, std::vector<std::string>> commands_;
  std::map<std::string, std::string> addresses_;
  std::unique_ptr<fault_proxy::FaultProxy> proxy_;
  std::map<std::string, std::unique_ptr<ChildProcess>> processes_;
};

}  // namespace throughline::fault

#endif  // THROUGHLINE_TESTS_FAULT_CLUSTER_H_
