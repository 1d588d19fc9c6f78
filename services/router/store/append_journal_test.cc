#include "services/router/store/append_journal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "common/testing/status_matchers.h"
#include "common/testing/temp_directory.h"

namespace throughline::router {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class AppendJournalTest : public ::testing::Test {
 protected:
  void Open() {
    journal_.reset();
    ASSERT_OK_AND_ASSIGN(journal_, AppendJournal::Open(path_));
  }

  TempDirectory directory_;
  const std::string path_ = directory_.File("journal");
  std::unique_ptr<AppendJournal> journal_;
};

TEST_F(AppendJournalTest, WhatWasNotDroppedIsThereForTheNextOne) {
  Open();
  EXPECT_TRUE(journal_->IsEmpty());
  EXPECT_TRUE(journal_->Append("one"));
  EXPECT_TRUE(journal_->Append("two"));
  EXPECT_THAT(journal_->Take(), ElementsAre("one", "two"));
  EXPECT_TRUE(journal_->Append("three"));  // while the others are written out
  EXPECT_THAT(journal_->Take(), ElementsAre("one", "two"));
  Open();
  EXPECT_FALSE(journal_->IsEmpty());
  EXPECT_THAT(journal_->Take(), ElementsAre("one", "two"));
  journal_->Drop();
  EXPECT_THAT(journal_->Take(), ElementsAre("three"));
  journal_->Drop();
  Open();
  EXPECT_THAT(journal_->Take(), IsEmpty());
}

TEST_F(AppendJournalTest, WhatWasDroppedIsWiped) {
  Open();
  EXPECT_TRUE(journal_->Append("a customer's name"));
  journal_->Take();
  journal_->Drop();
  journal_.reset();
  std::ifstream file(path_);
  const std::string bytes((std::istreambuf_iterator<char>(file)), {});
  EXPECT_EQ(bytes.find("customer"), std::string::npos);
}

TEST_F(AppendJournalTest, AnEntryCutShortEndsWhatIsRead) {
  Open();
  EXPECT_TRUE(journal_->Append("whole"));
  EXPECT_TRUE(journal_->Append("broken"));
  journal_.reset();
  std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(file)), {});
  file.clear();
  file.seekp(static_cast<std::streamoff>(bytes.find("broken")));
  file << "BR";
  file.close();
  Open();
  EXPECT_THAT(journal_->Take(), ElementsAre("whole"));
}

TEST_F(AppendJournalTest, AFullHalfTakesNoMoreUntilItIsWrittenOut) {
  Open();
  const std::string large(AppendJournal::kHalfBytes / 2 + 1, 'x');
  EXPECT_TRUE(journal_->Append(large));
  EXPECT_FALSE(journal_->Append(large));
  EXPECT_EQ(journal_->Take().size(), 1u);
  EXPECT_TRUE(journal_->Append(large));  // into the other half
  EXPECT_FALSE(journal_->Append(std::string(AppendJournal::kHalfBytes, 'x')));
}

TEST_F(AppendJournalTest, BelongsToOneAtATime) {
  Open();
  EXPECT_THAT(AppendJournal::Open(path_).status(), StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(AppendJournal::Open("/nonexistent/journal").status(),
              StatusIs(absl::StatusCode::kUnavailable));
}

}  // namespace
}  // namespace throughline::router
