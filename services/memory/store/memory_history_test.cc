#include <algorithm>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "services/memory/domain/deal_fold.h"
#include "services/memory/domain/deal_past.h"
#include "services/memory/store/memory_fixture_for_tests.h"

// What every store must do with time, blame and people; memory_test.cc holds the rest.
namespace throughline::memory {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

class HistoryTest : public MemoryTest {
 protected:
  // A call whose analysis says `status` of the price.
  static RetainCommand PriceCall(const std::string& id, absl::Time at, deal::BlockerStatus status) {
    RetainCommand command = OfCall(id, at, {});
    command.analysis = deal::Analysis{};
    auto& list = deal::IsOpen(status) ? command.analysis->open_blockers
                                      : command.analysis->resolved_blockers;
    list = {BlockerOf(deal::BlockerCategory::kPrice, "monthly price",
                      {{.status = status, .at = at, .evidence = Said(id, 3, "words of " + id)}})};
    return command;
  }
  static RetainCommand PeopleCall(const std::string& id, int day,
                                  const std::vector<std::string>& names) {
    RetainCommand command = OfCall(id, Day(3, day), {});
    command.analysis = deal::Analysis{};
    for (const std::string& name : names) command.analysis->stakeholders.push_back({.name = name});
    return command;
  }
  std::vector<std::string> People(const std::string& customer = "acme") {
    std::vector<std::string> names;
    for (const deal::Stakeholder& person : Deal(customer).stakeholders) {
      names.push_back(person.name);
    }
    return names;
  }
};

TEST_P(HistoryTest, AnInvalidatedFactShowsWhyUntilItIsRestored) {
  const std::string id =
      Retain(OfCall("c1", Day(3, 3), {ValueFact("price", "$9", Said("c1", 1, "nine"))}))
          .facts[0]
          .id;
  ASSERT_OK_AND_ASSIGN(const ChangedFact closed,
                       memory_.Invalidate(context_, "acme", id, "misheard: it was $9,000"));
  EXPECT_EQ(closed.fact.invalidation_reason, "misheard: it was $9,000");
  EXPECT_EQ(closed.version, 2);
  ASSERT_OK_AND_ASSIGN(const std::vector<deal::Fact> history,
                       memory_.FactHistory(context_, "acme", id));
  ASSERT_THAT(history, SizeIs(1));
  EXPECT_EQ(history[0].invalidation_reason, "misheard: it was $9,000");
  EXPECT_EQ(AllFacts()[0].invalidation_reason, "misheard: it was $9,000");
  EXPECT_THAT(Recalled("price"), IsEmpty());

  // A second look at the same fact keeps the first reason.
  ASSERT_OK_AND_ASSIGN(const ChangedFact again,
                       memory_.Invalidate(context_, "acme", id, "another reason"));
  EXPECT_EQ(again.fact.invalidation_reason, "misheard: it was $9,000");
  EXPECT_EQ(again.version, 2);

  ASSERT_OK_AND_ASSIGN(const ChangedFact restored, memory_.Restore(context_, "acme", id));
  EXPECT_EQ(restored.fact.invalidation_reason, "");
  EXPECT_EQ(restored.fact.valid_to, absl::InfiniteFuture());
  EXPECT_EQ(restored.version, 3);
  EXPECT_THAT(Recalled("price"), SizeIs(1));
}

TEST_P(HistoryTest, InvalidatingTheNewestValueBringsBackTheOneBefore) {
  Retain(OfCall("c1", Day(3, 3), {ValueFact("price", "$9,000", Said("c1", 1, "nine"))}));
  const std::string wrong =
      Retain(OfCall("c2", Day(3, 10), {ValueFact("price", "$1", Said("c2", 1, "one"))}))
          .facts[0]
          .id;
  EXPECT_THAT(Recalled("price"), ElementsAre("The price is $1."));
  ASSERT_OK(memory_.Invalidate(context_, "acme", wrong, "a joke").status());
  EXPECT_THAT(Recalled("price"), ElementsAre("The price is $9,000."));
  EXPECT_EQ(AllFacts().back().valid_to, absl::InfiniteFuture());
}

TEST_P(HistoryTest, EachMomentShowsWhatHeldThenWhateverOrderItCameIn) {
  for (const int day : {17, 3, 24, 10}) {
    const std::string call = absl::StrCat("c", day);
    Retain(OfCall(call, Day(3, day),
                  {ValueFact("price", absl::StrCat("$", day, ",000"), Said(call, 1, call))}));
  }
  for (const int day : {3, 10, 17, 24}) {
    EXPECT_THAT(Recalled("price", {.as_of = Day(3, day + 1)}),
                ElementsAre(absl::StrCat("The price is $", day, ",000.")));
  }
  EXPECT_THAT(Recalled("price", {.as_of = Day(3, 1)}), IsEmpty());
  EXPECT_THAT(Recalled("price", {.since = Day(3, 10), .until = Day(3, 24), .include_closed = true}),
              UnorderedElementsAre("The price is $10,000.", "The price is $17,000."));
}

TEST_P(HistoryTest, ABlockerThatCameBackIsOpenInWhateverOrderItsCallsArrive) {
  using deal::BlockerStatus;
  Retain(PriceCall("c3", Day(3, 17), BlockerStatus::kReopened));
  Retain(PriceCall("c1", Day(3, 3), BlockerStatus::kRaised));
  Retain(PriceCall("c2", Day(3, 10), BlockerStatus::kResolved));
  const deal::DealState deal = Deal();
  ASSERT_THAT(deal.blockers, SizeIs(1));
  EXPECT_EQ(deal.blockers[0].status, BlockerStatus::kReopened);
  ASSERT_THAT(deal.blockers[0].history, SizeIs(3));
  EXPECT_EQ(deal.blockers[0].history[1].status, BlockerStatus::kResolved);
  EXPECT_EQ(deal.blockers[0].history[1].evidence.quote, "words of c2");
  ASSERT_OK_AND_ASSIGN(const deal::DealState then, memory_.GetDeal(context_, "acme", Day(3, 11)));
  EXPECT_EQ(then.blockers[0].status, BlockerStatus::kResolved);
  EXPECT_THAT(then.timeline, SizeIs(2));
}

TEST_P(HistoryTest, ABlockerWithALongHistoryGoesOnLosingItsMiddle) {
  RetainCommand command = PriceCall("c0", Day(1, 1), deal::BlockerStatus::kRaised);
  std::vector<deal::BlockerTransition>& history = command.analysis->open_blockers[0].history;
  while (history.size() < kMaxTransitionsPerBlocker) {
    history.push_back(history[0]);
    history.back().at += absl::Hours(history.size());
  }
  Retain(command);
  // As an analysis does: what was known, and what its call adds.
  for (int day = 1; day <= 3; ++day) {
    const std::vector<deal::BlockerTransition> known = Deal().blockers[0].history;
    ASSERT_THAT(known, SizeIs(kMaxTransitionsPerBlocker));
    RetainCommand next =
        PriceCall(absl::StrCat("c", day), Day(3, day), deal::BlockerStatus::kRaised);
    std::vector<deal::BlockerTransition>& all = next.analysis->open_blockers[0].history;
    all.insert(all.begin(), known.begin(), known.end());
    Retain(next);
  }
  const std::vector<deal::BlockerTransition> kept = Deal().blockers[0].history;
  ASSERT_THAT(kept, SizeIs(kMaxTransitionsPerBlocker));
  EXPECT_EQ(kept.front().at, Day(1, 1));
  EXPECT_EQ(kept.back().evidence.call_id, "c3");
}

TEST_P(HistoryTest, ARecallTellsTheDealInBriefAndGetDealAllOfIt) {
  for (int day = 1; day <= 20; ++day) {
    Retain(PriceCall(absl::StrCat("c", day), Day(3, day), deal::BlockerStatus::kRaised));
  }
  ASSERT_OK_AND_ASSIGN(const Recollection found, memory_.Recall(context_, "acme", {.query = "?"}));
  EXPECT_THAT(found.state.deal.timeline, SizeIs(kMaxCallsInBrief));
  EXPECT_EQ(found.state.deal.timeline.back().call_id, "c20");
  ASSERT_THAT(found.state.deal.blockers.at(0).history, SizeIs(kMaxStepsInBrief));
  EXPECT_EQ(found.state.deal.blockers[0].history.front().at, Day(3, 1));
  EXPECT_EQ(found.state.deal.blockers[0].history.back().at, Day(3, 20));
  EXPECT_THAT(Deal().timeline, SizeIs(20));
  EXPECT_THAT(Deal().blockers.at(0).history, SizeIs(20));
}

TEST_P(HistoryTest, AStateOfAReleaseThatKnewNoPastIsToldAnew) {
  const auto retain = [&](int day) {
    Retain(PriceCall(absl::StrCat("c", day), Day(3, day), deal::BlockerStatus::kRaised));
  };
  for (int day = 1; day <= 20; ++day) retain(day);
  // Such a release put its call on top of what it took for the whole state.
  const auto forget_the_mark = [](CustomerTransaction& transaction) -> absl::Status {
    ASSIGN_OR_RETURN(CustomerState state, transaction.State());
    state.in_brief = false;
    RETURN_IF_ERROR(transaction.PutState(state));
    ASSIGN_OR_RETURN(const CustomerHead head, transaction.Head());
    return transaction.PutHead(head);
  };
  ASSERT_OK(store_->Write(context_, {.tenant = context_.tenant(), .customer_id = "acme"},
                          forget_the_mark));
  EXPECT_THAT(Deal().timeline, SizeIs(20));
  retain(21);
  EXPECT_THAT(Deal().timeline, SizeIs(21));
  EXPECT_THAT(Deal().blockers.at(0).history, SizeIs(21));
}

TEST_P(HistoryTest, OnePersonUnderSeveralNamesIsOnePerson) {
  Retain(PeopleCall("c1", 3, {"Robert Smith", "Sarah Chen"}));
  Retain(PeopleCall("c2", 10, {"Bob Smith", "Chen, Sarah"}));
  Retain(PeopleCall("c3", 17, {"R. Smith", "Sarah"}));
  EXPECT_THAT(People(), UnorderedElementsAre("Robert Smith", "Sarah Chen"));
}

TEST_P(HistoryTest, AFirstNameThatFitsTwoPeopleIsNeitherOfThem) {
  Retain(PeopleCall("c1", 3, {"Sarah Chen", "Sarah Lopez"}));
  Retain(PeopleCall("c2", 10, {"Sarah"}));
  EXPECT_THAT(People(), UnorderedElementsAre("Sarah Chen", "Sarah Lopez", "Sarah"));
}

TEST_P(HistoryTest, PeopleOfTwoCustomersAreNeverOne) {
  Retain(PeopleCall("c1", 3, {"Sarah Chen"}), "acme");
  Retain(PeopleCall("c1", 3, {"Sarah"}), "globex");
  EXPECT_THAT(People("acme"), ElementsAre("Sarah Chen"));
  EXPECT_THAT(People("globex"), ElementsAre("Sarah"));
}

TEST_P(HistoryTest, EveryVersionOfAProfileCanBeReadAndAStaleOneChangesNothing) {
  for (int i = 1; i <= 3; ++i) {
    const deal::CustomerProfile changes{
        .budget = deal::ProfileEntry{.text = absl::StrCat("$", i, ",000"),
                                     .evidence = Said("c", i, absl::StrCat("budget ", i)),
                                     .at = Day(3, i)}};
    ASSERT_OK(memory_.UpdateProfile(context_, "acme", changes, i - 1).status());
  }
  EXPECT_THAT(
      memory_.UpdateProfile(context_, "acme",
                            {.budget = deal::ProfileEntry{.text = "$9", .at = Day(3, 9)}}, 2),
      StatusIs(absl::StatusCode::kAborted, HasSubstr("expected_version")));
  EXPECT_EQ(Profile().budget->text, "$3,000");
  EXPECT_EQ(Profile().budget->evidence.quote, "budget 3");
  for (int i = 1; i <= 3; ++i) {
    ASSERT_OK_AND_ASSIGN(const deal::CustomerProfile then, memory_.GetProfile(context_, "acme", i));
    EXPECT_EQ(then.budget->text, absl::StrCat("$", i, ",000"));
    EXPECT_EQ(then.version, i);
  }
  ASSERT_OK_AND_ASSIGN(const std::vector<ProfileRecord> page,
                       memory_.ListProfiles(context_, "acme", 3, 1));
  ASSERT_THAT(page, SizeIs(1));
  EXPECT_EQ(page[0].profile.version, 2);
}

TEST_P(HistoryTest, PagesOfFactsHoldEachOnceNewestFirst) {
  RetainCommand command;
  for (int i = 0; i < 25; ++i) {
    command.texts.push_back(
        {.id = absl::StrCat("t", i), .text = absl::StrCat("text ", i), .at = Day(3, 1 + i / 2)});
  }
  Retain(command);
  std::vector<deal::Fact> seen;
  std::string token;
  do {
    ASSERT_OK_AND_ASSIGN(const FactPage page, memory_.ListFacts(context_, "acme", {}, 10, token));
    seen.insert(seen.end(), page.facts.begin(), page.facts.end());
    token = page.next_page_token;
  } while (!token.empty());
  ASSERT_THAT(seen, SizeIs(25));
  for (size_t i = 1; i < seen.size(); ++i) {
    EXPECT_GE(seen[i - 1].valid_from, seen[i].valid_from);
    EXPECT_NE(seen[i - 1].id, seen[i].id);
  }
}

TEST_P(HistoryTest, ManyRowsOfOneRequestAreAllThere) {
  constexpr int kTexts = 5000;
  RetainCommand command;
  for (int i = 0; i < kTexts; ++i) {
    command.texts.push_back({.text = absl::StrCat("line ", i, " of a long transcript"), .turn = i});
  }
  EXPECT_THAT(Retain(command).texts, SizeIs(kTexts));
  for (const RetainedRow& row : Retain(command).texts) {
    ASSERT_EQ(row.outcome, RetainOutcome::kDuplicate);
  }
  EXPECT_THAT(memory_.Version(context_, "acme"), IsOkAndHolds(2));
}

TEST_P(HistoryTest, ForgettingAFactTakesItsWordsOutOfLedgerAndProfileToo) {
  RetainCommand command = PriceCall("c1", Day(3, 3), deal::BlockerStatus::kRaised);
  command.facts = {PlainFact("They find it dear.", Said("c1", 3, "words of c1")),
                   PlainFact("They use Oracle.", Said("c1", 4, "Oracle"))};
  command.profile_changes = deal::CustomerProfile{
      .preferences = {{.text = "Cheap things", .evidence = Said("c1", 3, "words of c1")},
                      {.text = "PDF by email", .evidence = Said("c1", 5, "PDF")}}};
  const std::string id = Retain(command).facts[0].id;
  ASSERT_OK_AND_ASSIGN(const ForgetReceipt receipt,
                       memory_.Forget(context_, "acme", {.fact_id = id}));
  EXPECT_EQ(receipt.facts, 1);
  EXPECT_EQ(receipt.blockers, 1);
  EXPECT_THAT(AllFacts(), SizeIs(1));
  EXPECT_THAT(Deal().blockers, IsEmpty());
  ASSERT_THAT(Profile().preferences, SizeIs(1));
  EXPECT_EQ(Profile().preferences[0].text, "PDF by email");
  EXPECT_THAT(memory_.Forget(context_, "acme", {.fact_id = id}),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("fact_id")));
}

