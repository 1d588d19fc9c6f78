#ifndef THROUGHLINE_TESTS_FAULT_LOAD_H_
#define THROUGHLINE_TESTS_FAULT_LOAD_H_

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "tests/fault/cluster.h"

namespace throughline::fault {

// `throughline bench` under way against a cluster: users who go on calling whatever happens, and
// who hold the server to what it told them.
class Load {
 public:
  struct Options {
    double rate_per_second = 20;
    std::string mix = "process=4,ingest=2,recall=3,complete=1";
    int seed = 1;
    // Times that a user who hears UNAVAILABLE asks again, after the delay that they are told.
    int retries = 0;
  };

  // Returns once calls are being processed.
  static absl::StatusOr<std::unique_ptr<Load>> Start(const Cluster& cluster,
                                                     const Options& options);

  // Ends the load, waits for its audit, and reports a failure of the current test for each broken
  // promise. The report of the run.
  nlohmann::json Finish(Cluster& cluster);

 private:
  explicit Load(std::unique_ptr<ChildProcess> client) : client_(std::move(client)) {}

  std::unique_ptr<ChildProcess> client_;
};

// Sends new calls until one is processed, and says how long that took from now: the time to recover
// from what has just been repaired. Prints it beside `what`. DEADLINE_EXCEEDED after a minute.
absl::StatusOr<absl::Duration> AwaitRecovery(const Cluster& cluster, const std::string& what);

}  // namespace throughline::fault

#endif  // THROUGHLINE_TESTS_FAULT_LOAD_H_
