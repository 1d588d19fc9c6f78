#include "services/router/clients/key_ring.h"

#include <algorithm>
#include <utility>

namespace throughline::router {

KeyRing::KeyRing(std::vector<std::string> keys) {
  if (keys.empty()) keys.emplace_back();
  absl::MutexLock lock(&mutex_);
  for (std::string& key : keys) slots_.push_back({.value = std::move(key)});
}

std::optional<KeyRing::Key> KeyRing::Next(absl::Time now) {
  absl::MutexLock lock(&mutex_);
  for (size_t tried = 0; tried < slots_.size(); ++tried) {
    const size_t slot = next_;
    next_ = (next_ + 1) % slots_.size();
    if (slots_[slot].rests_until <= now) return Key{.slot = slot, .value = slots_[slot].value};
  }
  return std::nullopt;
}

void KeyRing::Rest(size_t slot, absl::Time until, absl::Status why) {
  absl::MutexLock lock(&mutex_);
  slots_[slot].rests_until = until;
  slots_[slot].why = std::move(why);
}

KeyRing::Resting KeyRing::First() const {
  absl::MutexLock lock(&mutex_);
  const auto first =
      std::min_element(slots_.begin(), slots_.end(),
                       [](const Slot& a, const Slot& b) { return a.rests_until < b.rests_until; });
  return {.until = first->rests_until, .why = first->why};
}

}  // namespace throughline::router
