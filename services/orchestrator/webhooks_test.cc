#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <netinet/in.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/testing/fake_clock.h"
#include "common/testing/http_imposter.h"
#include "common/testing/status_matchers.h"
#include "common/testing/temp_directory.h"
#include "services/orchestrator/store/sql_call_store.h"
#include "services/orchestrator/store/sql_delivery_store.h"
#include "services/orchestrator/store/sql_job_store.h"
#include "services/orchestrator/store/stores_for_tests.h"
#include "services/orchestrator/webhook_courier.h"
#include "services/orchestrator/webhook_events.h"

// Subscribers are told of a saved call over real HTTP.
namespace throughline::orchestrator {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr char kSecret[] = "a secret of 24 characters";

bool IsPublic(const std::string& address) {
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  if (inet_pton(AF_INET, address.c_str(), &v4.sin_addr) == 1) {
    return IsPublicAddress(reinterpret_cast<const sockaddr&>(v4));
  }
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  EXPECT_EQ(inet_pton(AF_INET6, address.c_str(), &v6.sin6_addr), 1) << address;
  return IsPublicAddress(reinterpret_cast<const sockaddr&>(v6));
}

class WebhooksTest : public testing::TestWithParam<DatabaseKind> {
 protected:
  // A courier to the imposter.
  void Subscribe(bool allow_private, const std::string& url = "") {
    subscriptions_ = {{.id = "crm",
                       .tenant = "default",
                       .url = absl::StrCat(url.empty() ? receiver_.url() : url, "/hook"),
                       .secret = kSecret,
                       .events = {kCallProcessed, kBlockerChanged, kProfileUpdated},
                       .allow_private = allow_private}};
    courier_ = std::make_unique<WebhookCourier>(WebhookCourier::Options{.max_attempts = 3},
                                                subscriptions_, deliveries_, metrics_);
  }
  // A call that raised a blocker and told a preference.
  void SaveACall(const std::string& customer = "acme") {
    ComputedCall call;
    call.call.key = {.tenant = "default", .customer_id = customer, .call_id = "c1"};
    call.call.content_digest = "d";
    call.call.occurred_at = clock_.Now();
    call.result.customer_id = customer;
    call.result.call_id = "c1";
    call.result.analysis.open_blockers = {
        {.id = "price:price", .history = {{.evidence = {.call_id = "c1"}}}},
        {.id = "legal:dpa", .history = {{.evidence = {.call_id = "earlier"}}}}};
    call.learned.profile_changes.preferences = {{.text = "PDF by e-mail"}};
    SqlJobStore jobs(*database_, {.owner = "me"});
    SqlCallStore calls(*database_, "me",
                       [this](const ComputedCall& saved, const CallResult& result, absl::Time now) {
                         return Announce(subscriptions_, saved, result, now);
                       });
    const Job job{.id = absl::StrCat("job-", customer),
                  .call = call.call.key,
                  .occurred_at = call.call.occurred_at,
                  .content_digest = "d",
                  .created_at = clock_.Now()};
    ASSERT_OK(jobs.Begin(context_, job, {}, Resubmission::kKeep, clock_.Now() + absl::Minutes(1))
                  .status());
    ASSERT_OK(calls.SaveComputed(context_, call, {}));
    ASSERT_OK(calls.SaveFinished(context_, call, call.result));
  }
  int DeliverAll() {
    int delivered = 0;
    while (courier_->DeliverOne(context_).value()) ++delivered;
    return delivered;
  }

