#include "services/memory/store/cached_recall.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/await.h"
#include "common/base/status_macros.h"
#include "common/digest/sha256.h"

namespace throughline::memory::store {
namespace {

// The longest a cache may hold up a recall, and an answer too large to be worth keeping.
constexpr absl::Duration kCacheBudget = absl::Milliseconds(50);
constexpr size_t kMaxCachedBytes = size_t{1} << 20;
// The longest a recall waits for the same one under way before it goes its own way.
constexpr absl::Duration kMaxWaitForOther = absl::Seconds(1);
// How often a waiting recall looks whether its caller still waits.
constexpr absl::Duration kCancelPoll = absl::Milliseconds(20);

// An entry is its seal, then the answer. The seal holds key and answer together, so that what is
// damaged, cut, or written by somebody else or under another key is seen to be none of ours.
std::string SealOf(const std::string& key, absl::string_view answer) {
  return Sha256Hex({"recall", key, answer});
}
constexpr size_t kSealBytes = 64;

// Nothing when `entry` is not what was kept under `key`.
std::optional<std::string> Open(const std::string& key, absl::string_view entry) {
  if (entry.size() < kSealBytes) return std::nullopt;
  const absl::string_view answer = entry.substr(kSealBytes);
  if (entry.substr(0, kSealBytes) != SealOf(key, answer)) return std::nullopt;
  return std::string(answer);
}

}  // namespace

CachedRecall::CachedRecall(std::unique_ptr<RecallCache> cache, MetricsRegistry& metrics)
    : cache_(std::move(cache)),
      outage_(cache_->Name()),
      results_(metrics.Counter("throughline_memory_cache_total",
                               "Recalls by what the cache did: hit, miss, shared, foreign, error "
                               "or bypass.")) {
  for (const char* result : {"hit", "miss", "shared", "foreign", "error", "bypass"})
    results_.Add({{"result", result}});
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
  if (!found->has_value()) {
    Count("miss");
    return std::nullopt;
  }
  std::optional<std::string> answer = Open(key, **found);
  Count(answer.has_value() ? "hit" : "foreign");
  return answer;
}

void CachedRecall::Keep(const Context& context, const std::string& key, const std::string& bytes) {
  if (bytes.size() > kMaxCachedBytes) return;
  const absl::Status kept =
      cache_->Put(context.WithBudget(kCacheBudget), key, absl::StrCat(SealOf(key, bytes), bytes));
  if (kept.ok()) {
    outage_.Succeeded();
  } else if (context.Check().ok()) {
    outage_.Failed(kept);
  }
}

absl::StatusOr<CachedRecall::Answer> CachedRecall::Get(const Context& context,
                                                       const std::string& key, Compute compute) {
  auto flight = std::make_shared<Flight>();
  std::shared_ptr<Flight> other;
  {
    absl::MutexLock lock(&mutex_);
    const auto [it, first] = flights_.emplace(key, flight);
    if (!first) other = it->second;
  }
  if (other != nullptr) {
    absl::StatusOr<Answer> shared = WaitFor(context, *other);
    if (shared.ok()) Count("shared");
    if (shared.ok() || !context.Check().ok()) return shared;
    // The one who went first has failed, perhaps only because its caller gave up, or takes too
    // long.
    return LookOrCompute(context, key, compute);
  }
  absl::StatusOr<Answer> answer = LookOrCompute(context, key, compute);
  absl::MutexLock lock(&mutex_);
  flight->done = true;
  flight->answer = answer;
  flights_.erase(key);
  return answer;
}

absl::StatusOr<CachedRecall::Answer> CachedRecall::LookOrCompute(const Context& context,
                                                                 const std::string& key,
                                                                 Compute compute) {
  std::optional<std::string> cached = Look(context, key);
  if (cached.has_value()) return Answer{.bytes = *std::move(cached), .hit = true};
  ASSIGN_OR_RETURN(Computed computed, compute());
  if (computed.keep) Keep(context, key, computed.bytes);
  return Answer{.bytes = std::move(computed.bytes), .hit = false};
}

absl::StatusOr<CachedRecall::Answer> CachedRecall::WaitFor(const Context& context,
                                                           const Flight& flight) {
  const absl::Time give_up = context.clock().Now() + kMaxWaitForOther;
  const auto done = [&flight] { return flight.done; };
  absl::MutexLock lock(&mutex_);
  while (!AwaitFor(mutex_, absl::Condition(&done), std::min(kCancelPoll, context.Remaining()))) {
    RETURN_IF_ERROR(context.Check());
    if (context.clock().Now() >= give_up) {
      return absl::UnavailableError("the same recall has been under way for too long");
    }
  }
  return flight.answer;
}

}  // namespace throughline::memory::store
