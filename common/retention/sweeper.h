#ifndef THROUGHLINE_COMMON_RETENTION_SWEEPER_H_
#define THROUGHLINE_COMMON_RETENTION_SWEEPER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/audit/audit_log.h"
#include "common/base/clock.h"
#include "common/base/context.h"
#include "common/observability/json_log.h"
#include "common/observability/metrics.h"
#include "common/retention/rules.h"

namespace throughline::retention {

// What one step of erasing did.
struct Batch {
  int64_t erased = 0;
  bool more = false;  // there may be more to erase
};

// What a service keeps that rules may limit. Thread-safe; errors are the store's.
class Erasable {
 public:
  virtual ~Erasable() = default;

  // The kinds of rules that concern it.
  virtual std::vector<absl::string_view> Kinds() const = 0;
  // All tenants of whom it keeps something.
  virtual absl::StatusOr<std::vector<std::string>> Tenants(const Context& context) = 0;
  // Records of the context's tenant that are older than `before`. What is under way is none.
  virtual absl::StatusOr<int64_t> Count(const Context& context, absl::string_view kind,
                                        absl::Time before) = 0;
  // Erases some of those, about `limit`, in one transaction or a few.
  virtual absl::StatusOr<Batch> Erase(const Context& context, absl::string_view kind,
                                      absl::Time before, int limit) = 0;
  // Overwrites what erased records left in files, where it can. Asked once a sweep that erased.
  virtual absl::Status ScrubErased(const Context& context) = 0;
};

// What a rule would erase.
struct Preview {
  std::string kind;
  int keep_days = 0;
  absl::Time before;
  int64_t records = 0;
};

// Erases, now and then, what a file's rules say is kept no longer. The file is read again when it
// changes; one that is wrong is refused with a log line while the rules of before hold. Nothing is
// erased while the time of day is more than a day ahead of where it was at the start plus the time
// that has passed: somebody has set the clock. Counts throughline_retention_erased_total{kind} and
// throughline_retention_sweeps_total{outcome}: done or failed. Thread-safe.
class Sweeper {
 public:
  struct Options {
    std::string path;                               // of the rules; empty: nothing is ever erased
    int batch = 200;                                // records at a time
    int max_batches = 5000;                         // of a sweep; the next goes on
    absl::Duration pause = absl::Milliseconds(20);  // between batches: others use the store, too
  };

  // Borrows all; `audit` may be null. Errors are those of Rules::ReadFile.
  static absl::StatusOr<std::unique_ptr<Sweeper>> Make(Options options, Erasable& store,
                                                       MetricsRegistry& metrics, const Clock& clock,
                                                       audit::AuditLog* audit);
  // Ends a sweep under way soon.
  ~Sweeper();
  Sweeper(const Sweeper&) = delete;
  Sweeper& operator=(const Sweeper&) = delete;

  // Sweeps from now on, on a thread of its own.
  void Start();
  // What would go of the context's tenant.
  absl::StatusOr<std::vector<Preview>> PreviewTenant(const Context& context)
      ABSL_LOCKS_EXCLUDED(mutex_);
  // Erases what is due, of all tenants; how many records it was.
  absl::StatusOr<int64_t> Sweep(const Context& context) ABSL_LOCKS_EXCLUDED(mutex_);
  // Reads the file if it has changed.
  void ReloadIfChanged() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  Sweeper(Options options, Rules rules, Erasable& store, MetricsRegistry& metrics,
          const Clock& clock, audit::AuditLog* audit);

  Rules rules() const ABSL_LOCKS_EXCLUDED(mutex_);
  absl::Status CheckClock() const;
  // Of every tenant, what is due.
  absl::StatusOr<int64_t> SweepTenants(const Context& context) ABSL_LOCKS_EXCLUDED(mutex_);
  // What a sweep erased, also an earlier one that failed before it came to this.
  absl::Status Scrub(const Context& context) ABSL_LOCKS_EXCLUDED(mutex_);
  absl::StatusOr<int64_t> SweepKind(const Context& context, absl::string_view kind, int keep_days,
                                    int& batches_left);
  void Run() ABSL_LOCKS_EXCLUDED(mutex_);

  const Options options_;
  Erasable& store_;
  const Clock& clock_;
  audit::AuditLog* const audit_;
  CounterFamily& erased_;
  CounterFamily& sweeps_;
  const absl::Time started_;
  const absl::Time steady_started_;
  const std::shared_ptr<CancellationSource> cancellation_ = std::make_shared<CancellationSource>();
  OutageLog outage_{"retention"};

  mutable absl::Mutex mutex_;
  Rules rules_ ABSL_GUARDED_BY(mutex_);
  bool has_to_scrub_ ABSL_GUARDED_BY(mutex_) = false;
  std::string seen_ ABSL_GUARDED_BY(mutex_);  // what told the file's last state apart
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace throughline::retention

#endif  // THROUGHLINE_COMMON_RETENTION_SWEEPER_H_
