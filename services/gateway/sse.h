#ifndef THROUGHLINE_SERVICES_GATEWAY_SSE_H_
#define THROUGHLINE_SERVICES_GATEWAY_SSE_H_

#include <string>

#include "absl/status/status.h"
#include "common/base/task.h"
#include "services/gateway/http/server.h"

namespace throughline::gateway {

// One event of a text/event-stream. `data` is one line.
struct SseEvent {
  std::string name;  // empty for an unnamed event
  std::string data;
};

// Server-sent events on a responder; the stream starts with the first. Used by one task at a time.
class SseStream {
 public:
  // `head` is what the answer starts with; its content type is replaced.
  explicit SseStream(Responder& responder, HttpResponse head = {})
      : responder_(responder), head_(std::move(head)) {}

  // CANCELLED when the client has gone. `event` is named by the caller, who awaits at once.
  Task<absl::Status> Send(const SseEvent& event);

 private:
  Responder& responder_;
  HttpResponse head_;
};

}  // namespace throughline::gateway

#endif  // THROUGHLINE_SERVICES_GATEWAY_SSE_H_
