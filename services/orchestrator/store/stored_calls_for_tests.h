#ifndef THROUGHLINE_SERVICES_ORCHESTRATOR_STORE_STORED_CALLS_FOR_TESTS_H_
#define THROUGHLINE_SERVICES_ORCHESTRATOR_STORE_STORED_CALLS_FOR_TESTS_H_

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/testing/fake_clock.h"
#include "common/testing/status_matchers.h"
#include "services/orchestrator/store/sql_call_store.h"
#include "services/orchestrator/store/sql_delivery_store.h"
#include "services/orchestrator/store/sql_job_store.h"
#include "services/orchestrator/store/stores_for_tests.h"

namespace throughline::orchestrator {

// Calls of customer "meridian" unless said otherwise, with their jobs and deliveries, on every kind
// of database.
class StoredCallsTest : public testing::TestWithParam<DatabaseKind> {
 protected:
  static CallKey Key(const std::string& tenant, const std::string& call_id,
                     const std::string& customer_id = "meridian") {
    return {.tenant = tenant, .customer_id = customer_id, .call_id = call_id};
  }
  Context Of(const std::string& tenant) const {
    return Context({.tenant = tenant, .clock = &clock_});
  }
  static std::string JobId(const CallKey& key) {
    return absl::StrCat("job-", key.tenant, "-", key.customer_id, "-", key.call_id);
  }
  Job JobOf(const CallKey& key, absl::Time occurred_at) const {
    return {.id = JobId(key),
            .call = key,
            .occurred_at = occurred_at,
            .content_digest = "d",
            .created_at = clock_.Now()};
  }
  // A call that took place then and is saved now, of which one subscriber was told.
  void Save(const CallKey& key, absl::Time occurred_at) {
    ComputedCall call;
    call.call = {.key = key, .content_digest = "d", .occurred_at = occurred_at};
    call.result.customer_id = key.customer_id;
    call.result.call_id = key.call_id;
    SqlCallStore calls(*database_, "me", [&](const ComputedCall&, const CallResult&, absl::Time) {
      return std::vector<Delivery>{{.tenant = key.tenant,
                                    .subscription = "crm",
                                    .event_id = key.call_id,
                                    .customer_id = key.customer_id,
                                    .call_id = key.call_id,
                                    .body = "{}"}};
    });
    ASSERT_OK(jobs_
                  .Begin(Of(key.tenant), JobOf(key, occurred_at), {}, Resubmission::kKeep,
                         clock_.Now() + absl::Minutes(1))
                  .status());
    ASSERT_OK(calls.SaveComputed(Of(key.tenant), call, {}));
    ASSERT_OK(calls.SaveFinished(Of(key.tenant), call, call.result));
  }
  // A call that waits for its turn, or that failed.
  Job Submit(const CallKey& key, absl::Time occurred_at, JobState state) {
    const Context context = Of(key.tenant);
    EXPECT_OK(jobs_
                  .Add(context, JobOf(key, occurred_at), {.transcript = "Mike: hello"},
                       Resubmission::kKeep)
                  .status());
    if (state == JobState::kFailed) {
      auto claimed = jobs_.Claim(context, clock_.Now() + absl::Minutes(1));
      EXPECT_TRUE(claimed.ok() && claimed->has_value());
      EXPECT_OK(jobs_.Release(context, (*claimed)->job, state, "why", clock_.Now()));
    }
    return *jobs_.Get(context, JobId(key));
  }
  std::vector<std::string> Calls(const std::string& tenant,
                                 const std::string& customer_id = "meridian") {
    std::vector<std::string> ids;
    const auto page = calls_.ListSaved(Of(tenant), customer_id, 100, "");
    for (const CallResult& call : page->calls) ids.push_back(call.call_id);
    return ids;
  }
  size_t Deliveries() { return deliveries_.List(Of("acme"), {}, 100, "")->deliveries.size(); }

  const DatabaseForTests files_{GetParam()};
  const std::unique_ptr<sql::SqlDatabase> database_ = files_.Open();
  FakeClock clock_;
  SqlJobStore jobs_{*database_, {.owner = "me"}};
  SqlCallStore calls_{*database_, "me"};
  SqlDeliveryStore deliveries_{*database_};
};

}  // namespace throughline::orchestrator

#endif  // THROUGHLINE_SERVICES_ORCHESTRATOR_STORE_STORED_CALLS_FOR_TESTS_H_
