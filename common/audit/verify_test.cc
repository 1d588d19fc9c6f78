#include "common/audit/verify.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "common/testing/status_matchers.h"
#include "common/testing/temp_directory.h"

namespace throughline::audit {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

// Five acts of one day, as they were written.
class VerifyTest : public ::testing::Test {
 protected:
  VerifyTest() {
    for (const char* customer : {"c-1", "c-2", "c-3", "c-4", "c-5"}) {
      const Line line = MakeLine(head_, "memory", absl::UnixEpoch(), Forgetting(customer));
      head_ = line.link;
      lines_.push_back(line.text);
    }
  }

  static Record Forgetting(const std::string& customer) {
    Record record;
    record.tenant = "acme";
    record.actor = "key:acme-2026";
    record.action = "memory.forget";
    record.outcome = "ok";
    record.objects = {{"customer_id", customer}};
    return record;
  }

  std::string File(const std::string& name, const std::vector<std::string>& lines) {
    return folder_.Write(name, absl::StrCat(absl::StrJoin(lines, "\n"), "\n"));
  }
  absl::Status VerifyLines(const std::vector<std::string>& lines) {
    return Verify({File("audit", lines)}, head_).status();
  }

  TempDirectory folder_;
  std::vector<std::string> lines_;
  Link head_ = Genesis();
};

TEST_F(VerifyTest, AnUntouchedLogIsOneChain) {
  const auto verified = Verify({File("audit", lines_)}, head_);
  ASSERT_THAT(verified, IsOk());
  EXPECT_EQ(verified->first_sequence, 1);
  EXPECT_EQ(verified->last, head_);
}

TEST_F(VerifyTest, AChangedLineIsNamed) {
  lines_[2] = absl::StrReplaceAll(lines_[2], {{"c-3", "c-9"}});
  EXPECT_THAT(VerifyLines(lines_), StatusIs(absl::StatusCode::kDataLoss,
                                            AllOf(HasSubstr("audit:3:"), HasSubstr("changed"))));
}

TEST_F(VerifyTest, ALineThatWasHashedAnewIsGivenAwayByTheNext) {
  lines_[2] = MakeLine(Read(lines_[1])->link, "memory", absl::UnixEpoch(), Forgetting("c-9")).text;
  EXPECT_THAT(VerifyLines(lines_), StatusIs(absl::StatusCode::kDataLoss, HasSubstr("audit:4:")));
}

TEST_F(VerifyTest, AChainThatWasMadeAnewToItsEndIsGivenAwayByTheHead) {
  Link link = Read(lines_[1])->link;
  for (size_t i = 2; i < lines_.size(); ++i) {
    const Line forged = MakeLine(link, "memory", absl::UnixEpoch(), Forgetting("c-9"));
    link = forged.link;
    lines_[i] = forged.text;
  }
  EXPECT_THAT(VerifyLines(lines_), StatusIs(absl::StatusCode::kDataLoss, HasSubstr("audit:5:")));
}

TEST_F(VerifyTest, ARemovedLineIsNamed) {
  lines_.erase(lines_.begin() + 2);
  EXPECT_THAT(VerifyLines(lines_),
              StatusIs(absl::StatusCode::kDataLoss,
                       AllOf(HasSubstr("audit:3:"), HasSubstr("removed: line 3"))));
}

TEST_F(VerifyTest, AnInsertedLineIsNamed) {
  lines_.insert(lines_.begin() + 3, lines_[1]);
  EXPECT_THAT(VerifyLines(lines_), StatusIs(absl::StatusCode::kDataLoss,
                                            AllOf(HasSubstr("audit:4:"), HasSubstr("inserted"))));
}

TEST_F(VerifyTest, LinesThatChangedPlacesAreNamed) {
  std::swap(lines_[1], lines_[3]);
  EXPECT_THAT(VerifyLines(lines_), StatusIs(absl::StatusCode::kDataLoss, HasSubstr("audit:2:")));
}

TEST_F(VerifyTest, AnEndThatWasCutOffIsMissedByTheHeadAlone) {
  lines_.resize(3);
  const std::string file = File("audit", lines_);
  EXPECT_THAT(Verify({file}, head_),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("lines 4 to 5 are missing")));
  EXPECT_THAT(Verify({file}, std::nullopt), IsOk());
}

TEST_F(VerifyTest, FilesAreOneChainInWhateverOrderTheyAreNamed) {
  const std::string early = File("audit.000000000001", {lines_[0], lines_[1]});
  const std::string late = File("audit", {lines_[2], lines_[3], lines_[4]});
  EXPECT_THAT(Verify({late, early}, head_), IsOk());
  // What was taken to the archive need not be there.
  const auto verified = Verify({late}, head_);
  ASSERT_THAT(verified, IsOk());
  EXPECT_EQ(verified->first_sequence, 3);
}

TEST_F(VerifyTest, AFileThatIsMissingInBetweenIsNoticed) {
  const std::string first = File("first", {lines_[0]});
  const std::string last = File("last", {lines_[3], lines_[4]});
  EXPECT_THAT(Verify({first, last}, head_),
              StatusIs(absl::StatusCode::kDataLoss,
                       AllOf(HasSubstr("last:1:"), HasSubstr("removed: line 2"))));
}

TEST_F(VerifyTest, WhatIsNoLogIsToldApart) {
  EXPECT_THAT(Verify({folder_.Write("notes", "hello\n")}, std::nullopt),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("notes:1:")));
  EXPECT_THAT(Verify({folder_.Write("empty", "")}, std::nullopt),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("files with lines")));
  EXPECT_THAT(Verify({folder_.File("nowhere")}, std::nullopt),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("nowhere")));
}

}  // namespace
}  // namespace throughline::audit
