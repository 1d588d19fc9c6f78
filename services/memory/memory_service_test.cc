#include "services/memory/memory_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/errors.h"
#include "common/base/host_port.h"
#include "common/observability/json_log.h"
#include "common/rpc/client_call.h"
#include "common/testing/redis_server.h"
#include "common/testing/rpc_fixture.h"
#include "common/testing/status_matchers.h"
#include "common/testing/temp_directory.h"
#include "common/wire/time.h"
#include "services/memory/memory_server_for_tests.h"

namespace throughline::memory {
namespace {

using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::throughline::deal::v1::Fact;
using Stub = MemoryServer::Stub;

Fact PriceFact(const std::string& value, const std::string& call_id) {
  Fact fact;
  fact.set_kind(throughline::deal::v1::FACT_KIND_BUDGET);
  fact.set_text(absl::StrCat("The price is ", value, "."));
  fact.set_attribute("price");
  fact.set_value(value);
  fact.set_confidence(0.9);
  auto* evidence = fact.add_evidence();
  evidence->set_call_id(call_id);
  evidence->set_turn(3);
  evidence->set_quote(absl::StrCat("it is ", value));
  return fact;
}

v1::RetainRequest CallRequest(const std::string& call_id, int day, const std::string& price) {
  v1::RetainRequest request;
  request.set_customer_id("acme");
  request.mutable_call()->set_call_id(call_id);
  *request.mutable_call()->mutable_occurred_at() =
      wire::ToTimestamp(absl::FromCivil(absl::CivilDay(2026, 3, day), absl::UTCTimeZone()));
  *request.add_facts() = PriceFact(price, call_id);
  request.set_idempotency_key(call_id);
  return request;
}

TEST(MemoryServiceTest, TextThatIsNotUtf8IsRefusedByTheNameOfItsField) {
  MemoryServer server;
  const absl::Status query = server.Recall("acme", "price\xff").status();
  EXPECT_THAT(query, StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("UTF-8")));
  EXPECT_THAT(FieldViolations(query), ElementsAre(Field(&FieldViolation::field, "query")));
  const absl::Status text = server.RetainText("acme", "t1", "\xc3 price").status();
  EXPECT_THAT(text, StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(FieldViolations(text),
              ElementsAre(Field(&FieldViolation::field, "VerbatimText.text")));
}

TEST(MemoryServiceTest, RetainsAndRecallsACustomersStory) {
  MemoryServer server;
  ASSERT_OK_AND_ASSIGN(const v1::RetainResponse first,
                       server.Call(&Stub::Retain, CallRequest("c1", 3, "$9,000")));
  EXPECT_EQ(first.added(), 1);
  EXPECT_EQ(first.version(), 1);
  ASSERT_OK_AND_ASSIGN(const v1::RetainResponse second,
                       server.Call(&Stub::Retain, CallRequest("c2", 10, "$7,600")));
  EXPECT_EQ(second.added(), 1);
  EXPECT_EQ(second.superseded(), 1);
  ASSERT_OK_AND_ASSIGN(const v1::RetainResponse again,
                       server.Call(&Stub::Retain, CallRequest("c2", 10, "$7,600")));
  EXPECT_TRUE(again.replayed());
  EXPECT_EQ(again.version(), 2);

  ASSERT_OK_AND_ASSIGN(const v1::RecallResponse found, server.Recall("acme", "What is the price?"));
  ASSERT_EQ(found.results_size(), 1);
  EXPECT_EQ(found.results(0).fact().value(), "$7,600");
  EXPECT_EQ(found.results(0).fact().evidence(0).quote(), "it is $7,600");
  EXPECT_EQ(found.version(), 2);
  EXPECT_FALSE(found.cache_hit());
  EXPECT_THAT(found.rendered_context(), HasSubstr("The price is $7,600."));
  EXPECT_EQ(found.deal().timeline_size(), 2);
  EXPECT_THAT(server.Metrics(), HasSubstr("throughline_memory_facts_total{op=\"superseded\"} 1"));
}

TEST(MemoryServiceTest, AnUnknownCustomerGivesAnEmptyAnswer) {
  MemoryServer server;
  ASSERT_OK_AND_ASSIGN(const v1::RecallResponse found, server.Recall("nobody", "anything"));
  EXPECT_EQ(found.results_size(), 0);
  EXPECT_EQ(found.version(), 0);
  EXPECT_EQ(server.CacheCount("bypass"), 1);
}

TEST(MemoryServiceTest, RefusalsNameTheField) {
  MemoryServer server;
  EXPECT_THAT(server.Recall("", "anything"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("customer_id")));
  EXPECT_THAT(server.Recall("acme", ""),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("query")));
  EXPECT_THAT(server.RetainText("acme", "t1", std::string(8001, 'x')),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("texts[0].text")));
  v1::RecallRequest strict;
  strict.set_customer_id("acme");
  strict.set_query("anything");
  strict.mutable_filter()->set_tags_match(v1::TAGS_MATCH_ALL_STRICT);
  EXPECT_THAT(server.Call(&Stub::Recall, strict),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("filter.tags")));
  v1::GetDealRequest unknown;
  unknown.set_customer_id("nobody");
  EXPECT_THAT(server.Call(&Stub::GetDeal, unknown),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("customer_id")));
}

