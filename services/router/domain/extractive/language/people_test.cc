#include "services/router/domain/extractive/language/people.h"

#include <string>

#include "gtest/gtest.h"

namespace throughline::router::extractive {
namespace {

using transcript::Participant;
using transcript::Presence;
using transcript::Side;
using transcript::Transcript;

People Meet(const Transcript& transcript, const std::string& speaker, const std::string& text) {
  People people(transcript, {});
  people.Learn(speaker, Side::kCustomer, text, ReadTurn(text));
  return people;
}

TEST(People, LearnsNamesAndTitlesFromSpeech) {
  const People after = Meet({}, "Ana", "It goes to Priya Nair, our finance director, always.");
  const auto priya = after.Find("Priya");
  ASSERT_TRUE(priya.has_value());
  EXPECT_EQ(after.at(*priya).name, "Priya Nair");
  EXPECT_EQ(after.at(*priya).title, "finance director");
  EXPECT_EQ(after.Find("the finance director"), priya);
}

TEST(People, LearnsTitleBeforeName) {
  const People people = Meet({}, "Ana", "You would meet our controller, Tom Weiss, first.");
  ASSERT_TRUE(people.Find("Tom").has_value());
  EXPECT_EQ(people.at(*people.Find("Tom")).title, "controller");
}

TEST(People, AnAmbiguousFirstNameIsNobody) {
  Transcript transcript;
  transcript.participants = {{"Ana Reyes"}, {"Ana Costa"}};
  const People people(transcript, {});
  EXPECT_FALSE(people.Find("Ana").has_value());
  EXPECT_TRUE(people.Find("Ana Costa").has_value());
}

TEST(People, CompletesAFirstNameFromTheInvitation) {
  Transcript transcript;
  transcript.participants = {
      {"", "", "", "lbrandt@example.com", Side::kCustomer, Presence::kInvited}};
  People people(transcript, {});
  EXPECT_EQ(people.at(people.FindOrAdd("Lena")).name, "Lena Brandt");
}

TEST(People, LearnsWhoIsCalledMister) {
  const People people = Meet({}, "Ana", "Mr. Ammann signs with me, and so does Frau Doktor Meier.");
  ASSERT_TRUE(people.Find("Ammann").has_value());
  EXPECT_TRUE(people.Find("Mrs Meier").has_value());
}

TEST(People, AFullNameCompletesWhatWasKnownOfThePerson) {
  const People people = Meet({}, "Ana", "Ask Mr. Ammann. Write to Peter Ammann in finance.");
  ASSERT_TRUE(people.Find("Mr Ammann").has_value());
  EXPECT_EQ(people.at(*people.Find("Mr Ammann")).name, "Peter Ammann");
}

TEST(People, LearnsFullNamesWithAKnownGivenName) {
  const People people = Meet({}, "Ana", "Michael Dunne, finance. We met in Hong Kong.");
  EXPECT_TRUE(people.Find("Dunne").has_value());
  EXPECT_FALSE(people.Find("Hong Kong").has_value());
}

TEST(People, LearnsAFullNameThatAPronounTakesUp) {
  const People people = Meet({}, "Ana", "It ends with Zoltrun Vexley. He says yes or no.");
  ASSERT_TRUE(people.Find("Vexley").has_value());
  EXPECT_EQ(people.at(*people.Find("Vexley")).name, "Zoltrun Vexley");
  EXPECT_FALSE(Meet({}, "Ana", "We looked at Zoltrun Vexley. It broke.").Find("Vexley"));
}

TEST(People, LearnsAFullNameThatIsAlsoSaidShort) {
  EXPECT_TRUE(
      Meet({}, "Ana", "Zoltrun Vexley in Bergen signs those. So Zoltrun first.").Find("Vexley"));
  EXPECT_TRUE(Meet({}, "Ana", "We ask Zoltrun. That's Zoltrun Vexley.").Find("Vexley"));
  EXPECT_FALSE(Meet({}, "Ana", "Zoltrun Vexley signs those.").Find("Vexley")) << "said once";
  EXPECT_FALSE(Meet({}, "Ana", "The Zoltrun Bank signs those, so Zoltrun first.").Find("Zoltrun"));
  EXPECT_FALSE(Meet({}, "Ana", "Off to Zoltrun Vexley, as we live in Zoltrun.").Find("Zoltrun"));
}

TEST(People, LearnsAFullNameOfWhomTheSentenceGoesOnToTell) {
  EXPECT_TRUE(Meet({}, "Ana", "There's Zoltrun Vexley, she audits us for them.").Find("Vexley"));
  EXPECT_TRUE(Meet({}, "Ana", "Here it's Zoltrun Vexley who opens the line.").Find("Vexley"));
  const People chair = Meet({}, "Ana", "Zoltrun Vexley, she's chair of the owners since June.");
  ASSERT_TRUE(chair.Find("Vexley").has_value());
  EXPECT_EQ(chair.at(*chair.Find("Vexley")).title.substr(0, 5), "chair");
}

TEST(People, AFormOfAddressDoesNotReplaceAFullName) {
  Transcript transcript;
  transcript.participants = {{"Irma Meier", "", "", "", Side::kCustomer, Presence::kPresent}};
  deal::Stakeholder known;
  known.name = "Herr Doktor Meier";
  const People people(transcript, {known});
  ASSERT_EQ(people.all().size(), 1u);
  EXPECT_EQ(people.at(0).name, "Irma Meier");
}

TEST(People, WhatStandsBeforeAKnownFullNameIsNoPartOfIt) {
  Transcript transcript;
  transcript.participants = {{"Irma Meier", "", "", "", Side::kCustomer, Presence::kPresent}};
  People people(transcript, {});
  EXPECT_EQ(people.Find("Deaconess Irma Meier"), people.Find("Irma"));
  EXPECT_EQ(people.at(people.FindOrAdd("Irma's")).name, "Irma Meier");
  EXPECT_FALSE(people.Find("Deaconess Meier Senior").has_value());
}

TEST(People, LearnsTheFullNameOfWhomAPartIsKnown) {
  const People people = Meet({}, "Ana", "The director, Mr. Vexley, Zoltrun Vexley, signs it.");
  ASSERT_TRUE(people.Find("Vexley").has_value());
  EXPECT_EQ(people.at(*people.Find("Vexley")).name, "Zoltrun Vexley");
}

TEST(People, LearnsAGivenNameThatAPronounOrTheOtherSideTakesUp) {
  EXPECT_TRUE(Meet({}, "Ana", "My sister decides, Astrid. She signs everything.").Find("Astrid"));
  EXPECT_FALSE(Meet({}, "Ana", "My sister decides, Astrid.").Find("Astrid")) << "said once";
  People people({}, {});
  const std::string said = "Me and Astrid.", asked = "And what does Astrid need?";
  people.Learn("Ana", Side::kCustomer, said, ReadTurn(said));
  people.Learn("Tom", Side::kSeller, asked, ReadTurn(asked));
  EXPECT_TRUE(people.Find("Astrid").has_value());
}

TEST(People, AGivenNameThatBeginsASentenceIsSomebodyOnceItStandsElsewhere) {
  const People people = Meet({}, "Ana", "Gail in operations signs the spend. Then ring Gail.");
  EXPECT_TRUE(people.Find("Gail").has_value());
  EXPECT_FALSE(Meet({}, "Ana", "Grant it. Grant it twice.").Find("Grant").has_value());
}

TEST(People, AnOfficeOfEarlierCallsIsNoNameOfWhoHasIt) {
  Transcript transcript;
  transcript.participants = {{"Henrique Vaz", "Chief Risk Officer"}};
  deal::Stakeholder known;
  known.name = "chief risk officer";
  const People people(transcript, {known});
  EXPECT_EQ(people.at(0).name, "Henrique Vaz");
}

TEST(People, BoardsAndCommitteesAreSomebody) {
  const std::string text = "It goes to our audit committee, then the City Council votes.";
  const People people = Meet({}, "Ana", text);
  const auto body = [&](absl::string_view said, size_t at) -> std::string {
    const auto found = people.FindBody(ReadTurn(said), at);
    return found ? people.at(*found).name : "";
  };
  EXPECT_EQ(body("so the committee says", 2), "audit committee");
  EXPECT_EQ(body("the finance committee", 2), "");
  EXPECT_EQ(body("the council", 1), "City Council");
  EXPECT_EQ(body("the board", 1), "") << "nobody spoke of one";
}

TEST(People, BodiesOfEarlierCallsAreTheSameBodies) {
  People people({}, {{.name = "City Council"}, {.name = "audit committee"}});
  const std::string text = "The council votes on it. Then the committee, or any committee.";
  people.Learn("Ana", Side::kCustomer, text, ReadTurn(text));
  EXPECT_EQ(people.all().size(), 2u);
  EXPECT_EQ(people.FindBody(ReadTurn("the council"), 1), people.Find("City Council"));
  EXPECT_TRUE(people.at(*people.Find("City Council")).body);
}

TEST(People, ACommitteeThatMayBeSeveralIsNoFurtherOne) {
  const People people =
      Meet({}, "Ana", "Our audit committee, our finance committee. The committee meets.");
  EXPECT_EQ(people.all().size(), 2u);
  EXPECT_FALSE(people.FindBody(ReadTurn("the committee"), 1).has_value());
}

TEST(People, LearnsANameThatTheSentenceGoesOnAbout) {
  const People people = Meet({}, "Ana", "Over that it goes to Burak, he's the one who signs.");
  EXPECT_TRUE(people.Find("Burak").has_value());
  EXPECT_FALSE(Meet({}, "Ana", "It goes to Springdale, it's the head office.").Find("Springdale"));
}

TEST(People, ParticlesBelongToNames) {
  People people = Meet({}, "Ana", "It's our director, Ilse van der Rooyen, who signs.");
  ASSERT_TRUE(people.Find("Rooyen").has_value());
  EXPECT_EQ(people.at(*people.Find("Rooyen")).name, "Ilse van der Rooyen");
  people = Meet({}, "Ana", "Mrs Van Rooyen signs. Ilse van Rooyen, our director.");
  EXPECT_EQ(people.at(*people.Find("Ilse")).name, "Ilse van Rooyen");
}

TEST(People, FindsMentionsInOrder) {
  Transcript transcript;
  transcript.participants = {{"Ana Reyes"}, {"Tom Weiss"}};
  const People people(transcript, {});
  const auto mentions = people.Mentions(ReadTurn("Tom asked Ana Reyes, and will sign."));
  ASSERT_EQ(mentions.size(), 2u);
  EXPECT_EQ(people.at(mentions[0].person).name, "Tom Weiss");
  EXPECT_EQ(people.at(mentions[1].person).name, "Ana Reyes");
}

}  // namespace
}  // namespace throughline::router::extractive
