#include "services/memory/domain/memory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

#include "common/base/status_macros.h"
#include "services/memory/store/memory_fixture_for_tests.h"

namespace throughline::memory {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

TEST_P(MemoryTest, ANewPriceClosesTheOldOneAndKeepsIt) {
  Retain(OfCall("c1", Day(3, 3), {ValueFact("price", "$9,000", Said("c1", 2, "nine thousand"))}));
  const RetainResult second = Retain(OfCall(
      "c2", Day(3, 10), {ValueFact("price", "$7,600", Said("c2", 5, "seventy-six hundred"))}));

  EXPECT_EQ(second.version, 2);
  EXPECT_EQ(second.facts[0].outcome, RetainOutcome::kSuperseded);
  EXPECT_THAT(second.facts[0].superseded_ids, SizeIs(1));
  EXPECT_THAT(Recalled("price"), ElementsAre("The price is $7,600."));
  EXPECT_THAT(Recalled("price", {.as_of = Day(3, 5)}), ElementsAre("The price is $9,000."));

  ASSERT_OK_AND_ASSIGN(const std::vector<deal::Fact> history,
                       memory_.FactHistory(context_, "acme", second.facts[0].id));
  ASSERT_THAT(history, SizeIs(2));
  EXPECT_EQ(history[0].value, "$9,000");
  EXPECT_EQ(history[0].valid_to, Day(3, 10));
  EXPECT_EQ(history[0].superseded_by, history[1].id);
}

TEST_P(MemoryTest, WhatWasSaidLastCountsWhateverArrivesLast) {
  Retain(OfCall("c3", Day(3, 17), {ValueFact("price", "$7,000", Said("c3", 1, "seven"))}));
  const RetainResult late =
      Retain(OfCall("c1", Day(3, 3), {ValueFact("price", "$9,000", Said("c1", 1, "nine"))}));
  EXPECT_EQ(late.facts[0].outcome, RetainOutcome::kAdded);
  EXPECT_THAT(Recalled("price"), ElementsAre("The price is $7,000."));

  Retain(OfCall("c2", Day(3, 10), {ValueFact("price", "$8,000", Said("c2", 1, "eight"))}));
  ASSERT_OK_AND_ASSIGN(const std::vector<deal::Fact> history,
                       memory_.FactHistory(context_, "acme", late.facts[0].id));
  EXPECT_THAT(history, ElementsAre(testing::Field(&deal::Fact::value, "$9,000"),
                                   testing::Field(&deal::Fact::value, "$8,000"),
                                   testing::Field(&deal::Fact::value, "$7,000")));
  EXPECT_EQ(history[0].superseded_by, history[1].id);
  EXPECT_EQ(history[1].superseded_by, history[2].id);
}

TEST_P(MemoryTest, ARestatementAddsEvidenceInsteadOfARow) {
  const deal::Fact first = PlainFact("They run four distribution centers.", Said("c1", 4, "four"));
  const deal::Fact again = PlainFact("they run four distribution centers",
                                     Said("c2", 9, "our four distribution centers"));
  EXPECT_EQ(Retain(OfCall("c1", Day(3, 3), {first})).facts[0].outcome, RetainOutcome::kAdded);
  EXPECT_EQ(Retain(OfCall("c2", Day(3, 10), {again})).facts[0].outcome, RetainOutcome::kUpdated);
  EXPECT_EQ(Retain(OfCall("c2", Day(3, 10), {again})).facts[0].outcome, RetainOutcome::kDuplicate);

  const std::vector<deal::Fact> facts = AllFacts();
  ASSERT_THAT(facts, SizeIs(1));
  EXPECT_THAT(facts[0].evidence, SizeIs(2));
  EXPECT_EQ(facts[0].valid_from, Day(3, 3));
}

TEST_P(MemoryTest, FactsThatDifferInANumberOrANegationStandSideBySide) {
  Retain(OfCall("c1", Day(3, 3),
                {PlainFact("They run four warehouses.", Said("c1", 1, "a")),
                 PlainFact("They run 4 trucks.", Said("c1", 2, "b")),
                 PlainFact("They run 5 trucks.", Said("c1", 3, "c")),
                 PlainFact("They do not run 5 trucks.", Said("c1", 4, "d"))}));
  EXPECT_THAT(AllFacts(), SizeIs(4));
}

TEST_P(MemoryTest, ARetellingAddsEvidenceToTheFactItRetells) {
  const RetainResult first = Retain(OfCall(
      "c1", Day(3, 3), {PlainFact("They run two warehouses.", Said("c1", 1, "two warehouses"))}));
  const RetainResult again =
      Retain(OfCall("c2", Day(3, 9),
                    {PlainFact("She confirmed that they currently run 2 warehouses.",
                               Said("c2", 4, "we run two of them")),
                     PlainFact("They could run 2 warehouses.", Said("c2", 5, "we could"))}));
  EXPECT_EQ(again.facts[0].outcome, RetainOutcome::kUpdated);
  EXPECT_EQ(again.facts[0].id, first.facts[0].id);
  EXPECT_EQ(again.facts[1].outcome, RetainOutcome::kAdded);
  ASSERT_OK_AND_ASSIGN(const std::vector<deal::Fact> history,
                       memory_.FactHistory(context_, "acme", first.facts[0].id));
  ASSERT_THAT(history, SizeIs(1));
  EXPECT_EQ(history[0].text, "They run two warehouses.");
  EXPECT_THAT(history[0].evidence, SizeIs(2));
}

TEST_P(MemoryTest, FullerWordsForTheSameThingAreOneFactUnderOneId) {
  const auto say = [this](const std::string& call, int day, const std::string& text) {
    return Retain(OfCall(call, Day(3, day), {PlainFact(text, Said(call, 1, text))})).facts[0];
  };
  const RetainedRow first =
      say("c1", 3, "They run 4 cross-dock warehouses for grocery chains in Ohio.");
  const RetainedRow fuller =
      say("c2", 9, "They run 4 cross-dock warehouses for rural grocery chains in Ohio.");
  const RetainedRow other =
      say("c3", 12, "They run 5 cross-dock warehouses for rural grocery chains in Ohio.");
  EXPECT_EQ(fuller.outcome, RetainOutcome::kUpdated);
  EXPECT_EQ(fuller.id, first.id);
  EXPECT_EQ(other.outcome, RetainOutcome::kAdded);
  EXPECT_THAT(AllFacts(), SizeIs(2));
  ASSERT_OK_AND_ASSIGN(const std::vector<deal::Fact> history,
                       memory_.FactHistory(context_, "acme", first.id));
  ASSERT_THAT(history, SizeIs(1));
  EXPECT_THAT(history[0].text, HasSubstr("rural"));
  EXPECT_THAT(history[0].evidence, SizeIs(2));
  EXPECT_EQ(history[0].valid_from, Day(3, 3));
  // Without the fuller words the fact is what it was.
  ASSERT_OK(memory_.Forget(context_, "acme", {.call_id = "c2"}).status());
  ASSERT_OK_AND_ASSIGN(const std::vector<deal::Fact> left,
                       memory_.FactHistory(context_, "acme", first.id));
  ASSERT_THAT(left, SizeIs(1));
  EXPECT_EQ(left[0].text, "They run 4 cross-dock warehouses for grocery chains in Ohio.");
}

TEST_P(MemoryTest, AnyOrderOfTheSameCallsGivesTheSameFactsAndTheSameDeal) {
  const auto price = [](const std::string& call, absl::Time at, const std::string& value) {
    RetainCommand command =
        OfCall(call, at,
               {ValueFact("price", value, Said(call, 1, value)),
                PlainFact("They use Oracle.", Said(call, 2, "Oracle " + call))});
    const deal::BlockerStatus status =
        value == "$7,000" ? deal::BlockerStatus::kResolved : deal::BlockerStatus::kRaised;
    command.analysis = deal::Analysis{
        .open_blockers = {BlockerOf(
            deal::BlockerCategory::kPrice, "monthly price",
            {{.status = status, .at = at, .evidence = Said(call, 1, value)}})},
        .stakeholders = {{.name = call == "c1" ? "Sarah" : "Sarah Chen", .title = "VP " + call}},
        .stage = deal::JourneyStage::kEvaluation};
    command.profile_changes = deal::CustomerProfile{
        .budget = deal::ProfileEntry{.text = value, .evidence = Said(call, 1, value)},
        .preferences = {{.text = "PDF by email", .evidence = Said(call, 3, "PDF")}}};
    return command;
  };
  const std::vector<RetainCommand> calls = {
      price("c1", Day(3, 3), "$9,000"), price("c2", Day(3, 10), "$8,000"),
      price("c3", Day(3, 17), "$9,000"), price("c4", Day(3, 24), "$7,000")};
  std::vector<int> order = {0, 1, 2, 3};
  std::vector<std::string> seen;
  do {
    const std::string customer = absl::StrCat("customer-", order[0], order[1], order[2], order[3]);
    for (const int i : order) Retain(calls[static_cast<size_t>(i)], customer);
    std::string story;
    for (const deal::Fact& fact : AllFacts(customer)) {
      absl::StrAppend(&story, fact.id, "|", fact.value, "|", fact.text, "|",
                      absl::ToUnixSeconds(fact.valid_from), "|", fact.superseded_by, "|",
                      fact.evidence.size(), "\n");
    }
    ASSERT_OK_AND_ASSIGN(const deal::DealState deal,
                         memory_.GetDeal(context_, customer, std::nullopt));
    ASSERT_OK_AND_ASSIGN(const deal::CustomerProfile profile,
                         memory_.GetProfile(context_, customer, 0));
    absl::StrAppend(&story, static_cast<int>(deal.blockers[0].status), "|",
                    deal.blockers[0].history.size(), "|", deal.stakeholders.size(), "|",
                    deal.stakeholders[0].name, "|", deal.stakeholders[0].title, "|",
                    profile.budget->text, "|", profile.preferences.size(), "|",
                    profile.preferences[0].evidence.call_id);
    seen.push_back(std::move(story));
  } while (std::next_permutation(order.begin(), order.end()));
  ASSERT_THAT(seen, SizeIs(24));
  for (const std::string& story : seen) EXPECT_EQ(story, seen[0]);
}

TEST_P(MemoryTest, TwoCustomersWithTheSameIdsNeverSeeEachOther) {
  const auto texts = [](const std::string& word) {
    return RetainCommand{.texts = {{.id = "t1", .text = "Ann: the code word is " + word}}};
  };
  Retain(texts("falcon"), "acme");
  Retain(texts("heron"), "globex");
  Retain(OfCall("c1", Day(3, 3), {ValueFact("price", "$1", Said("c1", 1, "one"))}), "acme");
  EXPECT_THAT(Recalled("code word", {}, "acme"), ElementsAre("Ann: the code word is falcon"));
  EXPECT_THAT(Recalled("code word", {}, "globex"), ElementsAre("Ann: the code word is heron"));
  EXPECT_THAT(Recalled("price", {}, "globex"), IsEmpty());

  const Context other_tenant(Context::Fields{.tenant = "other"});
  ASSERT_OK_AND_ASSIGN(const Recollection none,
                       memory_.Recall(other_tenant, "acme", {.query = "code word"}));
  EXPECT_THAT(none.results, IsEmpty());
  EXPECT_EQ(none.version, 0);
}

TEST_P(MemoryTest, ARepeatedKeyGivesTheSameAnswerAndAnotherRequestUnderItIsRefused) {
  RetainCommand command =
      OfCall("c1", Day(3, 3), {PlainFact("They use Oracle.", Said("c1", 1, "Oracle"))});
  command.idempotency_key = "k";
  command.request_digest = "d1";
  const RetainResult first = Retain(command);
  const RetainResult again = Retain(command);
  EXPECT_TRUE(again.replayed);
  EXPECT_EQ(again.version, first.version);
  EXPECT_EQ(again.facts[0].id, first.facts[0].id);
  EXPECT_EQ(again.facts[0].outcome, RetainOutcome::kAdded);

  command.request_digest = "d2";
  EXPECT_THAT(memory_.Retain(context_, "acme", command),
              StatusIs(absl::StatusCode::kAborted, HasSubstr("idempotency_key")));
  EXPECT_THAT(memory_.Version(context_, "acme"), IsOkAndHolds(1));
}

TEST_P(MemoryTest, AKeyIsForgottenAfterThirtyDaysAndItsRowGoes) {
  RetainCommand command =
      OfCall("c1", Day(3, 3), {PlainFact("They use Oracle.", Said("c1", 1, "Oracle"))});
  command.idempotency_key = "k0";
  Retain(command);
  clock_.Advance(absl::Hours(24 * 29));
  EXPECT_TRUE(Retain(command).replayed);
  clock_.Advance(absl::Hours(24 * 2));
  const RetainResult later = Retain(command);
  EXPECT_FALSE(later.replayed);
  EXPECT_EQ(later.facts[0].outcome, RetainOutcome::kDuplicate);

  clock_.Advance(absl::Hours(24 * 31));
  for (int i = 1; i <= 16; ++i) {
    command.idempotency_key = absl::StrCat("k", i);
    Retain(command);
  }
  const CustomerKey key{.tenant = context_.tenant(), .customer_id = "acme"};
  EXPECT_OK(store_->Write(context_, key, [](CustomerTransaction& transaction) -> absl::Status {
    ASSIGN_OR_RETURN(const std::optional<Reply> old, transaction.FindReply("k0"));
    ASSIGN_OR_RETURN(const std::optional<Reply> fresh, transaction.FindReply("k16"));
    EXPECT_FALSE(old.has_value());
    EXPECT_TRUE(fresh.has_value());
    return absl::OkStatus();
  }));
}

TEST_P(MemoryTest, OneBadFieldStoresNothing) {
  RetainCommand command =
      OfCall("c1", Day(3, 3), {PlainFact("They use Oracle.", Said("c1", 1, "Oracle"))});
  command.facts.push_back(PlainFact("No evidence.", {}));
  EXPECT_THAT(
      memory_.Retain(context_, "acme", command),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("facts[1].evidence[0].quote")));
  EXPECT_THAT(memory_.Version(context_, "acme"), IsOkAndHolds(0));

