#include "services/memory/domain/packing.h"

#include <utility>

namespace throughline::memory {
namespace {

constexpr size_t kBytesPerToken = 4;

}  // namespace

int EstimateTokens(absl::string_view text) {
  return static_cast<int>((text.size() + kBytesPerToken - 1) / kBytesPerToken);
}

std::vector<size_t> PackPage(const std::vector<int>& tokens, int max_tokens, size_t limit,
                             size_t page, bool* more) {
  std::vector<size_t> left;
  for (size_t i = 0; i < tokens.size(); ++i) {
    if (tokens[i] <= max_tokens) left.push_back(i);
  }
  std::vector<size_t> taken;
  for (size_t number = 0; number <= page; ++number) {
    taken.clear();
    std::vector<size_t> skipped;
    int room = max_tokens;
    size_t next = 0;
    while (next < left.size() && taken.size() < limit && skipped.size() < kMaxSkippedPerPage) {
      const size_t rank = left[next++];
      if (tokens[rank] <= room) {
        room -= tokens[rank];
        taken.push_back(rank);
      } else {
        skipped.push_back(rank);
      }
    }
    skipped.insert(skipped.end(), left.begin() + static_cast<ptrdiff_t>(next), left.end());
    left = std::move(skipped);
    if (taken.empty()) break;
  }
  *more = !left.empty() && !taken.empty();
  return taken;
}

}  // namespace throughline::memory
