#ifndef THROUGHLINE_SERVICES_ORCHESTRATOR_DOMAIN_FAKES_FOR_TESTS_H_
#define THROUGHLINE_SERVICES_ORCHESTRATOR_DOMAIN_FAKES_FOR_TESTS_H_

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "common/base/task.h"
#include "services/orchestrator/domain/pipeline.h"
#include "services/orchestrator/domain/ports.h"

// The pipeline's neighbours, in memory: what they were asked is there to look at, and each can be
// told to fail or to wait. Thread-safe.
namespace throughline::orchestrator {

// The result of a task that takes its steps on `executor`, where the fakes may keep threads busy.
template <typename T>
T RunOn(Executor& executor, Task<T> task) {
  std::optional<T> result;
  absl::Notification ended;
  Start<T>(executor, std::move(task), [&](T value) {
    result.emplace(std::move(value));
    ended.Notify();
  });
  ended.WaitForNotification();
  return *std::move(result);
}

// Calls in a map; survives a Pipeline, as a database survives a process.
class FakeStore final : public CallStore {
 public:
  absl::StatusOr<std::optional<StoredCall>> Find(const Context&, const CallKey& key) override {
    absl::MutexLock lock(&mutex_);
    const auto found = calls_.find(Id(key));
    if (found == calls_.end()) return std::optional<StoredCall>();
    return std::optional<StoredCall>(found->second);
  }
  absl::StatusOr<Progress> FindProgress(const Context&, const AcceptedCall& call) override {
    absl::MutexLock lock(&mutex_);
    return progress_[Id(call.key)];
  }
  absl::Status SaveProgress(const Context&, const AcceptedCall& call,
                            const Progress& progress) override {
    absl::MutexLock lock(&mutex_);
    if (!progress_error.ok()) return progress_error;
    Progress& kept = progress_[Id(call.key)];
    if (progress.analysis) kept.analysis = progress.analysis;
    if (progress.facts) kept.facts = progress.facts;
    if (progress.email) kept.email = progress.email;
    return absl::OkStatus();
  }
  absl::Status SaveComputed(const Context&, const ComputedCall& call,
                            const Recollection& recalled) override {
    absl::MutexLock lock(&mutex_);
    if (!compute_error.ok()) return compute_error;
    progress_[Id(call.call.key)].recalled = recalled;
    calls_[Id(call.call.key)] = {.state = CallState::kComputed,
                                 .content_digest = call.call.content_digest,
                                 .computed = call};
    return absl::OkStatus();
  }
  absl::Status Sync() override {
    absl::MutexLock lock(&mutex_);
    return sync_error;
  }
  absl::Status SaveFinished(const Context&, const ComputedCall& call,
                            const CallResult& result) override {
    absl::MutexLock lock(&mutex_);
    if (!finish_error.ok()) return finish_error;
    StoredCall& stored = calls_[Id(call.call.key)];
    stored.state = CallState::kSaved;
    stored.computed.result = result;
    return absl::OkStatus();
  }
  absl::Status Abandon(const Context&, const CallKey& key) override {
    absl::MutexLock lock(&mutex_);
    calls_.erase(Id(key));
    return absl::OkStatus();
  }
  absl::StatusOr<CallPage> ListSaved(const Context&, const std::string&, int,
                                     absl::string_view) override {
    return absl::UnimplementedError("the pipeline never lists saved calls");
  }

  size_t size() const {
    absl::MutexLock lock(&mutex_);
    return calls_.size();
  }

  absl::Status progress_error;
  absl::Status compute_error;
  absl::Status sync_error;
  absl::Status finish_error;

 private:
  using RowId = std::tuple<std::string, std::string, std::string>;
  static RowId Id(const CallKey& key) { return {key.tenant, key.customer_id, key.call_id}; }

  mutable absl::Mutex mutex_;
  std::map<RowId, StoredCall> calls_ ABSL_GUARDED_BY(mutex_);
  std::map<RowId, Progress> progress_ ABSL_GUARDED_BY(mutex_);
};

// Remembers which calls were retained, in order; the same call again changes nothing.
class FakeMemory final : public MemoryPort {
 public:
  Task<absl::StatusOr<Recollection>> Recall(const Context&, const std::string& customer_id,
                                            const std::string&) override {
    absl::MutexLock lock(&mutex_);
    if (!recall_error.ok()) co_return recall_error;
    Recollection recollection;
    recollection.known.version = versions_[customer_id];
    co_return recollection;
  }
  Task<absl::StatusOr<Retained>> Retain(const Context&, const ComputedCall& call) override {
    absl::MutexLock lock(&mutex_);
    if (!retain_error.ok()) co_return retain_error;
    const std::string id = absl::StrCat(call.call.key.customer_id, "/", call.call.key.call_id);
    if (std::find(retained_.begin(), retained_.end(), id) == retained_.end()) {
      retained_.push_back(id);
      ++versions_[call.call.key.customer_id];
    }
    Retained answer{.version = versions_[call.call.key.customer_id]};
    for (size_t i = 0; i < call.learned.facts.size(); ++i) {
      answer.facts.push_back({.id = absl::StrCat(id, "#", i), .added = true});
      ++answer.added;
    }
    co_return answer;
  }
  absl::StatusOr<ProfileView> GetProfile(const Context&, const std::string&) override {
    return absl::NotFoundError("no profile");
  }
  absl::StatusOr<deal::DealState> GetDeal(const Context&, const std::string&) override {
    return absl::NotFoundError("no deal");
  }
  absl::StatusOr<ForgottenMemory> Forget(const Context&, const CallKey& key) override {
    absl::MutexLock lock(&mutex_);
    if (!forget_error.ok()) return forget_error;
    const auto known = known_.find(key.customer_id);
    if (known == known_.end()) return absl::NotFoundError("no customer");
    forgotten_.push_back(key.customer_id);
    return known->second;
  }

