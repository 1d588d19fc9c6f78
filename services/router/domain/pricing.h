#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_PRICING_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_PRICING_H_

#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"
#include "services/router/domain/policy.h"
#include "services/router/domain/types.h"

// Exact money: integers only, one rounding per model call (half up to the nano-dollar).
namespace throughline::router {

// "0.0375" US dollars → 37,500,000 nano-USD. At most nine decimals and 1,000,000 dollars; nothing
// for anything else, signs included.
std::optional<int64_t> ParseUsd(absl::string_view text);

// What `usage` costs at `price`. A part with tokens but no price makes the result unpriced.
Cost PriceOf(const Usage& usage, const Price& price);

// The most a call can cost that reads `input_tokens` and answers within `output_tokens`.
Cost UpperBound(int64_t input_tokens, int64_t output_tokens, const Price& price);

// Saturates instead of overflowing.
Cost operator+(const Cost& a, const Cost& b);

// Tokens of `bytes` bytes of text when no tokenizer is at hand: one per four bytes, rounded up.
int64_t EstimateTokens(int64_t bytes);

double ToUsd(int64_t nano_usd);

}  // namespace throughline::router

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_PRICING_H_