  Retain({.texts = {{.id = "t1", .text = "one"}}});
  EXPECT_THAT(
      memory_.Retain(context_, "acme",
                     {.texts = {{.id = "t2", .text = "two"}, {.id = "t1", .text = "other"}}}),
      StatusIs(absl::StatusCode::kAborted, HasSubstr("texts[1].id")));
  EXPECT_THAT(AllFacts(), SizeIs(1));
}

TEST_P(MemoryTest, ABlockerKeepsItsLifeWithTheWordsOfEachStep) {
  using deal::BlockerStatus;
  const auto call = [](const std::string& id, absl::Time at, BlockerStatus status) {
    RetainCommand command = OfCall(id, at, {});
    command.analysis = deal::Analysis{};
    auto& list = deal::IsOpen(status) ? command.analysis->open_blockers
                                      : command.analysis->resolved_blockers;
    list = {BlockerOf(deal::BlockerCategory::kPrice, "monthly price",
                      {{.status = status, .at = at, .evidence = Said(id, 3, "words of " + id)}})};
    if (deal::IsOpen(status)) command.analysis->primary_blocker = list[0];
    return command;
  };
  Retain(call("c1", Day(3, 3), BlockerStatus::kRaised));
  Retain(call("c2", Day(3, 10), BlockerStatus::kResolved));
  Retain(call("c2", Day(3, 10), BlockerStatus::kResolved));
  ASSERT_OK_AND_ASSIGN(deal::DealState deal, memory_.GetDeal(context_, "acme", std::nullopt));
  ASSERT_THAT(deal.blockers, SizeIs(1));
  EXPECT_EQ(deal.blockers[0].status, BlockerStatus::kResolved);
  EXPECT_THAT(deal.blockers[0].history, SizeIs(2));
  EXPECT_EQ(deal.blockers[0].history[1].evidence.call_id, "c2");
  EXPECT_EQ(deal.primary_blocker_id, "");
  EXPECT_THAT(deal.timeline, SizeIs(2));

  Retain(call("c3", Day(3, 17), BlockerStatus::kReopened));
  ASSERT_OK_AND_ASSIGN(deal, memory_.GetDeal(context_, "acme", std::nullopt));
  EXPECT_EQ(deal.primary_blocker_id, deal.blockers[0].id);
  ASSERT_OK_AND_ASSIGN(const deal::DealState earlier, memory_.GetDeal(context_, "acme", Day(3, 5)));
  EXPECT_EQ(earlier.blockers[0].status, BlockerStatus::kRaised);
}

