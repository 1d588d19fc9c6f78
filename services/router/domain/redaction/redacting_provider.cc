#include "services/router/domain/redaction/redacting_provider.h"

#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "services/router/domain/redaction/redaction.h"

namespace throughline::router {
namespace {

// Passes live text on with the originals in it.
class RestoringSink final : public TextSink {
 public:
  RestoringSink(const Redaction& redaction, TextSink& out) : restore_(redaction), out_(out) {}

  void Send(absl::string_view text) override ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    Pass(restore_.Append(text));
  }
  void Finish() ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    Pass(restore_.Finish());
  }

 private:
  void Pass(const std::string& text) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (!text.empty()) out_.Send(text);
  }

  absl::Mutex mutex_;
  StreamedRestore restore_ ABSL_GUARDED_BY(mutex_);
  TextSink& out_;
};

}  // namespace

Task<ModelResult> RedactingProvider::Ask(const Context& context, const ModelCall& call) {
  Redaction redaction(kinds_);
  for (const Message& message : call.request->messages) redaction.Avoid(message.content);
  redaction.Avoid(call.last_answer);
  redaction.Avoid(call.repair_note);

  Request request = *call.request;
  for (Message& message : request.messages) message.content = redaction.Redact(message.content);
  ModelCall redacted = call;
  redacted.request = &request;
  redacted.last_answer = redaction.Redact(call.last_answer);
  redacted.repair_note = redaction.Redact(call.repair_note);
  if (redaction.empty()) co_return co_await provider_.Ask(context, call);

  std::optional<RestoringSink> sink;
  if (call.live != nullptr) redacted.live = &sink.emplace(redaction, *call.live);
  ModelResult result = co_await provider_.Ask(context, redacted);
  if (result.reply.ok()) {
    if (sink.has_value()) sink->Finish();
    result.reply->text = redaction.Restore(result.reply->text);
  }
  co_return result;
}

}  // namespace throughline::router
