#include "services/memory/domain/ranking.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/memory/domain/facts_for_tests.h"

namespace throughline::memory {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class RankingTest : public ::testing::Test {
 protected:
  void Say(const std::string& call, const std::string& speaker, const std::string& text,
           absl::Time at = Day(3, 3)) {
    const int turn = static_cast<int>(rows_.size());
    FactRow row{.call_id = call, .turn = turn, .speaker = speaker, .sequence = turn + 1};
    row.fact = {.id = absl::StrCat("t", turn),
                .kind = deal::FactKind::kVerbatim,
                .text = text,
                .valid_from = at};
    rows_.push_back(std::move(row));
  }
  std::vector<std::string> Ranked(const std::string& query,
                                  RecallBudget budget = RecallBudget::kHigh) {
    const auto index = CustomerIndex::Build(nullptr, rows_);
    std::vector<std::string> ids;
    for (const RankedRow& row :
         Rank(*index, {.text = query, .budget = budget, .today = absl::CivilDay(2026, 6, 10)},
              std::vector<bool>(index->size(), true))) {
      ids.push_back(index->row(row.position).row.fact.id);
    }
    return ids;
  }
  std::string Best(const std::string& query, RecallBudget budget = RecallBudget::kHigh) {
    const std::vector<std::string> ids = Ranked(query, budget);
    return ids.empty() ? "" : ids[0];
  }

  std::vector<FactRow> rows_;
};

TEST_F(RankingTest, WordsFindTheirInflections) {
  Say("c1", "Ann", "We bought two cranes last year.");
  Say("c2", "Bob", "The roof leaks.");
  EXPECT_THAT(Ranked("buying a crane", RecallBudget::kLow), ElementsAre("t0"));
}

TEST_F(RankingTest, TheSpeakerNamedInTheQuestionComesFirst) {
  Say("c1", "Ann Lee", "I want the contract reviewed.");
  Say("c2", "Bob Ray", "I want the contract reviewed.");
  EXPECT_EQ(Best("What does Bob want of the contract?"), "t1");
  EXPECT_EQ(Best("What does Ann want of the contract?"), "t0");
}

TEST_F(RankingTest, AnAnswerIsFoundByTheQuestionBeforeIt) {
  Say("c1", "Ann", "The weather is fine today.");
  Say("c2", "Bob", "Which database do you run in production?");
  Say("c2", "Ann", "Oracle, since forever.");
  const std::vector<std::string> ids = Ranked("Which database runs in production?");
  ASSERT_GE(ids.size(), 2u);
  EXPECT_THAT(std::vector<std::string>(ids.begin(), ids.begin() + 2),
              ::testing::UnorderedElementsAre("t1", "t2"));
  EXPECT_THAT(Ranked("Which database runs in production?", RecallBudget::kLow), ElementsAre("t1"));
}

TEST_F(RankingTest, ADateInTheQuestionDecidesBetweenEquals) {
  Say("c1", "Ann", "We talked about the pilot.", Day(3, 3));
  Say("c2", "Ann", "We talked about the pilot.", Day(5, 7));
  EXPECT_EQ(Best("What about the pilot in May?"), "t1");
  EXPECT_EQ(Best("What about the pilot in March?"), "t0");
}

TEST_F(RankingTest, WhatHasNothingToDoWithTheQuestionStaysOut) {
  Say("c1", "Ann", "The roof leaks.");
  EXPECT_THAT(Ranked("quarterly forecast"), IsEmpty());
}

TEST_F(RankingTest, AQuestionWithoutContentGetsTheNewest) {
  Say("c1", "Ann", "The roof leaks.", Day(1, 1));
  Say("c2", "Ann", "The dock is red.", Day(5, 1));
  EXPECT_THAT(Ranked("what is it?"), ElementsAre("t1", "t0"));
}

TEST_F(RankingTest, ATypedFactComesBeforeTheWordsItWasTakenFrom) {
  Say("c1", "Ann", "The dock is red.");
  FactRow fact{.key = "k", .sequence = 9};
  fact.fact = {.id = "fact",
               .kind = deal::FactKind::kDecision,
               .text = "The dock is red.",
               .valid_from = Day(3, 3)};
  rows_.push_back(fact);
  EXPECT_EQ(Best("dock", RecallBudget::kMid), "fact");
}

TEST_F(RankingTest, AnIndexBroughtUpToDateRanksLikeOneMadeAnew) {
  Say("c1", "Ann", "Which crane do you use?");
  Say("c1", "Bob", "The big one.");
  const auto before = CustomerIndex::Build(nullptr, rows_);
  Say("c1", "Ann", "And the forklift?");
  Say("c2", "Bob", "The crane is broken.");
  const auto updated = CustomerIndex::Build(before.get(), {rows_[2], rows_[3]});
  const auto anew = CustomerIndex::Build(nullptr, rows_);
  const RankingQuery query{.text = "crane", .budget = RecallBudget::kHigh};
  const std::vector<bool> all(4, true);
  const auto a = Rank(*updated, query, all);
  const auto b = Rank(*anew, query, all);
  ASSERT_EQ(a.size(), b.size());
  for (size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(updated->row(a[i].position).row.fact.id, anew->row(b[i].position).row.fact.id);
    EXPECT_FLOAT_EQ(a[i].score, b[i].score);
  }
}

}  // namespace
}  // namespace throughline::memory
