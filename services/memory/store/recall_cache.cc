#include "services/memory/store/recall_cache.h"

#include <iterator>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace throughline::memory::store {
namespace {

// Keys and bookkeeping of an entry, about.
constexpr size_t kEntryOverheadBytes = 200;

}  // namespace

absl::StatusOr<std::optional<std::string>> RedisRecallCache::Get(const Context& context,
                                                                 absl::string_view key) {
  return redis_->Get(context, key);
}

absl::Status RedisRecallCache::Put(const Context& context, absl::string_view key,
                                   absl::string_view value) {
  return redis_->SetEx(context, key, value, time_to_live_);
}

absl::StatusOr<int64_t> RedisRecallCache::Erase(const Context& context, absl::string_view prefix) {
  return redis_->DelPrefix(context, prefix);
}

std::string RedisRecallCache::Name() const { return absl::StrCat("redis at ", redis_->address()); }

absl::StatusOr<std::optional<std::string>> LocalRecallCache::Get(const Context& /*context*/,
                                                                 absl::string_view key) {
  absl::MutexLock lock(&mutex_);
  const auto it = entries_.find(key);
  if (it == entries_.end()) return std::optional<std::string>();
  if (it->second->expires_at <= clock_.Now()) {
    Drop(it->second);
    return std::optional<std::string>();
  }
  order_.splice(order_.begin(), order_, it->second);
  return std::make_optional(it->second->value);
}

absl::Status LocalRecallCache::Put(const Context& /*context*/, absl::string_view key,
                                   absl::string_view value) {
  absl::MutexLock lock(&mutex_);
  const auto it = entries_.find(key);
  if (it != entries_.end()) Drop(it->second);
  if (value.size() + kEntryOverheadBytes > max_bytes_) return absl::OkStatus();
  order_.push_front({.key = std::string(key),
                     .value = std::string(value),
                     .expires_at = clock_.Now() + time_to_live_});
  entries_[order_.front().key] = order_.begin();
  bytes_ += value.size() + kEntryOverheadBytes;
  while (bytes_ > max_bytes_) Drop(std::prev(order_.end()));
  return absl::OkStatus();
}

absl::StatusOr<int64_t> LocalRecallCache::Erase(const Context& /*context*/,
                                                absl::string_view prefix) {
  absl::MutexLock lock(&mutex_);
  int64_t erased = 0;
  for (auto entry = order_.begin(); entry != order_.end();) {
    const auto next = std::next(entry);
    if (absl::StartsWith(entry->key, prefix)) {
      Drop(entry);
      ++erased;
    }
    entry = next;
  }
  return erased;
}

void LocalRecallCache::Drop(Order::iterator entry) {
  bytes_ -= entry->value.size() + kEntryOverheadBytes;
  entries_.erase(absl::string_view(entry->key));
  order_.erase(entry);
}

}  // namespace throughline::memory::store
