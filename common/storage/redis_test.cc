#include "common/storage/redis.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/base/status_macros.h"
#include "common/testing/certificates.h"
#include "common/testing/collecting_tracer.h"
#include "common/testing/fake_clock.h"
#include "common/testing/redis_server.h"
#include "common/testing/status_matchers.h"
#include "common/testing/temp_directory.h"

namespace throughline::storage {
namespace {

using ::testing::ElementsAre;
using ::testing::Eq;
using ::testing::HasSubstr;
using ::testing::Optional;
using ::testing::Pair;

// A client of a real redis-server, with a clock that decides when a backoff has passed.
class RedisTest : public ::testing::Test {
 protected:
  void Start(std::vector<std::string> arguments = {}, RedisOptions options = {}) {
    auto server = RedisServer::Start(std::move(arguments));
    ASSERT_THAT(server.status(), IsOk());
    server_ = *std::move(server);
    options.port = server_->port();
    auto client = RedisClient::Create(options, clock_);
    ASSERT_THAT(client.status(), IsOk());
    redis_ = *std::move(client);
  }

  FakeClock clock_;
  const Context context_ = Context::Background();
  std::unique_ptr<RedisServer> server_;
  std::unique_ptr<RedisClient> redis_;
};

// Generous, for tests in which nothing is meant to time out.
RedisOptions Patient() {
  return {.connect_timeout = absl::Seconds(10), .command_timeout = absl::Seconds(10)};
}

TEST_F(RedisTest, StoresAndForgetsBytes) {
  Start({}, Patient());
  const std::string key("k\0\xff key", 7);
  const std::string value("v\0\r\n$5\r\n", 8);
  EXPECT_THAT(redis_->Get(context_, key), IsOkAndHolds(std::nullopt));
  EXPECT_OK(redis_->SetEx(context_, key, value, absl::Minutes(1)));
  EXPECT_THAT(redis_->Get(context_, key), IsOkAndHolds(Optional(value)));
  EXPECT_OK(redis_->Del(context_, key));
  EXPECT_THAT(redis_->Get(context_, key), IsOkAndHolds(std::nullopt));
  EXPECT_OK(redis_->Del(context_, key));
  EXPECT_OK(redis_->SetEx(context_, "empty", "", absl::Minutes(1)));
  EXPECT_THAT(redis_->Get(context_, "empty"), IsOkAndHolds(Optional(std::string())));
}

TEST_F(RedisTest, ACommandIsASpanWithoutItsKey) {
  Start({}, Patient());
  CollectingTracer tracer;
  const Context traced = tracer.RecordedContext();
  ASSERT_OK(redis_->SetEx(traced, "acme:ada", "what Ada said", absl::Minutes(1)));
  EXPECT_THAT(redis_->Get(traced, "acme:nobody"), IsOkAndHolds(std::nullopt));
  const std::vector<SpanRecord> spans = tracer.spans();
  ASSERT_EQ(spans.size(), 2u);
  EXPECT_EQ(spans[0].name, "SET");
  EXPECT_EQ(spans[1].name, "GET");
  EXPECT_FALSE(spans[1].failed) << "a key that is not there is no failure";
  EXPECT_THAT(spans[1].attributes,
              ElementsAre(Pair("db.system.name", SpanValue(std::string("redis"))),
                          Pair("db.operation.name", SpanValue(std::string("GET")))));
}

TEST_F(RedisTest, DeletesByPrefixTakenLiterally) {
  Start({}, Patient());
  for (int i = 0; i < 1200; ++i) {
    ASSERT_OK(redis_->SetEx(context_, absl::StrCat("{a*}:", i), "v", absl::Minutes(1)));
  }
  ASSERT_OK(redis_->SetEx(context_, "{ab}:1", "v", absl::Minutes(1)));
  EXPECT_THAT(redis_->DelPrefix(context_, "{a*}:"), IsOkAndHolds(1200));
  EXPECT_THAT(redis_->Get(context_, "{ab}:1"), IsOkAndHolds(Optional(std::string("v"))));
  EXPECT_THAT(redis_->DelPrefix(context_, "{a*}:"), IsOkAndHolds(0));
}

TEST_F(RedisTest, CountsAndPings) {
  Start({}, Patient());
  EXPECT_OK(redis_->Ping(context_));
  EXPECT_THAT(redis_->Incr(context_, "n"), IsOkAndHolds(1));
  EXPECT_THAT(redis_->Incr(context_, "n"), IsOkAndHolds(2));
  EXPECT_OK(redis_->SetEx(context_, "word", "x", absl::Minutes(1)));
  EXPECT_THAT(redis_->Incr(context_, "word"), StatusIs(absl::StatusCode::kInternal));
}

TEST_F(RedisTest, AValueExpires) {
  Start({}, Patient());
  EXPECT_OK(redis_->SetEx(context_, "k", "v", absl::ZeroDuration()));
  absl::StatusOr<std::optional<std::string>> value;
  do {
    value = redis_->Get(context_, "k");
    ASSERT_OK(value);
  } while (value->has_value());
}

TEST_F(RedisTest, ServesManyThreads) {
  Start({}, Patient());
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&, i] {
      const std::string key = absl::StrCat("k", i);
      for (int j = 0; j < 50; ++j) {
        EXPECT_OK(redis_->SetEx(context_, key, absl::StrCat(j), absl::Minutes(1)));
        EXPECT_THAT(redis_->Get(context_, key), IsOkAndHolds(Optional(absl::StrCat(j))));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST_F(RedisTest, UsesItsPasswordAndDatabase) {
  TempDirectory directory;
  RedisOptions options = Patient();
  options.password_file = directory.Write("password", "s3cret with spaces\n");
  options.database = 3;
  Start({"--requirepass", "s3cret with spaces"}, options);
  EXPECT_OK(redis_->SetEx(context_, "k", "v", absl::Minutes(1)));
  EXPECT_THAT(redis_->Get(context_, "k"), IsOkAndHolds(Optional(std::string("v"))));
}

TEST_F(RedisTest, AWrongPasswordIsNotEchoed) {
  TempDirectory directory;
  RedisOptions options = Patient();
  options.password_file = directory.Write("password", "wrong");
  Start({"--requirepass", "right"}, options);
  EXPECT_THAT(redis_->Ping(context_),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("refuses the password")));
  options.password_file = directory.File("absent");
  EXPECT_THAT(RedisClient::Create(options).status(),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("absent")));
}

TEST_F(RedisTest, AStoppedServerIsNoticedLeftAloneAndFoundAgain) {
  Start({}, Patient());
  EXPECT_OK(redis_->Ping(context_));
  server_->Stop();
  EXPECT_THAT(redis_->Ping(context_), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(redis_->Ping(context_),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("backing off")));
  // Even a server that is back waits for the backoff, and then one call finds it.
  ASSERT_OK(server_->Restart());
  EXPECT_THAT(redis_->Ping(context_), StatusIs(absl::StatusCode::kUnavailable));
  clock_.Advance(absl::Seconds(1));
  EXPECT_OK(redis_->Ping(context_));
}

TEST_F(RedisTest, AFrozenServerCostsOneTimeoutPerBackoff) {
  Start({}, {.command_timeout = absl::Milliseconds(50)});
  server_->Freeze();
  const absl::Time begun = absl::Now();
  for (int i = 0; i < 1000; ++i) {
    EXPECT_THAT(redis_->Get(context_, "k"), StatusIs(absl::StatusCode::kUnavailable));
  }
  // A thousand timeouts would take 50 s.
  EXPECT_LT(absl::Now() - begun, absl::Seconds(10));
  server_->Thaw();
}

TEST_F(RedisTest, ACallersShortDeadlineDoesNotCondemnTheServer) {
  Start({}, Patient());
  EXPECT_OK(redis_->Ping(context_));
  server_->Freeze();
  EXPECT_THAT(redis_->Ping(Context::Background().WithBudget(absl::Milliseconds(20))),
              StatusIs(absl::StatusCode::kDeadlineExceeded));
  server_->Thaw();
  EXPECT_OK(redis_->Ping(context_));
}

TEST_F(RedisTest, AFullServerRefusesWritesOnly) {
  Start({"--maxmemory", "1mb", "--maxmemory-policy", "noeviction"}, Patient());
  EXPECT_THAT(redis_->SetEx(context_, "k", std::string(4 << 20, 'x'), absl::Minutes(1)),
              StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_THAT(redis_->Get(context_, "k"), IsOkAndHolds(std::nullopt));
}

class RedisTlsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(authority_, CertificateAuthority::Make());
    ASSERT_OK_AND_ASSIGN(folder_, authority_->Issue());
    ASSERT_OK_AND_ASSIGN(server_, RedisServer::StartTls(folder_));
  }
  // Whether a client of `host` that believes `ca_file` reaches the server.
  absl::Status Reach(const std::string& host, const std::string& ca_file) {
    ASSIGN_OR_RETURN(const auto client, RedisClient::Create({.host = host,
                                                             .port = server_->port(),
                                                             .tls_ca_file = ca_file,
                                                             .connect_timeout = absl::Seconds(5),
                                                             .command_timeout = absl::Seconds(5)}));
    return client->Ping(Context::Background());
  }

