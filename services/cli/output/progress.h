#ifndef THROUGHLINE_SERVICES_CLI_OUTPUT_PROGRESS_H_
#define THROUGHLINE_SERVICES_CLI_OUTPUT_PROGRESS_H_

#include <cstdint>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "services/cli/output/terminal.h"

namespace throughline::cli {

// Says on stderr what goes on: on a terminal one line that moves, elsewhere one plain line a step.
// For one thread; it draws from a thread of its own.
class StepProgress {
 public:
  // `terminal` outlives the object.
  explicit StepProgress(Terminal& terminal);
  ~StepProgress();
  StepProgress(const StepProgress&) = delete;
  StepProgress& operator=(const StepProgress&) = delete;

  void Begin(absl::string_view step) ABSL_LOCKS_EXCLUDED(mutex_);
  // Ends the step with its outcome in a line of its own.
  void End(absl::string_view step, absl::string_view outcome) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  void Draw() ABSL_LOCKS_EXCLUDED(mutex_);
  void EraseLine() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Terminal& terminal_;
  absl::Mutex mutex_;
  std::string running_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread drawer_;  // on a terminal only
};

// How far a long batch is. Draws a bar on a terminal and nothing elsewhere. For one thread.
class BatchProgress {
 public:
  // `total` in the unit of Advance; 0 when not known: then no bar.
  BatchProgress(Terminal& terminal, absl::string_view what, int64_t total);
  ~BatchProgress();
  BatchProgress(const BatchProgress&) = delete;
  BatchProgress& operator=(const BatchProgress&) = delete;

  void Advance(int64_t amount);

 private:
  Terminal& terminal_;
  const std::string what_;
  const int64_t total_;
  int64_t done_ = 0;
  int drawn_percent_ = -1;
};

}  // namespace throughline::cli

#endif  // THROUGHLINE_SERVICES_CLI_OUTPUT_PROGRESS_H_
