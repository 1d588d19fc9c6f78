#include "services/gateway/http/connection_watch.h"

#include <sys/socket.h>

#include <algorithm>

#include "common/base/await.h"
#include "common/base/clock.h"

namespace throughline::gateway {

ConnectionWatch::ConnectionWatch(absl::Duration read_timeout)
    : read_timeout_(read_timeout), sweeper_([this] { Sweep(); }) {}

ConnectionWatch::~ConnectionWatch() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  sweeper_.join();
}

void ConnectionWatch::Opened(const void* key, int socket) {
  absl::MutexLock lock(&mutex_);
  connections_[key] = {.socket = socket, .reading_since = Clock::Real().SteadyNow()};
}

void ConnectionWatch::Closed(const void* key) {
  absl::MutexLock lock(&mutex_);
  connections_.erase(key);
}

void ConnectionWatch::RequestRead(const void* key) {
  absl::MutexLock lock(&mutex_);
  if (const auto found = connections_.find(key); found != connections_.end()) {
    found->second.reading_since = absl::InfiniteFuture();
  }
}

void ConnectionWatch::AnswerSent(const void* key) {
  absl::MutexLock lock(&mutex_);
  if (const auto found = connections_.find(key); found != connections_.end()) {
    found->second.reading_since = Clock::Real().SteadyNow();
  }
}

int ConnectionWatch::open() const {
  absl::MutexLock lock(&mutex_);
  return static_cast<int>(connections_.size());
}

void ConnectionWatch::Sweep() {
  const absl::Duration interval = std::min(read_timeout_ / 4, absl::Seconds(1));
  absl::MutexLock lock(&mutex_);
  while (!AwaitFor(mutex_, absl::Condition(&stopping_), interval)) {
    const absl::Time oldest = Clock::Real().SteadyNow() - read_timeout_;
    for (const auto& [key, connection] : connections_) {
      // The library notices, and closes the socket itself.
      if (connection.reading_since < oldest) shutdown(connection.socket, SHUT_RDWR);
    }
  }
}

}  // namespace throughline::gateway
