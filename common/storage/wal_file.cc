#include "common/storage/wal_file.h"

#include <fcntl.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"

namespace throughline::storage {

WalFile::WalFile(const std::string& database_path) : path_(absl::StrCat(database_path, "-wal")) {}

WalFile::~WalFile() {
  if (file_ >= 0) close(file_);
}

bool WalFile::Sync() {
  absl::MutexLock lock(&mutex_);
  // One that has begun may have passed over what its later callers committed.
  const int64_t covering = begun_ + 1;
  const auto turn = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return begun_ > covering || !is_syncing_;
  };
  mutex_.Await(absl::Condition(&turn));
  if (begun_ >= covering) return last_failed_ < covering;
  is_syncing_ = true;
  begun_ = covering;
  mutex_.Unlock();
  if (file_ < 0) file_ = open(path_.c_str(), O_RDONLY | O_CLOEXEC);
  const bool synced = file_ >= 0 && fdatasync(file_) == 0;
  mutex_.Lock();
  is_syncing_ = false;
  if (!synced) last_failed_ = covering;
  return synced;
}

}  // namespace throughline::storage
