#include "services/memory/domain/ranking.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <initializer_list>
#include <random>
#include <set>

#include "services/memory/domain/facts_for_tests.h"
#include "services/memory/domain/row_filter.h"

namespace throughline::memory {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// The index after `changed` rows have joined those of `previous`.
std::shared_ptr<const CustomerIndex> IndexOf(const CustomerIndex* previous,
                                             const std::vector<FactRow>& changed) {
  RowAnalyser analyser;
  CustomerIndex::Builder builder(previous);
  for (const FactRow& row : changed) builder.Visit(row.fact.id, analyser.Analyse(row));
  return std::move(builder).Build();
}

// Ids and scores, best first.
std::vector<std::pair<std::string, double>> RankAll(const CustomerIndex& index,
                                                    const std::string& query,
                                                    RecallBudget budget = RecallBudget::kHigh) {
  Ranking ranking(index, {.text = query, .budget = budget, .today = absl::CivilDay(2026, 6, 10)},
                  std::vector<uint8_t>(index.size(), 1));
  std::vector<std::pair<std::string, double>> ranked;
  while (const std::optional<RankedRow> row = ranking.Next()) {
    EXPECT_NEAR(row->score, row->parts.Sum(), 1e-4) << "the parts make up the score";
    ranked.emplace_back(index.id(row->position), row->score);
  }
  return ranked;
}

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
    const auto index = IndexOf(nullptr, rows_);
    std::vector<std::string> ids;
    for (const auto& [id, score] : RankAll(*index, query, budget)) ids.push_back(id);
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
  Say("c2", "Ann", "Which crane do you use?");
  Say("c2", "Bob", "The big one.");
  Say("c4", "Bob", "The small crane was sold.", Day(4, 1));
  auto updated = IndexOf(nullptr, rows_);
  Say("c2", "Ann", "And the forklift beside the crane?");
  Say("c1", "Bob", "The crane is broken.");
  Say("c3", "Ann", "A crane driver is wanted.", Day(5, 1));
  rows_[1].fact.text = "The big crane, I mean.";
  updated = IndexOf(updated.get(), {rows_[1], rows_[3]});
  updated = IndexOf(updated.get(), {rows_[4], rows_[5]});
  const auto anew = IndexOf(nullptr, rows_);
  for (const char* query :
       {"crane", "What did Bob say of the crane?", "the crane in May", "sold"}) {
    EXPECT_EQ(RankAll(*updated, query), RankAll(*anew, query)) << query;
  }
}

TEST_F(RankingTest, ALongAnswerIsThePlainWayRowByRowAndSorted) {
  constexpr int kRows = 700;  // drawn in several goes, with many equals
  std::mt19937 random(7);
  const auto any = [&random](std::initializer_list<const char*> words) {
    return std::string(words.begin()[random() % words.size()]);
  };
  for (int i = 0; i < kRows; ++i) {
    Say(absl::StrCat("c", random() % 40), any({"Ann Lee", "Bob Ray"}),
        absl::StrCat("The ", any({"crane", "dock", "roof"}), " ",
                     any({"leaks", "is sold?", "works"}), " ",
                     any({"today", "at Ravensburg", "twice"})),
        Day(1 + static_cast<int>(random() % 6), 3));
    if (random() % 3 == 0) rows_.back().fact.kind = deal::FactKind::kDecision;
    if (random() % 5 == 0) rows_.back().fact.superseded_by = "other";
  }
  const auto index = IndexOf(nullptr, rows_);
  const std::vector<uint8_t> eligible = EligibleRows(*index, {});
  for (const char* text : {"crane", "Where did Bob sell the crane in May?", "roof leak"}) {
    for (const RecallBudget budget : {RecallBudget::kLow, RecallBudget::kHigh}) {
      const RankingQuery query{
          .text = text, .budget = budget, .today = absl::CivilDay(2026, 6, 10)};
      const std::vector<Features> features = ComputeFeatures(*index, query, eligible);
      std::set<uint32_t> related;
      for (uint32_t i = 0; i < features.size(); ++i) {
        const Features& row = features[i];
        const bool bears = row[kTurn] > 0 || row[kWide] > 0 || row[kSession] > 0 ||
                           (budget != RecallBudget::kLow && (row[kSpeaker] > 0 || row[kDates] > 0));
        if (bears && index->IsCurrent(i)) related.insert(i);
      }
      Ranking ranking(*index, query, eligible);
      std::vector<std::pair<double, uint32_t>> given;
      while (const std::optional<RankedRow> row = ranking.Next()) {
        EXPECT_NEAR(row->score, row->parts.Sum(), 1e-4);
        EXPECT_EQ(related.erase(row->position), 1U) << "a row that is none, or was given before";
        given.emplace_back(-row->score, row->position);
      }
      EXPECT_THAT(related, IsEmpty()) << text;
      EXPECT_GT(given.size(), 100U);
      EXPECT_TRUE(std::is_sorted(given.begin(), given.end())) << text;
    }
  }
}

