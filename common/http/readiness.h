#ifndef THROUGHLINE_COMMON_HTTP_READINESS_H_
#define THROUGHLINE_COMMON_HTTP_READINESS_H_

#include <cstdint>
#include <map>
#include <vector>

#include "absl/time/time.h"

namespace throughline::http {

// What sockets and a timer wait for, with threads that wait for it: epoll, each event reported to
// one thread once. Wait and Wake are thread-safe; the rest is called under the owner's lock, also
// while threads wait.
class Readiness {
 public:
  struct Event {
    int socket = -1;
    bool readable = false;
    bool writable = false;
    bool failed = false;
  };
  struct Events {
    std::vector<Event> sockets;
    bool is_due = false;  // the timer has run out
  };

  Readiness();
  ~Readiness();
  Readiness(const Readiness&) = delete;
  Readiness& operator=(const Readiness&) = delete;

  // Sockets that became ready, at most kMaxEvents; empty after `most` or a Wake.
  Events Wait(absl::Duration most);
  // Ends one Wait, the next one when none is under way.
  void Wake();
  // Ends every Wait from now on.
  void WakeForGood();

  // From now on the socket is reported when it is ready: once, then WatchAgain is due.
  void Watch(int socket, bool readable, bool writable);
  // After an event; nothing when the socket is not watched any more.
  void WatchAgain(int socket);
  void Forget(int socket);

  // When the timer is needed next; it may run out early. InfiniteFuture: not needed. In force once
  // TakeDue has been asked: most times come and go before.
  void SetDue(absl::Time due);
  // Whether SetDue's time has come, which is then forgotten. Else the timer is set for it.
  bool TakeDue();

 private:
  static constexpr int kMaxEvents = 64;

  void Arm(int socket, uint32_t events) const;
  void SetTimer(absl::Time now);

  const int epoll_;
  const int timer_;
  const int wake_;
  std::map<int, uint32_t> watched_;  // epoll's events by socket
  absl::Time due_ = absl::InfiniteFuture();
  absl::Time timer_at_ = absl::InfiniteFuture();  // when the kernel's timer runs out: never later
};

}  // namespace throughline::http

#endif  // THROUGHLINE_COMMON_HTTP_READINESS_H_
