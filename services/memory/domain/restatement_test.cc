#include "services/memory/domain/restatement.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace throughline::memory {
namespace {

using ::testing::ElementsAre;

class RestatementTest : public ::testing::Test {
 protected:
  // Whether `fuller` says what `text` says, and one word more.
  bool FillsOut(absl::string_view fuller, absl::string_view text) {
    const std::string more = SenseOfText(stemmer_, fuller);
    const std::string less = SenseOfText(stemmer_, text);
    if (RestatementBlock(more) != RestatementBlock(less)) return false;
    return FullestRestatements({less, more}) == std::vector<size_t>{1, 1};
  }
  Stemmer stemmer_;
};

TEST_F(RestatementTest, AWordThatOnlyFillsOutMakesNoOtherFact) {
  EXPECT_TRUE(FillsOut("They run four large cross-dock warehouses in Ohio.",
                       "They run four cross-dock warehouses in Ohio."));
  EXPECT_TRUE(FillsOut("The whole Ohio team needs 40 handheld scanners before the audit.",
                       "The Ohio team needs 40 handheld scanners before the audit."));
}

TEST_F(RestatementTest, NothingThatMeaningHangsOnIsMissed) {
  const std::string text = "They run warehouses for grocery chains in Ohio.";
  for (const char* other : {"They run four warehouses for grocery chains in Ohio.",
                            "They run former warehouses for grocery chains in Ohio.",
                            "They never run warehouses for grocery chains in Ohio.",
                            "They must run warehouses for grocery chains in Ohio.",
                            "They run warehouses for Kroger grocery chains in Ohio.",
                            "They run warehouses for grocery chains in Ohio on Monday.",
                            "They run almost all warehouses for grocery chains in Ohio.",
                            "They stop to run warehouses for grocery chains in Ohio."}) {
    EXPECT_FALSE(FillsOut(other, text)) << other;
  }
  EXPECT_TRUE(FillsOut("They run shiny warehouses for grocery chains in Ohio.", text));
}

TEST_F(RestatementTest, OneWordForAnotherIsAnotherFact) {
  const std::string red = SenseOfText(stemmer_, "Ann wants the red scanner carts for night crews.");
  const std::string blue =
      SenseOfText(stemmer_, "Ann wants the blue scanner carts for night crews.");
  EXPECT_THAT(FullestRestatements({red, blue}), ElementsAre(0, 1));
}

TEST_F(RestatementTest, ShortTextsHaveTooLittleInCommon) {
  EXPECT_FALSE(FillsOut("They use Oracle databases.", "They use Oracle."));
}

TEST_F(RestatementTest, ATextIsLikeTheFirstOfThoseThatFillItOut) {
  const std::string base =
      SenseOfText(stemmer_, "They run cross-dock warehouses for grocers in Ohio");
  const std::string first =
      SenseOfText(stemmer_, "They run shiny cross-dock warehouses for grocers in Ohio");
  const std::string second =
      SenseOfText(stemmer_, "They run cross-dock warehouses for rural grocers in Ohio");
  const std::string both =
      SenseOfText(stemmer_, "They run shiny cross-dock warehouses for rural grocers in Ohio");
  EXPECT_THAT(FullestRestatements({base, first, second}), ElementsAre(1, 1, 2));
  EXPECT_THAT(FullestRestatements({second, base, first}), ElementsAre(0, 0, 2));
  EXPECT_THAT(FullestRestatements({base, first, second, both}), ElementsAre(3, 3, 3, 3));
}

TEST_F(RestatementTest, CapitalsAreNoOtherSignature) {
  const std::string name = SenseOfText(stemmer_, "They run Oracle databases in four warehouses.");
  std::string plain = SenseOfText(stemmer_, "they run oracle databases in four warehouses");
  EXPECT_EQ(SignatureOfSense(name), SignatureOfSense(plain));
  EXPECT_EQ(RestatementBlock(name), RestatementBlock(plain));
  Merge(name, &plain);
  EXPECT_EQ(plain, name);
}

}  // namespace
}  // namespace throughline::memory
