#include "services/router/domain/extractive/email/email.h"
#include "services/router/domain/extractive/email/checks.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/civil_time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/router/domain/extractive/email/asides.h"
#include "services/router/domain/extractive/email/cues.h"
#include "services/router/domain/extractive/email/phrases.h"
#include "services/router/domain/extractive/email/quotes.h"
#include "services/router/domain/extractive/email/words.h"
#include "services/router/domain/extractive/engine.h"
#include "services/router/domain/extractive/language/tokens.h"

namespace throughline::router::extractive {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

struct Line {
  std::string speaker;
  std::string text;
};

// A call between Ana Ruiz and Leo Park of Northwind Foods and Tom Beck of Acme on Monday, June 1,
// 2026; the security questionnaire is open.
EmailInput Mail(const std::vector<Line>& lines) {
  EmailInput input;
  CallInput& call = input.call;
  call.call_id = "call-1";
  call.occurred_at = absl::FromCivil(absl::CivilDay(2026, 6, 1), absl::UTCTimeZone());
  call.customer_name = "Northwind Foods";
  call.seller_name = "Acme";
  using transcript::Side;
  const auto add = [&](const std::string& name, Side side) {
    call.transcript.participants.push_back({name, "",
                                            side == Side::kSeller ? "Acme" : "Northwind Foods", "",
                                            side, transcript::Presence::kPresent});
  };
  add("Ana Ruiz", Side::kCustomer);
  add("Leo Park", Side::kCustomer);
  add("Tom Beck", Side::kSeller);
  for (const Line& line : lines) {
    transcript::Turn turn;
    turn.index = static_cast<int32_t>(call.transcript.turns.size());
    turn.speaker = line.speaker;
    turn.text = line.text;
    call.transcript.turns.push_back(turn);
  }
  deal::Blocker blocker;
  blocker.category = deal::BlockerCategory::kSecurity;
  blocker.object = "security questionnaire";
  blocker.id = deal::BlockerId(blocker.category, blocker.object);
  blocker.status = deal::BlockerStatus::kRaised;
  blocker.history.push_back({blocker.status,
                             call.occurred_at,
                             {"call-1", 0, "Ana Ruiz", lines.empty() ? "" : lines[0].text}});
  input.analysis.primary_blocker = blocker;
  input.analysis.open_blockers = {blocker};
  input.analysis.follow_up.recipient = "Ana Ruiz";
  input.analysis.stage = deal::JourneyStage::kEvaluation;
  return input;
}

EmailInput Typical() {
  return Mail({{"Ana Ruiz", "I can't sign until we have the security questionnaire back."},
               {"Tom Beck", "I'll send the completed questionnaire to you by Friday."},
               {"Ana Ruiz", "Friday works. My kid has a match that day, so in the morning."},
               {"Leo Park", "And the price was nine hundred dollars a seat, that's agreed."},
               {"Tom Beck", "Let's talk again on Monday, June 8th."}});
}

TEST(EmailChecksTest, WhatIsToBeLeftOutStaysOut) {
  for (const char* words :
       {"Not a word about purchase.", "Don't mention the price to her.", "Without the squid.",
        "No brochure", "The savings you may leave out.", "Good luck with the lunches."}) {
    EXPECT_TRUE(StaysOut(words)) << words;
  }
  for (const char* words : {"Without the certificate we can't sign.", "No order before the audit.",
                            "Send the test plan to Ana, not the brochure of last year."}) {
    EXPECT_FALSE(StaysOut(words)) << words;
  }
}

TEST(WriteEmailTest, ARequestIsRepeatedWithoutItsReason) {
  const deal::Email email = WriteEmail(
      Tier::kDeep,
      Mail({{"Ana Ruiz", "I can't sign until we have the security questionnaire back."},
            {"Tom Beck", "What shall I send?"},
            {"Ana Ruiz",
             "Send me the completed questionnaire by Thursday the eleventh, because on Friday "
             "we carry pianos."},
            {"Tom Beck", "I'll send it to you by Thursday the eleventh."}}));
  EXPECT_THAT(email.body, Not(HasSubstr("pianos")));
  EXPECT_THAT(email.body, HasSubstr("questionnaire"));
}

std::string WithoutRemarks(absl::string_view request) {
  const EmailInput input;
  return WithoutRemarks(request, Asides(input, Cast(input.call)));
}

TEST(WithoutRemarksTest, JokesAndPicturesAreLeftOut) {
  EXPECT_EQ(WithoutRemarks("Send it to me, Darrell would leave it under a haddock."),
            "Send it to me.");
  EXPECT_EQ(WithoutRemarks("By the ninth. I'm in Ankara from the tenth."), "By the ninth.");
}

TEST(WithoutRemarksTest, WhatOnlyCommentsOnARequestIsLeftOut) {
  EXPECT_EQ(WithoutRemarks("Before the ninth of June please, then I'm gone to Malta."),
            "Before the ninth of June please.");
  EXPECT_EQ(WithoutRemarks("Put the exit on page one, our lawyer always asks for that."),
            "Put the exit on page one.");
  EXPECT_EQ(WithoutRemarks("I'd want it from the records and not from your leaflet."),
            "I'd want it from the records.");
  EXPECT_EQ(WithoutRemarks("Denmark is nice, but I need it for our own plant."),
            "I need it for our own plant.");
  EXPECT_EQ(WithoutRemarks("Send the report to the county, there's a man there, Joe. By the tenth "
                           "would be good, he's off after that."),
            "Send the report to the county. By the tenth would be good.");
}

TEST(WithoutRemarksTest, ConditionsDaysAndFurtherWishesStay) {
  for (const char* words :
       {"If it comes on Monday, it's signed on Tuesday.", "Write it down, and put the dates in.",
        "Send me the letter, by Friday the ninth.", "A page, with the names on it, to me.",
        "I need it to say stored in the EU, no exceptions, signed."}) {
    EXPECT_EQ(WithoutRemarks(words), words);
  }
}

TEST(WriteEmailTest, NamesTheOpenItemThePromiseAndAsksOnceWithADate) {
  const deal::Email email = WriteEmail(Tier::kDeep, Typical());
  EXPECT_THAT(email.body, HasSubstr("Hi Ana,"));
  EXPECT_THAT(email.body, HasSubstr("the security questionnaire"));
  EXPECT_THAT(email.body,
              HasSubstr("You can't sign until you have the security questionnaire back."));
  EXPECT_THAT(email.body,
              HasSubstr("I'll send the completed questionnaire to you by Friday, June 5."));
  EXPECT_THAT(email.body, HasSubstr("Monday, June 8"));
  EXPECT_EQ(std::count(email.body.begin(), email.body.end(), '?'), 1);
  EXPECT_THAT(email.body, HasSubstr("Tom\nAcme"));
  EXPECT_THAT(email.subject,
              AllOf(HasSubstr("ecurity questionnaire"), HasSubstr("Friday, June 5")));
}

TEST(WriteEmailTest, RetellsWhatTheyAskedForAndNamesTheOtherDay) {
  const deal::Email email = WriteEmail(
      Tier::kDeep,
      Mail({{"Ana Ruiz", "I can't sign until we have the security questionnaire back."},
            {"Leo Park", "Our people fill in three of these a year."},
            {"Tom Beck", "Ours too, and it takes a week each time."},
            {"Tom Beck", "What would help you with it?"},
            {"Ana Ruiz",
             "Send me two pages on the plants in Lisbon and Porto. On paper, by Friday. The "
             "committee sits on Wednesday, June 10th."},
            {"Leo Park", "Don't send the two pages on the plants to me, I never read them."},
            {"Tom Beck", "I'll send the two pages by Friday."}}));
  EXPECT_THAT(email.body,
              HasSubstr("us to send you two pages on the plants in Lisbon and Porto, on paper, by "
                        "Friday, June 5. The committee sits on Wednesday, June 10."));
  EXPECT_THAT(email.body, Not(HasSubstr("never read")));
}

TEST(WriteEmailTest, WhatTheyListedIsListedInTheirWords) {
  const auto body = [](const char* list) {
    return WriteEmail(Tier::kDeep,
                      Mail({{"Ana Ruiz", "I can't sign until we have the security questionnaire."},
                            {"Tom Beck", "What should be in it?"},
                            {"Ana Ruiz", list},
                            {"Tom Beck", "I'll have that with you by Friday."}}))
        .body;
  };
  EXPECT_THAT(body("Your sub-processors, and an exit plan for the archive."),
              HasSubstr("our sub-processors, and an exit plan for the archive."));
  EXPECT_THAT(body("Where your server stands. Who has the key at night."),
              HasSubstr("where our server stands and who has the key at night."));
  EXPECT_THAT(body("How is it locked, who's got the key."),
              HasSubstr(": how is it locked, who has the key."));
  EXPECT_THAT(body("The committee meets on the ninth."), Not(HasSubstr("asked for the committee")));
}

TEST(EmailChecksTest, ADaySaidInPassingIsNotNamed) {
  EXPECT_EQ(DayInWords("Nobody reads anything on Friday.", "Friday, June 5"), "");
  EXPECT_EQ(DayInWords("I'm away until the ninth.", "Tuesday, June 9"), "");
  EXPECT_EQ(DayInWords("The sixth?", "Saturday, June 6"), "");
  EXPECT_EQ(DayInWords("The offer's good to the end of June.", "Tuesday, June 30"),
            "the end of June");
  EXPECT_EQ(DayInWords("Tuesday the ninth.", "Tuesday, June 9"), "Tuesday, June 9");
}

TEST(EmailChecksTest, WhatIsDeclinedIsNoPromise) {
  EXPECT_TRUE(Promises("I'll send the plan by Friday"));
  EXPECT_TRUE(Promises("Then I send the contract with twelve months"));
  EXPECT_FALSE(Promises("I can't give you fifty-four, and I'd rather not give you fifty-eight"));
}

TEST(EmailChecksTest, FamilyAndSpareTimeArePrivateButTheTradeIsNot) {
  EXPECT_TRUE(IsPrivate("I'll read it when my sister's wedding is over"));
  EXPECT_TRUE(IsPrivate("we go skiing then"));
  EXPECT_TRUE(IsPrivate("if I let somebody sign that, I'm in trouble"));
  EXPECT_FALSE(IsPrivate("send the certificate for the clinic by Friday"));
}

TEST(EmailChecksTest, WhatWasSaidToOnePersonAloneStaysOut) {
  EXPECT_TRUE(StaysOut("Just for you, we may buy the other half next year"));
  EXPECT_TRUE(StaysOut("I tell you that in confidence"));
  EXPECT_TRUE(StaysOut("If I get a note with the word synergy, it goes in the bin"));
  EXPECT_FALSE(StaysOut("Send the two pages just for the board"));
}

TEST(WriteEmailTest, LeavesOutPrivateLifeAndSettledMoney) {
  const deal::Email email = WriteEmail(Tier::kDeep, Typical());
  EXPECT_THAT(email.body,
              AllOf(Not(HasSubstr("kid")), Not(HasSubstr("match")), Not(HasSubstr("price")),
                    Not(HasSubstr("900")), Not(HasSubstr("nine hundred"))));
}

TEST(WriteEmailTest, StaysShortHoweverLongTheCall) {
  std::vector<Line> lines = {
      {"Ana Ruiz", "I can't sign until we have the security questionnaire."}};
  for (int i = 2; i < 30; ++i) {
    lines.push_back(
        {"Ana Ruiz", absl::StrCat("We need the security questionnaire for plant number ", i,
                                  ", with every single annex filled in by hand.")});
    lines.push_back(
        {"Tom Beck", absl::StrCat("I'll send the security questionnaire for plant ", i,
                                  " to you together with all of the annexes by June ", i, "th.")});
  }
  const deal::Email email = WriteEmail(Tier::kDeep, Mail(lines));
  EXPECT_LE(CountWords(email.body), kMaxEmailWords);
  const std::vector<std::string> paragraphs = absl::StrSplit(email.body, "\n\n");
  EXPECT_LE(paragraphs.size(), kMaxEmailParagraphs);
  EXPECT_EQ(std::count(email.body.begin(), email.body.end(), '?'), 1);
}

TEST(WriteEmailTest, EveryNumberInTheBodyWasSaid) {
  const EmailInput input = Typical();
  std::string sources = "2026";
  for (const transcript::Turn& turn : input.call.transcript.turns) {
    absl::StrAppend(&sources, " ", turn.text);
  }
  // "Friday" on a call of Monday, June 1 is June 5.
  absl::StrAppend(&sources, " 5");
  for (const Tier tier : {Tier::kFast, Tier::kDeep}) {
    for (const Token& token : Tokenize(WriteEmail(tier, input).body)) {
      if (!absl::ascii_isdigit(static_cast<unsigned char>(token.text[0]))) continue;
      EXPECT_TRUE(absl::StrContains(sources, token.text)) << token.text;
    }
  }
}

TEST(WriteEmailTest, EveryClaimStandsInTheBodyAndItsQuoteInTheCall) {
  const EmailInput input = Typical();
  const deal::Email email = WriteEmail(Tier::kDeep, input);
  ASSERT_FALSE(email.claims.empty());
  for (const deal::EmailClaim& claim : email.claims) {
    EXPECT_THAT(email.body, HasSubstr(claim.text));
    for (const deal::Evidence& evidence : claim.evidence) {
      EXPECT_THAT(input.call.transcript.turns[evidence.turn].text, HasSubstr(evidence.quote));
    }
  }
}

TEST(WriteEmailTest, AddressesComeFromTheCallHoweverTheyAreSpelled) {
  EmailInput input = Typical();
  input.call.transcript.turns[2].text = "Reach me at ana.ruiz at northwind dot com, please.";
  input.analysis.follow_up.copy = {"Leo Park"};
  const deal::Email email = WriteEmail(Tier::kDeep, input);
  EXPECT_EQ(email.to[0].address, "ana.ruiz@northwind.com");
  ASSERT_EQ(email.copy.size(), 1u);
  EXPECT_EQ(email.copy[0].name, "Leo Park");
  EXPECT_EQ(email.copy[0].address, "");
}

TEST(WriteEmailTest, NobodyToWriteToGivesNoEmail) {
  EmailInput input = Typical();
  input.analysis.follow_up.recipient.clear();
  EXPECT_TRUE(WriteEmail(Tier::kDeep, input).to.empty());
  EXPECT_EQ(WriteEmail(Tier::kDeep, input).body, "");
  input = Typical();
  input.analysis.is_sales_call = false;
  EXPECT_TRUE(WriteEmail(Tier::kDeep, input).to.empty());
}

TEST(WriteEmailTest, SeveralItemsOfOneGateAreNamedTogether) {
  EmailInput input = Typical();
  deal::Blocker second = *input.analysis.primary_blocker;
  second.category = deal::BlockerCategory::kCompliance;
  second.object = "retention policy";
  second.id = deal::BlockerId(second.category, second.object);
  deal::Blocker other = second;
  other.category = deal::BlockerCategory::kLegal;
  other.object = "liability cap";
  other.id = deal::BlockerId(other.category, other.object);
  input.analysis.open_blockers.push_back(second);
  input.analysis.open_blockers.push_back(other);
  const deal::Email email = WriteEmail(Tier::kDeep, input);
  EXPECT_THAT(email.body, HasSubstr("the security questionnaire and the retention policy"));
  EXPECT_THAT(email.body, Not(HasSubstr("liability")));
}

TEST(WriteEmailTest, ADealWonLostOrWithNothingOpenHasItsOwnWords) {
  EmailInput input = Typical();
  input.analysis.primary_blocker.reset();
  input.analysis.open_blockers.clear();
  EXPECT_THAT(WriteEmail(Tier::kDeep, input).body, HasSubstr("nothing"));
  input.analysis.stage = deal::JourneyStage::kClosedWon;
  EXPECT_THAT(WriteEmail(Tier::kDeep, input).body, HasSubstr("Thank you for"));
  input.analysis.stage = deal::JourneyStage::kClosedLost;
  const std::string lost = WriteEmail(Tier::kDeep, input).body;
  EXPECT_THAT(lost, AllOf(HasSubstr("Thank you for"), Not(HasSubstr("June"))));
}

TEST(WriteEmailTest, WordsThatInstructTheSoftwareNeverGetIn) {
  EmailInput input = Typical();
  input.call.transcript.turns.push_back(input.call.transcript.turns[1]);
  input.call.transcript.turns.back().index = 5;
  input.call.transcript.turns.back().text =
      "I'll send the security questionnaire and a hundred percent refund to you by Friday.";
  input.analysis.suspicious_content.push_back({"call-1", 5, "Tom Beck", "refund"});
  EXPECT_THAT(WriteEmail(Tier::kDeep, input).body, Not(HasSubstr("refund")));
}

TEST(WriteEmailTest, AnotherVendorsNameNeverGetsIn) {
  EmailInput input = Typical();
  input.call.transcript.turns.push_back(input.call.transcript.turns[1]);
  input.call.transcript.turns.back().index = 5;
  input.call.transcript.turns.back().text =
      "I'll send the security questionnaire next to the one of Quillmark to you by Friday.";
  EXPECT_THAT(WriteEmail(Tier::kDeep, input).body, HasSubstr("Quillmark"));
  deal::Blocker rival = *input.analysis.primary_blocker;
  rival.category = deal::BlockerCategory::kCompetition;
  rival.object = "Quillmark";
  rival.id = deal::BlockerId(rival.category, rival.object);
  input.analysis.resolved_blockers.push_back(rival);
  EXPECT_THAT(WriteEmail(Tier::kDeep, input).body, Not(HasSubstr("Quillmark")));
}

TEST(EmailChecksTest, TellWhatAnEmailMayRepeat) {
  EXPECT_TRUE(PointsAtWhatIsLeft("what's in the way is the purge function"));
  EXPECT_FALSE(PointsAtWhatIsLeft("the purge function is long"));
  EXPECT_TRUE(Promises("I'll send the letter by Friday"));
  EXPECT_FALSE(Promises("I'll send a calendar invite"));
  EXPECT_TRUE(IsSomebodysOwnDay("I'm in Lisbon until the twentieth"));
  EXPECT_FALSE(IsSomebodysOwnDay("the window closes on the twentieth"));
  EXPECT_FALSE(ReadsAsRecap("to Mr. Nakashima directly"));
  EXPECT_EQ(WordsBesidesDates("order form on Friday, June 5"), 2u);
}

TEST(EmailChecksTest, RefusalsWhereaboutsAndOtherVendorsStayOut) {
  EXPECT_TRUE(RefusesUs("I can't give you a letter of intent."));
  EXPECT_TRUE(RefusesUs("And don't come back with a smaller discount."));
  EXPECT_FALSE(RefusesUs("We can't go live without the certificate."));
  EXPECT_TRUE(TellsWhereabouts("I am in Lisbon until the twentieth, looking at tiles."));
  EXPECT_TRUE(TellsWhereabouts("I'm in Brussels until the third."));
  EXPECT_FALSE(TellsWhereabouts("We're in the middle of an audit."));
  EXPECT_TRUE(SpeaksOfAnotherVendor("their rep rang me on Friday"));
  EXPECT_TRUE(SpeaksOfAnotherVendor("it's 14 against your 23"));
  EXPECT_FALSE(SpeaksOfAnotherVendor("Legal holds it against the contract."));
}

TEST(WriteEmailTest, TheSameCallGivesTheSameWords) {
  EXPECT_EQ(WriteEmail(Tier::kDeep, Typical()).body, WriteEmail(Tier::kDeep, Typical()).body);
}

TEST(WriteEmailTest, TheDayOfThePromiseIsNamedOnce) {
  const std::string body =
      WriteEmail(Tier::kDeep,
                 Mail({{"Ana Ruiz", "I can't sign until we have the security questionnaire back."},
                       {"Tom Beck", "I'll send the completed questionnaire to you by Friday."}}))
          .body;
  EXPECT_NE(body.find("Friday, June 5"), std::string::npos);
  EXPECT_EQ(body.find("Friday, June 5"), body.rfind("Friday, June 5")) << body;
}

TEST(WriteEmailTest, APromiseOfOneNamesTheThingInTheFormTheReaderAskedFor) {
  const std::string body =
      WriteEmail(Tier::kDeep,
                 Mail({{"Ana Ruiz", "I can't sign until we have the security questionnaire back."},
                       {"Ana Ruiz", "Send it as a PDF by email, please."},
                       {"Tom Beck", "I'll have a completed one to you by Friday."}}))
          .body;
  EXPECT_THAT(body, HasSubstr("a completed security questionnaire to you by Friday, June 5, as a "
                              "PDF by email, as you asked."));
}

TEST(WriteEmailTest, AMeetingKeepsTheHourTheReaderNamed) {
  const std::string body =
      WriteEmail(Tier::kDeep,
                 Mail({{"Ana Ruiz", "I can't sign until we have the security questionnaire back."},
                       {"Tom Beck", "Let's talk again on Monday, June 8th."},
                       {"Ana Ruiz", "Fine, but not before ten."}}))
          .body;
  EXPECT_THAT(body, HasSubstr("Monday, June 8, not before ten,"));
}

TEST(WriteEmailTest, ALostDealIsThankedWithoutAnAsk) {
  EmailInput input = Typical();
  input.analysis.stage = deal::JourneyStage::kClosedLost;
  EXPECT_THAT(WriteEmail(Tier::kDeep, input).body, Not(HasSubstr("?")));
}

// What is retold of a request of Ana's, or of `speaker`'s, to Ana on Monday, June 1.
std::string RetoldToAna(absl::string_view request, const std::string& speaker = "Ana Ruiz") {
  const EmailInput input = Typical();
  const Cast cast(input.call);
  const RetoldRequest retold =
      Retold(request, speaker, {"Ana Ruiz", absl::CivilDay(2026, 6, 1)}, cast);
  return retold.asks ? absl::StrCat("asked us to ", retold.words) : retold.words;
}

TEST(RetoldTest, RequestsAreSaidToTheReader) {
  EXPECT_EQ(RetoldToAna("Then send me the plan, by Friday. With the sites on it."),
            "asked us to send you the plan, by Friday, June 5, with the sites on it.");
  EXPECT_EQ(RetoldToAna("And I'd want our logo on page one."),
            "You would want your logo on page one.");
  EXPECT_EQ(RetoldToAna("By the ninth, before I travel."),
            "asked us to let you have it by Tuesday, June 9, before you travel.");
  EXPECT_EQ(RetoldToAna("Put the supplier number on it.", "Leo Park"),
            "asked us to put the supplier number on it.");
}

TEST(RetoldTest, WhatCannotBeRetoldStaysAsItWasSaid) {
  for (const char* words :
       {"That one would be good.", "Change the words and I'm yours.", "It's for the plant.",
        "You write to me, and you put Mika in copy.", "Name of the firm, scope, start date."}) {
    EXPECT_EQ(RetoldToAna(words), "") << words;
  }
  EXPECT_EQ(RetoldToAna("Send it to Joe, he keeps my list.", "Leo Park"), "");
}

TEST(EmailWordsTest, TiesToWordsBeforeAreDropped) {
  EXPECT_EQ(WithoutTies("And so she signs."), "she signs.");
  EXPECT_EQ(WithoutTies("So far it holds."), "So far it holds.");
  EXPECT_EQ(WithoutTies("No order before June."), "No order before June.");
}

TEST(EmailChecksTest, ADayIsToldOfWhereTheWordsSayWhatItIsFor) {
  EXPECT_TRUE(TellsOfDay("the committee sits on the ninth"));
  EXPECT_FALSE(TellsOfDay("it's the ninth"));
  EXPECT_FALSE(TellsOfDay("first of April, but it's a lean year"));
}

TEST(WriteEmailTest, OneLineSaysWhatTheCallSettled) {
  EmailInput input = Typical();
  deal::Blocker settled = *input.analysis.primary_blocker;
  settled.category = deal::BlockerCategory::kPrice;
  settled.object = "price";
  settled.history.back().evidence = {"call-1", 3, "Leo Park", "that's agreed"};
  input.analysis.resolved_blockers = {settled};
  const std::string body = WriteEmail(Tier::kDeep, input).body;
  EXPECT_THAT(body, AllOf(HasSubstr("the commercial side"), Not(HasSubstr("price"))));
  input.analysis.resolved_blockers[0].history.back().evidence.call_id = "call-0";
  EXPECT_THAT(WriteEmail(Tier::kDeep, input).body, Not(HasSubstr("the commercial side")));
}

TEST(WriteEmailTest, WhoWasNotOnTheCallIsNotThankedForIt) {
  EmailInput input = Typical();
  input.analysis.follow_up.recipient = "Eva Lind";
  EXPECT_THAT(WriteEmail(Tier::kDeep, input).body, HasSubstr("spoke with Ana and Leo today."));
  EXPECT_THAT(WriteEmail(Tier::kDeep, Typical()).body, Not(HasSubstr("spoke with")));
}

TEST(WriteEmailTest, CallsOfOneCustomerDoNotOpenAlike) {
  EmailInput input = Typical();
  const std::string first = WriteEmail(Tier::kDeep, input).body;
  input.call.known.version = 1;
  const std::string second = WriteEmail(Tier::kDeep, input).body;
  EXPECT_NE(first.substr(0, first.find('.')), second.substr(0, second.find('.')));
}

TEST(WriteEmailTest, WhoWouldRatherHaveAMessageGetsLessToRead) {
  EmailInput input = Typical();
  for (int i = 0; i < 6; ++i) {
    transcript::Turn turn = input.call.transcript.turns[1];
    turn.index = static_cast<int32_t>(input.call.transcript.turns.size());
    turn.text = absl::StrCat("I'll send annex ", i + 2,
                             " of the questionnaire to you with each of its drawings, lists, names "
                             "and plans of the plant by Friday.");
    input.call.transcript.turns.push_back(turn);
  }
  input.profile.channel_preference = {{"Ana Ruiz: text", {}, {}}};
  EXPECT_LE(CountWords(WriteEmail(Tier::kDeep, input).body), kMaxMessageWords);
  EXPECT_THAT(WriteEmail(Tier::kDeep, input).body, HasSubstr("Best,"));
}

TEST(PhrasesTest, TheEmbeddedFileParsesAndAFaultIsNamedWithItsLine) {
  EXPECT_NE(EnglishPhrases().Say("ask.nothing", "seed", {}), "");
  EXPECT_EQ(EnglishPhrases().Say("no such section", "seed", {}), "");
  EXPECT_THAT(std::string(Phrases::Parse("hello").status().message()), HasSubstr("line 1"));
  EXPECT_THAT(std::string(Phrases::Parse("[a]\nin 3 days").status().message()),
              HasSubstr("figures"));
  EXPECT_FALSE(Phrases::Parse("[a]\nx\n[a]\ny").ok());
}

TEST(PhrasesTest, VariesWithTheSeedAndNeverRepeatsItselfAtOnce) {
  const absl::StatusOr<Phrases> phrases = Phrases::Parse("[a]\none {x}\ntwo {x}\nthree {x}");
  ASSERT_TRUE(phrases.ok());
  EXPECT_NE(phrases->Say("a", "seed", {{"x", "!"}}, 0), phrases->Say("a", "seed", {{"x", "!"}}, 1));
  EXPECT_THAT(phrases->Say("a", "seed", {{"x", "!"}}), HasSubstr("!"));
}

TEST(SpellOutTest, ComingDaysAreSpelledOutAndPastOnesLeft) {
  const absl::CivilDay monday(2026, 6, 1);
  EXPECT_EQ(SpellOut("by the twelfth", monday), "by Friday, June 12");
  EXPECT_EQ(SpellOut("we met on Friday", monday), "we met on Friday");
}

TEST(SpellOutTest, OneOfSeveralIsNoDay) {
  EXPECT_EQ(SpellOut("where the fifth one stands", absl::CivilDay(2026, 6, 1)),
            "where the fifth one stands");
}

TEST(WriteEmailTest, WhoIsOnlyALabelIsNotCalledByIt) {
  EmailInput input = Typical();
  input.analysis.follow_up.recipient = "Them";
  EXPECT_THAT(WriteEmail(Tier::kDeep, input).body, ::testing::StartsWith("Hello,"));
}

TEST(SpellOutTest, TodayAndTomorrowAreDaysOnlyWhereSomebodyDoesSomething) {
  const absl::CivilDay monday(2026, 6, 1);
  EXPECT_EQ(SpellOut("I'll send it to you tomorrow", monday),
            "I'll send it to you Tuesday, June 2");
  EXPECT_EQ(SpellOut("we're not buying today", monday), "we're not buying today");
  EXPECT_EQ(SpellOut("they are the leaders of tomorrow", monday),
            "they are the leaders of tomorrow");
}

TEST(EmailCuesTest, SaysWhatASentenceIsGoodFor) {
  EXPECT_TRUE(Says("my wife is in hospital", "private"));
  EXPECT_FALSE(Says("the questionnaire is open", "private"));
  EXPECT_TRUE(Says("What's left is the report", "left"));
}

}  // namespace
}  // namespace throughline::router::extractive
