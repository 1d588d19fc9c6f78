#ifndef THROUGHLINE_COMMON_STORAGE_WAL_FILE_H_
#define THROUGHLINE_COMMON_STORAGE_WAL_FILE_H_

#include <cstdint>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace throughline::storage {

// A SQLite file's write-ahead log, to bring it to the disk apart from commits. SQLite holds no
// locks on it, so that a descriptor of our own disturbs none when it closes. Thread-safe.
class WalFile {
 public:
  // `database_path` as SQLite got it.
  explicit WalFile(const std::string& database_path);
  ~WalFile();
  WalFile(const WalFile&) = delete;
  WalFile& operator=(const WalFile&) = delete;

  // Waits until the disk has what was committed before; who asks meanwhile shares the next sync.
  // False when the disk refuses.
  bool Sync() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  const std::string path_;
  absl::Mutex mutex_;
  int file_ = -1;  // used by who syncs
  bool is_syncing_ ABSL_GUARDED_BY(mutex_) = false;
  int64_t begun_ ABSL_GUARDED_BY(mutex_) = 0;        // syncs, the last one's number
  int64_t last_failed_ ABSL_GUARDED_BY(mutex_) = 0;  // its number
};

}  // namespace throughline::storage

#endif  // THROUGHLINE_COMMON_STORAGE_WAL_FILE_H_
