#include "services/router/domain/pricing.h"

#include <algorithm>
#include <limits>

#include "absl/numeric/int128.h"
#include "absl/strings/ascii.h"

namespace throughline::router {
namespace {

constexpr int64_t kNanoPerUsd = 1'000'000'000;
constexpr int64_t kMaxUsd = 1'000'000;
constexpr int kMaxDecimals = 9;
constexpr int64_t kTokensPerPrice = 1'000'000;

int64_t Saturated(absl::int128 value) {
  const absl::int128 most = std::numeric_limits<int64_t>::max();
  return static_cast<int64_t>(std::min(value, most));
}

// Adds tokens × price, in nano-USD × 1e-6.
void AddPart(int64_t tokens, const std::optional<int64_t>& price, absl::int128& sum,
             bool& unpriced) {
  if (tokens <= 0) return;
  if (price.has_value()) {
    sum += absl::int128(tokens) * *price;
  } else {
    unpriced = true;
  }
}

}  // namespace

std::optional<int64_t> ParseUsd(absl::string_view text) {
  int64_t whole = 0;
  size_t i = 0;
  for (; i < text.size() && absl::ascii_isdigit(text[i]); ++i) {
    whole = whole * 10 + (text[i] - '0');
    if (whole > kMaxUsd) return std::nullopt;
  }
  if (i == 0) return std::nullopt;
  int64_t fraction = 0;
  if (i < text.size()) {
    if (text[i] != '.') return std::nullopt;
    const absl::string_view decimals = text.substr(i + 1);
    if (decimals.empty() || decimals.size() > kMaxDecimals) return std::nullopt;
    for (const char c : decimals) {
      if (!absl::ascii_isdigit(c)) return std::nullopt;
      fraction = fraction * 10 + (c - '0');
    }
    for (size_t d = decimals.size(); d < kMaxDecimals; ++d) fraction *= 10;
  }
  return whole * kNanoPerUsd + fraction;
}

Cost PriceOf(const Usage& usage, const Price& price) {
  absl::int128 sum = 0;
  Cost cost;
  AddPart(usage.input_uncached_tokens, price.input, sum, cost.unpriced);
  AddPart(usage.input_cached_tokens, price.cached_input ? price.cached_input : price.input, sum,
          cost.unpriced);
  AddPart(usage.OutputTokens(), price.output, sum, cost.unpriced);
  cost.nano_usd = Saturated((sum + kTokensPerPrice / 2) / kTokensPerPrice);
  return cost;
}

Cost UpperBound(int64_t input_tokens, int64_t output_tokens, const Price& price) {
  return PriceOf({.input_uncached_tokens = input_tokens, .output_visible_tokens = output_tokens},
                 price);
}

Cost operator+(const Cost& a, const Cost& b) {
  return {.nano_usd = Saturated(absl::int128(a.nano_usd) + b.nano_usd),
          .unpriced = a.unpriced || b.unpriced};
}

int64_t EstimateTokens(int64_t bytes) { return (bytes + 3) / 4; }

double ToUsd(int64_t nano_usd) { return static_cast<double>(nano_usd) / kNanoPerUsd; }

}  // namespace throughline::router
