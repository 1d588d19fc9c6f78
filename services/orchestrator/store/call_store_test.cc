#include <gmock/gmock.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/errors.h"
#include "common/testing/status_matchers.h"
#include "services/orchestrator/store/sql_call_store.h"
#include "services/orchestrator/store/sql_job_store.h"
#include "services/orchestrator/store/stores_for_tests.h"

// What every store of calls must do, on SQLite and on PostgreSQL.
namespace throughline::orchestrator {
namespace {

using ::testing::IsEmpty;

const Context kContext = Context::Background();
constexpr absl::Duration kLease = absl::Minutes(1);

ComputedCall Computed(std::string customer, std::string id, int day = 1) {
  ComputedCall call;
  call.call.key = {.tenant = "default", .customer_id = customer, .call_id = id};
  call.call.content_digest = "digest";
  call.call.occurred_at = absl::FromCivil(absl::CivilDay(2026, 3, day), absl::UTCTimeZone());
  call.call.transcript.turns = {{.index = 0, .speaker = "Ana", .text = "Hello."}};
  call.call.transcript.occurred_at = call.call.occurred_at;
  call.call.customer_name = "Acme";
  call.result.customer_id = customer;
  call.result.call_id = id;
  call.result.occurred_at = call.call.occurred_at;
  call.result.email.subject = "Follow-up";
  call.result.cost.nano_usd = 12;
  call.result.timings = {{.step = Step::kParse, .duration = absl::Milliseconds(2)}};
  call.learned.facts = {{.text = "They have four sites."}};
  call.learned.profile_changes.budget = deal::ProfileEntry{.text = "20k"};
  call.learned.summary = "A call.";
  return call;
}

class CallStoreTest : public testing::TestWithParam<DatabaseKind> {
 protected:
  CallStoreTest() { Reopen(); }

  void Reopen() {
    jobs_.reset();
    store_.reset();
    database_.reset();
    database_ = files_.Open();
    store_ = std::make_unique<SqlCallStore>(*database_, "me");
    jobs_ = std::make_unique<SqlJobStore>(*database_, SqlJobStore::Options{.owner = "me"});
  }

  static std::string JobId(const ComputedCall& call) {
    return absl::StrCat("job-", call.call.key.customer_id, "-", call.call.key.call_id);
  }
  static Job JobOf(const ComputedCall& call) {
    return {.id = JobId(call),
            .call = call.call.key,
            .occurred_at = call.call.occurred_at,
            .content_digest = call.call.content_digest,
            .created_at = absl::Now()};
  }
  JobStore::Begun TryToBegin(const ComputedCall& call) {
    return jobs_->Begin(kContext, JobOf(call), {}, Resubmission::kRenew, absl::Now() + kLease)
        .value();
  }
  // Takes the turn of the call's customer.
  void Begin(const ComputedCall& call) { ASSERT_TRUE(TryToBegin(call).ours); }
  void Fail(const ComputedCall& call) {
    ASSERT_OK(jobs_->Release(kContext, JobOf(call), JobState::kFailed, "why", absl::Now()));
  }
  void SaveAll(const ComputedCall& call) {
    Begin(call);
    ASSERT_OK(store_->SaveComputed(kContext, call, {}));
    ASSERT_OK(store_->SaveFinished(kContext, call, call.result));
  }

