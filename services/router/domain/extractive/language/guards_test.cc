#include "services/router/domain/extractive/language/guards.h"

#include <string>

#include "gtest/gtest.h"

namespace throughline::router::extractive {
namespace {

// Guards of the last clause of `text`.
Guards Last(absl::string_view text) {
  const Reading reading = ReadTurn(text);
  return FindGuards(reading, BuiltinLexicon().Match(reading)).back();
}

TEST(Guards, APlainStatementHasNone) {
  EXPECT_TRUE(Last("The quote is above what we can pay.").Plain());
}

TEST(Guards, ConditionsColourWhatFollowsThem) {
  EXPECT_TRUE(Last("If the pilot fails, we cannot sign.").hypothetical);
  EXPECT_FALSE(Last("We signed last night.").hypothetical);
}

TEST(Guards, OtherTimesAndPlacesAreAnecdotes) {
  EXPECT_TRUE(Last("At my last company we bought one. It never worked.").anecdote);
  EXPECT_TRUE(Last("Three years ago the price was too high.").anecdote);
  EXPECT_FALSE(Last("At my last company we bought one. We need a quote here.").anecdote);
}

TEST(Guards, FamilyAndFriendsAreThirdParties) {
  EXPECT_TRUE(Last("My brother works at a bank and they refused the contract.").third_party);
}

TEST(Guards, HedgesQuestionsAndDenialsAreSeen) {
  EXPECT_TRUE(Last("We might approve it.").hedged);
  EXPECT_TRUE(Last("Is it approved?").question);
  EXPECT_TRUE(Last("The price is not a problem.").denied);
}

TEST(NegatedBefore, LooksWithinTheClauseOnly) {
  const Reading reading = ReadTurn("We did not agree, but it is approved.");
  const size_t approved = reading.tokens.size() - 1;
  EXPECT_FALSE(NegatedBefore(reading, approved, 8));
  EXPECT_TRUE(NegatedBefore(reading, 3, 3));
}

}  // namespace
}  // namespace throughline::router::extractive
