#include "common/testing/temp_directory.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "absl/strings/str_cat.h"

namespace throughline {

TempDirectory::TempDirectory()
    : path_((std::filesystem::temp_directory_path() / "throughline-XXXXXX").string()) {
  if (mkdtemp(path_.data()) == nullptr) {
    std::perror("cannot make a temporary directory");
    std::abort();
  }
}

TempDirectory::~TempDirectory() {
  std::error_code ignored;  // what is left over is in the system's temporary directory
  std::filesystem::remove_all(path_, ignored);
}

std::string TempDirectory::File(absl::string_view name) const {
  return absl::StrCat(path_, "/", name);
}

std::string TempDirectory::Write(absl::string_view name, absl::string_view content) const {
  const std::string path = File(name);
  std::ofstream(path, std::ios::binary).write(content.data(), content.size());
  return path;
}

}  // namespace throughline