TEST(MemoryServiceTest, NumbersThatStandForNothingAndStaleVersionsAreRefused) {
  MemoryServer server;
  ASSERT_OK(server.RetainText("acme", "t1", "Ann: hello").status());
  constexpr int kNoSuchKind = 99;
  v1::RecallRequest recall;
  recall.set_customer_id("acme");
  recall.set_query("hello");
  recall.mutable_filter()->add_kinds(static_cast<deal::v1::FactKind>(kNoSuchKind));
  EXPECT_THAT(server.Call(&Stub::Recall, recall),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("filter.kinds")));
  recall.clear_filter();
  recall.set_limit(-1);
  EXPECT_THAT(server.Call(&Stub::Recall, recall),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("limit")));
  recall.set_limit(10);
  recall.set_query(std::string(1 << 20, 'q'));
  EXPECT_THAT(server.Call(&Stub::Recall, recall),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("query")));
  recall.set_query("hello");
  recall.set_min_version(9);
  EXPECT_THAT(server.Call(&Stub::Recall, recall),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("min_version")));
  v1::RetainRequest retain;
  retain.set_customer_id("acme");
  deal::v1::Fact& fact = *retain.add_facts();
  fact.set_kind(static_cast<deal::v1::FactKind>(kNoSuchKind));
  fact.set_text("They use Oracle.");
  EXPECT_THAT(server.Call(&Stub::Retain, retain),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("facts[0].kind")));
  v1::UpdateProfileRequest update;
  update.set_customer_id("acme");
  update.set_expected_version(7);
  update.mutable_changes()->add_preferences()->set_text("PDF by email");
  EXPECT_THAT(server.Call(&Stub::UpdateProfile, update),
              StatusIs(absl::StatusCode::kAborted, HasSubstr("expected_version")));
}

TEST(MemoryServiceTest, WithoutRedisTheProcessKeepsAnswersUntilTheCustomerChanges) {
  MemoryServer server;
  ASSERT_OK(server.RetainText("acme", "t1", "Ann: the dock is red").status());
  EXPECT_FALSE(server.Recall("acme", "dock")->cache_hit());
  ASSERT_OK_AND_ASSIGN(const v1::RecallResponse cached, server.Recall("acme", "dock"));
  EXPECT_TRUE(cached.cache_hit());
  EXPECT_EQ(cached.results_size(), 1);
  ASSERT_OK(server.RetainText("acme", "t2", "Ann: the dock is blue").status());
  ASSERT_OK_AND_ASSIGN(const v1::RecallResponse fresh, server.Recall("acme", "dock"));
  EXPECT_FALSE(fresh.cache_hit());
  EXPECT_EQ(fresh.results_size(), 2);
}

TEST(MemoryServiceTest, BatchedRecallsAnswerInOrder) {
  MemoryServer server;
  ASSERT_OK(server.RetainText("acme", "t1", "Ann: the dock is red").status());
  ASSERT_OK(server.RetainText("globex", "t1", "Bob: the roof leaks").status());
  v1::BatchRecallRequest batch;
  for (const char* customer : {"globex", "acme"}) {
    v1::RecallRequest* request = batch.add_requests();
    request->set_customer_id(customer);
    request->set_query("roof or dock");
  }
  ASSERT_OK_AND_ASSIGN(const v1::BatchRecallResponse answers,
                       server.Call(&Stub::BatchRecall, batch));
  EXPECT_EQ(answers.responses(0).results(0).fact().text(), "Bob: the roof leaks");
  EXPECT_EQ(answers.responses(1).results(0).fact().text(), "Ann: the dock is red");
}

// Every line of an export.
std::vector<std::string> Export(MemoryServer& server, const std::string& customer) {
  v1::ExportRequest request;
  request.set_customer_id(customer);
  std::vector<std::string> lines;
  EXPECT_OK(rpc::InvokeStream(Context::Background(), server.stub(), &Stub::Export, request,
                              {.callee = "memory", .wait_for_ready = true},
                              [&lines](const v1::ExportResponse& response) {
                                lines.push_back(response.json_line());
                                return absl::OkStatus();
                              }));
  return lines;
}

TEST(MemoryServiceTest, AnExportTakenBackIsTheSameCustomer) {
  MemoryServer server;
  v1::RetainRequest first = CallRequest("c1", 3, "$9,000");
  first.mutable_profile_changes()->mutable_budget()->set_text("$9,000 a month");
  ASSERT_OK(server.Call(&Stub::Retain, first).status());
  ASSERT_OK(server.Call(&Stub::Retain, CallRequest("c2", 10, "$7,600")).status());
  ASSERT_OK(server.RetainText("acme", "t1", "Ann: the dock is red").status());
  const std::vector<std::string> lines = Export(server, "acme");
  ASSERT_THAT(lines, SizeIs(7)) << "head, two prices, a text, two calls, a profile";

  v1::ImportRequest import;
  import.set_customer_id("copy");
  for (const std::string& line : lines) import.add_json_lines(line);
  ASSERT_OK_AND_ASSIGN(const v1::ImportResponse imported, server.Call(&Stub::Import, import));
  EXPECT_EQ(imported.rows(), 6);
  EXPECT_EQ(Export(server, "copy"), lines);
  EXPECT_EQ(server.Recall("copy", "price")->results(0).fact().value(), "$7,600");
  EXPECT_THAT(server.Call(&Stub::Import, import),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("customer_id")));
  import.set_customer_id("other");
  import.set_json_lines(2, "{\"fact\": 7}");
  EXPECT_THAT(server.Call(&Stub::Import, import),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("json_lines[2]")));
}

