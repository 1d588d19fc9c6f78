#include "services/router/domain/extractive/analysis/founded.h"

#include "gtest/gtest.h"
#include "services/router/domain/extractive/analysis/evidence.h"

namespace throughline::router::extractive {
namespace {

using deal::BlockerCategory;
using deal::BlockerStatus;

class FoundedTest : public testing::Test {
 protected:
  FoundedTest() {
    input_.call_id = "now";
    input_.transcript.participants = {{"Ada Lind", "", "Buyer", "", transcript::Side::kCustomer}};
    input_.transcript.turns = {
        {.index = 0, .speaker = "Ada Lind", .text = "It's approved, it's in his line."}};
    entry_.blocker.category = BlockerCategory::kSecurity;
    Move("before", BlockerStatus::kRaised, "I need the report.");
    Move("now", BlockerStatus::kResolved, "It's approved, it's in his line.");
  }

  void Move(const char* call, BlockerStatus status, const char* quote) {
    entry_.blocker.status = status;
    entry_.blocker.history.push_back({status, {}, {call, 0, "Ada Lind", quote}});
  }

  // What is left when the sentence speaks of `category`.
  Entry After(BlockerCategory category) {
    const CallView call = ReadCall(Tier::kDeep, input_);
    ScoredSentence said{.line = 0, .sentence = 0, .customer = true};
    said.subject[SubjectOf(category)] = 1;
    std::vector<Entry> entries = {entry_};
    DropUnfounded(call, {said}, FindTopics(call), entries);
    return entries[0];
  }

  CallInput input_;
  Entry entry_;
};

TEST_F(FoundedTest, WordsOfTheMatterSettleIt) {
  EXPECT_EQ(After(BlockerCategory::kSecurity).blocker.status, BlockerStatus::kResolved);
}

TEST_F(FoundedTest, WordsOfAnotherMatterDoNot) {
  const Entry after = After(BlockerCategory::kBudget);
  EXPECT_EQ(after.blocker.status, BlockerStatus::kRaised);
  EXPECT_EQ(after.blocker.history.size(), 1u);
}

TEST_F(FoundedTest, WhatOnlyUndidThemGoesToo) {
  Move("now", BlockerStatus::kReopened, "Security doesn't pass.");
  EXPECT_EQ(After(BlockerCategory::kBudget).blocker.history.size(), 1u);
  EXPECT_EQ(After(BlockerCategory::kSecurity).blocker.history.size(), 3u);
}

}  // namespace
}  // namespace throughline::router::extractive
