#include "common/storage/wal_syncer.h"

#include "common/base/await.h"

namespace throughline::storage {

WalSyncer::WalSyncer(WalFile& file) : file_(file), thread_([this] { Run(); }) {}

WalSyncer::~WalSyncer() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
    changed_.Signal();
  }
  thread_.join();
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
    ok_ = file_.Sync();
    mutex_.Lock();
    if (!ok_) {
      if (stopping_) return;
      dirty_ = true;
    }
    // Commits of the pause share the next sync.
    AwaitFor(mutex_, absl::Condition(&stopping_), kSyncInterval);
  }
}

}  // namespace throughline::storage
