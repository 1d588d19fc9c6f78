#include "common/rpc/status_mapping.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "common/base/errors.h"
#include "common/testing/status_matchers.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace throughline::rpc {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(StatusMappingTest, OkIsOk) {
  EXPECT_TRUE(ToGrpc(absl::OkStatus()).ok());
  EXPECT_OK(FromGrpc(grpc::Status::OK));
}

TEST(StatusMappingTest, EveryCodeSurvivesTheRoundTrip) {
  for (int code = 1; code <= 16; ++code) {
    const absl::Status status(static_cast<absl::StatusCode>(code), "what happened");
    EXPECT_EQ(FromGrpc(ToGrpc(status)).code(), status.code());
  }
}

TEST(StatusMappingTest, DetailsSurviveTheRoundTrip) {
  const absl::Status sent =
      WithRetryAfter(WithReason(InvalidField("date", "YYYY-MM-DD", "send 2026-01-31"), "BAD_DATE"),
                     absl::Milliseconds(1500));
  const absl::Status received = FromGrpc(ToGrpc(sent));
  EXPECT_THAT(received, StatusIs(absl::StatusCode::kInvalidArgument, std::string(sent.message())));
  EXPECT_EQ(FieldViolations(received), FieldViolations(sent));
  EXPECT_EQ(Reason(received), "BAD_DATE");
  EXPECT_EQ(RetryAfter(received), absl::Milliseconds(1500));
}

TEST(StatusMappingTest, TheWireHoldsPublicMessages) {
  google::rpc::Status wire;
  ASSERT_TRUE(wire.ParseFromString(ToGrpc(absl::NotFoundError("no deal d1")).error_details()));
  EXPECT_EQ(wire.code(), 5);
  EXPECT_EQ(wire.message(), "no deal d1");
  ASSERT_EQ(wire.details_size(), 1);
  EXPECT_EQ(wire.details(0).type_url(), "type.googleapis.com/google.rpc.ErrorInfo");
  google::rpc::ErrorInfo info;
  ASSERT_TRUE(wire.details(0).UnpackTo(&info));
  EXPECT_EQ(info.reason(), "NOT_FOUND");
  EXPECT_EQ(info.domain(), "throughline");
}

TEST(StatusMappingTest, DriversTextStaysInside) {
  for (const auto code :
       {absl::StatusCode::kInternal, absl::StatusCode::kUnknown, absl::StatusCode::kDataLoss}) {
    const grpc::Status wire = ToGrpc(absl::Status(code, "disk I/O error in facts.db"), "r1");
    EXPECT_THAT(wire.error_message(), AllOf(HasSubstr("r1"), Not(HasSubstr("facts.db"))));
    EXPECT_THAT(wire.error_details(), Not(HasSubstr("facts.db")));
  }
}

TEST(StatusMappingTest, LongErrorsFitIntoTrailersWithoutBreakingCharacters) {
  std::string message(1023, 'x');
  message += "é and more";
  const grpc::Status wire = ToGrpc(absl::NotFoundError(message));
  EXPECT_EQ(wire.error_message(), std::string(1023, 'x') + "…");
  std::vector<FieldViolation> many(500, {std::string(1000, 'f'), std::string(1000, 'd')});
  EXPECT_LT(ToGrpc(InvalidFields(many)).error_details().size(), 6000u);
}

TEST(StatusMappingTest, ForeignDetailsAreLeftOut) {
  const absl::Status status =
      FromGrpc(grpc::Status(grpc::StatusCode::ABORTED, "try again", "not a message \xff"));
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kAborted, "try again"));
  EXPECT_EQ(Reason(status), std::nullopt);
}

TEST(StatusMappingTest, CodesAreSpeltAsDashboardsExpect) {
  EXPECT_EQ(CodeLabel(absl::StatusCode::kOk), "OK");
  EXPECT_EQ(CodeLabel(absl::StatusCode::kCancelled), "Canceled");
  EXPECT_EQ(CodeLabel(absl::StatusCode::kUnauthenticated), "Unauthenticated");
  EXPECT_EQ(CodeLabel(static_cast<absl::StatusCode>(99)), "Unknown");
}

}  // namespace
}  // namespace throughline::rpc
