#include "services/router/domain/extractive/language/word_map.h"

#include <string>

#include "gtest/gtest.h"

namespace throughline::router::extractive {
namespace {

// Words that differ in one place only, of all lengths up to well past what is compared as numbers.
TEST(WordMapTest, TellsWordsOfEveryLengthApart) {
  constexpr size_t kLongest = 40;
  WordMap<std::string> words;
  for (size_t length = 1; length <= kLongest; ++length) {
    const std::string same(length, 'a');
    words.Add(same, same);
    for (size_t at = 0; at < length; ++at) {
      std::string other = same;
      other[at] = 'b';
      EXPECT_FALSE(words.contains(other));
      words.Add(other, other);
    }
  }
  EXPECT_EQ(words.size(), kLongest * (kLongest + 3) / 2);
  for (size_t length = 1; length <= kLongest; ++length) {
    std::string word(length, 'a');
    for (char& c : word) {
      c = 'b';
      ASSERT_NE(words.Find(word), nullptr) << word;
      EXPECT_EQ(*words.Find(word), word);
      c = 'a';
    }
  }
}

TEST(WordMapTest, KeepsTheFirstValueOfAWord) {
  WordMap<int> words({{"twenty", 20}});
  EXPECT_EQ(words.Add("twenty", 21), 20);
  EXPECT_EQ(words.Add("thirty", 30), 30);
  EXPECT_EQ(words.Find(""), nullptr);
  EXPECT_EQ(words.Find("twent"), nullptr);
}

TEST(WordSetTest, HoldsItsWordsAlone) {
  WordSet words({"a", "board"});
  words.Add("representatives of members");
  EXPECT_TRUE(words.contains("a"));
  EXPECT_TRUE(words.contains("representatives of members"));
  EXPECT_FALSE(words.contains("representatives or members"));
  EXPECT_FALSE(words.contains("boards"));
}

}  // namespace
}  // namespace throughline::router::extractive
