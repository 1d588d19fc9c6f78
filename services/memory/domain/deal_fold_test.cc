#include "services/memory/domain/deal_fold.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/memory/domain/facts_for_tests.h"
#include "services/memory/domain/rendering.h"

namespace throughline::memory {
namespace {

using deal::BlockerStatus;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

Contribution Call(const std::string& id, absl::Time at) {
  return {.id = id, .call_id = id, .at = at, .summary = "Call " + id, .analysis = deal::Analysis{}};
}

TEST(DealFoldTest, AFirstNameJoinsItsPersonAndNeverAnother) {
  Contribution first = Call("c1", Day(3, 3));
  first.analysis->stakeholders = {{.name = "Sarah Chen", .title = "VP Operations"},
                                  {.name = "Bob"}};
  Contribution second = Call("c2", Day(3, 10));
  second.analysis->stakeholders = {{.name = "Sarah"}, {.name = "Bob Miller"}};
  second.analysis->nominal_decision_makers = {
      {.name = "Sarah", .nominal_reason = "security signs"}};
  const CustomerState state = Fold({first, second});
  ASSERT_THAT(state.deal.stakeholders, SizeIs(2));
  EXPECT_EQ(state.deal.stakeholders[0].name, "Sarah Chen");
  EXPECT_EQ(state.deal.stakeholders[0].title, "VP Operations");
  EXPECT_TRUE(state.deal.stakeholders[0].nominal);
  EXPECT_EQ(state.deal.stakeholders[1].name, "Bob Miller");
}

TEST(DealFoldTest, HowLikelySomebodyDecidesIsAsTheLastCallThatJudgedItSays) {
  Contribution first = Call("c1", Day(3, 3));
  first.analysis->stakeholders = {{.name = "Ann Lee", .decides_probability = 0.8},
                                  {.name = "Bob Miller", .decides_probability = 0.4}};
  Contribution second = Call("c2", Day(3, 10));
  second.analysis->stakeholders = {{.name = "Ann Lee", .decides_probability = 0.1},
                                   {.name = "Bob Miller"}};
  const CustomerState state = Fold({first, second});
  ASSERT_THAT(state.deal.stakeholders, SizeIs(2));
  EXPECT_EQ(state.deal.stakeholders[0].decides_probability, 0.1);
  EXPECT_EQ(state.deal.stakeholders[1].decides_probability, 0.4);
}

TEST(DealFoldTest, ARoleStatedWithEvidenceOutlivesOneWithout) {
  Contribution first = Call("c1", Day(3, 3));
  first.analysis->decision_makers = {{.name = "Ann Lee",
                                      .role = deal::StakeholderRole::kApprover,
                                      .authority_evidence = {Said("c1", 1, "I sign")}}};
  Contribution second = Call("c2", Day(3, 10));
  second.analysis->stakeholders = {{.name = "Ann Lee", .role = deal::StakeholderRole::kUser}};
  EXPECT_EQ(Fold({first, second}).deal.stakeholders[0].role, deal::StakeholderRole::kApprover);
}

TEST(DealFoldTest, ACallThatIsNoSalesCallChangesNothingButTheTimeline) {
  Contribution call = Call("c1", Day(3, 3));
  call.analysis->is_sales_call = false;
  call.analysis->stage = deal::JourneyStage::kCommit;
  const CustomerState state = Fold({call});
  EXPECT_THAT(state.deal.timeline, SizeIs(1));
  EXPECT_EQ(state.deal.stage, deal::JourneyStage::kUnspecified);
  EXPECT_FALSE(state.profile.has_value());
}

TEST(DealFoldTest, TheLedgerTellsTheWholeWayAndTheTimelineEachCallsSteps) {
  const auto step = [](const std::string& call, int day) {
    return deal::BlockerTransition{.status = BlockerStatus::kRaised,
                                   .at = Day(3, day),
                                   .evidence = Said(call, 1, "still too much in " + call)};
  };
  std::vector<Contribution> calls;
  std::vector<deal::BlockerTransition> way;
  for (int i = 1; i <= 4; ++i) {
    calls.push_back(Call(absl::StrCat("c", i), Day(3, i)));
    // The third says nothing of it.
    if (i != 3) way.push_back(step(calls.back().call_id, i));
    calls.back().analysis->primary_blocker =
        BlockerOf(deal::BlockerCategory::kPrice, "monthly price", way);
  }
  const deal::DealState deal = Fold(calls).deal;
  ASSERT_THAT(deal.blockers, SizeIs(1));
  EXPECT_THAT(deal.blockers[0].history, SizeIs(3));
  std::vector<std::string> told;
  for (const deal::TimelineEntry& entry : deal.timeline) {
    ASSERT_THAT(entry.primary_blocker->history, SizeIs(1));
    told.push_back(entry.primary_blocker->history[0].evidence.call_id);
  }
  EXPECT_THAT(told, ElementsAre("c1", "c2", "c2", "c4"));
}

TEST(DealFoldTest, ASettledBlockerAddressesItsObjectionInTheirWords) {
  const std::string id = deal::BlockerId(deal::BlockerCategory::kPrice, "monthly price");
  Contribution first = Call("c1", Day(3, 3));
  first.analysis->open_blockers = {BlockerOf(deal::BlockerCategory::kPrice, "monthly price",
                                             {{.status = BlockerStatus::kRaised,
                                               .at = Day(3, 3),
                                               .evidence = Said("c1", 2, "too expensive")}})};
  first.profile_changes =
      deal::CustomerProfile{.objections = {{.text = "The price is too high",
                                            .status = deal::ObjectionStatus::kOpen,
                                            .blocker_id = id,
                                            .evidence = Said("c1", 2, "too expensive")}}};
  Contribution second = Call("c2", Day(3, 10));
  second.analysis->resolved_blockers = {
      BlockerOf(deal::BlockerCategory::kPrice, "monthly price",
                {{.status = BlockerStatus::kResolved,
                  .at = Day(3, 10),
                  .evidence = Said("c2", 5, "that number works")}})};
  const CustomerState before = Fold({first});
  EXPECT_EQ(before.profile->objections[0].status, deal::ObjectionStatus::kOpen);
  const CustomerState after = Fold({first, second});
  EXPECT_EQ(after.profile->objections[0].status, deal::ObjectionStatus::kAddressed);
  EXPECT_EQ(after.profile->objections[0].how_addressed, "that number works");
  EXPECT_THAT(RenderDeal(after.deal), HasSubstr("\"that number works\""));
  EXPECT_THAT(RenderDeal(before.deal), HasSubstr("Open blocker: price, monthly price"));
}

TEST(DealFoldTest, TheProfileKeepsEverythingButWhatIsContradicted) {
  Contribution first = Call("c1", Day(3, 3));
  first.profile_changes =
      deal::CustomerProfile{.budget = deal::ProfileEntry{.text = "$9,000 a month"},
                            .preferences = {{.text = "PDF by email"}},
                            .channel_preference = {{.text = "Ann Lee: phone"}}};
  Contribution second = Call("c2", Day(3, 10));
  second.profile_changes = deal::CustomerProfile{
      .budget = deal::ProfileEntry{.text = "$7,600 a month"},
      .preferences = {{.text = "the PDF by email."}, {.text = "calls before ten"}},
      .channel_preference = {{.text = "Ann Lee: email"}, {.text = "Bob Ray: text"}}};
  const deal::CustomerProfile profile = *Fold({first, second}).profile;
  EXPECT_EQ(profile.budget->text, "$7,600 a month");
  EXPECT_THAT(profile.preferences, SizeIs(2));
  ASSERT_THAT(profile.channel_preference, SizeIs(2));
  EXPECT_EQ(profile.channel_preference[0].text, "Ann Lee: email");
  EXPECT_EQ(profile.last_interaction->text, "Call c2");
}

TEST(DealFoldTest, ARenderedProfileKeepsToItsTokensWithTheMostUsefulFirst) {
  deal::CustomerProfile profile;
  profile.budget = deal::ProfileEntry{.text = "$7,600 a month"};
  for (int i = 0; i < 200; ++i) {
    profile.personal_details.push_back({.text = absl::StrCat("personal detail number ", i)});
  }
  const std::string text = RenderProfile(profile);
  EXPECT_EQ(text.rfind("Budget: $7,600 a month\n", 0), 0u);
  EXPECT_LE(text.size(), 4u * kProfileTokens);
  EXPECT_GT(text.size(), 3u * kProfileTokens);
  EXPECT_THAT(RenderProfile({}), Not(HasSubstr("Budget")));
}

}  // namespace
}  // namespace throughline::memory
