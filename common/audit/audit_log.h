#ifndef THROUGHLINE_COMMON_AUDIT_AUDIT_LOG_H_
#define THROUGHLINE_COMMON_AUDIT_AUDIT_LOG_H_

#include <CLI/App.hpp>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/audit/audit_file.h"
#include "common/audit/record.h"
#include "common/base/clock.h"
#include "common/base/context.h"
#include "common/observability/metrics.h"

namespace throughline::audit {

// What to do while the log cannot be written: go on, with the lines kept in memory and an error in
// the log, or refuse what would have to be recorded.
enum class OnFailure { kGoOn, kRefuse };

struct AuditOptions {
  std::string path;     // "%h" stands for the machine's name; empty: nothing is recorded
  std::string service;  // the process, as each line names it
  OnFailure on_failure = OnFailure::kGoOn;
  int max_file_mib = 64;
};

// Adds --audit-log, --audit-on-failure and --audit-max-mib, each with its THROUGHLINE_* variable.
void AddAuditFlags(CLI::App& app, AuditOptions& options);

// Records who did what, in lines that are chained by their hashes. A thread of its own writes them
// as they come and syncs them a few times a second, or at once for those who wait. Lines that
// cannot be written are kept and tried again each second; beyond kMaxPending they are lost, which
// is counted, logged, and recorded once there is room. Counts
// throughline_audit_records_total{outcome}: written or lost;
// throughline_audit_write_failures_total; throughline_audit_pending_records. Thread-safe.
class AuditLog {
 public:
  static constexpr size_t kMaxPending = 65'536;

  // Null when `options` name no file. Borrows `metrics` and `clock`. Errors name --audit-log.
  static absl::StatusOr<std::unique_ptr<AuditLog>> Open(const AuditOptions& options,
                                                        MetricsRegistry& metrics,
                                                        const Clock& clock);
  // Writes and syncs what is pending, once; what then is left is lost, with an error in the log.
  ~AuditLog();
  AuditLog(const AuditLog&) = delete;
  AuditLog& operator=(const AuditLog&) = delete;

  // Whether something that has to be recorded may begin. UNAVAILABLE with a time to retry while the
  // log cannot be written and its options say refuse.
  absl::Status Admit() ABSL_LOCKS_EXCLUDED(mutex_);
  // Never waits for the disk.
  void Write(Record record) ABSL_LOCKS_EXCLUDED(mutex_);
  // Waits until the record survives the machine. UNAVAILABLE when it does not yet: it is kept, as
  // Write keeps it.
  absl::Status WriteDurably(const Context& context, Record record) ABSL_LOCKS_EXCLUDED(mutex_);

  OnFailure on_failure() const { return options_.on_failure; }
  // The name of the process, for what it does on its own account: "service:memory".
  std::string self() const;

 private:
  AuditLog(AuditOptions options, std::unique_ptr<AuditFile> file, MetricsRegistry& metrics,
           const Clock& clock);

  struct Pending {
    absl::Time at;
    Record record;
  };

  // The record's ticket, from 1, by which its sync is known; kLost when there is no room.
  int64_t Enqueue(Record record) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void NoteFound();
  void Run() ABSL_LOCKS_EXCLUDED(mutex_);
  // Writes what is pending, and syncs if asked to. True when lines were left unsynced.
  bool Turn(bool sync) ABSL_LOCKS_EXCLUDED(mutex_);
  absl::Status WriteBatch(const std::deque<Pending>& batch, int64_t lost_before);
  void Note(const absl::Status& status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const AuditOptions options_;
  const Clock& clock_;
  const std::unique_ptr<AuditFile> file_;  // the thread's, once it runs
  CounterFamily& records_;
  prometheus::Counter& failures_;
  prometheus::Gauge& pending_records_;

  absl::Mutex mutex_;
  std::deque<Pending> pending_ ABSL_GUARDED_BY(mutex_);
  size_t being_written_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t last_ticket_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t synced_ticket_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t failed_turns_ ABSL_GUARDED_BY(mutex_) = 0;
  int waiting_ ABSL_GUARDED_BY(mutex_) = 0;   // for a sync
  int64_t lost_ ABSL_GUARDED_BY(mutex_) = 0;  // since the last line that said so
  bool failing_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace throughline::audit

#endif  // THROUGHLINE_COMMON_AUDIT_AUDIT_LOG_H_
