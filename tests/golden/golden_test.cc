// The development series as stories to read: tests/golden/<series>.txt. A change of the engine that
// changes a story has to be looked at; UPDATE_EXPECT=1 writes the new ones.

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/eval/series.h"
#include "tests/golden/story.h"

namespace throughline::golden {
namespace {

std::string Source(const std::string& path) {
  const char* root = std::getenv("THROUGHLINE_SOURCE_DIR");
  return absl::StrCat(root == nullptr ? "." : root, "/", path);
}

std::string Slurp(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

TEST(GoldenTest, EverySeriesReadsAsItDid) {
  const auto series = eval::LoadSeries(Source("tests/data/deals"));
  ASSERT_TRUE(series.ok()) << series.status();
  ASSERT_FALSE(series->empty());
  const char* update = std::getenv("UPDATE_EXPECT");
  for (const eval::Series& one : *series) {
    const auto story = TellSeries(one);
    ASSERT_TRUE(story.ok()) << one.name << ": " << story.status();
    const std::string file = Source(absl::StrCat("tests/golden/", one.name, ".txt"));
    if (update != nullptr && std::string(update) == "1") {
      std::ofstream(file, std::ios::binary) << *story;
    }
    EXPECT_EQ(Slurp(file), *story)
        << file
        << " tells another story; read the difference, then run UPDATE_EXPECT=1 golden_test";
  }
}

TEST(GoldenTest, AStoryIsTheSameEachTime) {
  const auto series = eval::LoadSeries(Source("tests/data/deals"));
  ASSERT_TRUE(series.ok()) << series.status();
  EXPECT_EQ(*TellSeries(series->front()), *TellSeries(series->front()));
}

}  // namespace
}  // namespace throughline::golden
