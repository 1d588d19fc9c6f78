#include "services/router/domain/extractive/language/perspective.h"

#include "gtest/gtest.h"

namespace throughline::router::extractive {
namespace {

Perspective Outside() {
  return {Named("Ana Ruiz", "Ana"), Named("Northwind Foods"), Named("Acme")};
}

Perspective ToReader() { return {ReaderYou(), ReaderYou(), WriterWe()}; }

TEST(RephraseTest, TheSpeakerBecomesAThirdPersonWhoseVerbsAgree) {
  EXPECT_EQ(Rephrase("I need the audit report", Outside()), "Ana Ruiz needs the audit report");
  EXPECT_EQ(Rephrase("we've got four plants", Outside()), "Northwind Foods has four plants");
  EXPECT_EQ(Rephrase("I'm the owner", Outside()), "Ana Ruiz is the owner");
  EXPECT_EQ(Rephrase("I don't do calls", Outside()), "Ana Ruiz does not do calls");
  EXPECT_EQ(Rephrase("we lost two days", Outside()), "Northwind Foods lost two days");
  EXPECT_EQ(Rephrase("I never pick up", Outside()), "Ana Ruiz never picks up");
  EXPECT_EQ(Rephrase("I reckon it's late", Outside()), "Ana Ruiz reckons it's late");
}

TEST(RephraseTest, PossessivesAndObjectsFollowAndTheSecondMentionIsShort) {
  EXPECT_EQ(Rephrase("send it to me, I read my mail", Outside()),
            "send it to Ana Ruiz, Ana read Ana Ruiz's mail");
  EXPECT_EQ(Rephrase("our board meets in May", Outside()), "Northwind Foods' board meets in May");
}

TEST(RephraseTest, WouldAndHadAreToldApart) {
  EXPECT_EQ(Rephrase("I'd want a pilot", Outside()), "Ana Ruiz would want a pilot");
  EXPECT_EQ(Rephrase("I'd seen it", Outside()), "Ana Ruiz had seen it");
}

TEST(RephraseTest, TheReaderIsAddressed) {
  EXPECT_EQ(Rephrase("I was worried about our data", ToReader()),
            "you were worried about your data");
  EXPECT_EQ(Rephrase("I can't sign until you send it", ToReader()),
            "you can't sign until we send it");
  EXPECT_EQ(Rephrase("I won't take yours before mine breaks", ToReader()),
            "you won't take ours before yours breaks");
}

TEST(RephraseTest, WordsWithoutPronounsStayAsTheyAre) {
  EXPECT_EQ(Rephrase("The freeze starts on June 1.", Outside()), "The freeze starts on June 1.");
  EXPECT_EQ(Rephrase("", Outside()), "");
}

TEST(RephraseTest, TypographicApostrophesAreUnderstood) {
  EXPECT_EQ(Rephrase("we\xE2\x80\x99re late", Outside()), "Northwind Foods is late");
}

TEST(ThirdPersonTest, FollowsTheSpellingRules) {
  EXPECT_EQ(ThirdPerson("try"), "tries");
  EXPECT_EQ(ThirdPerson("pay"), "pays");
  EXPECT_EQ(ThirdPerson("watch"), "watches");
  EXPECT_EQ(ThirdPerson("have"), "has");
}

}  // namespace
}  // namespace throughline::router::extractive
