#include "services/router/domain/pricing.h"

#include <gtest/gtest.h>

#include <limits>
#include <optional>

namespace throughline::router {
namespace {

TEST(Pricing, DollarsAreReadExactly) {
  EXPECT_EQ(ParseUsd("0.0375"), 37'500'000);
  EXPECT_EQ(ParseUsd("15"), 15'000'000'000);
  EXPECT_EQ(ParseUsd("0"), 0);
  EXPECT_EQ(ParseUsd("0.000000001"), 1);
  for (const char* wrong : {"", "-1", "+1", "1e3", "1.", ".5", "abc", "0.0000000001", "1000001"}) {
    EXPECT_EQ(ParseUsd(wrong), std::nullopt) << wrong;
  }
}

TEST(Pricing, APartIsChargedAtItsOwnPrice) {
  const Price price{.input = 1'000'000'000, .cached_input = 100'000'000, .output = 4'000'000'000};
  const Usage usage{.input_uncached_tokens = 1000,
                    .input_cached_tokens = 2000,
                    .output_visible_tokens = 300,
                    .output_reasoning_tokens = 200};
  EXPECT_EQ(PriceOf(usage, price).nano_usd, 1'000'000 + 200'000 + 2'000'000);
}

TEST(Pricing, CachedTokensWithoutAPriceOfTheirOwnCostAsMuchAsOthers) {
  const Price price{.input = 1'000'000'000, .output = 0};
  EXPECT_EQ(PriceOf({.input_cached_tokens = 10}, price).nano_usd, 10'000);
}

TEST(Pricing, HalvesOfANanoDollarRoundUpOnce) {
  const Price price{.input = 37'500'000, .output = 37'500'000};
  // 37.5 + 37.5 nano-dollars: rounding the parts would give 76.
  EXPECT_EQ(PriceOf({.input_uncached_tokens = 1, .output_visible_tokens = 1}, price).nano_usd, 75);
  EXPECT_EQ(PriceOf({.input_uncached_tokens = 1}, price).nano_usd, 38);
}

TEST(Pricing, AMissingPriceIsUnpricedOnlyWhenItIsNeeded) {
  const Price price{.input = 0};
  EXPECT_TRUE(PriceOf({.output_visible_tokens = 1}, price).unpriced);
  EXPECT_FALSE(PriceOf({.input_uncached_tokens = 1}, price).unpriced);
}

TEST(Pricing, SumsSaturate) {
  const int64_t most = std::numeric_limits<int64_t>::max();
  EXPECT_EQ((Cost{.nano_usd = most} + Cost{.nano_usd = 1}).nano_usd, most);
  EXPECT_EQ(PriceOf({.input_uncached_tokens = most}, {.input = most}).nano_usd, most);
}

}  // namespace
}  // namespace throughline::router
