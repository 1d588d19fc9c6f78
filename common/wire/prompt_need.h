#ifndef THROUGHLINE_COMMON_WIRE_PROMPT_NEED_H_
#define THROUGHLINE_COMMON_WIRE_PROMPT_NEED_H_

#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/base/context.h"
#include "common/base/task.h"
#include "common/grounding/model_work.h"
#include "common/wire/call_work.h"
#include "throughline/router/v1/router_service.pb.h"

namespace throughline::wire {

// Learns for which work the router's models read prompts. Where the built-in ones alone are
// configured nobody does, and the words, tens of KiB, are neither made nor sent: a request goes
// without them first, and again with them when the router asks for them (PROMPT_NEEDED). Then the
// same work carries them at once for kRemembered. Thread-safe.
class PromptNeed {
 public:
  using Request = throughline::router::v1::CompleteRequest;
  using Answer = absl::StatusOr<throughline::router::v1::CompleteResponse>;

  static constexpr absl::Duration kRemembered = absl::Minutes(10);

  // Seals `request`, which has no messages yet, and has `send` send it, with the words of `prompt`
  // where they are needed. `send` takes a request and gives a Task<Answer>.
  template <typename Send>
  Task<Answer> Complete(const Context& context, Request request, const grounding::ModelPrompt& prompt,
                        const Send& send) {
    const std::string work = WorkOf(request);
    if (!IsKnown(work, context.clock().Now())) {
      Seal(context.tenant(), request);
      Answer answer = co_await send(request);
      if (!IsAskedFor(answer.status())) co_return answer;
      Remember(work, context.clock().Now());
    }
    AddWords(prompt.words(), request);
    Seal(context.tenant(), request);
    co_return co_await send(request);
  }

 private:
  // One for each task and model that is asked for by name.
  static std::string WorkOf(const Request& request);
  // Whether the router wants the words.
  static bool IsAskedFor(const absl::Status& status);

  bool IsKnown(const std::string& work, absl::Time now) ABSL_LOCKS_EXCLUDED(mutex_);
  void Remember(const std::string& work, absl::Time now) ABSL_LOCKS_EXCLUDED(mutex_);

  absl::Mutex mutex_;
  absl::flat_hash_map<std::string, absl::Time> needed_until_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace throughline::wire

#endif  // THROUGHLINE_COMMON_WIRE_PROMPT_NEED_H_