TEST_P(MemoryTest, AnInvalidatedFactIsNotRecalledUntilItIsRestored) {
  Retain(OfCall("c1", Day(3, 3), {ValueFact("price", "$9,000", Said("c1", 1, "nine"))}));
  const std::string wrong =
      Retain(OfCall("c2", Day(3, 10), {ValueFact("price", "$9", Said("c2", 1, "misheard"))}))
          .facts[0]
          .id;
  ASSERT_OK_AND_ASSIGN(const ChangedFact closed,
                       memory_.Invalidate(context_, "acme", wrong, "misheard"));
  EXPECT_EQ(closed.fact.valid_to, clock_.Now());
  EXPECT_EQ(closed.version, 3);
  EXPECT_THAT(Recalled("price"), ElementsAre("The price is $9,000."));
  // The same words again change nothing; new words count.
  EXPECT_EQ(Retain(OfCall("c2", Day(3, 10), {ValueFact("price", "$9", Said("c2", 1, "misheard"))}))
                .facts[0]
                .outcome,
            RetainOutcome::kDuplicate);
  ASSERT_OK(memory_.Restore(context_, "acme", wrong).status());
  EXPECT_THAT(Recalled("price"), ElementsAre("The price is $9."));
  EXPECT_THAT(memory_.Invalidate(context_, "acme", "nothing", "why"),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("fact_id")));
}

