#include "services/memory/domain/snapshot_cache.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <thread>
#include <vector>

#include "absl/time/time.h"

namespace throughline::memory {
namespace {

const CustomerKey kAcme{.tenant = "default", .customer_id = "acme"};
const CustomerKey kBirch{.tenant = "default", .customer_id = "birch"};
constexpr absl::Duration kForever = absl::Seconds(60);

std::shared_ptr<const Snapshot> SnapshotOf(int64_t version, size_t bytes) {
  auto snapshot = std::make_shared<Snapshot>();
  snapshot->version = version;
  snapshot->bytes = bytes;
  return snapshot;
}

TEST(SnapshotCacheTest, KeepsTheNewestWithinItsBytes) {
  SnapshotCache cache(100);
  cache.Put(kAcme, SnapshotOf(2, 60));
  cache.Put(kAcme, SnapshotOf(1, 60));
  EXPECT_EQ(cache.Find(kAcme)->version, 2);
  cache.Put(kBirch, SnapshotOf(1, 60));
  EXPECT_EQ(cache.Find(kAcme), nullptr);
  EXPECT_EQ(cache.bytes(), 60u);
}

TEST(SnapshotCacheTest, ThoseWhoWantWhatIsBeingLoadedFindItReady) {
  SnapshotCache cache(1000);
  std::atomic<int> found = 0;
  std::optional<SnapshotCache::Loading> first(std::in_place, cache, kAcme, kForever);
  std::vector<std::thread> others;
  for (int i = 0; i < 8; ++i) {
    others.emplace_back([&] {
      const SnapshotCache::Loading loading(cache, kAcme, kForever);
      if (cache.Find(kAcme) != nullptr) ++found;
    });
  }
  cache.Put(kAcme, SnapshotOf(1, 10));
  for (std::thread& other : others) other.join();
  EXPECT_EQ(found, 8);
}

TEST(SnapshotCacheTest, NobodyWaitsForALoaderThatGaveUp) {
  SnapshotCache cache(1000);
  std::optional<SnapshotCache::Loading> first(std::in_place, cache, kAcme, kForever);
  std::thread other([&] { const SnapshotCache::Loading loading(cache, kAcme, kForever); });
  first.reset();
  other.join();
  EXPECT_EQ(cache.Find(kAcme), nullptr);
}

TEST(SnapshotCacheTest, WaitingEndsWithPatienceAndNeverHoldsUpAnotherCustomer) {
  SnapshotCache cache(1000);
  const SnapshotCache::Loading first(cache, kAcme, kForever);
  const SnapshotCache::Loading same(cache, kAcme, absl::Milliseconds(1));
  const SnapshotCache::Loading another(cache, kBirch, kForever);
  EXPECT_EQ(cache.Find(kAcme), nullptr);
}

}  // namespace
}  // namespace throughline::memory
