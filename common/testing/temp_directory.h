#ifndef THROUGHLINE_COMMON_TESTING_TEMP_DIRECTORY_H_
#define THROUGHLINE_COMMON_TESTING_TEMP_DIRECTORY_H_

#include <string>

#include "absl/strings/string_view.h"

namespace throughline {

// A fresh directory, removed with all it holds when destroyed. Ends the process if none can be
// made.
class TempDirectory {
 public:
  TempDirectory();
  ~TempDirectory();
  TempDirectory(const TempDirectory&) = delete;
  TempDirectory& operator=(const TempDirectory&) = delete;

  const std::string& path() const { return path_; }
  // "<path>/<name>".
  std::string File(absl::string_view name) const;
  // Writes `content` to File(name) and returns that path.
  std::string Write(absl::string_view name, absl::string_view content) const;

 private:
  std::string path_;
};

}  // namespace throughline

#endif  // THROUGHLINE_COMMON_TESTING_TEMP_DIRECTORY_H_
