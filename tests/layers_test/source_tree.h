#ifndef THROUGHLINE_TESTS_LAYERS_TEST_SOURCE_TREE_H_
#define THROUGHLINE_TESTS_LAYERS_TEST_SOURCE_TREE_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace throughline::layers {

// One C++ file of ours.
struct SourceFile {
  std::string path;                   // from the root of the tree: "common/base/clock.h"
  std::string folder;                 // "common/base"
  std::vector<std::string> lines;     // as they stand
  std::vector<std::string> includes;  // what stands between the quotes or angle brackets

  bool IsTest() const;  // a test, a benchmark, or below tests/ or common/testing/
  bool In(absl::string_view folder_prefix) const;  // below this folder
};

// Every .cc and .h below common/, services/ and tests/ of `root`, in order of path.
std::vector<SourceFile> ReadSourceTree(const std::string& root);

}  // namespace throughline::layers

#endif  // THROUGHLINE_TESTS_LAYERS_TEST_SOURCE_TREE_H_
