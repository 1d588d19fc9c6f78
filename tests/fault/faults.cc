#include "tests/fault/faults.h"

#include <signal.h>

#include <cstdlib>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "services/fault_proxy/control.h"

namespace throughline::fault {

std::vector<Fault> EndsOfProcesses(Cluster& cluster) {
  std::vector<Fault> faults;
  for (const std::string& name : cluster.names()) {
    for (const int signal : {SIGKILL, SIGTERM}) {
      faults.push_back(
          {absl::StrCat("signal ", signal, " to ", name), [&cluster, name, signal](absl::Duration) {
             cluster.process(name).Signal(signal);
             return cluster.Restart(name).status();
           }});
    }
  }
  return faults;
}

std::vector<Fault> StopsOfProcesses(Cluster& cluster) {
  std::vector<Fault> faults;
  for (const std::string& name : cluster.names()) {
    faults.push_back({absl::StrCat("stop of ", name), [&cluster, name](absl::Duration lasting) {
                        cluster.process(name).Signal(SIGSTOP);
                        absl::SleepFor(lasting);
                        cluster.process(name).Signal(SIGCONT);
                        return absl::OkStatus();
                      }});
  }
  return faults;
}

std::vector<Fault> FaultsOfTheWire(Cluster& cluster) {
  std::vector<Fault> faults;
  for (const char* command : {"cut", "blackhole", "delay 100ms", "refuse", "throttle 50000"}) {
    faults.push_back({absl::StrCat("wire: ", command), [&cluster, command](absl::Duration lasting) {
                        absl::Status done = fault_proxy::Obey(*cluster.proxy(), command).status();
                        absl::SleepFor(lasting);
                        done.Update(fault_proxy::Obey(*cluster.proxy(), "heal").status());
                        return done;
                      }});
  }
  return faults;
}

std::vector<Fault> FaultsOfRedis(RedisServer& redis) {
  return {{"stop of Redis",
           [&redis](absl::Duration lasting) {
             redis.Freeze();
             absl::SleepFor(lasting);
             redis.Thaw();
             return absl::OkStatus();
           }},
          {"kill of Redis", [&redis](absl::Duration lasting) {
             redis.Stop();
             absl::SleepFor(lasting);
             return redis.Restart();
           }}};
}

int NumberFromEnvironment(const char* variable, int otherwise) {
  const char* text = std::getenv(variable);
  int value = 0;
  return text != nullptr && absl::SimpleAtoi(text, &value) && value > 0 ? value : otherwise;
}

}  // namespace throughline::fault
