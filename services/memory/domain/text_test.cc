#include "services/memory/domain/text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace throughline::memory {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(TextTest, WordsAreOpenedAndFolded) {
  EXPECT_THAT(Words("We can't pay $7,600—won’t!"),
              ElementsAre("we", "can", "not", "pay", "7600", "will", "not"));
  EXPECT_THAT(Words("Sarah's team; ÉCOLE"), ElementsAre("sarah", "team", "école"));
  EXPECT_THAT(Words("  ''' -- "), IsEmpty());
}

TEST(TextTest, IrregularFormsMeetTheirBase) {
  Stemmer stemmer;
  EXPECT_EQ(stemmer.Stem("went"), stemmer.Stem("go"));
  EXPECT_EQ(stemmer.Stem("bought"), stemmer.Stem("buying"));
  EXPECT_THAT(stemmer.Terms("What did the children choose?"),
              ElementsAre(stemmer.Stem("child"), stemmer.Stem("choose")));
}

TEST(TextTest, SignaturesForgiveWordingAndNothingElse) {
  Stemmer stemmer;
  const auto same = [&](absl::string_view a, absl::string_view b) {
    return Signature(stemmer, a) == Signature(stemmer, b);
  };
  EXPECT_TRUE(same("They run four warehouses.", "they run the four warehouses"));
  EXPECT_TRUE(same("$7,600 a month", "$7600 per month"));
  EXPECT_FALSE(same("$7,600 a month", "€7,600 a month"));
  EXPECT_FALSE(same("5% discount", "5 discount"));
  EXPECT_FALSE(same("They use Oracle", "They don't use Oracle"));
  EXPECT_FALSE(same("Ann reports to Bob", "Bob reports to Ann"));
  EXPECT_FALSE(same("version 1.5", "version 15"));
  EXPECT_EQ(Signature(stemmer, "The"), "the");
}

TEST(TextTest, OnlyWellFormedTextIsClean) {
  EXPECT_TRUE(IsCleanText("plain, naïve, 日本, 🙂"));
  EXPECT_FALSE(IsCleanText(absl::string_view("a\0b", 3)));
  EXPECT_FALSE(IsCleanText("\xC0\xAF"));
  EXPECT_FALSE(IsCleanText("\xED\xA0\x80"));
  EXPECT_FALSE(IsCleanText("\xE2\x82"));
}

}  // namespace
}  // namespace throughline::memory
