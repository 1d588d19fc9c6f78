#include "common/base/status_macros.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "common/testing/status_matchers.h"

namespace throughline {
namespace {

absl::Status CheckTwice(const absl::Status& first, const absl::Status& second, int& checks) {
  RETURN_IF_ERROR(first);
  ++checks;
  RETURN_IF_ERROR(second);
  ++checks;
  return absl::OkStatus();
}

TEST(StatusMacrosTest, ReturnIfErrorStopsAtTheFirstError) {
  int checks = 0;
  EXPECT_OK(CheckTwice(absl::OkStatus(), absl::OkStatus(), checks));
  EXPECT_EQ(checks, 2);
  EXPECT_THAT(CheckTwice(absl::OkStatus(), absl::NotFoundError("gone"), checks),
              StatusIs(absl::StatusCode::kNotFound, "gone"));
  EXPECT_EQ(checks, 3);
}

absl::StatusOr<int> Sum(absl::StatusOr<std::unique_ptr<int>> left, absl::StatusOr<int> right) {
  ASSIGN_OR_RETURN(const std::unique_ptr<int> moved, std::move(left));
  int sum = *moved;
  ASSIGN_OR_RETURN(const int value, right);
  sum += value;
  return sum;
}

TEST(StatusMacrosTest, AssignOrReturnMovesTheValueOrReturnsTheError) {
  EXPECT_THAT(Sum(std::make_unique<int>(2), 3), IsOkAndHolds(5));
  EXPECT_THAT(Sum(absl::AbortedError("left"), 3), StatusIs(absl::StatusCode::kAborted, "left"));
  EXPECT_THAT(Sum(std::make_unique<int>(2), absl::AbortedError("right")),
              StatusIs(absl::StatusCode::kAborted, "right"));
}

absl::Status AssignToExisting(int& target, int& evaluations) {
  const auto evaluate = [&]() -> absl::StatusOr<int> { return ++evaluations; };
  ASSIGN_OR_RETURN(target, evaluate());
  return absl::OkStatus();
}

TEST(StatusMacrosTest, AssignOrReturnEvaluatesOnce) {
  int target = 0;
  int evaluations = 0;
  ASSERT_OK(AssignToExisting(target, evaluations));
  EXPECT_EQ(target, 1);
  EXPECT_EQ(evaluations, 1);
}

}  // namespace
}  // namespace throughline
