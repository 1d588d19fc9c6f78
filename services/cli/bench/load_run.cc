#include "services/cli/bench/load_run.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"

namespace throughline::cli {
namespace {

// What the workers of a run share.
struct Shared {
  explicit Shared(absl::Time begin) : start(begin), last_acknowledged(begin) {}

  const absl::Time start;
  std::atomic<int64_t> next{0};
  std::atomic<int> running{0};
  std::atomic<bool> stopping{false};
  absl::Mutex mutex;
  absl::Time last_acknowledged ABSL_GUARDED_BY(mutex);
  absl::Duration longest_gap ABSL_GUARDED_BY(mutex);
  std::string first_error ABSL_GUARDED_BY(mutex);

  void Acknowledged(absl::Time now) ABSL_LOCKS_EXCLUDED(mutex) {
    absl::MutexLock lock(&mutex);
    longest_gap = std::max(longest_gap, now - last_acknowledged);
    last_acknowledged = std::max(last_acknowledged, now);
  }
  void Failed(const absl::Status& status) ABSL_LOCKS_EXCLUDED(mutex) {
    absl::MutexLock lock(&mutex);
    if (first_error.empty()) first_error = std::string(status.message());
  }
};

// One thread's part of the result.
class Worker {
 public:
  Worker(const Plan& plan, const Operations& operations, CustomerPool& customers, Shared& shared)
      : plan_(plan), operations_(operations), customers_(customers), shared_(shared) {}

  void Run() {
    const absl::Time end = shared_.start + plan_.duration;
    const absl::Time give_up = end + kMaxBehind;
    const int64_t total = plan_.Operations();
    for (int64_t number = shared_.next++; number < total && !shared_.stopping;
         number = shared_.next++) {
      absl::Time begin = absl::Now();
      if (plan_.rate_per_second > 0) {
        const absl::Time due = shared_.start + plan_.DueAfter(number);
        if (begin > give_up) {
          ++result_.unsent;
          continue;
        }
        if (!SleepUntil(due)) return;
        begin = due;
      } else if (begin > end) {
        return;
      }
      PerformOne(number, begin);
    }
  }

  const LoadResult& result() const { return result_; }

 private:
  // False when the run was ended meanwhile.
  bool SleepUntil(absl::Time due) const {
    for (absl::Time now = absl::Now(); now < due && !shared_.stopping; now = absl::Now()) {
      absl::SleepFor(std::min(due - now, kProgressInterval));
    }
    return !shared_.stopping;
  }

  void PerformOne(int64_t number, absl::Time begin) {
    BenchCustomer* const customer = customers_.Take();
    Performed performed = operations_.Perform(plan_.mix.At(plan_.seed, number), number, *customer);
    customers_.Return(customer);
    const absl::Time now = absl::Now();
    OperationResult& result = result_.operations[static_cast<int>(performed.operation)];
    result.retries += performed.retries;
    if (performed.status.ok()) {
      result.latency.Add(now - begin);
      shared_.Acknowledged(now);
    } else {
      ++result.errors[performed.status.code()];
      shared_.Failed(performed.status);
    }
    if (!performed.violation.empty()) result_.violations.Add(std::move(performed.violation));
  }

  const Plan& plan_;
  const Operations& operations_;
  CustomerPool& customers_;
  Shared& shared_;
  LoadResult result_;
};

void Merge(const LoadResult& part, LoadResult& whole) {
  for (int i = 0; i < kOperations; ++i) {
    whole.operations[i].latency.Merge(part.operations[i].latency);
    for (const auto& [code, count] : part.operations[i].errors) {
      whole.operations[i].errors[code] += count;
    }
    whole.operations[i].retries += part.operations[i].retries;
  }
  whole.unsent += part.unsent;
  whole.violations.Merge(part.violations);
}

}  // namespace

void Violations::Add(std::string what) {
  ++count;
  if (named.size() < kMaxNamed) named.push_back(std::move(what));
}

void Violations::Merge(const Violations& other) {
  count += other.count;
  for (const std::string& what : other.named) {
    if (named.size() < kMaxNamed) named.push_back(what);
  }
}

int64_t LoadResult::acknowledged() const {
  int64_t sum = 0;
  for (const OperationResult& each : operations) sum += each.latency.count();
  return sum;
}

int64_t LoadResult::errors() const {
  int64_t sum = 0;
  for (const OperationResult& each : operations) {
    for (const auto& [code, count] : each.errors) sum += count;
  }
  return sum;
}

int64_t LoadResult::retries() const {
  int64_t sum = 0;
  for (const OperationResult& each : operations) sum += each.retries;
  return sum;
}

LoadResult RunLoad(const Plan& plan, const Operations& operations, CustomerPool& customers,
                   const std::function<bool(absl::Duration)>& goes_on) {
  Shared shared(absl::Now());
  std::vector<std::unique_ptr<Worker>> workers;
  std::vector<std::thread> threads;
  shared.running = plan.workers;
  for (int i = 0; i < plan.workers; ++i) {
    workers.push_back(std::make_unique<Worker>(plan, operations, customers, shared));
    threads.emplace_back([&shared, worker = workers.back().get()] {
      worker->Run();
      --shared.running;
    });
  }
  while (shared.running > 0) {
    absl::SleepFor(kProgressInterval);
    if (!goes_on(absl::Now() - shared.start)) shared.stopping = true;
  }
  for (std::thread& thread : threads) thread.join();

  LoadResult result;
  for (const auto& worker : workers) Merge(worker->result(), result);
  absl::MutexLock lock(&shared.mutex);
  result.elapsed = shared.last_acknowledged - shared.start;
  result.longest_gap = shared.longest_gap;
  result.first_error = shared.first_error;
  return result;
}

}  // namespace throughline::cli
