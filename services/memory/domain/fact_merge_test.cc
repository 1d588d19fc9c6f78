#include "services/memory/domain/fact_merge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/memory/domain/facts_for_tests.h"

namespace throughline::memory {
namespace {

using ::testing::SizeIs;

class FactMergeTest : public ::testing::Test {
 protected:
  Statement Say(const deal::Fact& fact) {
    return ToStatement(stemmer_, IdentifyFact(stemmer_, fact), fact, "c1", Day(3, 3), Day(3, 4));
  }
  FactMerge Merge(const FactIdentity& identity, std::vector<FactRow> existing,
                  const std::vector<Statement>& incoming) {
    return MergeStatements(stemmer_, identity, std::move(existing), incoming);
  }
  Stemmer stemmer_;
};

TEST_F(FactMergeTest, ARowOfOldKeepsItsIdWhenItIsToldAgain) {
  const deal::Fact fact =
      PlainFact("They run 4 docks for grocery chains in Ohio.", Said("c1", 1, "four docks"));
  const FactIdentity identity = IdentifyFact(stemmer_, fact);
  FactRow old = Merge(identity, {}, {Say(fact)}).rows[0];
  const std::string id = old.fact.id;
  old.key = identity.older_key;
  old.statements[0].signature.clear();
  old.sequence = 7;

  deal::Fact again = fact;
  again.evidence = {Said("c2", 5, "those four docks")};
  const FactMerge merge = Merge(identity, {old}, {Say(again)});
  ASSERT_THAT(merge.rows, SizeIs(1));
  EXPECT_EQ(merge.rows[0].fact.id, id);
  EXPECT_EQ(merge.rows[0].key, identity.key);
  EXPECT_EQ(merge.rows[0].sequence, 7);
  EXPECT_THAT(merge.rows[0].statements, SizeIs(2));
  EXPECT_TRUE(merge.changed[0]);
  EXPECT_EQ(merge.outcomes[0].outcome, RetainOutcome::kUpdated);
  EXPECT_EQ(Merge(identity, {old}, {Say(fact)}).outcomes[0].outcome, RetainOutcome::kDuplicate);
}

TEST_F(FactMergeTest, TheWordsOfAFactSurviveManyRestatements) {
  const std::string plain = "They run 4 docks for grocery chains in Ohio.";
  const std::string fuller = "They run 4 docks for rural grocery chains in Ohio.";
  std::vector<Statement> said;
  for (int i = 0; i < 300; ++i) {
    said.push_back(Say(PlainFact(i == 1 ? fuller : plain, Said("c1", i, "docks"))));
  }
  const FactIdentity identity = IdentifyFact(stemmer_, PlainFact(plain, Said("c1", 0, "docks")));
  FactMerge merge = Merge(identity, {}, said);
  ASSERT_THAT(merge.rows, SizeIs(1));
  EXPECT_THAT(merge.rows[0].statements, SizeIs(kMaxStatementsPerFact));
  EXPECT_THAT(merge.outcomes, SizeIs(300));
  merge = Merge(identity, merge.rows, {said[0]});
  ASSERT_THAT(merge.rows, SizeIs(1));
  EXPECT_EQ(merge.rows[0].fact.text, fuller);
}

TEST_F(FactMergeTest, AnyOrderOfRestatementsGivesTheSameFacts) {
  constexpr int kSeeds = 40;
  constexpr int kOrders = 5;
  constexpr int kTexts = 10;
  int merged = 0;
  for (unsigned seed = 0; seed < kSeeds; ++seed) {
    std::mt19937 random(seed);
    const auto perhaps = [&random](const char* word) { return random() % 2 == 0 ? word : ""; };
    std::vector<deal::Fact> facts;
    for (int i = 0; i < kTexts; ++i) {
      facts.push_back(PlainFact(
          absl::StrCat("They run", perhaps(" shiny"), " docks at warehouses for", perhaps(" rural"),
                       " grocery", perhaps(" store"), " chains", perhaps(" across"), " in Ohio."),
          Said(absl::StrCat("c", i), i, "docks")));
      facts.back().valid_from = Day(3, 1 + static_cast<int>(random() % 5));
    }
    const FactIdentity identity = IdentifyFact(stemmer_, facts[0]);
    std::string expected;
    for (int order = 0; order < kOrders; ++order) {
      std::vector<FactRow> rows;
      for (const deal::Fact& fact : facts) {
        ASSERT_EQ(IdentifyFact(stemmer_, fact).key, identity.key);
        rows = Merge(identity, std::move(rows), {Say(fact)}).rows;
      }
      merged += rows.size() < kTexts ? 1 : 0;
      std::string story;
      for (const FactRow& row : rows) {
        absl::StrAppend(&story, row.fact.id, " ", row.fact.text, " ",
                        absl::ToUnixSeconds(row.fact.valid_from), row.turn);
        for (const deal::Evidence& evidence : row.fact.evidence) {
          absl::StrAppend(&story, " ", evidence.call_id);
        }
        absl::StrAppend(&story, "\n");
      }
      if (order == 0) expected = story;
      ASSERT_EQ(story, expected) << "seed " << seed << ", order " << order;
      std::shuffle(facts.begin(), facts.end(), random);
    }
  }
  EXPECT_EQ(merged, kSeeds * kOrders);
}

TEST_F(FactMergeTest, FactsOfOneKeyAreNotOneFactForThat) {
  const deal::Fact red =
      PlainFact("Ann wants the red scanner carts for night crews.", Said("c1", 1, "red"));
  const deal::Fact blue =
      PlainFact("Ann wants the blue scanner carts for night crews.", Said("c1", 2, "blue"));
  const FactIdentity identity = IdentifyFact(stemmer_, red);
  ASSERT_EQ(identity.key, IdentifyFact(stemmer_, blue).key);
  const FactMerge merge = Merge(identity, {}, {Say(red), Say(blue)});
  ASSERT_THAT(merge.rows, SizeIs(2));
  EXPECT_FALSE(OfOneFact(merge.rows[0], merge.rows[1]));
  EXPECT_TRUE(OfOneFact(merge.rows[0], merge.rows[0]));
}

}  // namespace
}  // namespace throughline::memory
