#ifndef THROUGHLINE_COMMON_TESTING_STATUS_MATCHERS_H_
#define THROUGHLINE_COMMON_TESTING_STATUS_MATCHERS_H_

#include <gmock/gmock.h>

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace throughline {

// GoogleTest matchers for absl::Status and absl::StatusOr alike:
//
//   EXPECT_THAT(store.Save(ctx, fact), IsOk());
//   EXPECT_THAT(store.Load(ctx, "x"), StatusIs(absl::StatusCode::kNotFound, HasSubstr("x")));
//   EXPECT_THAT(store.Load(ctx, "y"), IsOkAndHolds(fact));
namespace status_matchers_internal {

inline const absl::Status& GetStatus(const absl::Status& status) { return status; }
template <typename T>
const absl::Status& GetStatus(const absl::StatusOr<T>& result) {
  return result.status();
}

}  // namespace status_matchers_internal

MATCHER(IsOk, negation ? "is not OK" : "is OK") {
  const absl::Status& status = status_matchers_internal::GetStatus(arg);
  *result_listener << "which is " << status;
  return status.ok();
}

MATCHER_P(StatusIs, code, "") {
  const absl::Status& status = status_matchers_internal::GetStatus(arg);
  *result_listener << "which is " << status;
  return status.code() == code;
}

MATCHER_P2(StatusIs, code, message_matcher, "") {
  const absl::Status& status = status_matchers_internal::GetStatus(arg);
  *result_listener << "which is " << status;
  return status.code() == code && ::testing::SafeMatcherCast<const std::string&>(message_matcher)
                                      .Matches(std::string(status.message()));
}

MATCHER_P(IsOkAndHolds, value_matcher, "") {
  if (!arg.ok()) {
    *result_listener << "which is " << arg.status();
    return false;
  }
  return ::testing::ExplainMatchResult(value_matcher, *arg, result_listener);
}

// Statement forms of the two commonest checks; the second also unwraps:
//
//   ASSERT_OK(server.Start());
//   ASSERT_OK_AND_ASSIGN(const Fact fact, store.Load(ctx, "y"));
#define EXPECT_OK(expression) EXPECT_THAT((expression), ::throughline::IsOk())
#define ASSERT_OK(expression) ASSERT_THAT((expression), ::throughline::IsOk())
#define ASSERT_OK_AND_ASSIGN(lhs, expression)                                                     \
  THROUGHLINE_ASSERT_OK_AND_ASSIGN_(THROUGHLINE_TEST_CONCAT_(throughline_tested_, __LINE__), lhs, \
                                    expression)

// Internal to this header.
#define THROUGHLINE_TEST_CONCAT_INNER_(a, b) a##b
#define THROUGHLINE_TEST_CONCAT_(a, b) THROUGHLINE_TEST_CONCAT_INNER_(a, b)
#define THROUGHLINE_ASSERT_OK_AND_ASSIGN_(result, lhs, expression) \
  auto result = (expression);                                      \
  ASSERT_THAT(result.status(), ::throughline::IsOk());             \
  lhs = std::move(result).value()

}  // namespace throughline

#endif  // THROUGHLINE_COMMON_TESTING_STATUS_MATCHERS_H_
