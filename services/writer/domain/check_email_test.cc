#include "services/writer/domain/check_email.h"

#include <gmock/gmock.h>

#include "absl/strings/str_cat.h"
#include "services/writer/domain/wording.h"

namespace throughline::writer {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

EmailTask LetterTask() {
  EmailTask task;
  deal::Blocker residency{.category = deal::BlockerCategory::kCompliance,
                          .object = "EU residency letter",
                          .status = deal::BlockerStatus::kRaised};
  task.analysis.open_blockers = {residency};
  task.analysis.primary_blocker = residency;
  task.analysis.resolved_blockers = {{.object = "monthly price"}, {.object = "pilot scope"}};
  task.analysis.follow_up.recipient = "Sarah Chen";
  task.analysis.stage = deal::JourneyStage::kNegotiation;
  task.analysis.next_step =
      deal::NextStep{.description = "Send the letter", .due_date = absl::CivilDay(2026, 3, 6)};
  return task;
}

constexpr char kGood[] =
    "Hi Sarah,\n\nThe EU residency letter is what is left; the monthly price is settled.\n\n"
    "Could you tell me by Friday whether your template covers it?\n\nBest,\nJordan";

// The letter's draft with that subject and body, and a claim.
deal::Email Draft(std::string subject, std::string body) {
  return {.subject = std::move(subject), .body = std::move(body), .claims = {{.text = "It is."}}};
}

std::vector<std::string> Problems(std::string body) {
  return ProblemsOf(LetterTask(), Draft("The letter", std::move(body)));
}

TEST(ProblemsOfTest, AFollowUpThatKeepsTheRulesHasNone) { EXPECT_THAT(Problems(kGood), IsEmpty()); }

TEST(ProblemsOfTest, EachBrokenRuleIsNamed) {
  const std::string rest = std::string(kGood).substr(10);
  EXPECT_THAT(Problems(absl::StrCat("Hi Mike,\n", rest)), ElementsAre(HasSubstr("greet")));
  EXPECT_THAT(Problems("Hi Sarah,\n\nCould you and your team tell me more by Friday?"),
              ElementsAre(HasSubstr("open item")));
  EXPECT_THAT(Problems("Hi Sarah,\n\nThe residency letter is ready for you and will follow on "
                       "Friday."),
              ElementsAre("asks for nothing"));
  EXPECT_THAT(Problems("Hi Sarah,\n\nCould you check the residency letter and tell me?"),
              ElementsAre(HasSubstr("no day")));
  EXPECT_THAT(Problems(absl::StrCat(kGood, " Can you sign? Will you pay?")),
              ElementsAre(HasSubstr("more than one thing")));
  EXPECT_THAT(Problems(absl::StrCat(kGood, " The pilot scope is fine.")),
              ElementsAre(HasSubstr("settled")));
  EXPECT_THAT(Problems(absl::StrCat(kGood, " [Your Title]")),
              ElementsAre(HasSubstr("placeholder")));
  EXPECT_THAT(ProblemsOf(LetterTask(), Draft("", kGood)), ElementsAre("has no subject"));
  EXPECT_THAT(ProblemsOf(LetterTask(), Draft("Following up on our call", kGood)),
              ElementsAre(HasSubstr("subject that says nothing")));
  EXPECT_THAT(ProblemsOf(LetterTask(), {.subject = "The letter", .body = kGood}),
              ElementsAre(HasSubstr("claims")));
}

TEST(ProblemsOfTest, LengthIsCountedInWordsAndParagraphs) {
  std::string body(kGood);
  for (int i = 0; i < 130; ++i) absl::StrAppend(&body, " word");
  EXPECT_THAT(Problems(body), ElementsAre(HasSubstr("where 150 are allowed")));
  const std::string paragraph = "\n\nThis is one more paragraph that says what nobody needs said.";
  EXPECT_THAT(Problems(absl::StrCat(kGood, paragraph, paragraph)),
              ElementsAre(HasSubstr("more than 3 paragraphs")));
}

TEST(ProblemsOfTest, ALostDealIsAskedForNothing) {
  EmailTask task = LetterTask();
  task.analysis.stage = deal::JourneyStage::kClosedLost;
  EXPECT_THAT(ProblemsOf(task, {.subject = "Thank you", .body = "Hi Sarah,\n\nThank you all."}),
              IsEmpty());
}

TEST(ProblemsOfTest, AnEnglishCallIsAnsweredInEnglish) {
  EmailTask task = LetterTask();
  const std::string german =
      "Hallo Sarah,\n\nes fehlt uns jetzt nur noch der EU residency letter, alles andere ist "
      "besprochen. Melden Sie sich bitte bis 6.3. bei mir, ob die Vorlage so passt oder was noch "
      "fehlt?";
  EXPECT_THAT(ProblemsOf(task, Draft("Letter", german)), IsEmpty());
  task.call.transcript.turns = {
      {.index = 0, .speaker = "Sarah Chen", .text = "This is the letter that you have for us."}};
  EXPECT_THAT(ProblemsOf(task, Draft("Letter", german)),
              ElementsAre("is not in the language of the call"));
}

TEST(ProblemsOfTest, AnotherCallIsNotAnsweredInEnglish) {
  EmailTask task = LetterTask();
  task.call.transcript.turns = {{.index = 0, .speaker = "Sarah Chen", .text = "Guten Tag."}};
  EXPECT_THAT(ProblemsOf(task, Draft("The letter", kGood)), IsEmpty())
      << "a few words tell nothing";
  for (int i = 0; i < 10; ++i) {
    task.call.transcript.turns[0].text +=
        " Ich will nicht zustimmen, solange der Vertrag nicht vorliegt und geprüft worden ist.";
  }
  EXPECT_THAT(ProblemsOf(task, Draft("The letter", kGood)),
              ElementsAre("is not in the language of the call"));
}

TEST(ProblemsOfTest, AnotherLanguageIsNotHeldToEnglishWords) {
  EXPECT_THAT(Problems("Hallo Sarah,\n\nes fehlt noch der EU residency letter. Melden Sie sich "
                       "bis 6.3. bei mir."),
              IsEmpty());
}

TEST(WordingTest, SentencesEndWithTheirQuotationAndNotAtATitle) {
  EXPECT_THAT(SplitSentences("You said: \"Not yet.\" Then (soon.) Dr. J. Sommer asked \"when?\" "
                             "and left.\nBye"),
              ElementsAre("You said: \"Not yet.\" ", "Then (soon.) ",
                          "Dr. J. Sommer asked \"when?\" and left.\n", "Bye"));
  EXPECT_THAT(SplitSentences("As Ana put it: \"One page. I'll hand it on.\" Is that all?"),
              ElementsAre("As Ana put it: \"One page. I'll hand it on.\" ", "Is that all?"));
  EXPECT_THAT(SplitSentences("It is \"open. He left.\nBye. Now."),
              ElementsAre("It is \"open. He left.\n", "Bye. ", "Now."));
}

TEST(WordingTest, AcronymsAndFiguresAreContent) {
  EXPECT_THAT(ContentWordsOf("So what is left is the SAP by 2027, and deciding."),
              ElementsAre("2027", "decid", "left", "sap"));
}

TEST(WordingTest, PromisesBindTheSellersSide) {
  EXPECT_TRUE(Promises("We'll waive the fee."));
  EXPECT_TRUE(Promises("You will get two engineers."));
  EXPECT_FALSE(Promises("I'll follow up next week."));
  EXPECT_FALSE(Promises("You said the fee is fine."));
  EXPECT_FALSE(Promises("In your words: \"I'll hand it on.\""));
  EXPECT_FALSE(Promises("At that price I can't justify it."));
}

TEST(WordingTest, ADayIsSaidOnceInARow) {
  EXPECT_EQ(WithoutRepeatedDays("By Friday, June 27, that is Friday, June 27, you know."),
            "By Friday, June 27, you know.");
  EXPECT_EQ(WithoutRepeatedDays("June 2, June 2, June 2."), "June 2.");
  EXPECT_EQ(WithoutRepeatedDays("June 2, that is June 20."), "June 2, that is June 20.");
  EXPECT_EQ(WithoutRepeatedDays("On June 2 we talk, and by June 2 you have it."),
            "On June 2 we talk, and by June 2 you have it.");
  EXPECT_EQ(WithoutRepeatedDays(""), "");
}

TEST(WordingTest, AddressesAreFoundWithoutTheFullStop) {
  EXPECT_THAT(AddressesIn("Write to a.b@c.example. Or see https://x.example/y, now"),
              ElementsAre("a.b@c.example", "https://x.example/y"));
}

}  // namespace
}  // namespace throughline::writer
