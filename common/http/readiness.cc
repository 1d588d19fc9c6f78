#include "common/http/readiness.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "common/base/clock.h"

namespace throughline::http {
namespace {

constexpr absl::Duration kLongestTimer = absl::Hours(24);

}  // namespace

Readiness::Readiness()
    : epoll_(epoll_create1(EPOLL_CLOEXEC)),
      timer_(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK)),
      wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  for (const int file : {timer_, wake_}) {
    epoll_event event{.events = EPOLLIN | EPOLLET, .data = {.fd = file}};
    epoll_ctl(epoll_, EPOLL_CTL_ADD, file, &event);
  }
}

Readiness::~Readiness() {
  for (const int file : {epoll_, timer_, wake_}) close(file);
}

Readiness::Events Readiness::Wait(absl::Duration most) {
  epoll_event ready[kMaxEvents];
  const int count =
      epoll_wait(epoll_, ready, kMaxEvents, static_cast<int>(absl::ToInt64Milliseconds(most)));
  Events events;
  for (int i = 0; i < count; ++i) {
    const int file = ready[i].data.fd;
    if (file == timer_) {
      events.is_due = true;
    } else if (file != wake_) {
      events.sockets.push_back({.socket = file,
                                .readable = (ready[i].events & (EPOLLIN | EPOLLHUP)) != 0,
                                .writable = (ready[i].events & EPOLLOUT) != 0,
                                .failed = (ready[i].events & EPOLLERR) != 0});
    }
  }
  return events;
}

void Readiness::Wake() {
  // Each write is an edge of its own, so what it counts is never read.
  const uint64_t one = 1;
  static_cast<void>(!write(wake_, &one, sizeof(one)));
}

void Readiness::WakeForGood() {
  epoll_event event{.events = EPOLLIN, .data = {.fd = wake_}};
  epoll_ctl(epoll_, EPOLL_CTL_MOD, wake_, &event);
  Wake();
}

void Readiness::Watch(int socket, bool readable, bool writable) {
  const uint32_t events = (readable ? EPOLLIN : 0u) | (writable ? EPOLLOUT : 0u);
  watched_[socket] = events;
  Arm(socket, events);
}

void Readiness::WatchAgain(int socket) {
  const auto found = watched_.find(socket);
  if (found != watched_.end()) Arm(socket, found->second);
}

void Readiness::Forget(int socket) {
  if (watched_.erase(socket) > 0) epoll_ctl(epoll_, EPOLL_CTL_DEL, socket, nullptr);
}

void Readiness::Arm(int socket, uint32_t events) const {
  epoll_event event{.events = events | EPOLLONESHOT, .data = {.fd = socket}};
  // A socket that was closed has left the set by itself, and its number may be another's.
  if (epoll_ctl(epoll_, EPOLL_CTL_MOD, socket, &event) == 0 || errno != ENOENT) return;
  epoll_ctl(epoll_, EPOLL_CTL_ADD, socket, &event);
}

void Readiness::SetDue(absl::Time due) { due_ = due; }

bool Readiness::TakeDue() {
  const absl::Time now = Clock::Real().SteadyNow();
  if (now >= timer_at_) timer_at_ = absl::InfiniteFuture();
  if (now >= due_) {
    due_ = absl::InfiniteFuture();
    return true;
  }
  if (due_ < timer_at_) SetTimer(now);
  return false;
}

void Readiness::SetTimer(absl::Time now) {
  timer_at_ = due_;
  // A time of zero would stop it.
  const absl::Duration left = std::clamp(due_ - now, absl::Nanoseconds(1), kLongestTimer);
  const itimerspec at{.it_interval = {}, .it_value = absl::ToTimespec(left)};
  timerfd_settime(timer_, 0, &at, nullptr);
}

}  // namespace throughline::http
