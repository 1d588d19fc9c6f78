#ifndef THROUGHLINE_TESTS_FAULT_FAULTS_H_
#define THROUGHLINE_TESTS_FAULT_FAULTS_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/testing/redis_server.h"
#include "tests/fault/cluster.h"

namespace throughline::fault {

// What can be done to a running system, and taken back.
struct Fault {
  std::string name;
  std::function<absl::Status(absl::Duration lasting)> strike;  // and repair
};

// All of these borrow what they strike.

// SIGKILL and SIGTERM to each process of the cluster, which is started again at once.
std::vector<Fault> EndsOfProcesses(Cluster& cluster);
// SIGSTOP, and SIGCONT later, to each process.
std::vector<Fault> StopsOfProcesses(Cluster& cluster);
// What the cluster's proxy can do to the connections to memory.
std::vector<Fault> FaultsOfTheWire(Cluster& cluster);
// A Redis that stalls, and one that has lost everything.
std::vector<Fault> FaultsOfRedis(RedisServer& redis);

// A number from the environment, positive; `otherwise` where there is none.
int NumberFromEnvironment(const char* variable, int otherwise);

}  // namespace throughline::fault

#endif  // THROUGHLINE_TESTS_FAULT_FAULTS_H_
