#include "services/router/domain/extractive/profile.h"

#include "absl/time/civil_time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace throughline::router::extractive {
namespace {

using deal::Fact;
using deal::FactKind;
using ::testing::HasSubstr;

CallInput Call() {
  CallInput input;
  input.call_id = "call-2";
  input.occurred_at = absl::FromCivil(absl::CivilDay(2026, 6, 1), absl::UTCTimeZone());
  input.customer_name = "Northwind Foods";
  input.seller_name = "Acme";
  input.transcript.participants = {{"Ana Ruiz", "", "Northwind Foods", "",
                                    transcript::Side::kCustomer, transcript::Presence::kPresent}};
  transcript::Turn turn;
  turn.speaker = "Ana Ruiz";
  turn.text = "Email is best. The pilot passed.";
  input.transcript.turns.push_back(turn);
  return input;
}

Fact FactOf(FactKind kind, const std::string& text) {
  Fact fact;
  fact.kind = kind;
  fact.text = text;
  fact.evidence.push_back({"call-2", 0, "Ana Ruiz", "Email is best."});
  return fact;
}

deal::Blocker BlockerOf(const std::string& object, deal::BlockerStatus status,
                        const std::string& call_id) {
  deal::Blocker blocker;
  blocker.category = deal::BlockerCategory::kTechnical;
  blocker.object = object;
  blocker.id = deal::BlockerId(blocker.category, object);
  blocker.status = status;
  blocker.history.push_back(
      {status, absl::UnixEpoch(), {call_id, 0, "Ana Ruiz", "The pilot passed."}});
  return blocker;
}

TEST(ExtractProfileTest, EachKindOfFactHasItsPlace) {
  Fact channel = FactOf(FactKind::kPreference, "Email is best for Ana Ruiz.");
  channel.subject = "Ana Ruiz";
  channel.attribute = "channel";
  channel.value = "email";
  const CallInput call = Call();
  const deal::CustomerProfile profile =
      ExtractProfile(call, deal::Analysis{},
                     {FactOf(FactKind::kTrigger, "They lost a day."),
                      FactOf(FactKind::kPersonal, "Ana bowls."), channel},
                     Cast(call));
  ASSERT_EQ(profile.buying_triggers.size(), 1u);
  EXPECT_EQ(profile.buying_triggers[0].text, "They lost a day.");
  ASSERT_EQ(profile.personal_details.size(), 1u);
  ASSERT_EQ(profile.channel_preference.size(), 1u);
  EXPECT_EQ(profile.channel_preference[0].text, "Ana Ruiz: email");
  EXPECT_EQ(profile.channel_preference[0].evidence.quote, "Email is best.");
}

TEST(ExtractProfileTest, TheSellersWordsAreNoPreferenceOfTheCustomer) {
  Fact sellers = FactOf(FactKind::kPreference, "Acme prefers yearly terms.");
  sellers.tags = {"seller"};
  const CallInput call = Call();
  EXPECT_TRUE(ExtractProfile(call, deal::Analysis{}, {sellers}, Cast(call)).preferences.empty());
}

TEST(ExtractProfileTest, ObjectionsThatMovedInThisCallAreReported) {
  deal::Analysis analysis;
  analysis.open_blockers = {BlockerOf("radio coverage", deal::BlockerStatus::kRaised, "call-2")};
  analysis.primary_blocker = analysis.open_blockers[0];
  analysis.resolved_blockers = {BlockerOf("pilot", deal::BlockerStatus::kResolved, "call-2"),
                                BlockerOf("price", deal::BlockerStatus::kResolved, "call-1")};
  analysis.stage = deal::JourneyStage::kPilot;
  const CallInput call = Call();
  const deal::CustomerProfile profile = ExtractProfile(call, analysis, {}, Cast(call));
  ASSERT_EQ(profile.objections.size(), 2u);
  EXPECT_EQ(profile.objections[0].status, deal::ObjectionStatus::kOpen);
  EXPECT_EQ(profile.objections[1].status, deal::ObjectionStatus::kAddressed);
  EXPECT_THAT(profile.objections[1].how_addressed, HasSubstr("The pilot passed."));
  EXPECT_EQ(profile.journey_stage, deal::JourneyStage::kPilot);
  ASSERT_TRUE(profile.last_interaction.has_value());
  EXPECT_THAT(profile.last_interaction->text, HasSubstr("On Monday, June 1, Ana Ruiz settled"));
  EXPECT_THAT(profile.last_interaction->text,
              HasSubstr("settled the pilot and left the radio coverage open"));
}

TEST(ExtractProfileTest, WhatIsNoSalesCallChangesNothing) {
  deal::Analysis analysis;
  analysis.is_sales_call = false;
  const CallInput call = Call();
  const deal::CustomerProfile profile =
      ExtractProfile(call, analysis, {FactOf(FactKind::kTrigger, "They lost a day.")}, Cast(call));
  EXPECT_TRUE(profile.buying_triggers.empty());
  EXPECT_FALSE(profile.last_interaction.has_value());
}

}  // namespace
}  // namespace throughline::router::extractive