TEST_P(MemoryTest, ForgettingACallTakesItsWordsFromEverywhere) {
  RetainCommand first = OfCall("c1", Day(3, 3),
                               {ValueFact("price", "$9,000", Said("c1", 1, "nine")),
                                PlainFact("They use Oracle.", Said("c1", 2, "Oracle"))});
  first.profile_changes = deal::CustomerProfile{
      .preferences = {{.text = "PDF by email", .evidence = Said("c1", 3, "PDF")}}};
  first.texts = {{.text = "Ann: nine", .turn = 1}};
  Retain(first);
  Retain(OfCall("c2", Day(3, 10),
                {ValueFact("price", "$7,600", Said("c2", 1, "seven")),
                 PlainFact("They use Oracle.", Said("c2", 2, "still Oracle"))}));
  ASSERT_OK_AND_ASSIGN(const ForgetReceipt receipt,
                       memory_.Forget(context_, "acme", {.call_id = "c1"}));
  EXPECT_EQ(receipt.facts, 2);
  EXPECT_EQ(receipt.profile_versions, 1);
  EXPECT_FALSE(receipt.receipt_id.empty());
  const std::vector<deal::Fact> left = AllFacts();
  ASSERT_THAT(left, SizeIs(2));
  for (const deal::Fact& fact : left) {
    for (const deal::Evidence& evidence : fact.evidence) EXPECT_EQ(evidence.call_id, "c2");
  }
  EXPECT_THAT(memory_.GetProfile(context_, "acme", 0), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(Recalled("nine"), IsEmpty());
}

TEST_P(MemoryTest, TextsGoByWhenTheyWereSaidAndFactsStay) {
  RetainCommand old =
      OfCall("c1", Day(3, 3), {PlainFact("They use Oracle.", Said("c1", 2, "Oracle"))});
  old.texts = {{.id = "t1", .text = "Ann: nine", .turn = 1}, {.id = "t2", .text = "Ann: ten"}};
  Retain(old);
  RetainCommand later = OfCall("c2", Day(5, 3), {});
  later.texts = {{.id = "t3", .text = "Ann: eleven", .turn = 1}};
  Retain(later);
  Retain({.texts = {{.id = "t4", .text = "Bob: nine"}}}, "globex");
  const int64_t version = *memory_.Version(context_, "acme");
  EXPECT_THAT(memory_.ListTenants(context_), IsOkAndHolds(ElementsAre("default")));

  EXPECT_THAT(memory_.CountTexts(context_, "acme", Day(3, 3)), IsOkAndHolds(0)) << "not older";
  EXPECT_THAT(memory_.EraseTexts(context_, "acme", Day(3, 3)), IsOkAndHolds(0));
  EXPECT_THAT(memory_.Version(context_, "acme"), IsOkAndHolds(version)) << "nothing was written";
  EXPECT_THAT(memory_.CountTexts(context_, "acme", Day(3, 4)), IsOkAndHolds(2));
  EXPECT_THAT(memory_.EraseTexts(context_, "acme", Day(3, 4)), IsOkAndHolds(2));
  EXPECT_THAT(memory_.CountTexts(context_, "acme", Day(3, 4)), IsOkAndHolds(0));

  EXPECT_THAT(Recalled("nine, ten, eleven, Oracle"),
              UnorderedElementsAre("Ann: eleven", "They use Oracle."));
  EXPECT_THAT(AllFacts(), SizeIs(2));
  EXPECT_THAT(Recalled("nine", {}, "globex"), ElementsAre("Bob: nine")) << "another customer's";
}

TEST_P(MemoryTest, AForgottenCustomerIsUnknownAndNeverGoesBackInVersions) {
  Retain({.texts = {{.id = "t1", .text = "Ann: hello"}}});
  Retain({.texts = {{.id = "t2", .text = "Ann: world"}}});
  ASSERT_OK_AND_ASSIGN(const ForgetReceipt receipt, memory_.Forget(context_, "acme", {}));
  EXPECT_EQ(receipt.facts, 2);
  EXPECT_THAT(memory_.Version(context_, "acme"), IsOkAndHolds(0));
  EXPECT_THAT(Recalled("hello"), IsEmpty());
  EXPECT_THAT(memory_.Forget(context_, "acme", {}), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_GT(Retain({.texts = {{.id = "t1", .text = "Ann: welcome"}}}).version, 2);
  EXPECT_THAT(Recalled("hello, welcome"), ElementsAre("Ann: welcome"));
}

TEST_P(MemoryTest, SixtyFourWritersOfOneProfileLoseNothing) {
  std::vector<std::thread> writers;
  for (int i = 0; i < 64; ++i) {
    writers.emplace_back([this, i] {
      const deal::CustomerProfile changes{
          .preferences = {
              {.text = absl::StrCat("preference number ", i), .evidence = Said("c", i, "words")}}};
      for (;;) {
        const auto profile = memory_.GetProfile(context_, "acme", 0);
        const int64_t version = profile.ok() ? profile->version : 0;
        const auto updated = memory_.UpdateProfile(context_, "acme", changes, version);
        if (updated.ok()) return;
        ASSERT_EQ(updated.status().code(), absl::StatusCode::kAborted) << updated.status();
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  ASSERT_OK_AND_ASSIGN(const deal::CustomerProfile profile,
                       memory_.GetProfile(context_, "acme", 0));
  EXPECT_THAT(profile.preferences, SizeIs(64));
  EXPECT_EQ(profile.version, 64);
  ASSERT_OK_AND_ASSIGN(const std::vector<ProfileRecord> versions,
                       memory_.ListProfiles(context_, "acme", 0, 100));
  ASSERT_THAT(versions, SizeIs(64));
  for (size_t i = 0; i < versions.size(); ++i) {
    EXPECT_EQ(versions[i].profile.version, 64 - static_cast<int64_t>(i));
  }
}

TEST_P(MemoryTest, PagesOfARecallHoldEveryRowOnceWithinTheTokens) {
  RetainCommand command;
  for (int i = 0; i < 30; ++i) {
    command.texts.push_back({.id = absl::StrCat("t", i),
                             .text = absl::StrCat("Ann: invoice number ", i,
                                                  std::string(static_cast<size_t>(i) * 8, 'x'))});
  }
  Retain(command);
  RecallQuery query{.query = "invoice", .max_tokens = 100, .limit = 10};
  std::vector<std::string> ids;
  do {
    ASSERT_OK_AND_ASSIGN(const Recollection page, memory_.Recall(context_, "acme", query));
    size_t bytes = 0;
    for (const ScoredFact& result : page.results) {
      ids.push_back(result.fact->id);
      bytes += result.fact->text.size();
    }
    EXPECT_LE(bytes, 400u);
    query.page_token = page.next_page_token;
  } while (!query.page_token.empty());
  std::sort(ids.begin(), ids.end());
  EXPECT_EQ(std::unique(ids.begin(), ids.end()), ids.end());
  EXPECT_THAT(ids, SizeIs(30));
}

TEST_P(MemoryTest, AWriteIsSeenByTheNextRecallAndAVersionAheadIsRefused) {
  const RetainResult first = Retain({.texts = {{.id = "t1", .text = "Ann: the dock is red"}}});
  EXPECT_THAT(Recalled("dock"), SizeIs(1));
  const RetainResult second = Retain({.texts = {{.id = "t2", .text = "Ann: the dock is blue"}}});
  EXPECT_THAT(Recalled("dock"), SizeIs(2));
  EXPECT_EQ(second.version, first.version + 1);
  EXPECT_THAT(memory_.Recall(context_, "acme", {.query = "dock", .min_version = 9}),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("min_version")));
}

TEST_P(MemoryTest, FiltersReallyFilter) {
  RetainCommand command =
      OfCall("c1", Day(3, 3), {PlainFact("The dock is red.", Said("c1", 1, "red"))});
  command.facts[0].tags = {"north"};
  command.texts = {{.id = "t1", .text = "Ann: the dock is old", .tags = {"south"}},
                   {.id = "t2", .text = "Ann: the dock is wet", .at = Day(4, 1)}};
  Retain(command);
  EXPECT_THAT(Recalled("dock", {.kinds = {deal::FactKind::kStatement}}),
              ElementsAre("The dock is red."));
  EXPECT_THAT(Recalled("dock", {.tags = {"north"}, .tags_match = TagsMatch::kAnyStrict}),
              ElementsAre("The dock is red."));
  EXPECT_THAT(Recalled("dock", {.tags = {"north"}}),
              UnorderedElementsAre("The dock is red.", "Ann: the dock is wet"));
  EXPECT_THAT(Recalled("dock", {.since = Day(3, 20)}), ElementsAre("Ann: the dock is wet"));
  EXPECT_THAT(Recalled("dock", {.call_id = "c9"}), IsEmpty());
  EXPECT_THAT(memory_.Recall(context_, "acme",
                             {.query = "dock", .filter = {.tags_match = TagsMatch::kAllStrict}}),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("filter.tags")));
  EXPECT_THAT(memory_.Recall(context_, "acme", {.query = "dock", .filter = {.as_of = Day(7, 1)}}),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("filter.as_of")));
}

TEST_P(MemoryTest, CustomersAreListedInOrderWithinTheTenant) {
  for (const char* customer : {"charlie", "alpha", "bravo"}) {
    Retain(OfCall("c1", Day(3, 3), {PlainFact("They use Oracle.", Said("c1", 1, "Oracle"))}),
           customer);
  }
  ASSERT_OK_AND_ASSIGN(const std::vector<CustomerSummary> page,
                       memory_.ListCustomers(context_, "alpha", 10));
  ASSERT_THAT(page, SizeIs(2));
  EXPECT_EQ(page[0].customer_id, "bravo");
  EXPECT_EQ(page[1].customer_id, "charlie");
  EXPECT_EQ(page[1].current_facts, 1);
}

INSTANTIATE_TEST_SUITE_P(Stores, MemoryTest, ::testing::ValuesIn(store::AllStores()),
                         store::StoreName);

}  // namespace
}  // namespace throughline::memory
