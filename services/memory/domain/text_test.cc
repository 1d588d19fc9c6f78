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

TEST(TextTest, ARetellingHasTheSignatureOfWhatItRetells) {
  Stemmer stemmer;
  const std::string told = Signature(stemmer, "They use Oracle in two warehouses.");
  for (const char* retold :
       {"They already use Oracle in two warehouses",
        "They are currently using Oracle in 2 warehouses",
        "She confirmed that they use Oracle in two warehouses.",
        "They told us that they really do use Oracle in their two warehouses!"}) {
    EXPECT_EQ(Signature(stemmer, retold), told) << retold;
  }
  for (const char* different :
       {"They use Oracle in three warehouses.", "They used Oracle in 2024 in two warehouses.",
        "They use SAP in two warehouses.", "They no longer use Oracle in two warehouses.",
        "They cannot use Oracle in two warehouses.", "They may use Oracle in two warehouses.",
        "Ann said that they use Oracle in two warehouses.",
        "They only use Oracle in two warehouses.", "If they use Oracle in two warehouses"}) {
    EXPECT_NE(Signature(stemmer, different), told) << different;
  }
  EXPECT_NE(Signature(stemmer, "They sign before the audit"),
            Signature(stemmer, "They sign after the audit"));
  EXPECT_NE(Signature(stemmer, "Volumes go up"), Signature(stemmer, "Volumes go down"));
  EXPECT_NE(Signature(stemmer, "They confirmed the date"), Signature(stemmer, "The date"));
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
