#include "services/router/clients/answer_stream.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "services/router/clients/json_access.h"

namespace throughline::router {
namespace {

using Json = nlohmann::json;

constexpr absl::string_view kDone = "[DONE]";
constexpr size_t kMaxUnreadBytes = 64 * 1024;

}  // namespace

void AnswerStream::TextClock::Send(absl::string_view text) {
  if (!first_text.has_value()) first_text = Clock::Real().SteadyNow() - started;
  if (out != nullptr) out->Send(text);
}

AnswerStream::AnswerStream(const Dialect& dialect, const ModelCall& call)
    : dialect_(dialect), call_(call), text_(dialect.MayThinkUntagged(*call.model), clock_) {
  clock_.out = call.live;
  clock_.started = Clock::Real().SteadyNow();
}

void AnswerStream::Append(absl::string_view piece) {
  if (!has_events_ && unread_.size() < kMaxUnreadBytes) {
    absl::StrAppend(&unread_, piece.substr(0, kMaxUnreadBytes - unread_.size()));
  }
  sse_.Append(piece, [this](absl::string_view data) { ReadEvent(data); });
}

void AnswerStream::ReadEvent(absl::string_view data) {
  has_events_ = true;
  if (data == kDone || !raw_.error.ok()) return;
  const Json event = Json::parse(data.begin(), data.end(), nullptr, /*allow_exceptions=*/false);
  if (!event.is_object()) {
    raw_.error = absl::UnavailableError("an event of the stream is not JSON in UTF-8");
    return;
  }
  const Json& error = At(event, "error");
  if (error.is_object() || error.is_string()) {
    // Worded as a whole body would be.
    ReadWholeBody(dialect_, data, raw_);
    return;
  }
  const size_t before = raw_.content.size();
  dialect_.ReadEvent(event, raw_);
  if (raw_.reasoning_bytes > 0) text_.ReasoningCameApart();
  if (raw_.content.size() > before) {
    text_.Append(absl::string_view(raw_.content).substr(before));
  }
}

absl::StatusOr<ModelReply> AnswerStream::Finish() {
  sse_.Finish([this](absl::string_view data) { ReadEvent(data); });
  if (!has_events_ && !unread_.empty()) ReadWholeBody(dialect_, unread_, raw_);
  absl::StatusOr<ModelReply> reply = ToReply(call_, RawAnswer(raw_));
  if (!reply.ok()) return reply;
  if (!text_.Finish(reply->text)) {
    return absl::UnavailableError("what was streamed turned out to be the model's reasoning");
  }
  reply->time_to_first_text = clock_.first_text;
  return reply;
}

}  // namespace throughline::router
