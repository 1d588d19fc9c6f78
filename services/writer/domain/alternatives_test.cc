#include "services/writer/domain/alternatives.h"

#include <gmock/gmock.h>

#include "services/writer/domain/check_email.h"

namespace throughline::writer {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr char kBody[] =
    "Hi Sarah,\n"
    "It was good to talk today. What is left to solve is the EU residency letter. In your words: "
    "\"Who would sign without it?\"\n\n"
    "I'll send the letter to you by Friday, March 6. Mike put the request like this: \"Two pages, "
    "no more.\" Could you tell me by Monday, March 9 whether that settles it for you?\n\n"
    "Best regards,\nJordan\nThroughline";

EmailTask LetterTask() {
  EmailTask task;
  task.analysis.primary_blocker = deal::Blocker{.object = "EU residency letter"};
  task.analysis.follow_up.recipient = "Sarah Chen";
  return task;
}

deal::Email Draft(std::string body = kBody) {
  return {.to = {{.name = "Sarah Chen"}},
          .subject = "EU residency letter",
          .body = std::move(body),
          .claims = {{.text = "What is left to solve is the EU residency letter."},
                     {.text = "Mike put the request like this: \"Two pages, no more.\""}}};
}

TEST(InMannerTest, AnAnswerInWritingBecomesACallOnTheSameDay) {
  const deal::Email other = InManner(LetterTask(), Draft(), Manner::kOtherAsk);
  EXPECT_THAT(other.body, AllOf(HasSubstr("on the phone by Monday, March 9 to go through"),
                                Not(HasSubstr("Could you tell me")),
                                HasSubstr("missing?\n\nBest regards,\nJordan")));
  EXPECT_THAT(other.claims, SizeIs(2));
  EXPECT_TRUE(IsAnother(other, {Draft()}));
}

TEST(InMannerTest, ACallBecomesAnAnswerInWriting) {
  const deal::Email other = InManner(
      LetterTask(), Draft("Hi Sarah,\nCould you confirm that Monday, March 9 works for you?"),
      Manner::kOtherAsk);
  EXPECT_EQ(
      other.body,
      "Hi Sarah,\nIf you would rather not meet, could you send me a line in writing by Monday, "
      "March 9 instead?");
}

TEST(InMannerTest, ADayThatOnlyTheSubjectNamesIsNamed) {
  deal::Email draft = Draft("Hi Sarah,\nThat leaves the letter. Could you tell me that day?");
  draft.subject = "EU residency letter: with you by Friday, March 6";
  EXPECT_THAT(InManner(LetterTask(), draft, Manner::kOtherAsk).body,
              HasSubstr("on the phone by Friday, March 6 to go"));
}

TEST(InMannerTest, AnItemInOtherWordsIsWhatIsClaimedFirst) {
  EmailTask task = LetterTask();
  task.analysis.primary_blocker->object = "competing offer";
  EXPECT_THAT(InManner(task, Draft(), Manner::kBrief).body,
              HasSubstr("Hi Sarah,\nWhat is left to solve is the EU residency letter. I'll send"));
  task.analysis.primary_blocker->object = "whether it settles";
  EXPECT_THAT(InManner(task, Draft(), Manner::kBrief).body,
              HasSubstr("Hi Sarah,\nWhat is left to solve is the EU residency letter. I'll send"))
      << "the ask has the item's words, but names it to nobody";
}

TEST(InMannerTest, WhoWantsToBeWrittenToIsNotRung) {
  EmailTask task = LetterTask();
  task.profile.channel_preference = {{.text = "Sarah Chen: email"}};
  EXPECT_THAT(InManner(task, Draft(), Manner::kOtherAsk).body,
              AllOf(HasSubstr("one line by Monday, March 9"), Not(HasSubstr("phone"))));
}

TEST(InMannerTest, TheBriefOneKeepsItemPromiseAndAsk) {
  const deal::Email brief = InManner(LetterTask(), Draft(), Manner::kBrief);
  EXPECT_EQ(brief.body,
            "Hi Sarah,\nWhat is left to solve is the EU residency letter. I'll send the letter to "
            "you by Friday, March 6. Could you tell me by Monday, March 9 whether that settles it "
            "for you?\n\nBest regards,\nJordan\nThroughline");
  EXPECT_THAT(brief.claims, SizeIs(1)) << "of what it still says";
  EXPECT_TRUE(IsAnother(brief, {Draft()}));
}

TEST(InMannerTest, TheBriefOneKeepsTheDayItsAskLeansOn) {
  EXPECT_EQ(
      InManner(LetterTask(),
               Draft("Hi Sarah,\nThat leaves the residency letter.\n\nI'll write it. You'd have "
                     "it on Friday, March 6. Could you tell me that day whether it settles it?"),
               Manner::kBrief)
          .body,
      "Hi Sarah,\nThat leaves the residency letter. You'd have it on Friday, March 6. Could "
      "you tell me that day whether it settles it?");
}

TEST(InMannerTest, APromiseOfTheCustomersIsNotTakenForTheSellers) {
  EXPECT_THAT(
      InManner(LetterTask(),
               Draft("Hi Sarah,\nThat leaves the residency letter.\n\nMike asked for this: "
                     "\"One page. I'll put it into my file.\" Could you tell me by Friday?"),
               Manner::kBrief)
          .body,
      Not(HasSubstr("my file")));
}

TEST(InMannerTest, TheLastOneAsksForLeast) {
  EXPECT_THAT(InManner(LetterTask(), Draft(), Manner::kOtherTone).body,
              HasSubstr("Would you send me one line by Monday, March 9: settled"));
}

TEST(InMannerTest, WithNothingOpenOrAskedTheDraftStays) {
  EmailTask nothing_open = LetterTask();
  nothing_open.analysis.primary_blocker.reset();
  for (const Manner manner : {Manner::kOtherAsk, Manner::kBrief, Manner::kOtherTone}) {
    EXPECT_EQ(InManner(nothing_open, Draft(), manner).body, kBody);
    EXPECT_EQ(InManner(LetterTask(), Draft("Hi Sarah,\nThank you."), manner).body,
              "Hi Sarah,\nThank you.");
  }
}

TEST(IsAnotherTest, OtherWordsAroundTheSameAskAreNoChoice) {
  const std::string reworded = "Hello Sarah,\n" + std::string(kBody).substr(10);
  EXPECT_FALSE(IsAnother(Draft(reworded), {Draft()}));
  EXPECT_FALSE(IsAnother(Draft("Does Monday, March 9 still work on your side?"),
                         {Draft("Could you confirm that Monday, March 9 works for you?")}));
  EXPECT_FALSE(IsAnother(Draft("Thank you for your time. My door stays open."),
                         {Draft("Thank you all for your time. My door stays open.")}));
  EXPECT_TRUE(IsAnother(Draft("Thank you for your time."), {Draft("A pity, but a fair choice.")}));
}

TEST(MannerTest, EachFurtherVersionHasItsOwn) {
  EXPECT_EQ(MannerAfter(1), Manner::kOtherAsk);
  EXPECT_EQ(MannerAfter(2), Manner::kBrief);
  EXPECT_EQ(MannerAfter(3), Manner::kOtherTone);
  for (const size_t earlier : {1, 2, 3}) {
    EXPECT_THAT(std::string(InstructionFor(MannerAfter(earlier))), Not(IsEmpty()));
  }
}

}  // namespace
}  // namespace throughline::writer
