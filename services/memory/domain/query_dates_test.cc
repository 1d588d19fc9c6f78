#include "services/memory/domain/query_dates.h"

#include <gtest/gtest.h>

namespace throughline::memory {
namespace {

const absl::CivilDay kToday(2026, 6, 10);  // a Wednesday

double Score(absl::string_view query, absl::CivilDay day) {
  return DateScore(ParseQueryDates(query, kToday), day);
}

TEST(QueryDatesTest, MonthsFitAnyYearUntilOneIsNamed) {
  EXPECT_GT(Score("What did they sign in May?", absl::CivilDay(2025, 5, 3)), 0);
  EXPECT_EQ(Score("What did they sign in May 2024?", absl::CivilDay(2025, 5, 3)), 0);
  EXPECT_EQ(Score("What may they sign?", absl::CivilDay(2025, 5, 3)), 0) << "a verb, not a month";
  EXPECT_GT(Score("the call on May 7", absl::CivilDay(2026, 5, 7)),
            Score("the call on May 7", absl::CivilDay(2026, 5, 20)));
  EXPECT_GT(Score("the call on May 7", absl::CivilDay(2026, 5, 9)),
            Score("the call on May 7", absl::CivilDay(2026, 5, 20)));
}

TEST(QueryDatesTest, LastCountsFromTheDayOfTheQuestion) {
  EXPECT_GT(Score("What changed last week?", absl::CivilDay(2026, 6, 3)), 0);
  EXPECT_EQ(Score("What changed last week?", absl::CivilDay(2026, 6, 8)), 0);
  EXPECT_GT(Score("What changed last month?", absl::CivilDay(2026, 5, 31)), 0);
  EXPECT_GT(Score("the offer of last quarter", absl::CivilDay(2026, 2, 1)), 0);
  EXPECT_GT(Score("the pilot last spring", absl::CivilDay(2026, 4, 1)), 0);
  EXPECT_GT(Score("the pilot last summer", absl::CivilDay(2025, 7, 1)), 0);
  EXPECT_EQ(Score("the pilot last summer", absl::CivilDay(2026, 7, 1)), 0);
  EXPECT_GT(Score("what was said yesterday", absl::CivilDay(2026, 6, 9)), 0);
}

TEST(QueryDatesTest, KnowsWhenATimeIsAskedFor) {
  EXPECT_TRUE(ParseQueryDates("When do they renew?", kToday).asks_when);
  EXPECT_TRUE(ParseQueryDates("In which month does it end?", kToday).asks_when);
  EXPECT_FALSE(ParseQueryDates("Who signs?", kToday).asks_when);
  EXPECT_FALSE(ParseQueryDates("Who signs?", kToday).Any());
}

}  // namespace
}  // namespace throughline::memory
