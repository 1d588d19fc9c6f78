// Labels and how they select, against what the API says of each way.

#include <algorithm>
#include <string>
#include <vector>

#include "services/memory/domain/row_filter.h"
#include "tests/fuzz/fuzz_input.h"

namespace {

std::vector<std::string> Tags(throughline::fuzz::Input& input) {
  std::vector<std::string> tags(input.Byte() % 5);
  for (std::string& tag : tags) tag = std::string(1, static_cast<char>('a' + input.Byte() % 4));
  std::sort(tags.begin(), tags.end());
  tags.erase(std::unique(tags.begin(), tags.end()), tags.end());
  return tags;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using throughline::memory::MatchesTags;
  using throughline::memory::TagsMatch;
  throughline::fuzz::Input input(data, size);
  const std::vector<std::string> row = Tags(input);
  const std::vector<std::string> wanted = Tags(input);
  std::vector<std::string> common;
  std::set_intersection(row.begin(), row.end(), wanted.begin(), wanted.end(),
                        std::back_inserter(common));
  const bool any = !common.empty();
  const bool all = common.size() == wanted.size();
  const auto expect = [&](TagsMatch match, bool selected, const char* what) {
    throughline::fuzz::Expect(MatchesTags(row, wanted, match) == selected, what);
  };
  expect(TagsMatch::kAny, wanted.empty() || row.empty() || any, "any");
  expect(TagsMatch::kAll, wanted.empty() || row.empty() || all, "all");
  if (!wanted.empty()) {
    expect(TagsMatch::kAnyStrict, any, "any, strictly");
    expect(TagsMatch::kAllStrict, all, "all, strictly");
  }
  expect(TagsMatch::kExact, row == wanted, "exactly");
  return 0;
}
