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
