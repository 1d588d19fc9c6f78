#include "common/transcript/chat_stamp.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "common/transcript/parse.h"
#include "common/transcript/spoken_for_test.h"

namespace throughline::transcript {
namespace {

using testing::ElementsAre;

std::string Day(std::optional<absl::Time> day) {
  return day.has_value() ? absl::FormatTime("%Y-%m-%d", *day, absl::UTCTimeZone()) : "";
}

// "day|rest" once a stamp is taken off the front; "none" without one.
std::string Taken(absl::string_view line) {
  const std::optional<ChatStamp> stamp = TakeChatStamp(&line);
  return stamp.has_value() ? absl::StrCat(Day(stamp->day), "|", line) : "none";
}

TEST(ChatStampTest, ExportsWriteTheDayAndTheTimeInManyWays) {
  EXPECT_EQ(Taken("[2025-10-14 09:02] Ana: hi"), "2025-10-14|Ana: hi");
  EXPECT_EQ(Taken("[2025-10-14T09:02:31Z] Ana: hi"), "2025-10-14|Ana: hi");
  EXPECT_EQ(Taken("[2025-10-14 09:02:31.250+02:00] Ana: hi"), "2025-10-14|Ana: hi");
  EXPECT_EQ(Taken("[14/10/2025, 09:02:31] Ana: hi"), "2025-10-14|Ana: hi");
  EXPECT_EQ(Taken("[14.10.2025, 09:02] Ana: hi"), "2025-10-14|Ana: hi");
  EXPECT_EQ(Taken("[09:02, 14/10/2025] Ana: hi"), "2025-10-14|Ana: hi");
  EXPECT_EQ(Taken("[Oct 14, 2025 9:02 AM] Ana: hi"), "2025-10-14|Ana: hi");
  EXPECT_EQ(Taken("(Tuesday, 14 October 2025 at 09:02 p.m.) Ana: hi"), "2025-10-14|Ana: hi");
  EXPECT_EQ(Taken("14/10/2025, 09:02 - Ana: hi"), "2025-10-14|Ana: hi");
  EXPECT_EQ(Taken("2025-10-14 09:02:31 Ana: hi"), "2025-10-14|Ana: hi");
  EXPECT_EQ(Taken("14.10.25, 9:02\xE2\x80\xAFPM - Ana: hi"), "|Ana: hi");
}

TEST(ChatStampTest, ADayThatCanBeReadTwoWaysIsNone) {
  EXPECT_EQ(Taken("[3/4/2025, 9:02 AM] Ana: hi"), "|Ana: hi");
  EXPECT_EQ(Taken("[10/14 9:02 AM] Ana: hi"), "|Ana: hi");
  EXPECT_EQ(Taken("[9:02 AM] Ana: hi"), "|Ana: hi");
  EXPECT_EQ(Taken("9:02 AM - Ana: hi"), "|Ana: hi");
  EXPECT_EQ(Taken("[Yesterday at 09:02] Ana: hi"), "|Ana: hi");
}

TEST(ChatStampTest, WhatIsNoStampStays) {
  for (const char* line : {"[09:02] Ana: hi", "[00:01 - 00:04] Ana: hi", "[laughs] at 09:02",
                           "[Ana] 2025-10-14: hi", "2025 was good: yes", "14 boxes at 09:02",
                           "[2025-10-14] Ana: hi", "[2025-10-14 09:02 Ana: hi", "10:30 sharp",
                           "May 9:02", "(at the 9:02 train)", "[", "", "3/4 of us: no"}) {
    EXPECT_EQ(Taken(line), "none") << line;
  }
}

TEST(ChatStampTest, ANameMayStandBeforeIt) {
  for (const char* line :
       {"Ana Rivera  9:02 AM", "Ana Rivera [9:02 AM]", "Ana Rivera 14/10/2025 09:02",
        "Ana Rivera \xE2\x80\x94 Yesterday at 9:02 PM"}) {
    absl::string_view name = line;
    EXPECT_TRUE(TakeTrailingChatStamp(&name).has_value()) << line;
    EXPECT_EQ(name, "Ana Rivera") << line;
  }
  for (absl::string_view line :
       {"See you 09:02", "Fri, Jan 16, 2026 10:00 AM", "Jan 16, 2026 10:00AM"}) {
    EXPECT_FALSE(TakeTrailingChatStamp(&line).has_value()) << line;
  }
}

TEST(ChatStampTest, AChatIsReadMessageByMessage) {
  constexpr absl::string_view kExport =
      "[2025-10-14 09:02] Priya Nair: morning! you tried the trial?\n"
      "[2025-10-14 09:02] Ines Kortner: hi. yes\n"
      "[2025-10-15 08:11] Ines Kortner: note: it does not talk to our system\n"
      "and without that there is no point\n"
      "[2025-10-15 08:12] Priya Nair: ah. ok\n";
  EXPECT_THAT(SpokenIn(kExport),
              ElementsAre("Priya Nair: morning! you tried the trial?", "Ines Kortner: hi. yes",
                          "Ines Kortner: note: it does not talk to our system and without that "
                          "there is no point",
                          "Priya Nair: ah. ok"));
  const auto call = Parse(kExport, {});
  ASSERT_TRUE(call.ok());
  EXPECT_EQ(Day(call->occurred_at), "2025-10-14");
}

TEST(ChatStampTest, WhatTheChatItselfSaysIsNobodys) {
  EXPECT_THAT(SpokenIn("14/10/2025, 09:01 - Messages and calls are end-to-end encrypted.\n"
                       "14/10/2025, 09:02 - Priya: you tried it?\n"
                       "14/10/2025, 09:03 - Ines left\n"
                       "14/10/2025, 09:04 - Ines: yes, too dear\n"
                       "14/10/2025, 09:05 - Priya: how much?\n"),
              ElementsAre("Priya: you tried it?", "Ines: yes, too dear", "Priya: how much?"));
}

TEST(ChatStampTest, CopiedChatsPutTheWordsBelowTheName) {
  for (const char* text :
       {"Priya Nair  [9:02 AM]\nyou tried it?\nInes Kortner  [9:03 AM]\nyes\ntoo dear\n",
        "Priya Nair  9:02 AM\nyou tried it?\n\nInes Kortner  9:03 AM\nyes\ntoo dear\n",
        "[10/14 9:02 AM] Priya Nair\nyou tried it?\n\n[10/14 9:03 AM] Ines Kortner\nyes\n"
        "too dear\n"}) {
    EXPECT_THAT(SpokenIn(text),
                ElementsAre("Priya Nair: you tried it?", "Ines Kortner: yes too dear"))
        << text;
  }
}

}  // namespace
}  // namespace throughline::transcript
