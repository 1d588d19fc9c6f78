#ifndef THROUGHLINE_COMMON_STORAGE_DIRECTORY_LOCK_H_
#define THROUGHLINE_COMMON_STORAGE_DIRECTORY_LOCK_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace throughline::storage {

// Keeps a data directory to one process: held until destroyed, and given up by the kernel when the
// process ends in whatever way.
class DirectoryLock {
 public:
  // Takes `directory`/lock, making the file when missing. FAILED_PRECONDITION when another process
  // holds it; PERMISSION_DENIED when the file cannot be opened. Both name the directory.
  static absl::StatusOr<std::unique_ptr<DirectoryLock>> Take(absl::string_view directory);
  ~DirectoryLock();
  DirectoryLock(const DirectoryLock&) = delete;
  DirectoryLock& operator=(const DirectoryLock&) = delete;

 private:
  explicit DirectoryLock(int file) : file_(file) {}

  const int file_;
};

}  // namespace throughline::storage

#endif  // THROUGHLINE_COMMON_STORAGE_DIRECTORY_LOCK_H_
