#include "common/testing/child_process.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <functional>
#include <sstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"

namespace throughline {
namespace {

constexpr absl::Duration kPollInterval = absl::Milliseconds(5);
constexpr int kSignalExitBase = 128;

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream content;
  content << file.rdbuf();
  return content.str();
}

std::vector<char*> Pointers(std::vector<std::string>& words) {
  std::vector<char*> pointers;
  pointers.reserve(words.size() + 1);
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  return pointers;
}

std::vector<std::string> Environment(const std::map<std::string, std::string>& added) {
  std::vector<std::string> environment;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    if (!added.contains(text.substr(0, text.find('=')))) environment.push_back(text);
  }
  for (const auto& [name, value] : added) environment.push_back(absl::StrCat(name, "=", value));
  return environment;
}

std::string PathUnder(const char* variable, absl::string_view name) {
  const char* directory = std::getenv(variable);
  if (directory == nullptr) {
    std::fprintf(stderr, "%s is not set: run this test with ctest\n", variable);
    std::abort();
  }
  return absl::StrCat(directory, "/", name);
}

}  // namespace

absl::StatusOr<std::unique_ptr<ChildProcess>> ChildProcess::Start(Options options) {
  std::unique_ptr<ChildProcess> child(new ChildProcess);
  std::vector<std::string> environment = Environment(options.environment);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  const int create = O_WRONLY | O_CREAT | O_TRUNC;
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, child->output_.File("stdout").c_str(), create,
                                   0600);
  posix_spawn_file_actions_addopen(&actions, 2, child->output_.File("stderr").c_str(), create,
                                   0600);
  if (!options.working_directory.empty()) {
    posix_spawn_file_actions_addchdir_np(&actions, options.working_directory.c_str());
  }
  // A test that blocks signals must not hand that on.
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t no_signals;
  sigemptyset(&no_signals);
  posix_spawnattr_setsigmask(&attributes, &no_signals);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);

  const int error =
      posix_spawnp(&child->pid_, options.command.front().c_str(), &actions, &attributes,
                   Pointers(options.command).data(), Pointers(environment).data());
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  if (error == 0) return child;
  child->pid_ = -1;
  return absl::InternalError(
      absl::StrCat("cannot run ", options.command.front(), ": ", std::strerror(error)));
}

ChildProcess::~ChildProcess() {
  if (!Running()) return;
  Signal(SIGKILL);
  waitpid(pid_, nullptr, 0);
}

std::string ChildProcess::Stdout() const { return ReadFile(output_.File("stdout")); }
std::string ChildProcess::Stderr() const { return ReadFile(output_.File("stderr")); }

absl::StatusOr<std::string> ChildProcess::WaitForLine(absl::string_view substring,
                                                      absl::Duration timeout) {
  const absl::Time deadline = absl::Now() + timeout;
  while (true) {
    // Asked before reading, so that the last words of a process that ends are seen.
    const bool running = Running();
    const std::string output = Stdout();
    const std::string complete = output.substr(0, output.rfind('\n') + 1);
    for (absl::string_view line : absl::StrSplit(complete, '\n', absl::SkipEmpty())) {
      if (line.find(substring) != absl::string_view::npos) return std::string(line);
    }
    if (!running) {
      return absl::UnavailableError(
          absl::StrCat("the process ended with code ", *exit_code_, "; stderr: ", Stderr()));
    }
    if (absl::Now() > deadline) {
      return absl::DeadlineExceededError(
          absl::StrCat("no line with \"", substring, "\"; stderr: ", Stderr()));
    }
    absl::SleepFor(kPollInterval);
  }
}

void ChildProcess::Signal(int signal) {
  if (Running()) kill(pid_, signal);
}

absl::StatusOr<int> ChildProcess::Wait(absl::Duration timeout) {
  const absl::Time deadline = absl::Now() + timeout;
  while (Running()) {
    if (absl::Now() > deadline) {
      return absl::DeadlineExceededError(absl::StrCat("process ", pid_, " still runs"));
    }
    absl::SleepFor(kPollInterval);
  }
  return *exit_code_;
}

bool ChildProcess::Running() {
  if (pid_ < 0 || exit_code_.has_value()) return false;
  int status = 0;
  if (waitpid(pid_, &status, WNOHANG) != pid_) return true;
  exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : kSignalExitBase + WTERMSIG(status);
  return false;
}

std::string BinaryPath(absl::string_view name) { return PathUnder("THROUGHLINE_BIN_DIR", name); }

std::string SourcePath(absl::string_view relative) {
  return PathUnder("THROUGHLINE_SOURCE_DIR", relative);
}

}  // namespace throughline
