#include "services/memory/domain/person_name.h"

#include <gtest/gtest.h>

namespace throughline::memory {
namespace {

TEST(PersonNameTest, OnePersonIsFoundUnderManySpellings) {
  const KnownPeople known(std::vector<std::string>{"Sarah Chen", "Robert Miller", "María García"});
  for (const char* spelling :
       {"Sarah Chen", "sarah chen", "Chen, Sarah", "Dr. Sarah Chen", "S. Chen", "Sarah", "Ms. Chen",
        "Sarah Chen (VP Operations)", "Sarah C."}) {
    EXPECT_EQ(known.Find(spelling), 0) << spelling;
  }
  EXPECT_EQ(known.Find("Bob Miller"), 1);
  EXPECT_EQ(known.Find("Rob Miller Jr."), 1);
  EXPECT_EQ(known.Find("Garcia"), -1) << "accents are kept, not guessed";
}

TEST(PersonNameTest, ANameThatCouldBeTwoPeopleIsNobody) {
  const KnownPeople known(std::vector<std::string>{"Sarah Chen", "Sarah Park"});
  EXPECT_EQ(known.Find("Sarah"), -1);
  EXPECT_EQ(known.Find("Sarah Park"), 1);
  EXPECT_EQ(known.Find("S. Chen"), 0);
  EXPECT_EQ(KnownPeople({"Sarah Chen", "Simon Chen"}).Find("S. Chen"), -1);
  EXPECT_EQ(KnownPeople({"Sarah Chen", "Sarah Park", "Sarah Wu"}).Find("Sarah"), -1);
}

TEST(PersonNameTest, DifferentPeopleStayApart) {
  EXPECT_EQ(KnownPeople({"Tigran Petrosyan"}).Find("Iran Petrosyan"), -1);
  EXPECT_EQ(KnownPeople({"Room 101"}).Find("Room 102"), -1);
  EXPECT_EQ(KnownPeople({"Anna Lee"}).Find("Anne Lee"), -1);
  EXPECT_EQ(KnownPeople({"John A. Smith"}).Find("John B. Smith"), -1);
  EXPECT_EQ(KnownPeople({"Mark Chen"}).Find("Sarah Chen"), -1);
  EXPECT_EQ(KnownPeople({"Sarah Chen"}).Find(""), -1);
}

TEST(PersonNameTest, AnotherSpellingIsFoundFromThenOn) {
  KnownPeople known(std::vector<std::string>{"Chen"});
  known.Add("Robert Miller");
  known.Rename(0, "Sarah Chen");
  EXPECT_EQ(known.Find("sarah chen"), 0);
  EXPECT_EQ(known.Find("Bob Miller"), 1);
  EXPECT_EQ(known.Find("Mark Chen"), -1);
}

}  // namespace
}  // namespace throughline::memory
