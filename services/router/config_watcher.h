#ifndef THROUGHLINE_SERVICES_ROUTER_CONFIG_WATCHER_H_
#define THROUGHLINE_SERVICES_ROUTER_CONFIG_WATCHER_H_

#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace throughline::router {

// Calls back when one of some files has changed, the process got SIGHUP or a day of UTC began (on
// which a dated price may come into force): within a second, on a thread of its own, one call at a
// time. Ends when destroyed. SIGHUP no longer ends the process from the first watcher on.
class ConfigWatcher {
 public:
  // `changed` returns the files to look at from then on.
  using Changed = std::function<std::vector<std::string>()>;

  ConfigWatcher(std::vector<std::string> files, Changed changed);
  ~ConfigWatcher();
  ConfigWatcher(const ConfigWatcher&) = delete;
  ConfigWatcher& operator=(const ConfigWatcher&) = delete;

 private:
  void Run(std::string seen);
  // What tells two states of the files apart.
  std::string Look() const;

  const Changed changed_;
  std::vector<std::string> files_;  // of the thread, once it runs
  absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace throughline::router

#endif  // THROUGHLINE_SERVICES_ROUTER_CONFIG_WATCHER_H_
