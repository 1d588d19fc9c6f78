#include "services/writer/domain/quantities.h"

#include <gmock/gmock.h>

namespace throughline::writer {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;

TEST(QuantitiesMentionedTest, HearsANumberHoweverItIsSaid) {
  EXPECT_THAT(QuantitiesMentioned("$4,080 a month"), Contains("4080"));
  EXPECT_THAT(QuantitiesMentioned("forty eighty a month"), Contains("4080"));
  EXPECT_THAT(QuantitiesMentioned("forty-eight hundred"), Contains("4800"));
  EXPECT_THAT(QuantitiesMentioned("three hundred and twenty trailers"), Contains("320"));
  EXPECT_THAT(QuantitiesMentioned("sixty-one thousand in detention"), Contains("61000"));
  EXPECT_THAT(QuantitiesMentioned("fifteen percent"), Contains("15"));
  EXPECT_THAT(QuantitiesMentioned("20k"), IsSupersetOf({"20", "20000"}));
  EXPECT_THAT(QuantitiesMentioned("1.5 million"), Contains("1500000"));
  EXPECT_THAT(QuantitiesMentioned("before September first"), IsSupersetOf({"month 9", "1"}));
  EXPECT_THAT(QuantitiesMentioned("the twenty-ninth"), Contains("29"));
  EXPECT_THAT(QuantitiesMentioned("the fourth, eleventh or thirtieth"),
              IsSupersetOf({"4", "11", "30"}));
  EXPECT_THAT(QuantitiesMentioned("at a hundred and twenty-eight a seat"), Contains("128"));
  EXPECT_THAT(QuantitiesMentioned("a thousand, at most"), Contains("1000"));
  EXPECT_THAT(QuantitiesMentioned("clause nine point two"), IsSupersetOf({"9", "9.2"}));
  EXPECT_THAT(QuantitiesMentioned("twelve point four million"), Contains("12400000"));
  EXPECT_THAT(QuantitiesMentioned("one point one eight"), Contains("1.18"));
  EXPECT_THAT(QuantitiesMentioned("one and a half million"), Contains("1500000"));
}

TEST(QuantitiesMentionedTest, AMarkPartsNumbers) {
  EXPECT_THAT(QuantitiesMentioned("level minus four; ten guys"), ElementsAre("10", "4"));
  EXPECT_THAT(QuantitiesClaimed("level minus four; ten guys"), IsEmpty());
  EXPECT_THAT(QuantitiesClaimed("Twenty. Five of them"), ElementsAre("20"));
}

TEST(QuantitiesClaimedTest, FindsFiguresAndDates) {
  EXPECT_THAT(QuantitiesClaimed("Send it by Friday, January 16th."),
              ElementsAre("16", "month 1", "weekday 5"));
  EXPECT_THAT(QuantitiesClaimed("It saves $1,250.00 and 20k later."), ElementsAre("1250", "20000"));
  EXPECT_THAT(QuantitiesClaimed("twenty percent off"), ElementsAre("20"));
  EXPECT_THAT(QuantitiesClaimed("for 12.4 million"), ElementsAre("12400000"));
  EXPECT_THAT(QuantitiesClaimed("20 m of cable"), ElementsAre("20"));
}

TEST(QuantitiesClaimedTest, LeavesEverydayWordsAlone) {
  EXPECT_THAT(QuantitiesClaimed("First, there is one open item; it may march on."), IsEmpty());
  EXPECT_THAT(QuantitiesClaimed("1. The letter\n2) The policy"), IsEmpty());
}

TEST(DaysNamedTest, FindsTheYearNearestToTheCall) {
  const absl::CivilDay december(2026, 12, 28);
  EXPECT_THAT(DaysNamed(QuantitiesClaimed("by Monday, January 4th"), december),
              ElementsAre(absl::CivilDay(2027, 1, 4)));
  EXPECT_THAT(DaysNamed(QuantitiesClaimed("on December 3"), december),
              ElementsAre(absl::CivilDay(2026, 12, 3)));
  EXPECT_THAT(DaysNamed(QuantitiesClaimed("on February 31"), december), IsEmpty());
}

TEST(QuantitiesOfTest, ADayGroundsItsParts) {
  EXPECT_THAT(QuantitiesOf(absl::CivilDay(2026, 1, 16)),
              ElementsAre("1", "16", "2026", "month 1", "weekday 5"));
}

}  // namespace
}  // namespace throughline::writer
