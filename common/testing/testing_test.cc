#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>
#include <memory>
#include <string>

#include "common/testing/child_process.h"
#include "common/testing/fake_clock.h"
#include "common/testing/status_matchers.h"
#include "common/testing/temp_directory.h"

namespace throughline {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr absl::Duration kPatience = absl::Seconds(30);

std::unique_ptr<ChildProcess> Shell(const std::string& script) {
  auto child =
      ChildProcess::Start({.command = {"sh", "-c", script}, .environment = {{"WORD", "spoken"}}});
  EXPECT_THAT(child.status(), IsOk());
  return *std::move(child);
}

TEST(FakeClockTest, MovesOnlyWhenTold) {
  FakeClock clock;
  const absl::Time begun = clock.Now();
  EXPECT_EQ(clock.Now(), begun);
  clock.Advance(absl::Hours(1));
  EXPECT_EQ(clock.Now() - begun, absl::Hours(1));
  clock.Set(absl::UnixEpoch());
  EXPECT_EQ(clock.Now(), absl::UnixEpoch());
}

TEST(StatusMatchersTest, TellStatusesApart) {
  const absl::StatusOr<int> three = 3;
  const absl::StatusOr<int> none = absl::NotFoundError("no number");
  EXPECT_THAT(three, IsOk());
  EXPECT_THAT(three, IsOkAndHolds(3));
  EXPECT_THAT(three, Not(IsOkAndHolds(4)));
  EXPECT_THAT(none, Not(IsOk()));
  EXPECT_THAT(none, Not(IsOkAndHolds(3)));
  EXPECT_THAT(none, StatusIs(absl::StatusCode::kNotFound, HasSubstr("number")));
  EXPECT_THAT(none, Not(StatusIs(absl::StatusCode::kNotFound, HasSubstr("letter"))));
  EXPECT_THAT(none, Not(StatusIs(absl::StatusCode::kAborted)));
}

TEST(TempDirectoryTest, IsGoneWithItsContents) {
  std::string file;
  {
    const TempDirectory directory;
    file = directory.Write("a.txt", "text");
    EXPECT_TRUE(std::filesystem::exists(file));
  }
  EXPECT_FALSE(std::filesystem::exists(file));
}

TEST(ChildProcessTest, KeepsOutputAndExitCode) {
  const auto child = Shell("echo out $WORD; echo err >&2; exit 7");
  EXPECT_THAT(child->Wait(kPatience), IsOkAndHolds(7));
  EXPECT_EQ(child->Stdout(), "out spoken\n");
  EXPECT_EQ(child->Stderr(), "err\n");
  EXPECT_FALSE(child->Running());
}

TEST(ChildProcessTest, WaitsForALineAndDiesBySignal) {
  const auto child = Shell("echo first; echo ready; exec sleep 1000");
  EXPECT_THAT(child->WaitForLine("read", kPatience), IsOkAndHolds("ready"));
  EXPECT_THAT(child->Wait(absl::ZeroDuration()), StatusIs(absl::StatusCode::kDeadlineExceeded));
  EXPECT_THAT(child->WaitForLine("never", absl::ZeroDuration()),
              StatusIs(absl::StatusCode::kDeadlineExceeded));
  child->Signal(SIGTERM);
  EXPECT_THAT(child->Wait(kPatience), IsOkAndHolds(128 + SIGTERM));
}

TEST(ChildProcessTest, AnEndedProcessExplainsItself) {
  const auto child = Shell("echo broken >&2; exit 3");
  EXPECT_THAT(child->WaitForLine("ready", kPatience),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("code 3; stderr: broken")));
}

TEST(ChildProcessTest, IsKilledWithItsObject) {
  const pid_t pid = Shell("exec sleep 1000")->pid();
  EXPECT_EQ(kill(pid, 0), -1);
}

TEST(ChildProcessTest, SaysWhatCannotBeRun) {
  EXPECT_THAT(ChildProcess::Start({.command = {"/no/such/binary"}}).status(),
              StatusIs(absl::StatusCode::kInternal, HasSubstr("/no/such/binary")));
}

}  // namespace
}  // namespace throughline