  const DatabaseForTests files_{GetParam()};
  const std::unique_ptr<sql::SqlDatabase> database_ = files_.Open();
  FakeClock clock_;
  const Context context_{{.clock = &clock_}};
  HttpImposter receiver_;
  MetricsRegistry metrics_;
  SqlDeliveryStore deliveries_{*database_};
  std::vector<Subscription> subscriptions_;
  std::unique_ptr<WebhookCourier> courier_;
};

TEST_P(WebhooksTest, ASavedCallIsToldWithASignature) {
  Subscribe(true);
  receiver_.Say({{.status = 204}});
  SaveACall();
  EXPECT_EQ(DeliverAll(), 3);
  const std::vector<HttpImposter::Seen> seen = receiver_.seen();
  ASSERT_THAT(seen, SizeIs(3));
  std::vector<std::string> types;
  for (const HttpImposter::Seen& request : seen) {
    const auto body = nlohmann::json::parse(request.body);
    types.push_back(body["type"]);
    EXPECT_EQ(body["customerId"], "acme");
    EXPECT_EQ(body["callId"], "c1");
    EXPECT_EQ(request.target, "/hook");
    EXPECT_THAT(request.headers, HasSubstr(body["id"].get<std::string>()));
    EXPECT_THAT(request.headers, HasSubstr(Signature(kSecret, clock_.Now(), request.body)));
  }
  EXPECT_THAT(types,
              testing::UnorderedElementsAre(kCallProcessed, kBlockerChanged, kProfileUpdated));
  EXPECT_EQ(DeliverAll(), 0) << "each is told once";
}

TEST_P(WebhooksTest, AReceiverThatFailsIsToldAgainLater) {
  Subscribe(true);
  subscriptions_[0].events = {kCallProcessed};
  receiver_.Say({{.status = 500}, {.status = 200}});
  SaveACall();
  EXPECT_EQ(DeliverAll(), 1);
  EXPECT_EQ(DeliverAll(), 0) << "not at once";
  clock_.Advance(absl::Minutes(1));
  EXPECT_EQ(DeliverAll(), 1);
  ASSERT_THAT(receiver_.seen(), SizeIs(2));
  EXPECT_EQ(receiver_.seen()[0].body, receiver_.seen()[1].body);
  clock_.Advance(absl::Hours(1));
  EXPECT_EQ(DeliverAll(), 0);
}

TEST_P(WebhooksTest, WhatNobodyTakesIsGivenUp) {
  Subscribe(true);
  subscriptions_[0].events = {kCallProcessed};
  receiver_.Say({{.status = 500}});
  SaveACall();
  for (int i = 0; i < 10; ++i) {
    DeliverAll();
    clock_.Advance(absl::Hours(2));
  }
  EXPECT_THAT(receiver_.seen(), SizeIs(3));
  const std::string metrics = metrics_.Render();
  EXPECT_THAT(metrics, HasSubstr("throughline_webhook_attempts_total{outcome=\"retried\"} 2"));
  EXPECT_THAT(metrics, HasSubstr("throughline_webhook_attempts_total{outcome=\"given_up\"} 1"));
  EXPECT_THAT(metrics, HasSubstr("throughline_webhook_attempts_total{outcome=\"delivered\"} 0"));
}

TEST_P(WebhooksTest, EachDeliveryIsListedWithWhatBecameOfIt) {
  Subscribe(true);
  receiver_.Say({{.status = 204}});
  SaveACall();
  ASSERT_OK_AND_ASSIGN(DeliveryPage page, deliveries_.List(context_, {}, 10, ""));
  ASSERT_THAT(page.deliveries, SizeIs(3));
  for (const DeliveryRecord& one : page.deliveries) {
    EXPECT_EQ(one.state, DeliveryState::kWaiting);
    EXPECT_EQ(one.due_at, clock_.Now());
    EXPECT_EQ(one.delivery.customer_id, "acme");
    EXPECT_EQ(one.delivery.call_id, "c1");
  }
  EXPECT_EQ(page.deliveries.back().delivery.event, kCallProcessed) << "newest first";

  DeliverAll();
  ASSERT_OK_AND_ASSIGN(page, deliveries_.List(context_, {}, 2, ""));
  ASSERT_THAT(page.deliveries, SizeIs(2));
  EXPECT_EQ(page.deliveries[0].state, DeliveryState::kDelivered);
  EXPECT_EQ(page.deliveries[0].last.http_status, 204);
  EXPECT_EQ(page.deliveries[0].finished_at, clock_.Now());
  ASSERT_OK_AND_ASSIGN(page, deliveries_.List(context_, {}, 2, page.next_page_token));
  EXPECT_THAT(page.deliveries, SizeIs(1));
  EXPECT_EQ(page.next_page_token, "");

  const auto count = [&](const DeliveryFilter& filter) {
    return deliveries_.List(context_, filter, 10, "")->deliveries.size();
  };
  EXPECT_EQ(count({.subscription = "crm"}), 3u);
  EXPECT_EQ(count({.subscription = "another"}), 0u);
  EXPECT_EQ(count({.state = DeliveryState::kDelivered}), 3u);
  EXPECT_EQ(count({.state = DeliveryState::kWaiting}), 0u);
  EXPECT_EQ(count({.customer_id = "acme"}), 3u);
  EXPECT_EQ(count({.customer_id = "globex"}), 0u);
  const Context another({.tenant = "another", .clock = &clock_});
  EXPECT_THAT(deliveries_.List(another, {}, 10, "")->deliveries, SizeIs(0));
}

TEST_P(WebhooksTest, WhatWasGivenUpIsToldOnRequest) {
  Subscribe(true);
  subscriptions_[0].events = {kCallProcessed};
  receiver_.Say({{.status = 410}, {.status = 200}});
  SaveACall();
  DeliverAll();
  ASSERT_OK_AND_ASSIGN(const DeliveryPage page, deliveries_.List(context_, {}, 10, ""));
  ASSERT_THAT(page.deliveries, SizeIs(1));
  const DeliveryRecord& given_up = page.deliveries[0];
  EXPECT_EQ(given_up.state, DeliveryState::kGivenUp);
  EXPECT_EQ(given_up.last.http_status, 410);
  EXPECT_EQ(given_up.delivery.attempts, 1);
  EXPECT_THAT(given_up.last.error, HasSubstr("410"));

  const int64_t id = given_up.delivery.sequence;
  const Context another({.tenant = "another", .clock = &clock_});
  EXPECT_THAT(deliveries_.Redeliver(another, id), StatusIs(absl::StatusCode::kNotFound));
  ASSERT_OK_AND_ASSIGN(const DeliveryRecord renewed, deliveries_.Redeliver(context_, id));
  EXPECT_EQ(renewed.state, DeliveryState::kWaiting);
  EXPECT_EQ(renewed.delivery.attempts, 0);
  EXPECT_EQ(DeliverAll(), 1);
  ASSERT_THAT(receiver_.seen(), SizeIs(2));
  EXPECT_EQ(receiver_.seen()[0].body, receiver_.seen()[1].body);
  EXPECT_THAT(deliveries_.Redeliver(context_, id), StatusIs(absl::StatusCode::kFailedPrecondition));
}

// Takes a database back to where its deliveries were only sequence, body and state.
void TakeBack(sql::SqlDatabase& database, bool postgres) {
  const std::string schema = postgres ? "orchestrator." : "";
  std::vector<std::string> statements;
  for (const char* index : {"deliveries_by_tenant", "deliveries_finished", "deliveries_by_call",
                            "calls_by_age", "jobs_finished"}) {
    statements.push_back(absl::StrCat("DROP INDEX ", schema, index));
  }
  for (const char* column : {"event", "customer_id", "call_id", "http_status", "finished_at_us"}) {
    statements.push_back(absl::StrCat("ALTER TABLE {deliveries} DROP COLUMN ", column));
  }
  statements.push_back(
      absl::StrCat("DELETE FROM ", schema, "schema_migrations WHERE version = ", postgres ? 2 : 4));
  ASSERT_OK(database.Write(Context::Background(), [&](sql::SqlSession& session) -> absl::Status {
    for (const std::string& statement : statements) {
      const absl::Status status = session.Execute(statement, {});
      if (!status.ok()) return status;
    }
    return session.Execute(
        "INSERT INTO {deliveries} (tenant, endpoint, event_id, body, state, attempts, due_us, "
        "created_at_us, error) VALUES ('default', 'crm', 'evt-1', $1, 2, 12, 77, 5, 'why')",
        {sql::SqlBytes{
            R"({"id":"evt-1","type":"call.processed","customerId":"acme","callId":"c9"})"}});
  }));
}

TEST_P(WebhooksTest, DeliveriesOfAnOlderReleaseAreListedLikeOthers) {
  TakeBack(*database_, GetParam().shared);
  const std::unique_ptr<sql::SqlDatabase> upgraded = files_.Open();
  SqlDeliveryStore deliveries(*upgraded);
  ASSERT_OK_AND_ASSIGN(const DeliveryPage page,
                       deliveries.List(context_, {.customer_id = "acme"}, 10, ""));
  ASSERT_THAT(page.deliveries, SizeIs(1));
  const DeliveryRecord& old = page.deliveries[0];
  EXPECT_EQ(old.delivery.event, kCallProcessed);
  EXPECT_EQ(old.delivery.call_id, "c9");
  EXPECT_EQ(old.state, DeliveryState::kGivenUp);
  EXPECT_EQ(old.finished_at, absl::FromUnixMicros(77));
  EXPECT_EQ(old.last.error, "why");
}

TEST_P(WebhooksTest, WhatWasDeliveredIsForgottenAfterSomeDays) {
  Subscribe(true);
  receiver_.Say({{.status = 200}});
  SaveACall();
  DeliverAll();
  clock_.Advance(absl::Hours(24 * 7));
  EXPECT_FALSE(*courier_->EraseOld(context_));
  EXPECT_THAT(deliveries_.List(context_, {}, 10, "")->deliveries, SizeIs(3))
      << "not a moment early";
  clock_.Advance(absl::Seconds(1));
  EXPECT_FALSE(*courier_->EraseOld(context_)) << "that was all";
  EXPECT_THAT(deliveries_.List(context_, {}, 10, "")->deliveries, SizeIs(0));
}

TEST_P(WebhooksTest, APrivateAddressIsNeverAskedUnlessItIsAllowed) {
  for (const std::string& host :
       {receiver_.url(), std::string("http://localhost:1"), std::string("http://[::1]:1"),
        std::string("http://0x7f000001:1"), std::string("http://169.254.169.254")}) {
    Subscribe(false, host);
    subscriptions_[0].events = {kCallProcessed};
    SaveACall(host);
    EXPECT_EQ(DeliverAll(), 1) << host;
  }
  EXPECT_EQ(receiver_.connections(), 0);
}

INSTANTIATE_TEST_SUITE_P(AllDatabases, WebhooksTest, testing::ValuesIn(AllDatabases()),
                         [](const auto& kind) { return kind.param.name; });

TEST(WebhookAddressTest, OnlyTheInternetIsPublic) {
  for (const char* address : {"8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:4700::1111"}) {
    EXPECT_TRUE(IsPublic(address)) << address;
  }
  for (const char* address :
       {"127.0.0.1", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254",
        "100.64.0.1", "0.0.0.0", "224.0.0.1", "255.255.255.255", "198.18.0.1", "::1", "::",
        "fe80::1", "fc00::1", "ff02::1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::"}) {
    EXPECT_FALSE(IsPublic(address)) << address;
  }
}

// As anybody can compute it: printf '1767225600.{}' | openssl dgst -sha256 -hmac key
TEST(WebhookSignatureTest, IsAnHmacOfTimeAndBody) {
  EXPECT_EQ(Signature("key", absl::FromUnixSeconds(1767225600), "{}"),
            "t=1767225600,v1=df344de429b8ee672e1863e0008fdbd0080000536fbccdf0e4f89846acbbe872");
}

TEST(SubscriptionsTest, TheFileSaysWhoIsToldWhat) {
  const TempDirectory directory;
  const std::string secret = directory.Write("secret", absl::StrCat(kSecret, "\n"));
  const std::string file = directory.Write(
      "webhooks.yaml", absl::StrCat("webhooks:\n  - id: crm\n    tenant: acme\n    url: "
                                    "https://crm.example/hook\n    secret_file: ",
                                    secret, "\n    events: [call.processed]\n"));
  ASSERT_OK_AND_ASSIGN(const std::vector<Subscription> read, ReadSubscriptions(file));
  ASSERT_THAT(read, SizeIs(1));
  EXPECT_EQ(read[0].secret, kSecret);
  EXPECT_EQ(read[0].tenant, "acme");
  EXPECT_FALSE(read[0].allow_private);
}

TEST(SubscriptionsTest, AWrongFileIsNamedWithItsField) {
  const TempDirectory directory;
  const std::string secret = directory.Write("secret", kSecret);
  const auto error = [&](const std::string& entry) {
    const std::string file = directory.Write("webhooks.yaml", "webhooks:\n  - " + entry + "\n");
    return std::string(ReadSubscriptions(file).status().message());
  };
  const std::string good = absl::StrCat("id: a, url: \"https://a.example\", secret_file: ", secret);
  EXPECT_EQ(error("{" + good + "}"), "");
  EXPECT_THAT(error("{" + good + ", speed: 1}"), HasSubstr("speed"));
  EXPECT_THAT(error("{" + good + ", events: [call.made]}"), HasSubstr("events"));
  EXPECT_THAT(error("{id: a, url: \"ftp://a\", secret_file: x}"), HasSubstr("url"));
  EXPECT_THAT(error("{id: a, url: \"http://a\", secret_file: /none}"), HasSubstr("secret_file"));
  EXPECT_THAT(error("{" + good + "}\n  - {" + good + "}"), HasSubstr("each id once"));
  EXPECT_THAT(error("[1"), HasSubstr("YAML"));
}

}  // namespace
}  // namespace throughline::orchestrator