TEST(MemoryServiceTest, ForgettingLeavesNoByteOfTheCustomersWordsBehind) {
  ASSERT_OK_AND_ASSIGN(const std::unique_ptr<RedisServer> redis, RedisServer::Start());
  MemoryServer server(HostPort{.host = "127.0.0.1", .port = redis->port()});
  ASSERT_OK(server.RetainText("acme", "t1", "Ann: the password is xylophone").status());
  ASSERT_OK(server.RetainText("globex", "t1", "Bob: the roof leaks").status());
  v1::RetainRequest call = CallRequest("c1", 3, "$9,000 for the xylophone");
  ASSERT_OK(server.Call(&Stub::Retain, call).status());
  ASSERT_OK(server.Recall("acme", "password").status());
  EXPECT_TRUE(server.DatabaseHolds("xylophone"));

  v1::ForgetRequest forget;
  forget.set_customer_id("acme");
  ASSERT_OK_AND_ASSIGN(const v1::ForgetResponse receipt, server.Call(&Stub::Forget, forget));
  EXPECT_EQ(receipt.facts(), 2);
  EXPECT_EQ(receipt.cache_entries(), 1);
  EXPECT_FALSE(receipt.receipt_id().empty());
  EXPECT_FALSE(server.DatabaseHolds("xylophone"));
  EXPECT_FALSE(server.DatabaseHolds("acme"));
  EXPECT_TRUE(server.DatabaseHolds("the roof leaks"));
}

TEST(MemoryServiceTest, RedisServesRepliesAndItsDeathStopsNothing) {
  ASSERT_OK_AND_ASSIGN(const std::unique_ptr<RedisServer> redis, RedisServer::Start());
  std::vector<std::string> warnings;
  absl::Mutex mutex;
  ScopedLogSink sink([&](absl::string_view line) {
    absl::MutexLock lock(&mutex);
    if (line.find("redis at") != absl::string_view::npos) warnings.emplace_back(line);
  });
  MemoryServer server(HostPort{.host = "127.0.0.1", .port = redis->port()});
  ASSERT_OK(server.RetainText("acme", "t1", "Ann: the dock is red").status());
  EXPECT_FALSE(server.Recall("acme", "dock")->cache_hit());
  EXPECT_TRUE(server.Recall("acme", "dock")->cache_hit());
  EXPECT_EQ(server.CacheCount("hit"), 1);

  redis->Stop();
  for (int i = 0; i < 20; ++i) {
    const absl::Time started = absl::Now();
    ASSERT_OK_AND_ASSIGN(const v1::RecallResponse answer, server.Recall("acme", "dock"));
    EXPECT_FALSE(answer.cache_hit());
    EXPECT_EQ(answer.results_size(), 1);
    EXPECT_LT(absl::Now() - started, absl::Seconds(2));
  }
  EXPECT_GE(server.CacheCount("error"), 20);
  absl::MutexLock lock(&mutex);
  EXPECT_THAT(warnings, SizeIs(1)) << "said once, not once a recall";
}

TEST(MemoryServiceTest, AHangingRedisCostsABoundedTime) {
  ASSERT_OK_AND_ASSIGN(const std::unique_ptr<RedisServer> redis, RedisServer::Start());
  MemoryServer server(HostPort{.host = "127.0.0.1", .port = redis->port()});
  ASSERT_OK(server.RetainText("acme", "t1", "Ann: the dock is red").status());
  ASSERT_OK(server.Recall("acme", "dock").status());
  redis->Freeze();
  const absl::Time started = absl::Now();
  for (int i = 0; i < 50; ++i) ASSERT_OK(server.Recall("acme", "dock").status());
  // Each alone waiting for the command timeout would take four times as long.
  EXPECT_LT(absl::Now() - started, absl::Seconds(5));
  redis->Thaw();
}

TEST(MemoryServiceTest, AStampedeOnOneQuestionIsAnsweredTogether) {
  MemoryServer server;
  ASSERT_OK(server.RetainText("acme", "t1", "Ann: the dock is red").status());
  std::atomic<int> answered = 0;
  std::vector<std::thread> callers;
  for (int i = 0; i < 32; ++i) {
    callers.emplace_back([&] {
      const auto found = server.Recall("acme", "dock");
      if (found.ok() && found->results_size() == 1) ++answered;
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(answered, 32);
  EXPECT_EQ(server.CacheCount("hit") + server.CacheCount("miss") + server.CacheCount("shared"), 32);
}

}  // namespace
}  // namespace throughline::memory
