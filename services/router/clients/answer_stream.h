#ifndef THROUGHLINE_SERVICES_ROUTER_CLIENTS_ANSWER_STREAM_H_
#define THROUGHLINE_SERVICES_ROUTER_CLIENTS_ANSWER_STREAM_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/router/clients/dialect.h"
#include "services/router/clients/sse.h"
#include "services/router/domain/streamed_text.h"

namespace throughline::router {

// Reads one streamed answer and lets its visible text through to the call's `live`. Used by one
// thread at a time. Borrows both.
class AnswerStream {
 public:
  AnswerStream(const Dialect& dialect, const ModelCall& call);

  // The next bytes of the body.
  void Append(absl::string_view piece);

  // The body has ended. The reply when the answer is whole, which its finish reason tells, not
  // [DONE]: UNAVAILABLE when it broke off, or when what went out live turns out to be no part of
  // it.
  absl::StatusOr<ModelReply> Finish();

  // What was read, for billing an answer that broke off.
  const RawAnswer& raw() const { return raw_; }
  // Text went out live.
  bool began() const { return call_.live != nullptr && clock_.first_text.has_value(); }

 private:
  // Passes text on and remembers when the first came.
  struct TextClock final : public TextSink {
    void Send(absl::string_view text) override;
    TextSink* out = nullptr;
    absl::Time started;
    std::optional<absl::Duration> first_text;
  };

  void ReadEvent(absl::string_view data);

  const Dialect& dialect_;
  const ModelCall& call_;
  SseReader sse_;
  RawAnswer raw_;
  TextClock clock_;
  StreamedText text_;
  bool has_events_ = false;
  std::string unread_;  // a body that is no stream: an error in plain JSON
};

}  // namespace throughline::router

#endif  // THROUGHLINE_SERVICES_ROUTER_CLIENTS_ANSWER_STREAM_H_
