#include "services/memory/store/cached_recall.h"

#include <algorithm>
#include <utility>

#include "common/base/status_macros.h"

namespace throughline::memory::store {
namespace {

// The longest a cache may hold up a recall, and an answer too large to be worth keeping.
constexpr absl::Duration kCacheBudget = absl::Milliseconds(50);
constexpr size_t kMaxCachedBytes = size_t{1} << 20;
// How often a waiting recall looks whether its caller still waits.
constexpr absl::Duration kCancelPoll = absl::Milliseconds(20);

}  // namespace

CachedRecall::CachedRecall(std::unique_ptr<RecallCache> cache, MetricsRegistry& metrics)
    : cache_(std::move(cache)),
      outage_(cache_->Name()),
      results_(metrics.Counter("throughline_memory_cache_total",
                               "Recalls by what the cache did: hit, miss, error or bypass.")) {
  for (const char* result : {"hit", "miss", "error", "bypass"}) results_.Add({{"result", result}});
}

void CachedRecall::Count(absl::string_view result) {
  results_.Add({{"result", std::string(result)}}).Increment();
}

void CachedRecall::CountBypass() { Count("bypass"); }

int64_t CachedRecall::Erase(const Context& context, const std::string& prefix) {
  const absl::StatusOr<int64_t> erased = cache_->Erase(context, prefix);
  if (!erased.ok()) {
    Log(context, Severity::kWarning, "cached answers of an erasure are left to expire",
        {{"cache", cache_->Name()}, {"error", erased.status()}});
  }
  return erased.value_or(0);
}

std::optional<std::string> CachedRecall::Look(const Context& context, const std::string& key) {
  absl::StatusOr<std::optional<std::string>> found =
      cache_->Get(context.WithBudget(kCacheBudget), key);
  if (!found.ok()) {
    // A caller that has gone away says nothing about the cache.
    if (context.Check().ok()) outage_.Failed(found.status());
    Count("error");
    return std::nullopt;
  }
  outage_.Succeeded();
  Count(found->has_value() ? "hit" : "miss");
  return *std::move(found);
}

void CachedRecall::Keep(const Context& context, const std::string& key, const std::string& bytes) {
  if (bytes.size() > kMaxCachedBytes) return;
  const absl::Status kept = cache_->Put(context.WithBudget(kCacheBudget), key, bytes);
  if (kept.ok()) {
    outage_.Succeeded();
  } else if (context.Check().ok()) {
    outage_.Failed(kept);
  }
}

absl::StatusOr<CachedRecall::Answer> CachedRecall::Get(const Context& context,
                                                       const std::string& key, Compute compute) {
  std::optional<std::string> cached = Look(context, key);
  if (cached.has_value()) return Answer{.bytes = *std::move(cached), .hit = true};
  ASSIGN_OR_RETURN(std::string bytes, ComputeOnce(context, key, compute));
  return Answer{.bytes = std::move(bytes), .hit = false};
}

absl::StatusOr<std::string> CachedRecall::ComputeOnce(const Context& context,
                                                      const std::string& key, Compute compute) {
  auto flight = std::make_shared<Flight>();
  {
    absl::MutexLock lock(&mutex_);
    const auto [it, first] = flights_.emplace(key, flight);
    if (!first) {
      const std::shared_ptr<Flight> other = it->second;
      absl::StatusOr<std::string> shared = WaitFor(context, other);
      if (shared.ok() || !context.Check().ok()) return shared;
      // The one who computed has failed, perhaps only because its caller gave up.
      flight = nullptr;
    }
  }
  if (flight == nullptr) return compute();
  absl::StatusOr<std::string> result = compute();
  if (result.ok()) Keep(context, key, *result);
  absl::MutexLock lock(&mutex_);
  flight->done = true;
  flight->result = result;
  flights_.erase(key);
  return result;
}

absl::StatusOr<std::string> CachedRecall::WaitFor(const Context& context,
                                                  const std::shared_ptr<Flight>& flight) {
  const auto done = [&flight] { return flight->done; };
  while (!mutex_.AwaitWithTimeout(absl::Condition(&done),
                                  std::min(kCancelPoll, context.Remaining()))) {
    RETURN_IF_ERROR(context.Check());
  }
  return flight->result;
}

}  // namespace throughline::memory::store