  // Has something of the customer to forget.
  void Know(const std::string& customer_id, ForgottenMemory receipt) {
    absl::MutexLock lock(&mutex_);
    known_[customer_id] = std::move(receipt);
  }
  std::vector<std::string> forgotten() const {
    absl::MutexLock lock(&mutex_);
    return forgotten_;
  }
  std::vector<std::string> retained() const {
    absl::MutexLock lock(&mutex_);
    return retained_;
  }
  void FailRetain(absl::Status error) {
    absl::MutexLock lock(&mutex_);
    retain_error = std::move(error);
  }

  absl::Status recall_error;
  absl::Status retain_error;
  absl::Status forget_error;

 private:
  mutable absl::Mutex mutex_;
  std::map<std::string, ForgottenMemory> known_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::string> forgotten_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, int64_t> versions_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::string> retained_ ABSL_GUARDED_BY(mutex_);
};

// Remembers whose answers are gone.
class FakeRouter final : public RouterPort {
 public:
  absl::Status ForgetAnswers(const Context&, const CallKey& key) override {
    if (!error.ok()) return error;
    forgotten.push_back(absl::StrCat(key.customer_id, "/", key.call_id));
    return absl::OkStatus();
  }

  absl::Status error;
  std::vector<std::string> forgotten;
};

class FakeAnalyst final : public AnalystPort {
 public:
  Task<absl::StatusOr<AnalysisAnswer>> Analyze(const Context& context,
                                               const grounding::CallContext& call) override {
    {
      absl::MutexLock lock(&mutex_);
      asked_.push_back(absl::StrCat(call.customer_id, "/", call.call_id));
    }
    if (before_analyzing) co_await before_analyzing();
    if (while_analyzing) while_analyzing(context, call);
    if (!analyze_error.ok()) co_return analyze_error;
    AnalysisAnswer answer{.analysis = analysis};
    answer.decisions = {{.record = "analysis", .cost_nano_usd = 3, .baseline_nano_usd = 30}};
    co_return answer;
  }
  Task<absl::StatusOr<FactsAnswer>> ExtractFacts(const Context& context,
                                                 const grounding::CallContext& call) override {
    {
      absl::MutexLock lock(&mutex_);
      ++extracted_;
    }
    if (while_extracting) while_extracting(context, call);
    if (!extract_error.ok()) co_return extract_error;
    FactsAnswer answer;
    answer.facts = {{.text = "They have four sites."}};
    answer.decisions = {{.record = "facts", .cost_nano_usd = 4, .cost_unpriced = true}};
    answer.dropped = {{.claim = "a million", .reason = "nobody said it"}};
    co_return answer;
  }

  std::vector<std::string> asked() const {
    absl::MutexLock lock(&mutex_);
    return asked_;
  }

  int extracted() const {
    absl::MutexLock lock(&mutex_);
    return extracted_;
  }

  deal::Analysis analysis;
  absl::Status analyze_error;
  absl::Status extract_error;
  std::function<Task<bool>()> before_analyzing;
  std::function<void(const Context&, const grounding::CallContext&)> while_analyzing;
  std::function<void(const Context&, const grounding::CallContext&)> while_extracting;

 private:
  mutable absl::Mutex mutex_;
  std::vector<std::string> asked_ ABSL_GUARDED_BY(mutex_);
  int extracted_ ABSL_GUARDED_BY(mutex_) = 0;
};

class FakeWriter final : public WriterPort {
 public:
  Task<absl::StatusOr<EmailAnswer>> WriteEmail(
      const Context& context, const grounding::CallContext&, const deal::Analysis&,
      const std::optional<deal::CustomerProfile>&) override {
    {
      absl::MutexLock lock(&mutex_);
      ++written_;
    }
    if (while_writing) while_writing(context);
    if (!write_error.ok()) co_return write_error;
    EmailAnswer answer{.email = {.subject = "Follow-up", .body = "Hi."}};
    answer.decisions = {{.record = "email", .cost_nano_usd = 5, .baseline_nano_usd = 50}};
    co_return answer;
  }

  int written() const {
    absl::MutexLock lock(&mutex_);
    return written_;
  }

  absl::Status write_error;
  std::function<void(const Context&)> while_writing;

 private:
  mutable absl::Mutex mutex_;
  int written_ ABSL_GUARDED_BY(mutex_) = 0;
};

// Keeps "start X" and "end X" for each step.
class RecordingObserver final : public StepObserver {
 public:
  void Started(Step step) override { events.push_back(absl::StrCat("start ", StepName(step))); }
  void Finished(Step step, absl::Duration, const std::string&) override {
    events.push_back(absl::StrCat("end ", StepName(step)));
  }

  std::vector<std::string> events;
};

}  // namespace throughline::orchestrator

#endif  // THROUGHLINE_SERVICES_ORCHESTRATOR_DOMAIN_FAKES_FOR_TESTS_H_
