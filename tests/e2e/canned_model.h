#ifndef THROUGHLINE_TESTS_E2E_CANNED_MODEL_H_
#define THROUGHLINE_TESTS_E2E_CANNED_MODEL_H_

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "tests/benchmarks/instant_provider.h"

namespace throughline::e2e {

// A model behind HTTP that knows one call: it gives the answers that the built-in engine gave to
// it, after a time that the test sets, and counts what it was asked. Thread-safe.
class CannedModel {
 public:
  enum Task { kAnalysis, kFacts, kEmail, kTasks };

  // Processes `transcript`, call `call_id`, on a system of its own to learn the answers.
  static absl::StatusOr<std::unique_ptr<CannedModel>> Learn(const std::string& call_id,
                                                            const std::string& transcript);

  // A router's configuration with this model for every task of a call, a dollar a million tokens.
  std::string RouterConfig() const;

  // From the next request on.
  void SetDelay(Task task, absl::Duration delay) {
    delays_ms_[task] = absl::ToInt64Milliseconds(delay);
  }
  void SetDelays(absl::Duration delay) {
    for (int task = 0; task < kTasks; ++task) SetDelay(static_cast<Task>(task), delay);
  }

  // Requests so far.
  int asked(Task task) const { return asked_[task]; }
  // How many requests waited for their answer at most.
  size_t most_waiting() const { return provider_->most_waiting(); }

 private:
  explicit CannedModel(std::array<std::string, kTasks> answers);
  router::InstantProvider::Reply Answer(absl::string_view request);

  std::array<std::string, kTasks> responses_;  // with their heads
  std::array<std::atomic<int64_t>, kTasks> delays_ms_{};
  std::array<std::atomic<int>, kTasks> asked_{};
  std::unique_ptr<router::InstantProvider> provider_;  // goes first
};

}  // namespace throughline::e2e

#endif  // THROUGHLINE_TESTS_E2E_CANNED_MODEL_H_
