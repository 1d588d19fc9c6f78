#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/audit/audit_log.h"
#include "common/base/errors.h"
#include "common/testing/fake_clock.h"
#include "common/testing/status_matchers.h"
#include "common/testing/temp_directory.h"
#include "services/gateway/auth/api_keys.h"
#include "services/gateway/auth/rate_limiter.h"
#include "services/gateway/auth/refusals.h"

namespace throughline::gateway {
namespace {

using testing::HasSubstr;

class ApiKeysTest : public testing::Test {
 protected:
  std::string Write(const std::string& entries) {
    return directory_.Write("keys.yaml", absl::StrCat("keys:\n", entries));
  }
  TempDirectory directory_;
  FakeClock clock_;
};

TEST_F(ApiKeysTest, AKeySpeaksForItsTenantWithItsScopes) {
  ASSERT_OK_AND_ASSIGN(const NewApiKey made, ApiKeys::Generate("acme-1", "acme", "read"));
  EXPECT_FALSE(absl::StrContains(made.file_entry, made.key)) << "the file must not hold the key";
  ASSERT_OK_AND_ASSIGN(const auto keys, ApiKeys::Load(Write(made.file_entry), clock_));
  ASSERT_OK_AND_ASSIGN(const Principal principal, keys->Check(made.key));
  EXPECT_EQ(principal.tenant, "acme");
  EXPECT_TRUE(principal.May(Scope::kRead));
  EXPECT_FALSE(principal.May(Scope::kWrite));
}

TEST_F(ApiKeysTest, AnythingElseIsRefusedWithoutSayingWhy) {
  ASSERT_OK_AND_ASSIGN(const NewApiKey made, ApiKeys::Generate("acme-1", "acme", "read"));
  ASSERT_OK_AND_ASSIGN(const auto keys, ApiKeys::Load(Write(made.file_entry), clock_));
  const absl::Status wrong_secret = keys->Check("tl.acme-1.wrong").status();
  const absl::Status wrong_id = keys->Check("tl.nobody.wrong").status();
  EXPECT_EQ(wrong_secret.code(), absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(wrong_secret, wrong_id);
  EXPECT_EQ(keys->Check("").status(), wrong_id);
}

TEST_F(ApiKeysTest, TwoKeysOfATenantWorkWhileOneReplacesTheOther) {
  ASSERT_OK_AND_ASSIGN(const NewApiKey before, ApiKeys::Generate("acme-1", "acme", "read"));
  ASSERT_OK_AND_ASSIGN(const NewApiKey after, ApiKeys::Generate("acme-2", "acme", "read"));
  ASSERT_OK_AND_ASSIGN(const auto keys, ApiKeys::Load(Write(before.file_entry), clock_));
  Write(absl::StrCat(before.file_entry, after.file_entry));
  clock_.Advance(absl::Seconds(2));
  EXPECT_OK(keys->Check(before.key).status());
  EXPECT_OK(keys->Check(after.key).status());
  Write(after.file_entry);
  clock_.Advance(absl::Seconds(2));
  EXPECT_FALSE(keys->Check(before.key).ok());
  EXPECT_OK(keys->Check(after.key).status());
  // A file that went wrong does not lock everybody out.
  Write("  - id: broken\n");
  clock_.Advance(absl::Seconds(2));
  EXPECT_OK(keys->Check(after.key).status());
}

TEST_F(ApiKeysTest, AKeyEndsOnItsDay) {
  ASSERT_OK_AND_ASSIGN(const NewApiKey made, ApiKeys::Generate("k", "acme", "read"));
  clock_.Set(absl::FromCivil(absl::CivilSecond(2026, 6, 30, 23, 59, 59), absl::UTCTimeZone()));
  ASSERT_OK_AND_ASSIGN(
      const auto keys,
      ApiKeys::Load(Write(absl::StrCat(made.file_entry, "    expires: 2026-07-01\n")), clock_));
  EXPECT_OK(keys->Check(made.key).status());
  clock_.Advance(absl::Seconds(1));
  EXPECT_FALSE(keys->Check(made.key).ok());
}

TEST_F(ApiKeysTest, AWrongFileIsNamedWithLineAndField) {
  const std::string hash(64, 'a');
  const auto error = [&](const std::string& entries) {
    return std::string(ApiKeys::Load(Write(entries), clock_).status().message());
  };
  EXPECT_THAT(error("  - id: \"a b\"\n"), HasSubstr("id: expected"));
  EXPECT_THAT(error("  - id: a\n    tenant: t\n    sha256: abc\n"), HasSubstr("sha256: expected"));
  EXPECT_THAT(error(absl::StrCat("  - id: a\n    tenant: t\n    sha256: ", hash, "\n")),
              HasSubstr("scopes: expected"));
  EXPECT_THAT(error("  - id: a\n    secret: x\n"), HasSubstr("secret: expected one of"));
  EXPECT_THAT(error("  - [\n"), HasSubstr("expected YAML"));
  EXPECT_THAT(ApiKeys::Load(directory_.File("none"), clock_).status().message(),
              HasSubstr("--api-keys"));
}

TEST(RateLimiterTest, ABurstIsLetThroughThenTheRate) {
  FakeClock clock;
  RateLimiter limiter(clock);
  for (int i = 0; i < 20; ++i) EXPECT_OK(limiter.Take("a", 10)) << i;
  const absl::Status refused = limiter.Take("a", 10);
  EXPECT_EQ(refused.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(RetryAfter(refused), absl::Milliseconds(100));
  EXPECT_OK(limiter.Take("b", 10)) << "another caller is not held up";
  clock.Advance(absl::Milliseconds(100));
  EXPECT_OK(limiter.Take("a", 10));
  EXPECT_FALSE(limiter.Take("a", 10).ok());
  EXPECT_OK(limiter.Take("a", 0)) << "no limit";
}

TEST(RefusalsTest, WhoGuessesKeysIsOnRecordAndDoesNotFillTheDisk) {
  const TempDirectory directory;
  const std::string path = directory.File("audit.jsonl");
  FakeClock clock;
  MetricsRegistry metrics;
  {
    const auto audit = *audit::AuditLog::Open({.path = path, .service = "gateway"}, metrics, clock);
    Refusals refusals(audit.get(), clock);
    const Refusal refusal{.address = "203.0.113.7", .route = "/v1/calls", .request_id = "r-1"};
    for (int i = 0; i < 1000; ++i) refusals.Note(refusal, absl::UnauthenticatedError("no"));
    clock.Advance(absl::Seconds(1));
    refusals.Note({.address = "203.0.113.7", .key_id = "reports", .tenant = "acme"},
                  absl::PermissionDeniedError("no"));
  }
  std::vector<std::string> lines;
  std::ifstream stream(path);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  ASSERT_EQ(lines.size(), 1u + Refusals::kMaxRecordsASecond + 1);
  EXPECT_THAT(lines[1], HasSubstr("\"actor\":\"peer:203.0.113.7\""));
  EXPECT_THAT(lines.back(), HasSubstr("\"actor\":\"key:reports\""));
  EXPECT_THAT(lines.back(), HasSubstr("\"left_out_before\":990"));
}

}  // namespace
}  // namespace throughline::gateway
