#include "common/storage/wal_file.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "common/testing/temp_directory.h"

namespace throughline::storage {
namespace {

TEST(WalFileTest, WhoAskTogetherAllHearOfASync) {
  const TempDirectory directory;
  directory.Write("x.db-wal", "log");
  WalFile wal(directory.File("x.db"));
  std::vector<std::thread> askers;
  std::vector<char> synced(8, 0);
  for (char& one : synced) {
    askers.emplace_back([&wal, &one] { one = wal.Sync() ? 1 : 0; });
  }
  for (std::thread& asker : askers) asker.join();
  EXPECT_EQ(synced, std::vector<char>(8, 1));
}

TEST(WalFileTest, WithoutALogNothingIsOnTheDisk) {
  const TempDirectory directory;
  WalFile wal(directory.File("x.db"));
  EXPECT_FALSE(wal.Sync());
  directory.Write("x.db-wal", "log");
  EXPECT_TRUE(wal.Sync());
}

}  // namespace
}  // namespace throughline::storage
