#include "services/memory/domain/meaning.h"

#include <algorithm>
#include <cmath>

namespace throughline::memory {
namespace {

constexpr float kLargestByte = 127;

}  // namespace

struct Meaning::Vectors {
  size_t dimension = 0;
  absl::flat_hash_map<uint64_t, uint32_t> places;  // by hash of the text
  std::vector<int8_t> values;                      // one after the other
  std::vector<float> scales;                       // what a value counts for

  size_t bytes() const { return values.size() + places.size() * 32 + 200; }

  void Add(uint64_t text, const Vector& vector) {
    if (dimension != vector.size()) *this = {.dimension = vector.size()};
    if (!places.emplace(text, static_cast<uint32_t>(scales.size())).second) return;
    float largest = 0;
    for (const float value : vector) largest = std::max(largest, std::abs(value));
    const float scale = std::max(largest, 1e-9F) / kLargestByte;
    for (const float value : vector) {
      values.push_back(static_cast<int8_t>(std::lround(value / scale)));
    }
    scales.push_back(scale);
  }
};

std::shared_ptr<const Meaning::Vectors> Meaning::Find(const CustomerKey& key) {
  absl::MutexLock lock(&mutex_);
  const auto it = entries_.find(key);
  if (it == entries_.end()) return std::make_shared<const Vectors>();
  order_.splice(order_.begin(), order_, it->second);
  return it->second->second;
}

std::vector<uint32_t> Meaning::Missing(const CustomerKey& key, const CustomerIndex& index,
                                       size_t most) {
  const std::shared_ptr<const Vectors> known = Find(key);
  std::vector<uint32_t> missing;
  for (uint32_t i = 0; i < index.size(); ++i) {
    if (!known->places.contains(index.row(i).text)) missing.push_back(i);
  }
  if (missing.size() > most) {
    std::partial_sort(missing.begin(), missing.begin() + static_cast<ptrdiff_t>(most),
                      missing.end(), [&index](uint32_t a, uint32_t b) {
                        return index.row(a).valid_from > index.row(b).valid_from;
                      });
    missing.resize(most);
  }
  return missing;
}

void Meaning::Learn(const CustomerKey& key,
                    const std::vector<std::pair<uint64_t, Vector>>& vectors) {
  if (vectors.empty()) return;
  auto fresh = std::make_shared<Vectors>(*Find(key));
  for (const auto& [text, vector] : vectors) fresh->Add(text, vector);
  absl::MutexLock lock(&mutex_);
  const auto it = entries_.find(key);
  if (it != entries_.end()) Drop(it->second);
  if (fresh->bytes() > max_bytes_) return;
  bytes_ += fresh->bytes();
  order_.emplace_front(key, std::move(fresh));
  entries_[key] = order_.begin();
  while (bytes_ > max_bytes_) Drop(std::prev(order_.end()));
}

std::vector<float> Meaning::Closeness(const CustomerKey& key, const CustomerIndex& index,
                                      const Vector& question) {
  const std::shared_ptr<const Vectors> known = Find(key);
  std::vector<float> closeness(index.size(), kUnknown);
  if (known->dimension != question.size()) return closeness;
  for (size_t i = 0; i < index.size(); ++i) {
    const auto place = known->places.find(index.row(i).text);
    if (place == known->places.end()) continue;
    const int8_t* values = known->values.data() + place->second * known->dimension;
    float sum = 0;
    for (size_t k = 0; k < question.size(); ++k) sum += question[k] * values[k];
    closeness[i] = sum * known->scales[place->second];
  }
  return closeness;
}

void Meaning::Erase(const CustomerKey& key) {
  absl::MutexLock lock(&mutex_);
  const auto it = entries_.find(key);
  if (it != entries_.end()) Drop(it->second);
}

void Meaning::Drop(Order::iterator entry) {
  bytes_ -= entry->second->bytes();
  entries_.erase(entry->first);
  order_.erase(entry);
}

}  // namespace throughline::memory
