#include "services/memory/domain/packing.h"

#include <optional>
#include <utility>

namespace throughline::memory {
namespace {

constexpr size_t kBytesPerToken = 4;

}  // namespace

int EstimateTokens(size_t text_bytes) {
  return static_cast<int>((text_bytes + kBytesPerToken - 1) / kBytesPerToken);
}

std::vector<size_t> PackPage(TokensOf tokens_of, int max_tokens, size_t limit, size_t page,
                             bool* more) {
  struct Row {
    size_t rank;
    int tokens;
  };
  size_t next_rank = 0;
  const auto draw = [&]() -> std::optional<Row> {
    for (;;) {
      const std::optional<int> tokens = tokens_of(next_rank);
      if (!tokens.has_value()) return std::nullopt;
      const size_t rank = next_rank++;
      if (*tokens <= max_tokens) return Row{rank, *tokens};
    }
  };
  std::vector<Row> left;  // drawn and on no page yet, best first
  std::vector<size_t> taken;
  for (size_t number = 0; number <= page; ++number) {
    taken.clear();
    std::vector<Row> skipped;
    int room = max_tokens;
    size_t next = 0;
    while (taken.size() < limit && skipped.size() < kMaxSkippedPerPage) {
      std::optional<Row> row;
      if (next < left.size()) {
        row = left[next++];
      } else {
        row = draw();
      }
      if (!row.has_value()) break;
      if (row->tokens <= room) {
        room -= row->tokens;
        taken.push_back(row->rank);
      } else {
        skipped.push_back(*row);
      }
    }
    skipped.insert(skipped.end(), left.begin() + static_cast<ptrdiff_t>(next), left.end());
    left = std::move(skipped);
    if (taken.empty()) break;
  }
  *more = !taken.empty() && (!left.empty() || draw().has_value());
  return taken;
}

}  // namespace throughline::memory