TEST_F(RankingTest, FactsRankTheSameWhetherTurnsAreLookedAtOrNot) {
  std::mt19937 random(11);
  for (int i = 0; i < 120; ++i) {
    Say(absl::StrCat("c", random() % 6), "Ann Lee",
        absl::StrCat("The crane number ", random() % 9, random() % 2 == 0 ? " leaks" : " works"));
    if (random() % 3 == 0) rows_.back().fact.kind = deal::FactKind::kDecision;
  }
  Say("elsewhere", "Bob Ray", "Nothing at all.");
  const auto index = IndexOf(nullptr, rows_);
  const auto rank = [&](const std::vector<uint8_t>& eligible) {
    Ranking ranking(*index,
                    {.text = "Which crane leaks, number 3 or number 4?",
                     .budget = RecallBudget::kHigh,
                     .today = absl::CivilDay(2026, 6, 10)},
                    eligible);
    std::vector<std::pair<std::string, double>> ranked;
    while (const std::optional<RankedRow> row = ranking.Next()) {
      EXPECT_NEAR(row->score, row->parts.Sum(), 1e-4);
      ranked.emplace_back(index->id(row->position), row->score);
    }
    return ranked;
  };
  std::vector<uint8_t> eligible(index->size());
  for (uint32_t i = index->verbatim_rows(); i < eligible.size(); ++i) eligible[i] = 1;
  const auto facts_alone = rank(eligible);
  EXPECT_THAT(facts_alone, SizeIs(index->size() - index->verbatim_rows()));
  // With a turn that has nothing of the question, and so changes no scale, all are looked at.
  for (uint32_t i = 0; i < index->verbatim_rows(); ++i) {
    eligible[i] = index->id(i) == rows_.back().fact.id ? 1 : 0;
  }
  EXPECT_EQ(rank(eligible), facts_alone);
}

TEST_F(RankingTest, AnEntryReadBackIsTheEntryThatWasKept) {
  Say("c1", "Ann Lee", "Did Bob pay $7,600 last year? He paid twice, twice!");
  FactRow& row = rows_[0];
  row.fact.tags = {"north", ""};
  row.fact.valid_to = Day(4, 1);
  row.fact.superseded_by = "other";
  row.invalidation = Invalidation{.at = Day(5, 1)};
  const IndexEntry entry = RowAnalyser().Analyse(row);
  IndexEntry read;
  ASSERT_TRUE(DecodeEntry(EncodeEntry(entry), &read));
  EXPECT_EQ(EncodeEntry(read), EncodeEntry(entry));
  EXPECT_THAT(UnpackStrings(read.tags), ElementsAre("north", ""));
  EXPECT_THAT(UnpackStrings(read.calls), ElementsAre("c1"));
  EXPECT_EQ(read.valid_to, Day(4, 1));
  EXPECT_EQ(read.invalidated_at, Day(5, 1));
  EXPECT_TRUE(read.Has(IndexEntry::kAsks));
  EXPECT_FALSE(read.Has(IndexEntry::kEndsAsking));
  EXPECT_TRUE(read.Has(IndexEntry::kSuperseded));
  EXPECT_TRUE(read.Has(IndexEntry::kSpeaksOfTime));
}

TEST_F(RankingTest, ADamagedEntryIsNotTakenForOne) {
  Say("c1", "Ann Lee", "The dock is red.");
  const std::string bytes = EncodeEntry(RowAnalyser().Analyse(rows_[0]));
  IndexEntry read;
  EXPECT_FALSE(DecodeEntry("", &read));
  EXPECT_FALSE(DecodeEntry("\x7F" + bytes.substr(1), &read)) << "of another format";
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(DecodeEntry(bytes.substr(0, size), &read)) << size;
  }
}

}  // namespace
}  // namespace throughline::memory
