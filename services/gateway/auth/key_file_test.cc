#include "services/gateway/auth/key_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/testing/fake_clock.h"
#include "common/testing/status_matchers.h"
#include "common/testing/temp_directory.h"
#include "services/gateway/auth/api_keys.h"

namespace throughline::gateway {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;

std::string ReadAll(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

class KeyFileTest : public testing::Test {
 protected:
  NewApiKey Make(const std::string& id) { return ApiKeys::Generate(id, "acme", "read").value(); }

  TempDirectory directory_;
  FakeClock clock_;
};

TEST_F(KeyFileTest, ARevokedKeyWorksNoLongerAndTheOthersGoOn) {
  const NewApiKey first = Make("first");
  const NewApiKey second = Make("second");
  const std::string path =
      directory_.Write("keys.yaml", absl::StrCat("keys:\n", first.file_entry, second.file_entry));
  ASSERT_OK_AND_ASSIGN(const auto keys, ApiKeys::Load(path, clock_));
  ASSERT_OK(keys->Check(first.key).status());

  ASSERT_OK(RevokeKey(path, "first"));
  clock_.Advance(absl::Seconds(2));
  EXPECT_THAT(keys->Check(first.key).status(), StatusIs(absl::StatusCode::kUnauthenticated));
  EXPECT_OK(keys->Check(second.key).status());

  // The last one leaves an empty list, which is no fault of the file.
  ASSERT_OK(RevokeKey(path, "second"));
  clock_.Advance(absl::Seconds(2));
  EXPECT_THAT(keys->Check(second.key).status(), StatusIs(absl::StatusCode::kUnauthenticated));
  EXPECT_THAT(ApiKeys::List(path), IsOkAndHolds(IsEmpty()));
}

TEST_F(KeyFileTest, EveryOtherLineAndTheModeStayAsTheyAre) {
  std::string text =
      absl::StrCat("# Who may call.\nkeys:   # ours\n\n  # The plant.\n", Make("first").file_entry,
                   "    # until the move\n", "    expires: 2027-01-01\n\n  # The office.\n",
                   Make("second").file_entry, "# end\n");
  const std::string path = directory_.Write("keys.yaml", text);
  ASSERT_EQ(chmod(path.c_str(), 0600), 0);
  const std::string link = directory_.File("link.yaml");
  std::filesystem::create_symlink(path, link);

  ASSERT_OK(RevokeKey(link, "first"));
  const size_t entry = text.find("  - id: first");
  text.erase(entry, text.find("\n  # The office.") - entry);
  EXPECT_EQ(ReadAll(path), text);
  EXPECT_TRUE(std::filesystem::is_symlink(link));
  struct stat state = {};
  ASSERT_EQ(stat(path.c_str(), &state), 0);
  EXPECT_EQ(state.st_mode & 0777, 0600u);
}

TEST_F(KeyFileTest, WhatCannotBeDoneLeavesTheFileAlone) {
  const std::string flow =
      absl::StrReplaceAll("keys: [{id: first, tenant: acme, scopes: [read], sha256: HASH}]\n",
                          {{"HASH", std::string(64, 'a')}});
  const std::string path = directory_.Write("keys.yaml", flow);
  EXPECT_THAT(RevokeKey(path, "first"),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr(absl::StrCat(path, ":1: keys: ")), HasSubstr("by hand"))));
  EXPECT_THAT(RevokeKey(path, "third"),
              StatusIs(absl::StatusCode::kNotFound, AllOf(HasSubstr("ID: "), HasSubstr(path))));
  EXPECT_EQ(ReadAll(path), flow);
  const std::string wrong = directory_.Write("wrong.yaml", "keys:\n  - id: first\n");
  EXPECT_THAT(RevokeKey(wrong, "first"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("tenant: ")));
  EXPECT_THAT(RevokeKey(directory_.File("none.yaml"), "first"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("none.yaml")));
}

}  // namespace
}  // namespace throughline::gateway