  const DatabaseForTests files_{GetParam()};
  std::unique_ptr<sql::SqlDatabase> database_;
  std::unique_ptr<SqlCallStore> store_;
  std::unique_ptr<SqlJobStore> jobs_;
};

TEST_P(CallStoreTest, AComputedCallSurvivesWithAllThatSavingNeeds) {
  const ComputedCall call = Computed("acme", "c1");
  Begin(call);
  Recollection recalled{.known = {.version = 7}, .profile = call.learned.profile_changes};
  recalled.known.facts = call.learned.facts;
  ASSERT_OK(store_->SaveComputed(kContext, call, recalled));
  Reopen();
  ASSERT_OK_AND_ASSIGN(const Progress progress, store_->FindProgress(kContext, call.call));
  ASSERT_TRUE(progress.recalled.has_value());
  EXPECT_EQ(progress.recalled->known.version, 7);
  EXPECT_EQ(progress.recalled->known.facts.at(0).text, "They have four sites.");
  EXPECT_EQ(progress.recalled->profile->budget->text, "20k");
  ASSERT_OK_AND_ASSIGN(const auto found, store_->Find(kContext, call.call.key));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->state, CallState::kComputed);
  EXPECT_EQ(found->content_digest, "digest");
  const ComputedCall& kept = found->computed;
  EXPECT_EQ(kept.call.transcript.turns.at(0).text, "Hello.");
  EXPECT_EQ(kept.call.customer_name, "Acme");
  EXPECT_EQ(kept.call.occurred_at, call.call.occurred_at);
  EXPECT_EQ(kept.result.email.subject, "Follow-up");
  EXPECT_EQ(kept.result.cost.nano_usd, 12);
  EXPECT_EQ(kept.result.timings.at(0).duration, absl::Milliseconds(2));
  EXPECT_EQ(kept.learned.facts.at(0).text, "They have four sites.");
  EXPECT_EQ(kept.learned.profile_changes.budget->text, "20k");
  EXPECT_EQ(kept.learned.summary, "A call.");
}

TEST_P(CallStoreTest, WhoBeginsHearsWhetherAnythingWasKeptBefore) {
  const ComputedCall call = Computed("acme", "c1");
  EXPECT_TRUE(TryToBegin(call).is_fresh);
  Fail(call);
  EXPECT_TRUE(TryToBegin(call).is_fresh) << "the attempt left nothing";
  ASSERT_OK(store_->SaveProgress(kContext, call.call, {.analysis = AnalysisAnswer()}));
  Fail(call);
  EXPECT_FALSE(TryToBegin(call).is_fresh);
  ASSERT_OK(store_->SaveComputed(kContext, call, {}));
  Fail(call);
  const JobStore::Begun again = TryToBegin(call);
  EXPECT_TRUE(again.ours);
  EXPECT_FALSE(again.is_fresh);
  EXPECT_FALSE(again.is_answered);
  ASSERT_OK(store_->SaveFinished(kContext, call, call.result));
  const JobStore::Begun saved = TryToBegin(call);
  EXPECT_TRUE(saved.is_answered);
  EXPECT_FALSE(saved.ours || saved.added);
  ComputedCall other = call;
  other.call.content_digest = "other";
  EXPECT_TRUE(TryToBegin(other).is_answered);
  EXPECT_OK(jobs_->Add(kContext, JobOf(Computed("acme", "c2")), {}, Resubmission::kKeep).status());
  EXPECT_TRUE(TryToBegin(Computed("acme", "c2")).is_fresh) << "the turn is free";
}

TEST_P(CallStoreTest, WhatIsNotThereIsNotFound) {
  ASSERT_OK_AND_ASSIGN(const auto found,
                       store_->Find(kContext, {.tenant = "default", .customer_id = "acme"}));
  EXPECT_FALSE(found);
}

TEST_P(CallStoreTest, WhatEachModelAnsweredIsKeptUntilTheCallIsSaved) {
  const ComputedCall call = Computed("acme", "c1");
  Begin(call);
  AnalysisAnswer analysis;
  analysis.analysis.is_sales_call = true;
  analysis.dropped = {{.claim = "a million", .reason = "nobody said it"}};
  ASSERT_OK(store_->SaveProgress(kContext, call.call, {.analysis = analysis}));
  FactsAnswer facts;
  facts.facts = call.learned.facts;
  facts.decisions = {{.record = "", .cost_nano_usd = 0}};
  ASSERT_OK(store_->SaveProgress(kContext, call.call, {.facts = facts}));
  ASSERT_OK(store_->SaveProgress(kContext, call.call,
                                 {.email = EmailAnswer{.email = {.subject = "Follow-up"}}}));
  ASSERT_OK_AND_ASSIGN(const Progress kept, store_->FindProgress(kContext, call.call));
  ASSERT_TRUE(kept.analysis.has_value());
  EXPECT_EQ(kept.analysis->dropped.at(0).reason, "nobody said it");
  ASSERT_TRUE(kept.facts.has_value());
  EXPECT_EQ(kept.facts->facts.at(0).text, "They have four sites.");
  EXPECT_EQ(kept.facts->decisions.size(), 1u);
  ASSERT_TRUE(kept.email.has_value());
  EXPECT_EQ(kept.email->email.subject, "Follow-up");

  AcceptedCall other = call.call;
  other.content_digest = "other";
  ASSERT_OK_AND_ASSIGN(const Progress none, store_->FindProgress(kContext, other));
  EXPECT_FALSE(none.analysis.has_value()) << "answers to other words";

  ASSERT_OK(store_->SaveComputed(kContext, call, {}));
  ASSERT_OK(store_->SaveFinished(kContext, call, call.result));
  ASSERT_OK_AND_ASSIGN(const Progress after, store_->FindProgress(kContext, call.call));
  EXPECT_FALSE(after.analysis.has_value());
}

TEST_P(CallStoreTest, SavingEndsTheJobAndTheTurn) {
  SaveAll(Computed("acme", "c1"));
  ASSERT_OK_AND_ASSIGN(const Job job, jobs_->Get(kContext, JobId(Computed("acme", "c1"))));
  EXPECT_EQ(job.state, JobState::kSucceeded);
  EXPECT_TRUE(job.finished_at.has_value());
  Begin(Computed("acme", "c2"));
}

TEST_P(CallStoreTest, WhoLostTheTurnWritesNothing) {
  const ComputedCall call = Computed("acme", "c1");
  Begin(call);
  SqlCallStore other(*database_, "other");
  for (const absl::Status& refused :
       {other.SaveProgress(kContext, call.call, {.facts = FactsAnswer()}),
        other.SaveComputed(kContext, call, {}), other.SaveFinished(kContext, call, call.result),
        other.Abandon(kContext, call.call.key)}) {
    EXPECT_THAT(refused, StatusIs(absl::StatusCode::kAborted));
    EXPECT_EQ(Reason(refused), kTurnLost);
  }
  ASSERT_OK_AND_ASSIGN(const auto found, store_->Find(kContext, call.call.key));
  EXPECT_FALSE(found);
}

TEST_P(CallStoreTest, AnAbandonedCallIsGone) {
  const ComputedCall call = Computed("acme", "c1");
  Begin(call);
  ASSERT_OK(store_->SaveComputed(kContext, call, {}));
  ASSERT_OK(store_->Abandon(kContext, call.call.key));
  ASSERT_OK_AND_ASSIGN(const auto gone, store_->Find(kContext, call.call.key));
  EXPECT_FALSE(gone);
}

TEST_P(CallStoreTest, PagesGoThroughACustomersCallsByTheirTime) {
  for (int i = 5; i >= 1; --i) SaveAll(Computed("acme", absl::StrCat("c", i), i));
  SaveAll(Computed("other", "x", 2));
  std::vector<std::string> seen;
  std::string token;
  do {
    ASSERT_OK_AND_ASSIGN(const CallPage page, store_->ListSaved(kContext, "acme", 2, token));
    for (const CallResult& call : page.calls) seen.push_back(call.call_id);
    token = page.next_page_token;
  } while (!token.empty());
  EXPECT_THAT(seen, testing::ElementsAre("c1", "c2", "c3", "c4", "c5"));
}

TEST_P(CallStoreTest, AForeignPageTokenIsRefused) {
  EXPECT_THAT(store_->ListSaved(kContext, "acme", 2, "nonsense"),
              StatusIs(absl::StatusCode::kInvalidArgument, testing::HasSubstr("page_token")));
}

TEST_P(CallStoreTest, TenantsNeverMeet) {
  SaveAll(Computed("acme", "c1"));
  const Context other({.tenant = "other"});
  ASSERT_OK_AND_ASSIGN(const CallPage page, store_->ListSaved(other, "acme", 10, ""));
  EXPECT_THAT(page.calls, IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(AllDatabases, CallStoreTest, testing::ValuesIn(AllDatabases()),
                         [](const auto& kind) { return kind.param.name; });

}  // namespace
}  // namespace throughline::orchestrator
