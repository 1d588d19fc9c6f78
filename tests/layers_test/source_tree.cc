#include "tests/layers_test/source_tree.h"

#include <re2/re2.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace throughline::layers {
namespace {

SourceFile Read(const std::filesystem::path& root, const std::filesystem::path& path) {
  SourceFile file{.path = std::filesystem::relative(path, root).generic_string()};
  file.folder = file.path.substr(0, file.path.rfind('/'));
  static const RE2 include(R"(^\s*#\s*include\s*[<"]([^>"]+)[>"])");
  std::ifstream stream(path);
  for (std::string line; std::getline(stream, line); file.lines.push_back(line)) {
    std::string target;
    if (RE2::PartialMatch(line, include, &target)) file.includes.push_back(target);
  }
  return file;
}

}  // namespace

bool SourceFile::IsTest() const {
  return In("tests") || In("common/testing") || absl::EndsWith(path, "_test.cc") ||
         absl::EndsWith(path, "_benchmark.cc") || absl::StrContains(path, "_for_tests");
}

bool SourceFile::In(absl::string_view folder_prefix) const {
  return absl::StartsWith(path, absl::StrCat(folder_prefix, "/"));
}

std::vector<SourceFile> ReadSourceTree(const std::string& root) {
  std::vector<SourceFile> files;
  for (const char* top : {"common", "services", "tests"}) {
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(std::filesystem::path(root) / top)) {
      const auto extension = entry.path().extension();
      if (extension == ".cc" || extension == ".h") files.push_back(Read(root, entry.path()));
    }
  }
  std::sort(files.begin(), files.end(),
            [](const SourceFile& a, const SourceFile& b) { return a.path < b.path; });
  return files;
}

}  // namespace throughline::layers
