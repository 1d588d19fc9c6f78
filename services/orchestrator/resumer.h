#ifndef THROUGHLINE_SERVICES_ORCHESTRATOR_RESUMER_H_
#define THROUGHLINE_SERVICES_ORCHESTRATOR_RESUMER_H_

#include <memory>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/base/context.h"
#include "services/orchestrator/domain/pipeline.h"

namespace throughline::orchestrator {

// Saves, in the background, what a crash or an outage of memory left unsaved: at once when it
// begins, then every so often. Ends when destroyed. Borrows the pipeline.
class Resumer {
 public:
  Resumer(Pipeline& pipeline, absl::Duration interval);
  ~Resumer();
  Resumer(const Resumer&) = delete;
  Resumer& operator=(const Resumer&) = delete;

 private:
  void Run() ABSL_LOCKS_EXCLUDED(mutex_);

  Pipeline& pipeline_;
  const absl::Duration interval_;
  const std::shared_ptr<CancellationSource> cancellation_ = std::make_shared<CancellationSource>();
  absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace throughline::orchestrator

#endif  // THROUGHLINE_SERVICES_ORCHESTRATOR_RESUMER_H_