TEST_P(HistoryTest, HostileIdsNameTheirOwnCustomerAndNoOther) {
  const std::vector<std::string> ids = {"a",
                                        "a:b",
                                        "{a}",
                                        "a%",
                                        "a_",
                                        "A",
                                        "'; DROP TABLE facts; --",
                                        "größe",
                                        "a\\",
                                        "*",
                                        std::string(200, 'x')};
  for (const std::string& id : ids) {
    Retain({.texts = {{.id = "t", .text = "the secret of " + id, .tags = {id.substr(0, 100)}}}},
           id);
  }
  for (const std::string& id : ids) {
    EXPECT_THAT(Recalled("secret", {}, id), ElementsAre("the secret of " + id));
  }
  ASSERT_OK(memory_.Forget(context_, "a%", {}).status());
  ASSERT_OK(memory_.Forget(context_, "*", {}).status());
  ASSERT_OK_AND_ASSIGN(const std::vector<CustomerSummary> left,
                       memory_.ListCustomers(context_, "", 100));
  EXPECT_THAT(left, SizeIs(ids.size() - 2));
  EXPECT_TRUE(std::is_sorted(left.begin(), left.end(), [](const auto& a, const auto& b) {
    return a.customer_id < b.customer_id;
  }));
}

TEST_P(HistoryTest, TenantsWithTheSameCustomerShareNothing) {
  const Context other(Context::Fields{.tenant = "other"});
  Retain(PeopleCall("c1", 3, {"Sarah Chen"}));
  EXPECT_THAT(memory_.GetDeal(other, "acme", std::nullopt),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("customer_id")));
  EXPECT_THAT(memory_.Export(other, "acme"), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(memory_.Forget(other, "acme", {}), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(*memory_.ListCustomers(other, "", 10), IsEmpty());
  ASSERT_OK(memory_.Retain(other, "acme", PeopleCall("c1", 3, {"Tom"})).status());
  ASSERT_OK(memory_.Forget(other, "acme", {}).status());
  EXPECT_THAT(People(), ElementsAre("Sarah Chen"));
}

TEST_P(HistoryTest, WritersOfOneCustomerAndOfManyLoseNothing) {
  constexpr int kThreads = 8;
  constexpr int kWrites = 6;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([this, t] {
      for (int i = 0; i < kWrites; ++i) {
        const RetainCommand command{.texts = {{.text = absl::StrCat("text ", t, " ", i)}}};
        EXPECT_OK(memory_.Retain(context_, "shared", command).status());
        EXPECT_OK(memory_.Retain(context_, absl::StrCat("own", t), command).status());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(memory_.Version(context_, "shared"), IsOkAndHolds(kThreads * kWrites));
  EXPECT_THAT(AllFacts("shared"), SizeIs(kThreads * kWrites));
  for (int t = 0; t < kThreads; ++t) {
    EXPECT_THAT(memory_.Version(context_, absl::StrCat("own", t)), IsOkAndHolds(kWrites));
  }
}

INSTANTIATE_TEST_SUITE_P(Stores, HistoryTest, ::testing::ValuesIn(store::AllStores()),
                         store::StoreName);

}  // namespace
}  // namespace throughline::memory
