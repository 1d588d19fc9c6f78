#include "services/memory/domain/packing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/memory/domain/row_filter.h"

namespace throughline::memory {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<size_t> Page(const std::vector<int>& tokens, int max_tokens, size_t limit, size_t page,
                         bool* more) {
  return PackPage(
      [&tokens](size_t rank) {
        return rank < tokens.size() ? std::make_optional(tokens[rank]) : std::nullopt;
      },
      max_tokens, limit, page, more);
}

TEST(PackingTest, ARowThatDoesNotFitLetsSmallerOnesThrough) {
  bool more = false;
  EXPECT_THAT(Page({40, 80, 30, 20}, 100, 10, 0, &more), ElementsAre(0, 2, 3));
  EXPECT_TRUE(more);
  EXPECT_THAT(Page({40, 80, 30, 20}, 100, 10, 1, &more), ElementsAre(1));
  EXPECT_FALSE(more);
}

TEST(PackingTest, ARowLargerThanAPageIsLeftOut) {
  bool more = true;
  EXPECT_THAT(Page({500, 10}, 100, 10, 0, &more), ElementsAre(1));
  EXPECT_FALSE(more);
  EXPECT_THAT(Page({500}, 100, 10, 0, &more), IsEmpty());
  EXPECT_FALSE(more);
}

TEST(PackingTest, PagesEndAtTheLimit) {
  bool more = false;
  EXPECT_THAT(Page({1, 1, 1}, 100, 2, 0, &more), ElementsAre(0, 1));
  EXPECT_TRUE(more);
  EXPECT_THAT(Page({1, 1, 1}, 100, 2, 1, &more), ElementsAre(2));
  EXPECT_FALSE(more);
}

TEST(TagsTest, EachModeSelectsWhatItSays) {
  using Tags = std::vector<std::string>;
  const Tags ab = {"a", "b"};
  const Tags none;
  const Tags a = {"a"};
  const Tags c = {"c"};
  EXPECT_TRUE(MatchesTags(ab, a, TagsMatch::kAny));
  EXPECT_TRUE(MatchesTags(none, a, TagsMatch::kAny));
  EXPECT_FALSE(MatchesTags(ab, c, TagsMatch::kAny));
  EXPECT_TRUE(MatchesTags(ab, none, TagsMatch::kAny));
  EXPECT_FALSE(MatchesTags(a, ab, TagsMatch::kAll));
  EXPECT_TRUE(MatchesTags(none, ab, TagsMatch::kAll));
  EXPECT_FALSE(MatchesTags(none, a, TagsMatch::kAnyStrict));
  EXPECT_TRUE(MatchesTags(ab, a, TagsMatch::kAnyStrict));
  EXPECT_FALSE(MatchesTags(a, ab, TagsMatch::kAllStrict));
  EXPECT_FALSE(MatchesTags(ab, none, TagsMatch::kAllStrict));
  EXPECT_TRUE(MatchesTags({"b", "a"}, ab, TagsMatch::kExact));
  EXPECT_FALSE(MatchesTags(ab, a, TagsMatch::kExact));
  EXPECT_TRUE(MatchesTags(none, none, TagsMatch::kExact));
}

}  // namespace
}  // namespace throughline::memory
