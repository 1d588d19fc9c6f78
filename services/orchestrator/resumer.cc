#include "services/orchestrator/resumer.h"

#include "common/base/random_hex.h"
#include "common/observability/json_log.h"

namespace throughline::orchestrator {
namespace {

constexpr absl::Duration kAttemptBudget = absl::Seconds(30);

}  // namespace

Resumer::Resumer(Pipeline& pipeline, absl::Duration interval)
    : pipeline_(pipeline), interval_(interval), thread_([this] { Run(); }) {}

Resumer::~Resumer() {
  cancellation_->Cancel();
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  thread_.join();
}

void Resumer::Run() {
  OutageLog outage("saving of unfinished calls");
  while (true) {
    const Context context({.request_id = RandomHex(8), .cancellation = cancellation_});
    const absl::Status status = pipeline_.ResumeUnsaved(context.WithBudget(kAttemptBudget));
    if (status.ok()) {
      outage.Succeeded();
    } else if (!absl::IsCancelled(status)) {
      outage.Failed(status);
    }
    absl::MutexLock lock(&mutex_);
    if (mutex_.AwaitWithTimeout(absl::Condition(&stopping_), interval_)) return;
  }
}

}  // namespace throughline::orchestrator
