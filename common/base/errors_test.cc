#include "common/base/errors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/testing/status_matchers.h"

namespace throughline {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(ErrorsTest, AnInvalidFieldSaysWhatWasExpectedAndWhatToDo) {
  const absl::Status status = InvalidField("customer_id", "1 to 128 characters", "send the id");
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument,
                               "customer_id: expected 1 to 128 characters; send the id"));
  EXPECT_THAT(
      FieldViolations(status),
      ElementsAre(FieldViolation{"customer_id", "expected 1 to 128 characters; send the id"}));
}

TEST(ErrorsTest, SeveralViolationsKeepTheirOddCharacters) {
  const FieldViolation first{"turns[0]\tx", "line one\nline two \\"};
  const FieldViolation second{"date", "expected é"};
  const absl::Status status = InvalidFields({first, second});
  EXPECT_THAT(FieldViolations(status), ElementsAre(first, second));
}

TEST(ErrorsTest, OtherErrorsCarryNothing) {
  const absl::Status status = absl::NotFoundError("no such customer");
  EXPECT_THAT(FieldViolations(status), IsEmpty());
  EXPECT_EQ(Reason(status), std::nullopt);
  EXPECT_EQ(RetryAfter(status), std::nullopt);
}

TEST(ErrorsTest, ReasonAndRetryDelayRideAlong) {
  const absl::Status status = WithRetryAfter(
      WithReason(absl::ResourceExhaustedError("queue full"), "QUEUE_FULL"), absl::Seconds(2));
  EXPECT_EQ(Reason(status), "QUEUE_FULL");
  EXPECT_EQ(RetryAfter(status), absl::Seconds(2));
  EXPECT_OK(WithReason(absl::OkStatus(), "NOTHING"));
}

}  // namespace
}  // namespace throughline
