#ifndef THROUGHLINE_SERVICES_ROUTER_LIVE_ROUTER_H_
#define THROUGHLINE_SERVICES_ROUTER_LIVE_ROUTER_H_

#include <memory>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "services/router/domain/router.h"

namespace throughline::router {

// The router in force. A new configuration makes a new one; requests under way keep the one they
// began with. Thread-safe.
class LiveRouter {
 public:
  explicit LiveRouter(std::shared_ptr<Router> router) : router_(std::move(router)) {}

  std::shared_ptr<Router> Get() const ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    return router_;
  }
  void Set(std::shared_ptr<Router> router) ABSL_LOCKS_EXCLUDED(mutex_) {
    {
      absl::MutexLock lock(&mutex_);
      router_.swap(router);
    }
    // The old one, and its providers with it, may end here: not under the lock.
  }

 private:
  mutable absl::Mutex mutex_;
  std::shared_ptr<Router> router_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace throughline::router

#endif  // THROUGHLINE_SERVICES_ROUTER_LIVE_ROUTER_H_
