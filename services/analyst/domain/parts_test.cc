// Calls that no model holds whole: cut, read in parts, put together again.
#include "services/analyst/domain/parts.h"

#include <gmock/gmock.h>

#include "absl/strings/str_cat.h"
#include "services/analyst/domain/merge_parts.h"

namespace throughline::analyst {
namespace {

using deal::BlockerCategory;
using deal::BlockerStatus;
using ::testing::SizeIs;

grounding::CallContext Call(int turns, size_t words_bytes = 80) {
  grounding::CallContext call{.customer_id = "acme", .call_id = "call-1"};
  for (int32_t i = 0; i < turns; ++i) {
    call.transcript.turns.push_back(
        {.index = i, .speaker = "Ana", .text = absl::StrCat(i, std::string(words_bytes, 'a'))});
  }
  return call;
}

TEST(SplitCallTest, AShortCallStaysWhole) {
  EXPECT_THAT(SplitCall(Call(5), 100'000), SizeIs(1));
  EXPECT_THAT(SplitCall(Call(5), 0), SizeIs(1));
}

TEST(SplitCallTest, PartsOverlapAndLoseNoTurn) {
  const grounding::CallContext call = Call(100);
  const std::vector<CallPart> parts = SplitCall(call, 2000);
  ASSERT_GT(parts.size(), 2u);
  EXPECT_EQ(parts.front().whole_turn.front(), 0);
  EXPECT_EQ(parts.back().whole_turn.back(), 99);
  for (size_t i = 0; i < parts.size(); ++i) {
    const auto& turns = parts[i].call.transcript.turns;
    ASSERT_EQ(turns.size(), parts[i].whole_turn.size());
    for (size_t t = 0; t < turns.size(); ++t) {
      EXPECT_EQ(turns[t].index, static_cast<int32_t>(t));
      EXPECT_EQ(turns[t].text,
                call.transcript.turns[static_cast<size_t>(parts[i].whole_turn[t])].text);
    }
    if (i == 0) continue;
    const int32_t last_of_previous = parts[i - 1].whole_turn.back();
    EXPECT_LE(parts[i].whole_turn.front(), last_of_previous) << "an answer keeps its question";
    EXPECT_GT(parts[i].whole_turn.back(), last_of_previous);
  }
}

TEST(SplitCallTest, ATurnThatIsTooLongIsCutAtASpace) {
  grounding::CallContext call = Call(1);
  call.transcript.turns[0].text.clear();
  for (int i = 0; i < 500; ++i) absl::StrAppend(&call.transcript.turns[0].text, "word ");
  const std::vector<CallPart> parts = SplitCall(call, 600);
  ASSERT_GT(parts.size(), 3u);
  std::string together;
  for (const CallPart& part : parts) {
    EXPECT_THAT(part.whole_turn, testing::Each(0));
    for (const auto& turn : part.call.transcript.turns) {
      EXPECT_EQ(turn.text.size() % 5, 0u) << "no word is cut";
      together += turn.text;
    }
  }
  EXPECT_EQ(together, call.transcript.turns[0].text);
}

TEST(SplitCallTest, PartsAreLimitedAndKeepBeginningAndEnd) {
  const std::vector<CallPart> parts = SplitCall(Call(5000), 500);
  EXPECT_THAT(parts, SizeIs(kMaxParts));
  EXPECT_EQ(parts.front().whole_turn.front(), 0);
  EXPECT_EQ(parts.back().whole_turn.back(), 4999);
}

deal::Blocker Price(std::string object, BlockerStatus status, int32_t turn, std::string quote) {
  return {.category = BlockerCategory::kPrice,
          .object = std::move(object),
          .status = status,
          .history = {{.status = status, .evidence = {.turn = turn, .quote = std::move(quote)}}}};
}

std::vector<CallPart> TwoParts() {
  std::vector<CallPart> parts(2);
  parts[0].whole_turn = {0, 1, 2};
  parts[1].whole_turn = {2, 3, 4};
  return parts;
}

TEST(MergeAnalysesTest, ABlockerRaisedInOnePartAndSettledInAnotherIsOne) {
  deal::Analysis first;
  first.open_blockers = {Price("the monthly price", BlockerStatus::kRaised, 1, "too high")};
  first.primary_blocker = first.open_blockers[0];
  first.confidence = 0.8;
  deal::Analysis second;
  second.resolved_blockers = {Price("monthly price", BlockerStatus::kResolved, 2, "we can live")};
  second.confidence = 0.6;
  const deal::Analysis all = MergeAnalyses(Call(5), TwoParts(), {first, second});
  EXPECT_THAT(all.open_blockers, SizeIs(0));
  ASSERT_THAT(all.resolved_blockers, SizeIs(1));
  ASSERT_THAT(all.resolved_blockers[0].history, SizeIs(2));
  EXPECT_EQ(all.resolved_blockers[0].history[0].evidence.turn, 1);
  EXPECT_EQ(all.resolved_blockers[0].history[1].evidence.turn, 4);
  EXPECT_FALSE(all.primary_blocker) << "what was settled later comes first no more";
  EXPECT_DOUBLE_EQ(all.confidence, 0.7);
}

TEST(MergeAnalysesTest, WhatTwoPartsRaiseIsRaisedOnceAndReopenedAfterItWasSettled) {
  deal::Analysis first;
  first.open_blockers = {Price("price", BlockerStatus::kRaised, 0, "too high")};
  first.resolved_blockers = {Price("price", BlockerStatus::kResolved, 2, "fine")};
  deal::Analysis second;
  second.open_blockers = {Price("price", BlockerStatus::kRaised, 2, "back on the table")};
  const deal::Analysis all = MergeAnalyses(Call(5), TwoParts(), {first, second});
  ASSERT_THAT(all.open_blockers, SizeIs(1));
  EXPECT_EQ(all.open_blockers[0].status, BlockerStatus::kReopened);
  EXPECT_THAT(all.open_blockers[0].history, SizeIs(3));
}

TEST(MergeAnalysesTest, PeopleAreOneOfEachNameAndNominalOnceAnyPartSaysSo) {
  deal::Analysis first;
  first.decision_makers = {{.name = "Ana", .authority_evidence = {{.turn = 0, .quote = "I sign"}}},
                           {.name = "Bo"}};
  first.follow_up.recipient = "Bo";
  deal::Analysis second;
  second.decision_makers = {{.name = "Ana", .title = "CFO"}};
  second.nominal_decision_makers = {{.name = "Bo", .nominal = true}};
  const deal::Analysis all = MergeAnalyses(Call(5), TwoParts(), {first, second});
  ASSERT_THAT(all.decision_makers, SizeIs(1));
  EXPECT_EQ(all.decision_makers[0].title, "CFO");
  EXPECT_THAT(all.decision_makers[0].authority_evidence, SizeIs(1));
  EXPECT_EQ(all.follow_up.recipient, "Bo") << "a part that names nobody changes nothing";
}

TEST(MergeFactsTest, WhatTheOverlapRepeatsIsKeptOnce) {
  const auto fact = [](std::string text, int32_t turn, std::string quote) {
    return deal::Fact{.kind = deal::FactKind::kStatement,
                      .text = std::move(text),
                      .evidence = {{.turn = turn, .quote = std::move(quote)}}};
  };
  CallFacts first{.facts = {fact("Acme runs four sites.", 2, "four sites")}};
  first.profile_changes.budget = {.text = "40k"};
  CallFacts second{.facts = {fact("Acme runs four sites in Spain.", 0, "four sites in Spain"),
                             fact("They start in May.", 1, "in May")}};
  second.profile_changes.budget = {.text = "45k"};
  const CallFacts all = MergeFacts(Call(5), TwoParts(), {first, second});
  ASSERT_THAT(all.facts, SizeIs(2));
  EXPECT_EQ(all.facts[1].evidence[0].turn, 3);
  EXPECT_EQ(all.profile_changes.budget->text, "45k");
}

}  // namespace
}  // namespace throughline::analyst
