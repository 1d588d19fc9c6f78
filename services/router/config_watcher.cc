#include "services/router/config_watcher.h"

#include <signal.h>
#include <sys/stat.h>

#include <atomic>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/base/await.h"

namespace throughline::router {
namespace {

constexpr absl::Duration kLookInterval = absl::Milliseconds(500);

// A signal handler reaches nothing but what is global; this counts and never resets.
std::atomic<int> hangups{0};
static_assert(std::atomic<int>::is_always_lock_free);

void OnHangup(int) { hangups.fetch_add(1, std::memory_order_relaxed); }

}  // namespace

ConfigWatcher::ConfigWatcher(std::vector<std::string> files, Changed changed)
    : changed_(std::move(changed)), files_(std::move(files)) {
  struct sigaction action = {};
  action.sa_handler = &OnHangup;
  action.sa_flags = SA_RESTART;
  sigaction(SIGHUP, &action, nullptr);
  // Before the thread starts: what changes from now on is seen.
  thread_ = std::thread([this, seen = Look()]() mutable { Run(std::move(seen)); });
}

ConfigWatcher::~ConfigWatcher() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  thread_.join();
}

void ConfigWatcher::Run(std::string seen) {
  while (true) {
    {
      absl::MutexLock lock(&mutex_);
      if (AwaitFor(mutex_, absl::Condition(&stopping_), kLookInterval)) return;
    }
    std::string now = Look();
    if (now == seen) continue;
    files_ = changed_();
    // What changed while it was read is seen at the next look.
    seen = std::move(now);
  }
}

std::string ConfigWatcher::Look() const {
  std::string seen = absl::StrCat(hangups.load(std::memory_order_relaxed), " ",
                                  absl::FormatTime("%Y-%m-%d", absl::Now(), absl::UTCTimeZone()));
  for (const std::string& file : files_) {
    struct stat state = {};
    if (stat(file.c_str(), &state) != 0) {
      absl::StrAppend(&seen, " gone");
      continue;
    }
    absl::StrAppend(&seen, " ", state.st_ino, ":", state.st_size, ":", state.st_mtim.tv_sec, ".",
                    state.st_mtim.tv_nsec);
  }
  return seen;
}

}  // namespace throughline::router
