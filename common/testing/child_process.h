#ifndef THROUGHLINE_COMMON_TESTING_CHILD_PROCESS_H_
#define THROUGHLINE_COMMON_TESTING_CHILD_PROCESS_H_

#include <sys/types.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/testing/temp_directory.h"

namespace throughline {

// A real binary run by a test: its output goes to files, every wait is bounded, and it is killed
// when the object goes. For one thread.
class ChildProcess {
 public:
  struct Options {
    std::vector<std::string> command;                // path (or name on PATH) and arguments
    std::map<std::string, std::string> environment;  // added to ours
    std::string working_directory;                   // empty: ours
  };

  // INTERNAL when the binary cannot be run.
  static absl::StatusOr<std::unique_ptr<ChildProcess>> Start(Options options);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  pid_t pid() const { return pid_; }
  // Everything written so far.
  std::string Stdout() const;
  std::string Stderr() const;

  // The first complete line of stdout that contains `substring` (a service's announcement is its
  // first: pass "{"). DEADLINE_EXCEEDED or, when it has ended, UNAVAILABLE; both quote its stderr.
  absl::StatusOr<std::string> WaitForLine(absl::string_view substring, absl::Duration timeout);

  // `signal` as for kill(2); ignored once it has ended.
  void Signal(int signal);
  // Its exit code, or 128 + the signal that ended it; DEADLINE_EXCEEDED while it runs.
  absl::StatusOr<int> Wait(absl::Duration timeout);
  bool Running();

 private:
  ChildProcess() = default;

  TempDirectory output_;
  pid_t pid_ = -1;
  std::optional<int> exit_code_;
};

// The path of a binary of this build, by THROUGHLINE_BIN_DIR that ctest sets.
std::string BinaryPath(absl::string_view name);
// The path of a file of the source tree, by THROUGHLINE_SOURCE_DIR that ctest sets.
std::string SourcePath(absl::string_view relative);

}  // namespace throughline

#endif  // THROUGHLINE_COMMON_TESTING_CHILD_PROCESS_H_
