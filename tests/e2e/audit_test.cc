// What stays on record of who did what, as an auditor reads it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "common/testing/status_matchers.h"
#include "common/testing/temp_directory.h"
#include "tests/e2e/deployment.h"
#include "tests/e2e/http_client.h"

namespace throughline::e2e {
namespace {

using nlohmann::json;
using testing::Contains;
using testing::HasSubstr;
using testing::IsSupersetOf;
using testing::Not;

class AuditTest : public testing::Test {
 protected:
  void SetUp() override {
    key_ = RunCommand({BinaryPath("throughline"), "keys", "--id", "acme-2026", "--tenant", "acme",
                       "--json"})
               .Json()
               .at(0);
    const std::string keys = directory_.Write(
        "keys.yaml", absl::StrCat("keys:\n", key_["fileEntry"].get<std::string>()));
    auto started = Deployment::Start({.serve_flags = {"--api-keys", keys, "--audit-log", log_}});
    ASSERT_OK(started.status());
    system_ = *std::move(started);
  }

  HttpReply Call(const std::string& method, const std::string& path, const json& body = {}) {
    return HttpCall(method, absl::StrCat(system_->http(), path),
                    {"Content-Type: application/json",
                     absl::StrCat("Authorization: Bearer ", key_["key"].get<std::string>())},
                    body.is_null() ? "" : body.dump());
  }
  // "actor action outcome" of each line.
  std::vector<std::string> Acts() {
    std::vector<std::string> acts;
    for (const absl::string_view text : absl::StrSplit(ReadFile(log_), '\n', absl::SkipEmpty())) {
      const json line = json::parse(text.begin(), text.end());
      acts.push_back(absl::StrCat(line["actor"].get<std::string>(), " ",
                                  line["action"].get<std::string>(), " ",
                                  line["outcome"].get<std::string>()));
    }
    return acts;
  }
  Outcome Verify(const std::string& file) {
    return RunCommand({BinaryPath("throughline"), "audit", "verify", file});
  }

  TempDirectory directory_;
  const std::string log_ = directory_.File("audit.jsonl");
  json key_;
  std::unique_ptr<Deployment> system_;
};

TEST_F(AuditTest, EveryChangeIsOnRecordUnderTheKeyThatMadeIt) {
  ASSERT_EQ(
      Call(
          "POST", "/v1/calls",
          {{"customerId", "meridian"}, {"callId", "call-1"}, {"transcript", ReadFile(CallFile(1))}})
          .status,
      200);
  ASSERT_EQ(Call("GET", "/v1/customers/meridian/export").status, 200);
  ASSERT_EQ(HttpCall("GET", absl::StrCat(system_->http(), "/v1/deals/meridian"),
                     {"Authorization: Bearer tl.acme-2026.guessed"})
                .status,
            401);
  EXPECT_EQ(Call("DELETE", "/v1/customers/meridian").status, 200);

  // The erasure was on disk before it was answered; then the rest before it is, too.
  EXPECT_THAT(
      Acts(),
      IsSupersetOf(
          {"service:throughline audit.opened ok", "service:throughline gateway.keys_read ok",
           "key:acme-2026 orchestrator.process_call ok", "key:acme-2026 memory.retain ok",
           "key:acme-2026 memory.export ok", "peer:127.0.0.1 gateway.refused UNAUTHENTICATED",
           "key:acme-2026 memory.forget ok", "key:acme-2026 orchestrator.forget ok"}));
  const std::string text = ReadFile(log_);
  EXPECT_THAT(text, Not(HasSubstr(key_["key"].get<std::string>())));
  EXPECT_THAT(text, Not(HasSubstr("guessed"))) << "what was shown may be a key of elsewhere";
  EXPECT_THAT(text, Not(HasSubstr("Meridian"))) << "names and words of the call stay out";
}

TEST_F(AuditTest, WhoCallsWithoutTheGatewayIsNamedByTheConnection) {
  ASSERT_EQ(system_->Run({"process", CallFile(1), "--customer", "meridian"}).code, 0);
  system_->Stop(SIGTERM);
  EXPECT_THAT(Acts(), Contains("peer:127.0.0.1 orchestrator.process_call ok"))
      << "the public port believes nobody's word for who it is";
}

TEST_F(AuditTest, AnybodyCanVerifyThatNothingWasTouched) {
  ASSERT_EQ(system_->Run({"process", CallFile(1), "--customer", "meridian"}).code, 0);
  system_->Stop(SIGTERM);
  const Outcome sound = Verify(log_);
  EXPECT_EQ(sound.code, 0) << sound.err;
  EXPECT_THAT(sound.out, HasSubstr("are as they were written"));

  const std::string text = ReadFile(log_);
  const std::string head = ReadFile(log_ + ".head");
  const std::string forged = directory_.Write(
      "forged.jsonl", absl::StrReplaceAll(text, {{"process_call", "nothing_much"}}));
  EXPECT_THAT(Verify(forged).err, HasSubstr("forged.jsonl:")) << "the line is named";
  EXPECT_EQ(Verify(forged).code, 1);

  directory_.Write("short.jsonl.head", head);
  const std::string shortened =
      directory_.Write("short.jsonl", text.substr(0, text.rfind('\n', text.size() - 2) + 1));
  EXPECT_THAT(Verify(shortened).err, HasSubstr("cut off at the end"));
}

}  // namespace
}  // namespace throughline::e2e
