#include "services/orchestrator/store/sqlite_call_store.h"

#include <gmock/gmock.h>

#include "absl/strings/str_cat.h"
#include "common/testing/status_matchers.h"
#include "common/testing/temp_directory.h"
#include "services/orchestrator/store/schema.h"

namespace throughline::orchestrator {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

const Context kContext = Context::Background();

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

class SqliteCallStoreTest : public testing::Test {
 protected:
  SqliteCallStoreTest() { Reopen(); }

  void Reopen() {
    store_.reset();
    database_.reset();
    auto opened = OpenDatabase(directory_.File("orchestrator.db"));
    EXPECT_OK(opened);
    database_ = *std::move(opened);
    store_ = std::make_unique<SqliteCallStore>(*database_);
  }

  void SaveAll(const ComputedCall& call) {
    ASSERT_OK(store_->SaveReceived(kContext, call.call));
    ASSERT_OK(store_->SaveComputed(kContext, call));
    ASSERT_OK(store_->SaveFinished(kContext, call.call.key, call.result));
  }

  TempDirectory directory_;
  std::unique_ptr<storage::SqliteDatabase> database_;
  std::unique_ptr<SqliteCallStore> store_;
};

TEST_F(SqliteCallStoreTest, AComputedCallSurvivesWithAllThatSavingNeeds) {
  const ComputedCall call = Computed("acme", "c1");
  ASSERT_OK(store_->SaveReceived(kContext, call.call));
  ASSERT_OK(store_->SaveComputed(kContext, call));
  Reopen();
  ASSERT_OK_AND_ASSIGN(const auto found, store_->Find(kContext, call.call.key));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->state, CallState::kComputed);
  EXPECT_EQ(found->content_digest, "digest");
  const ComputedCall& kept = *found->computed;
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

TEST_F(SqliteCallStoreTest, WhatIsNotThereIsNotFound) {
  ASSERT_OK_AND_ASSIGN(const auto found,
                       store_->Find(kContext, {.tenant = "default", .customer_id = "acme"}));
  EXPECT_FALSE(found);
}

TEST_F(SqliteCallStoreTest, AReceivedCallMayBeReplacedOrRemoved) {
  ComputedCall call = Computed("acme", "c1");
  ASSERT_OK(store_->SaveReceived(kContext, call.call));
  call.call.content_digest = "other";
  ASSERT_OK(store_->SaveReceived(kContext, call.call));
  ASSERT_OK_AND_ASSIGN(const auto found, store_->Find(kContext, call.call.key));
  EXPECT_EQ(found->content_digest, "other");
  ASSERT_OK(store_->Abandon(kContext, call.call.key));
  ASSERT_OK_AND_ASSIGN(const auto gone, store_->Find(kContext, call.call.key));
  EXPECT_FALSE(gone);
}

TEST_F(SqliteCallStoreTest, ASavedCallIsNeverAbandoned) {
  const ComputedCall call = Computed("acme", "c1");
  SaveAll(call);
  ASSERT_OK(store_->Abandon(kContext, call.call.key));
  ASSERT_OK_AND_ASSIGN(const auto found, store_->Find(kContext, call.call.key));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->state, CallState::kSaved);
}

TEST_F(SqliteCallStoreTest, UnsavedCallsComeInTheOrderTheyCame) {
  for (const char* id : {"zeta", "alpha", "mid"}) {
    const ComputedCall call = Computed("acme", id);
    ASSERT_OK(store_->SaveReceived(kContext, call.call));
    ASSERT_OK(store_->SaveComputed(kContext, call));
  }
  SaveAll(Computed("acme", "saved"));
  ASSERT_OK_AND_ASSIGN(const auto keys, store_->ListUnsaved(kContext, "acme"));
  ASSERT_THAT(keys, SizeIs(3));
  EXPECT_EQ(keys[0].call_id, "zeta");
  EXPECT_EQ(keys[2].call_id, "mid");
  ASSERT_OK_AND_ASSIGN(const auto customers, store_->ListUnsavedCustomers(kContext));
  ASSERT_THAT(customers, SizeIs(1));
  EXPECT_EQ(customers[0].customer_id, "acme");
}

TEST_F(SqliteCallStoreTest, PagesGoThroughACustomersCallsByTheirTime) {
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

TEST_F(SqliteCallStoreTest, AForeignPageTokenIsRefused) {
  EXPECT_THAT(store_->ListSaved(kContext, "acme", 2, "nonsense"),
              StatusIs(absl::StatusCode::kInvalidArgument, testing::HasSubstr("page_token")));
}

TEST_F(SqliteCallStoreTest, TenantsNeverMeet) {
  SaveAll(Computed("acme", "c1"));
  const Context other({.tenant = "other"});
  ASSERT_OK_AND_ASSIGN(const CallPage page, store_->ListSaved(other, "acme", 10, ""));
  EXPECT_THAT(page.calls, IsEmpty());
}

}  // namespace
}  // namespace throughline::orchestrator
