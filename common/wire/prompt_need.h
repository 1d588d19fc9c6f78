#ifndef THROUGHLINE_COMMON_WIRE_PROMPT_NEED_H_
#define THROUGHLINE_COMMON_WIRE_PROMPT_NEED_H_

#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "common/base/context.h"
#include "common/base/task.h"
#include "common/grounding/model_work.h"
#include "common/wire/call_work.h"
#include "throughline/router/v1/router_service.pb.h"

namespace throughline::wire {

// Learns from the router's answers for which work models read prompts. Where the built-in ones
// alone are configured nobody does, and the words, tens of KiB, are neither made nor sent, until
// the router asks for them (PROMPT_NEEDED). Thread-safe.
class PromptNeed {
 public:
  using Request = throughline::router::v1::CompleteRequest;
  using Answer = absl::StatusOr<throughline::router::v1::CompleteResponse>;

  // Seals `request`, which has no messages yet, and has `send` send it, with the words of `prompt`
  // unless nobody reads them. `send` takes a request and gives a Task<Answer>.
  template <typename Send>
  Task<Answer> Complete(const Context& context, Request request,
                        const grounding::ModelPrompt& prompt, const Send& send) {
    const std::string work = WorkOf(request);
    Seal(context.tenant(), prompt.addition, request);
    if (IsUnread(work)) {
      Answer answer = co_await send(request);
      if (!IsPromptNeeded(answer.status())) co_return answer;
    }
    AddWords(prompt.words(), request);
    Answer answer = co_await send(request);
    if (answer.ok()) Note(work, answer->messages_unread());
    co_return answer;
  }

 private:
  // One for each task and model that is asked for by name.
  static std::string WorkOf(const Request& request);
  static bool IsPromptNeeded(const absl::Status& status);

  bool IsUnread(const std::string& work) ABSL_LOCKS_EXCLUDED(mutex_);
  void Note(const std::string& work, bool unread) ABSL_LOCKS_EXCLUDED(mutex_);

  absl::Mutex mutex_;
  absl::flat_hash_set<std::string> unread_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace throughline::wire

#endif  // THROUGHLINE_COMMON_WIRE_PROMPT_NEED_H_
