#include "common/storage/wal_syncer.h"

#include <fcntl.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "common/base/await.h"

namespace throughline::storage {

// SQLite holds no locks on its log, so a descriptor of our own disturbs none when it closes.
WalSyncer::WalSyncer(const std::string& database_path)
    : wal_path_(absl::StrCat(database_path, "-wal")), thread_([this] { Run(); }) {}

WalSyncer::~WalSyncer() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
    changed_.Signal();
  }
  thread_.join();
  if (file_ >= 0) close(file_);
}

void WalSyncer::Committed() {
  absl::MutexLock lock(&mutex_);
  if (dirty_) return;
  dirty_ = true;
  changed_.Signal();
}

void WalSyncer::Run() {
  absl::MutexLock lock(&mutex_);
  while (true) {
    while (!dirty_ && !stopping_) changed_.Wait(&mutex_);
    if (!dirty_) return;
    dirty_ = false;
    mutex_.Unlock();
    ok_ = Sync();
    mutex_.Lock();
    if (!ok_) {
      if (stopping_) return;
      dirty_ = true;
    }
    // Commits of the pause share the next sync.
    AwaitFor(mutex_, absl::Condition(&stopping_), kSyncInterval);
  }
}

bool WalSyncer::Sync() {
  if (file_ < 0) file_ = open(wal_path_.c_str(), O_RDONLY | O_CLOEXEC);
  return file_ >= 0 && fdatasync(file_) == 0;
}

}  // namespace throughline::storage
