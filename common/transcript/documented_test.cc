// docs/transcripts.md shows what is read: each of its examples is.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "common/testing/child_process.h"
#include "common/transcript/parse.h"

namespace throughline::transcript {
namespace {

std::vector<std::string> Examples() {
  std::ifstream file(SourcePath("docs/transcripts.md"));
  std::ostringstream page;
  page << file.rdbuf();
  const std::string text = page.str();
  std::vector<std::string> examples;
  bool inside = false;
  for (const absl::string_view part : absl::StrSplit(text, "```\n")) {
    if (inside) examples.emplace_back(part);
    inside = !inside;
  }
  return examples;
}

TEST(DocumentedTest, EveryExampleNamesWhoSaysWhat) {
  const std::vector<std::string> examples = Examples();
  ASSERT_GT(examples.size(), 10u);
  for (const std::string& example : examples) {
    const auto call = Parse(example, ParseOptions());
    ASSERT_TRUE(call.ok()) << example << call.status();
    EXPECT_EQ(call->turns.size(), 2u) << example;
    EXPECT_NE(call->turns[0].speaker, call->turns[1].speaker) << example;
    EXPECT_NE(call->turns[0].speaker, "") << example;
    EXPECT_NE(call->turns[1].speaker, "") << example;
  }
}

}  // namespace
}  // namespace throughline::transcript
