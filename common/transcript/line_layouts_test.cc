#include "common/transcript/line_layouts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/transcript/spoken_for_test.h"

namespace throughline::transcript {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const auto kIsTheTalk = ElementsAre("Ana Rivera: Too dear, honestly.", "Bo Li: Who signs it?",
                                    "Ana Rivera: My boss does.");

TEST(LineLayoutsTest, NamesMayStandInBrackets) {
  EXPECT_THAT(SpokenIn("[Ana Rivera] Too dear, honestly.\n[Bo Li] Who signs it?\n"
                       "[Ana Rivera] My boss does.\n"),
              kIsTheTalk);
  EXPECT_THAT(SpokenIn("<Ana Rivera> Too dear, honestly.\n<Bo Li> Who signs it?\n"
                       "<Ana Rivera> My boss does.\n"),
              kIsTheTalk);
}

TEST(LineLayoutsTest, SavedCaptionsPutTheWordsBelow) {
  EXPECT_THAT(
      SpokenIn("[Ana Rivera] 09:02:31\nToo dear,\nhonestly.\n\n[Bo Li] 09:02:35\nWho signs it?\n\n"
               "[Ana Rivera] 09:02:40\nMy boss does.\n"),
      kIsTheTalk);
}

TEST(LineLayoutsTest, ASavedChatSaysToWhom) {
  EXPECT_THAT(SpokenIn("09:02:31 From Ana Rivera to Everyone: Too dear, honestly.\n"
                       "09:02:35 From Bo Li to Ana Rivera(Direct Message): Who signs it?\n"
                       "09:02:40\t From  Ana Rivera : My boss does.\n"),
              kIsTheTalk);
}

TEST(LineLayoutsTest, TablesSayWhatTheirColumnsAre) {
  EXPECT_THAT(SpokenIn("start,speaker,text\n00:12,Ana Rivera,\"Too dear, honestly.\"\n"
                       "00:20,Bo Li,Who signs it?\n00:25,Ana Rivera,My boss does.\n"),
              kIsTheTalk);
  EXPECT_THAT(SpokenIn("Speaker\tText\nAna Rivera\tToo dear, honestly.\nBo Li\tWho signs it?\n"
                       "Ana Rivera\tMy boss does.\n"),
              kIsTheTalk);
  EXPECT_THAT(
      SpokenIn("| Time | Speaker | Text |\n|---|---|---|\n"
               "| 00:12 | Ana Rivera | Too dear, honestly. |\n| 00:20 | Bo Li | Who signs it? |\n"
               "| 00:25 | Ana Rivera | My boss does. |\n"),
      kIsTheTalk);
}

TEST(LineLayoutsTest, AnObjectALineIsAnArray) {
  EXPECT_THAT(SpokenIn("{\"speaker\":\"Ana Rivera\",\"text\":\"Too dear, honestly.\"}\n"
                       "{\"speaker\":\"Bo Li\",\"text\":\"Who signs it?\"}\n"
                       "{\"speaker\":\"Ana Rivera\",\"text\":\"My boss does.\"}\n"),
              kIsTheTalk);
  EXPECT_THAT(SpokenIn("{\"speaker\":\"Ana\",\"text\":\"Too dear\"\n{\"speaker\"\n"),
              ElementsAre(HasSubstr("expected JSON")));
}

TEST(LineLayoutsTest, EmphasisMayTakeInTheTime) {
  EXPECT_THAT(
      SpokenIn(
          "**Ana Rivera** *(00:12)*: Too dear, honestly.\n\n**Bo Li** *(00:20)*: Who signs it?\n\n"
          "**Ana Rivera** *(00:25)*: My boss does.\n"),
      kIsTheTalk);
}

TEST(LineLayoutsTest, ProseAndAsidesAreNoLayout) {
  EXPECT_FALSE(AsLabelledLines("[Laughter] and then we left.\nNobody spoke.\nIt rained.\n"));
  EXPECT_FALSE(AsLabelledLines("name,price\nbolt,3\nnut,4\n"));
  EXPECT_FALSE(AsLabelledLines("From Berlin to Rome: a journey\nFrom Rome to Berlin: back\n"));
  EXPECT_FALSE(AsLabelledLines("\n\n"));
}

}  // namespace
}  // namespace throughline::transcript
