#include "services/router/domain/extractive/language/word_lists.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace throughline::router::extractive {
namespace {

TEST(WordLists, HoldsTheWordsOfEachList) {
  const auto lists = ParseWordLists("# Colours.\n[warm]\nred orange\nyellow\n\n[cold]\nblue\n");
  ASSERT_TRUE(lists.ok()) << lists.status();
  ASSERT_EQ(lists->size(), 2U);
  EXPECT_TRUE(lists->at("warm").contains("yellow"));
  EXPECT_FALSE(lists->at("cold").contains("red"));
}

TEST(WordLists, SaysWhichLineIsWrong) {
  const auto message = [](const std::string& text) {
    return std::string(ParseWordLists(text).status().message());
  };
  EXPECT_THAT(message("red"), testing::HasSubstr("words.lists:1: words before any [list]"));
  EXPECT_THAT(message("[warm"), testing::HasSubstr("words.lists:1: list without a closing ]"));
  EXPECT_THAT(message("[warm]\nred\n[warm]"), testing::HasSubstr(":3: a second list [warm]"));
  EXPECT_THAT(message("[warm]\nred red"), testing::HasSubstr(":2: a second \"red\""));
}

TEST(WordLists, TheBuiltInListsFollowTheFormat) {
  EXPECT_TRUE(WordList("honorific").contains("frau"));
  EXPECT_DEATH(WordList("no such list"), "no list \\[no such list\\]");
}

}  // namespace
}  // namespace throughline::router::extractive
