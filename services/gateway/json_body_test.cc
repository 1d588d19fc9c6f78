#include "services/gateway/json_body.h"

#include <gmock/gmock.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "common/testing/status_matchers.h"

namespace throughline::gateway {
namespace {

using ::testing::HasSubstr;

std::string Nested(int levels) {
  return absl::StrCat(std::string(levels, '['), 1, std::string(levels, ']'));
}

TEST(JsonBodyTest, WhatIsNoJsonIsRefusedByName) {
  EXPECT_THAT(ReadJson("{").status(),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("body")));
  EXPECT_THAT(ReadJson("\"\xff\"").status(), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(ReadJsonObject("[]").status(),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("object")));
}

TEST(JsonBodyTest, NestingEndsBeforeTheStackDoes) {
  EXPECT_OK(ReadJson(Nested(kMaxJsonDepth)).status());
  EXPECT_THAT(ReadJson(Nested(kMaxJsonDepth + 1)).status(),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("levels")));
  EXPECT_THAT(ReadJson(std::string(4 << 20, '[')).status(),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(JsonBodyTest, BracketsInTextAreNoLevels) {
  EXPECT_OK(ReadJson("\"\\\"" + std::string(1000, '[') + "\"").status());
}

TEST(JsonBodyTest, AStringIsReadFromWhateverThereIs) {
  EXPECT_EQ(StringAt({{"a", "b"}}, "a"), "b");
  EXPECT_EQ(StringAt({{"a", 1}}, "a"), "");
  EXPECT_EQ(StringAt({{"a", "b"}}, "c"), "");
  EXPECT_EQ(StringAt(nlohmann::ordered_json::array({"a"}), "a"), "");
}

}  // namespace
}  // namespace throughline::gateway
