#include "services/memory/domain/kept_facts.h"

#include <algorithm>
#include <string>

namespace throughline::memory {
namespace {

constexpr size_t kMaxWorthKeepingBytes = size_t{128} << 10;
// What a fact takes beside its words: itself, a piece of evidence, its places in memory and here.
constexpr size_t kFactBytes = sizeof(deal::Fact) + sizeof(deal::Evidence) + 160;

// Of a string outside the object it is in.
size_t BytesOf(const std::string& text) {
  constexpr size_t kInsideBytes = 15;
  return text.capacity() > kInsideBytes ? text.capacity() + 1 : 0;
}

size_t BytesOf(const deal::Fact& fact) {
  size_t bytes = kFactBytes + fact.evidence.capacity() * sizeof(deal::Evidence) +
                 fact.tags.capacity() * sizeof(std::string);
  for (const std::string* text : {&fact.id, &fact.text, &fact.subject, &fact.attribute, &fact.value,
                                  &fact.superseded_by, &fact.invalidation_reason}) {
    bytes += BytesOf(*text);
  }
  for (const deal::Evidence& evidence : fact.evidence) {
    bytes += BytesOf(evidence.call_id) + BytesOf(evidence.speaker) + BytesOf(evidence.quote);
  }
  for (const std::string& tag : fact.tags) bytes += BytesOf(tag);
  return bytes;
}

}  // namespace

size_t KeptFacts::WorthKeepingBytes(const CustomerIndex& index) {
  size_t bytes = 0;
  for (size_t i = 0; i < index.size() && bytes < kMaxWorthKeepingBytes; ++i) {
    bytes += kFactBytes + 2 * size_t{index.row(i).text_bytes};  // evidence is mostly the same again
  }
  return std::min(bytes, kMaxWorthKeepingBytes);
}

std::vector<SharedFact> KeptFacts::Find(absl::Span<const uint32_t> positions) {
  std::vector<SharedFact> found(positions.size());
  absl::MutexLock lock(&mutex_);
  for (size_t i = 0; i < positions.size(); ++i) {
    const auto kept = facts_.find(positions[i]);
    if (kept != facts_.end()) found[i] = kept->second;
  }
  return found;
}

void KeptFacts::Keep(absl::Span<const uint32_t> positions, absl::Span<const SharedFact> facts) {
  absl::MutexLock lock(&mutex_);
  for (size_t i = 0; i < positions.size() && !full_; ++i) {
    const size_t bytes = BytesOf(*facts[i]);
    full_ = bytes_ + bytes > max_bytes_;
    if (!full_ && facts_.emplace(positions[i], facts[i]).second) bytes_ += bytes;
  }
}

size_t KeptFacts::bytes() const {
  absl::MutexLock lock(&mutex_);
  return bytes_;
}

}  // namespace throughline::memory
