#include "common/audit/audit_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/audit/verify.h"
#include "common/base/context.h"
#include "common/testing/fake_clock.h"
#include "common/testing/status_matchers.h"
#include "common/testing/temp_directory.h"

namespace throughline::audit {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

Record Forgetting(const std::string& customer) {
  Record record;
  record.tenant = "acme";
  record.actor = "key:acme-2026";
  record.action = "memory.forget";
  record.outcome = "ok";
  record.request_id = "req-7";
  record.objects = {{"customer_id", customer}};
  record.counts = {{"facts", 12}};
  return record;
}

// No file of this process may grow beyond `bytes` while this lives: as on a disk that is full.
class FullDisk {
 public:
  explicit FullDisk(rlim_t bytes) {
    getrlimit(RLIMIT_FSIZE, &before_);
    signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{.rlim_cur = bytes, .rlim_max = before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FullDisk() { setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_ = {};
};

class AuditLogTest : public ::testing::Test {
 protected:
  std::unique_ptr<AuditLog> Open(OnFailure on_failure = OnFailure::kGoOn, int max_file_mib = 1) {
    auto log = AuditLog::Open({.path = path_,
                               .service = "memory",
                               .on_failure = on_failure,
                               .max_file_mib = max_file_mib},
                              metrics_, clock_);
    EXPECT_THAT(log, IsOk());
    return *std::move(log);
  }

  // The lines of the file, but for those that say that it was opened.
  std::vector<nlohmann::json> Lines() {
    std::vector<nlohmann::json> lines;
    std::ifstream stream(path_);
    for (std::string text; std::getline(stream, text);) {
      nlohmann::json line = nlohmann::json::parse(text);
      if (line["action"] != "audit.opened") lines.push_back(std::move(line));
    }
    return lines;
  }
  std::vector<std::string> Files() {
    std::vector<std::string> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
      if (!absl::EndsWith(entry.path().string(), ".head")) files.push_back(entry.path().string());
    }
    return files;
  }
  absl::StatusOr<Verified> VerifyAll() { return Verify(Files(), *ReadHead(HeadPath(path_))); }

  TempDirectory folder_;
  const std::string path_ = folder_.File("audit.jsonl");
  MetricsRegistry metrics_;
  FakeClock clock_;
  const Context context_ = Context::Background();
};

TEST_F(AuditLogTest, ALineSaysWhoDidWhatWhen) {
  auto log = Open();
  ASSERT_THAT(log->WriteDurably(context_, Forgetting("c-17")), IsOk());
  // It is there before the answer is.
  const auto lines = Lines();
  ASSERT_THAT(lines, SizeIs(1));
  EXPECT_EQ(lines[0]["at"], "2026-01-05T09:00:00.000000Z");
  EXPECT_EQ(lines[0]["service"], "memory");
  EXPECT_EQ(lines[0]["tenant"], "acme");
  EXPECT_EQ(lines[0]["actor"], "key:acme-2026");
  EXPECT_EQ(lines[0]["action"], "memory.forget");
  EXPECT_EQ(lines[0]["outcome"], "ok");
  EXPECT_EQ(lines[0]["request_id"], "req-7");
  EXPECT_EQ(lines[0]["objects"]["customer_id"], "c-17");
  EXPECT_EQ(lines[0]["counts"]["facts"], 12);
  EXPECT_THAT(VerifyAll(), IsOk());
}

TEST_F(AuditLogTest, HostileIdsStayWithinTheirLine) {
  {
    auto log = Open();
    log->Write(Forgetting("c\n{\"action\":\"forged\"}\xff\x01"));
    log->Write(Forgetting(std::string(100'000, 'x')));
  }
  const auto lines = Lines();
  ASSERT_THAT(lines, SizeIs(2));
  EXPECT_EQ(lines[1]["objects"]["customer_id"].get<std::string>().size(), kMaxFieldBytes);
  EXPECT_THAT(VerifyAll(), IsOk());
}

TEST_F(AuditLogTest, TheChainGoesOnOverRestartsAndFiles) {
  for (int start = 0; start < 3; ++start) {
    auto log = Open();
    for (int i = 0; i < 2000; ++i) log->Write(Forgetting(absl::StrCat("c-", i)));
    ASSERT_THAT(log->WriteDurably(context_, Forgetting("last")), IsOk());
  }
  EXPECT_GT(Files().size(), 1u) << "a file is renamed at one MiB";
  const auto verified = VerifyAll();
  ASSERT_THAT(verified, IsOk());
  EXPECT_EQ(verified->first_sequence, 1);
  EXPECT_EQ(verified->last.sequence, 3 * 2002) << "each with a line that says it was opened";
}

TEST_F(AuditLogTest, TwoProcessesNeverShareAFile) {
  auto log = Open();
  EXPECT_THAT(AuditLog::Open({.path = path_, .service = "memory"}, metrics_, clock_),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("another process's")));
}

TEST_F(AuditLogTest, HalfALineOfACrashIsCutAwayAndSaidSo) {
  Open()->Write(Forgetting("c-1"));
  std::ofstream(path_, std::ios::app) << "{\"sequence\":3,\"at\":\"2026-";
  ASSERT_THAT(Open()->WriteDurably(context_, Forgetting("c-2")), IsOk());
  EXPECT_THAT(VerifyAll(), IsOk());
  EXPECT_THAT(metrics_.Render(), HasSubstr("throughline_audit_write_failures_total 0"));
  std::ifstream stream(path_);
  std::string text((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
  EXPECT_THAT(text, HasSubstr("\"torn_bytes\":"));
}

TEST_F(AuditLogTest, LinesCutOffWhileTheProcessWasDownStayMissing) {
  {
    auto log = Open();
    for (const char* customer : {"c-1", "c-2", "c-3"}) log->Write(Forgetting(customer));
  }
  const auto whole = std::filesystem::file_size(path_);
  const auto lines = Lines();
  std::filesystem::resize_file(path_, whole - lines.back().dump().size() - 1);
  // Nobody can hide it by going on from the shorter file: the head remembers.
  ASSERT_THAT(Open()->WriteDurably(context_, Forgetting("c-4")), IsOk());
  EXPECT_THAT(VerifyAll(), StatusIs(absl::StatusCode::kDataLoss, HasSubstr("removed: line 4")));
}

TEST_F(AuditLogTest, AFullDiskLosesNoLine) {
  auto log = Open();
  ASSERT_THAT(log->WriteDurably(context_, Forgetting("before")), IsOk());
  const Context short_wait = Context::Background().WithBudget(absl::Milliseconds(100));
  {
    const FullDisk full(std::filesystem::file_size(path_) + 40);
    EXPECT_THAT(log->WriteDurably(short_wait, Forgetting("while full")),
                StatusIs(absl::StatusCode::kUnavailable));
    EXPECT_THAT(log->Admit(), IsOk()) << "goes on by default";
    EXPECT_THAT(metrics_.Render(), HasSubstr("throughline_audit_pending_records 1"));
  }
  ASSERT_THAT(log->WriteDurably(context_, Forgetting("after")), IsOk());
  EXPECT_THAT(Lines(), SizeIs(3));
  EXPECT_THAT(VerifyAll(), IsOk());
}

TEST_F(AuditLogTest, AFullDiskRefusesWhereItIsToldTo) {
  auto log = Open(OnFailure::kRefuse);
  ASSERT_THAT(log->WriteDurably(context_, Forgetting("before")), IsOk());
  const Context short_wait = Context::Background().WithBudget(absl::Milliseconds(100));
  {
    const FullDisk full(std::filesystem::file_size(path_) + 40);
    EXPECT_THAT(log->WriteDurably(short_wait, Forgetting("while full")),
                StatusIs(absl::StatusCode::kUnavailable));
    EXPECT_THAT(log->Admit(), StatusIs(absl::StatusCode::kUnavailable, HasSubstr("audit log")));
  }
  ASSERT_THAT(log->WriteDurably(context_, Forgetting("after")), IsOk());
  EXPECT_THAT(log->Admit(), IsOk());
}

TEST_F(AuditLogTest, WhatIsLostAtLastIsCountedAndSaid) {
  auto log = Open();
  ASSERT_THAT(log->WriteDurably(context_, Forgetting("before")), IsOk());
  {
    const FullDisk full(std::filesystem::file_size(path_) + 40);
    for (size_t i = 0; i < AuditLog::kMaxPending + 10; ++i) log->Write(Forgetting("c"));
  }
  log.reset();
  EXPECT_THAT(metrics_.Render(), HasSubstr("throughline_audit_records_total{outcome=\"lost\"} 10"));
  EXPECT_THAT(VerifyAll(), IsOk());
  const auto lines = Lines();
  ASSERT_FALSE(lines.empty());
  EXPECT_EQ(lines.back()["action"], "audit.lost");
  EXPECT_EQ(lines.back()["counts"]["records"], 10);
}

}  // namespace
}  // namespace throughline::audit
