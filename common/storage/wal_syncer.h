#ifndef THROUGHLINE_COMMON_STORAGE_WAL_SYNCER_H_
#define THROUGHLINE_COMMON_STORAGE_WAL_SYNCER_H_

#include <atomic>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/storage/wal_file.h"

namespace throughline::storage {

// Brings a SQLite file's write-ahead log to the disk behind its commits, on a thread of its own:
// at most kSyncInterval and one sync after Committed(), and at most once an interval. Thread-safe.
class WalSyncer {
 public:
  static constexpr absl::Duration kSyncInterval = absl::Milliseconds(10);

  // Borrows `file`.
  explicit WalSyncer(WalFile& file);
  // Syncs what was committed before.
  ~WalSyncer();
  WalSyncer(const WalSyncer&) = delete;
  WalSyncer& operator=(const WalSyncer&) = delete;

  // Something was written to the log. Never blocks.
  void Committed() ABSL_LOCKS_EXCLUDED(mutex_);

  // False while the disk refuses: it is asked again every interval.
  bool ok() const { return ok_; }

 private:
  void Run();

  WalFile& file_;
  std::atomic<bool> ok_{true};
  absl::Mutex mutex_;
  absl::CondVar changed_;
  bool dirty_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace throughline::storage

#endif  // THROUGHLINE_COMMON_STORAGE_WAL_SYNCER_H_