  std::unique_ptr<CertificateAuthority> authority_;
  std::string folder_;
  std::unique_ptr<RedisServer> server_;
};

TEST_F(RedisTlsTest, BytesOfAnySizeGoThereAndBack) {
  ASSERT_OK_AND_ASSIGN(const auto client,
                       RedisClient::Create({.port = server_->port(),
                                            .tls_ca_file = authority_->ca_file(),
                                            .connect_timeout = absl::Seconds(5),
                                            .command_timeout = absl::Seconds(5)}));
  const Context context = Context::Background();
  std::string large(3 << 20, 'x');
  large[12345] = '\0';
  ASSERT_OK(client->SetEx(context, "large", large, absl::Minutes(1)));
  ASSERT_OK(client->SetEx(context, "small", "1", absl::Minutes(1)));
  EXPECT_THAT(client->Get(context, "large"), IsOkAndHolds(Optional(Eq(large))));
  EXPECT_THAT(client->Incr(context, "small"), IsOkAndHolds(2));
  EXPECT_THAT(client->DelPrefix(context, ""), IsOkAndHolds(2));

  // What idled over a restart is dead.
  ASSERT_OK(server_->Restart());
  EXPECT_THAT(client->Ping(context), StatusIs(absl::StatusCode::kUnavailable));
}

TEST_F(RedisTlsTest, OnlyAServerThatIsWhoItShouldBeIsBelieved) {
  EXPECT_OK(Reach("127.0.0.1", authority_->ca_file()));
  EXPECT_OK(Reach("localhost", authority_->ca_file()));
  // A name for the same server that its certificate does not have.
  EXPECT_THAT(Reach("127.1", authority_->ca_file()),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("mismatch")));
  ASSERT_OK_AND_ASSIGN(const auto stranger, CertificateAuthority::Make());
  EXPECT_THAT(Reach("127.0.0.1", stranger->ca_file()),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("certificate")));
  EXPECT_THAT(Reach("127.0.0.1", ""), StatusIs(absl::StatusCode::kUnavailable));
  // Nor is one that speaks plain text.
  ASSERT_OK_AND_ASSIGN(const auto plain, RedisServer::Start());
  ASSERT_OK_AND_ASSIGN(
      const auto client,
      RedisClient::Create({.port = plain->port(), .tls_ca_file = authority_->ca_file()}));
  EXPECT_THAT(client->Ping(Context::Background()), StatusIs(absl::StatusCode::kUnavailable));
}

TEST_F(RedisTlsTest, AServerThatHangsCostsNoMoreThanTheTimeout) {
  ASSERT_OK_AND_ASSIGN(const auto client,
                       RedisClient::Create({.port = server_->port(),
                                            .tls_ca_file = authority_->ca_file(),
                                            .connect_timeout = absl::Seconds(5)}));
  ASSERT_OK(client->Ping(Context::Background()));
  server_->Freeze();
  EXPECT_THAT(client->Ping(Context::Background()),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("did not answer in time")));
  server_->Thaw();
}

TEST_F(RedisTlsTest, AFileOfCasThatCannotWorkIsNamed) {
  EXPECT_THAT(Reach("127.0.0.1", "/none.crt"),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("/none.crt")));
  EXPECT_THAT(Reach("127.0.0.1", absl::StrCat(folder_, "/tls.key")),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("PEM")));
}

TEST(RedisAbsentTest, CreatingNeedsNoServer) {
  ASSERT_OK_AND_ASSIGN(const auto redis, RedisClient::Create({.port = 1}));
  EXPECT_THAT(redis->Ping(Context::Background()),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("127.0.0.1:1")));
}

}  // namespace
}  // namespace throughline::storage
