#include "services/memory/domain/person_name.h"

#include <gtest/gtest.h>

namespace throughline::memory {
namespace {

TEST(PersonNameTest, OnePersonIsFoundUnderManySpellings) {
  const std::vector<std::string> known = {"Sarah Chen", "Robert Miller", "María García"};
  for (const char* spelling :
       {"Sarah Chen", "sarah chen", "Chen, Sarah", "Dr. Sarah Chen", "S. Chen", "Sarah", "Ms. Chen",
        "Sarah Chen (VP Operations)", "Sarah C."}) {
    EXPECT_EQ(FindPerson(known, spelling), 0) << spelling;
  }
  EXPECT_EQ(FindPerson(known, "Bob Miller"), 1);
  EXPECT_EQ(FindPerson(known, "Rob Miller Jr."), 1);
  EXPECT_EQ(FindPerson(known, "Garcia"), -1) << "accents are kept, not guessed";
}

TEST(PersonNameTest, ANameThatCouldBeTwoPeopleIsNobody) {
  const std::vector<std::string> known = {"Sarah Chen", "Sarah Park"};
  EXPECT_EQ(FindPerson(known, "Sarah"), -1);
  EXPECT_EQ(FindPerson(known, "Sarah Park"), 1);
  EXPECT_EQ(FindPerson(known, "S. Chen"), 0);
  EXPECT_EQ(FindPerson({"Sarah Chen", "Simon Chen"}, "S. Chen"), -1);
  EXPECT_EQ(FindPerson({"Sarah Chen", "Sarah Park", "Sarah Wu"}, "Sarah"), -1);
}

TEST(PersonNameTest, DifferentPeopleStayApart) {
  EXPECT_EQ(FindPerson({"Tigran Petrosyan"}, "Iran Petrosyan"), -1);
  EXPECT_EQ(FindPerson({"Room 101"}, "Room 102"), -1);
  EXPECT_EQ(FindPerson({"Anna Lee"}, "Anne Lee"), -1);
  EXPECT_EQ(FindPerson({"John A. Smith"}, "John B. Smith"), -1);
  EXPECT_EQ(FindPerson({"Mark Chen"}, "Sarah Chen"), -1);
  EXPECT_EQ(FindPerson({"Sarah Chen"}, ""), -1);
}

}  // namespace
}  // namespace throughline::memory
