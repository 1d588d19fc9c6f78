#include "common/storage/directory_lock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/testing/status_matchers.h"
#include "common/testing/temp_directory.h"

namespace throughline::storage {
namespace {

TEST(DirectoryLockTest, OneHolderAtATime) {
  TempDirectory directory;
  ASSERT_OK_AND_ASSIGN(auto first, DirectoryLock::Take(directory.path()));
  EXPECT_THAT(DirectoryLock::Take(directory.path()).status(),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       testing::HasSubstr("is used by another process")));
  first.reset();
  EXPECT_OK(DirectoryLock::Take(directory.path()).status());
}

TEST(DirectoryLockTest, ADirectoryThatIsNotThereIsNamed) {
  EXPECT_THAT(DirectoryLock::Take("/nowhere/at/all").status(),
              StatusIs(absl::StatusCode::kPermissionDenied, testing::HasSubstr("/nowhere/at/all")));
}

}  // namespace
}  // namespace throughline::storage
