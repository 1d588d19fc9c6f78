#include "services/router/domain/extractive/language/dates.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gtest/gtest.h"
#include "services/router/domain/extractive/language/money.h"

namespace throughline::router::extractive {
namespace {

// Wednesday, 14 May 2025.
const absl::CivilDay kToday(2025, 5, 14);

std::string Dates(absl::string_view text) {
  const Reading reading = ReadTurn(text);
  std::vector<std::string> days;
  for (const DateMention& date : FindDates(reading, 0, reading.tokens.size(), kToday)) {
    days.push_back(absl::FormatCivilTime(date.day));
  }
  return absl::StrJoin(days, " ");
}

TEST(FindDates, ResolvesWhatPeopleSayAgainstTheDayOfTheCall) {
  EXPECT_EQ(Dates("by Friday, June 6th"), "2025-06-06");
  EXPECT_EQ(Dates("Thursday the 29th works"), "2025-05-29");
  EXPECT_EQ(Dates("on the third of June"), "2025-06-03");
  EXPECT_EQ(Dates("I can do the twenty-first"), "2025-05-21");
  EXPECT_EQ(Dates("let's say the 3rd"), "2025-06-03");
  EXPECT_EQ(Dates("Monday then"), "2025-05-19");
  EXPECT_EQ(Dates("tomorrow, or end of June"), "2025-05-15 2025-06-30");
  EXPECT_EQ(Dates("give me a week"), "2025-05-21");
  EXPECT_EQ(Dates("in two weeks"), "2025-05-28");
  EXPECT_EQ(Dates("before 2025-09-01"), "2025-09-01");
  EXPECT_EQ(Dates("end of the quarter"), "2025-06-30");
  EXPECT_EQ(Dates("January twelfth"), "2026-01-12");
}

TEST(FindDates, LeavesOrdinalsThatAreNoDatesAlone) {
  EXPECT_EQ(Dates("Second, we need a report, and third, a policy"), "");
  EXPECT_EQ(Dates("You may go first"), "");
  EXPECT_EQ(Dates("February 30th"), "");
}

std::string Amounts(absl::string_view text) {
  const Reading reading = ReadTurn(text);
  std::vector<std::string> amounts;
  for (const MoneyMention& money : FindMoney(reading, 0, reading.tokens.size())) {
    amounts.push_back(FormatMoney(money.amount));
  }
  return absl::StrJoin(amounts, " ");
}

TEST(FindMoney, NormalisesHowPeopleSayAmounts) {
  EXPECT_EQ(Amounts("$7,250 a month"), "$7,250");
  EXPECT_EQ(Amounts("fifty-two hundred a month"), "$5,200");
  EXPECT_EQ(Amounts("sixty-eight thousand all in"), "$68,000");
  EXPECT_EQ(Amounts("one hundred and twenty thousand dollars"), "$120,000");
  EXPECT_EQ(Amounts("about 85k"), "$85,000");
  EXPECT_EQ(Amounts("six grand"), "$6,000");
  EXPECT_EQ(Amounts("$4.60 per seat"), "$4.60");
}

TEST(FindMoney, LeavesCountsYearsAndPercentagesAlone) {
  EXPECT_EQ(Amounts("12,000 students in 2025, up 15 percent"), "");
  EXPECT_EQ(Amounts("the twenty-first"), "");
}

TEST(DatesTest, AWeekdayInPassingAndACountedThingAreNoDays) {
  for (const char* text : {"That's a Thursday.", "We meet every Friday.", "They wrote last Monday.",
                           "The fifth clause stays.", "It is the fourteenth winter."}) {
    const Reading reading = ReadTurn(text);
    EXPECT_TRUE(FindDates(reading, 0, reading.tokens.size(), absl::CivilDay(2026, 6, 1)).empty())
        << text;
  }
}

}  // namespace
}  // namespace throughline::router::extractive
