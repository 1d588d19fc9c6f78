#include "common/digest/sha256.h"

#include <gtest/gtest.h>

namespace throughline {
namespace {

TEST(Sha256HexTest, GivesTheSameDigitsForTheSameParts) {
  EXPECT_EQ(Sha256Hex({"acme", "call"}), Sha256Hex({"acme", "call"}));
  EXPECT_EQ(Sha256Hex({"acme"}).size(), 64u);
}

TEST(Sha256HexTest, OfNothingIsTheWellKnownValue) {
  EXPECT_EQ(Sha256Hex({}), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Sha256HexTest, WhereOnePartEndsMatters) {
  EXPECT_NE(Sha256Hex({"ab", "c"}), Sha256Hex({"a", "bc"}));
  EXPECT_NE(Sha256Hex({"ab", ""}), Sha256Hex({"ab"}));
}

}  // namespace
}  // namespace throughline
