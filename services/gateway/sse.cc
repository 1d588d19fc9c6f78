#include "services/gateway/sse.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace throughline::gateway {

Task<absl::Status> SseStream::Send(const SseEvent& event) {
  if (!responder_.started()) {
    head_.content_type = "text/event-stream";
    // Proxies that buffer would hold the steps back until the end.
    head_.headers.emplace_back("X-Accel-Buffering", "no");
    responder_.StartStream(std::move(head_));
  }
  const std::string name = event.name.empty() ? "" : absl::StrCat("event: ", event.name, "\n");
  const std::string text = absl::StrCat(name, "data: ", event.data, "\n\n");
  const bool sent = co_await responder_.Write(text);
  co_return sent ? absl::OkStatus() : absl::CancelledError("the client has gone");
}

}  // namespace throughline::gateway
