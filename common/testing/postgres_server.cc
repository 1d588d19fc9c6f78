#include "common/testing/postgres_server.h"

#include <pwd.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "common/base/status_macros.h"

namespace throughline {
namespace {

namespace fs = std::filesystem;

constexpr absl::Duration kToolTimeout = absl::Seconds(60);
constexpr absl::Duration kLaunchTimeout = absl::Seconds(60);
constexpr absl::Duration kStopTimeout = absl::Seconds(20);
constexpr absl::Duration kPollInterval = absl::Milliseconds(10);
constexpr char kReady[] = "database system is ready to accept";
constexpr char kUser[] = "throughline";

// Debian keeps the programs of each version apart, and only some of them on PATH.
std::string Program(absl::string_view name) {
  std::vector<fs::path> folders;
  std::error_code error;
  for (const auto& version : fs::directory_iterator("/usr/lib/postgresql", error)) {
    folders.push_back(version.path() / "bin");
  }
  std::sort(folders.rbegin(), folders.rend());
  const char* const path = std::getenv("PATH");
  for (const absl::string_view folder : absl::StrSplit(path == nullptr ? "" : path, ':')) {
    folders.emplace_back(std::string(folder));
  }
  for (const fs::path& folder : folders) {
    const fs::path program = folder / std::string(name);
    if (access(program.c_str(), X_OK) == 0) return program.string();
  }
  return std::string(name);
}

// Whom the server runs as, when it may not be us.
const passwd* UnprivilegedUser() {
  if (geteuid() != 0) return nullptr;
  const passwd* user = getpwnam("postgres");
  return user != nullptr ? user : getpwnam("nobody");
}

absl::Status RunTool(std::vector<std::string> command) {
  const std::string name = command.front();
  ASSIGN_OR_RETURN(const std::unique_ptr<ChildProcess> process,
                   ChildProcess::Start({.command = PostgresServer::Unprivileged(std::move(command)),
                                        .working_directory = "/tmp"}));
  ASSIGN_OR_RETURN(const int code, process->Wait(kToolTimeout));
  if (code == 0) return absl::OkStatus();
  return absl::InternalError(
      absl::StrCat(name, " ended with code ", code, ": ", process->Stderr(), process->Stdout()));
}

}  // namespace

std::vector<std::string> PostgresServer::Unprivileged(std::vector<std::string> command) {
  // Whatever happens to the test, the server ends with it.
  std::vector<std::string> words = {"setpriv", "--pdeathsig", "QUIT"};
  if (const passwd* user = UnprivilegedUser(); user != nullptr) {
    words.insert(words.end(), {absl::StrCat("--reuid=", user->pw_uid),
                               absl::StrCat("--regid=", user->pw_gid), "--clear-groups"});
  }
  words.insert(words.end(), command.begin(), command.end());
  return words;
}

absl::Status PostgresServer::HandOver(const std::string& path) {
  const passwd* user = UnprivilegedUser();
  if (user == nullptr) return absl::OkStatus();
  std::vector<std::string> paths = {path};
  for (const auto& entry : fs::recursive_directory_iterator(path)) paths.push_back(entry.path());
  for (const std::string& each : paths) {
    if (lchown(each.c_str(), user->pw_uid, user->pw_gid) == 0) continue;
    return absl::InternalError(absl::StrCat("cannot give ", each, " away: ", strerror(errno)));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<PostgresServer>> PostgresServer::Start(Options options) {
  // The constructor is private, so make_unique cannot reach it.
  std::unique_ptr<PostgresServer> server(new PostgresServer(std::move(options)));
  RETURN_IF_ERROR(HandOver(server->directory_.path()));
  RETURN_IF_ERROR(RunTool({Program("initdb"), "--pgdata", server->data_directory(), "--username",
                           kUser, "--auth", "trust", "--encoding", "UTF8", "--no-locale",
                           "--no-sync", "--no-instructions"}));
  RETURN_IF_ERROR(server->Launch());
  return server;
}

absl::StatusOr<std::unique_ptr<PostgresServer>> PostgresServer::StartReplica() {
  std::unique_ptr<PostgresServer> replica(new PostgresServer(options_));
  RETURN_IF_ERROR(HandOver(replica->directory_.path()));
  RETURN_IF_ERROR(
      RunTool({Program("pg_basebackup"), "--pgdata", replica->data_directory(), "--dbname",
               Conninfo(), "--checkpoint", "fast", "--no-sync", "--write-recovery-conf"}));
  RETURN_IF_ERROR(replica->Launch());
  return replica;
}

PostgresServer::~PostgresServer() { Stop(); }

absl::Status PostgresServer::Launch() {
  std::vector<std::string> command = {Program("postgres"), "-D", data_directory(),   "-k",
                                      socket_directory(),  "-c", "listen_addresses="};
  std::vector<std::string> settings = {absl::StrCat("port=", kPort), "shared_buffers=64MB",
                                       "max_connections=100"};
  if (!options_.durable) {
    settings.insert(settings.end(), {"fsync=off", "full_page_writes=off"});
  }
  settings.insert(settings.end(), options_.settings.begin(), options_.settings.end());
  for (const std::string& setting : settings) command.insert(command.end(), {"-c", setting});
  ASSIGN_OR_RETURN(process_, ChildProcess::Start({.command = Unprivileged(std::move(command)),
                                                  .working_directory = "/tmp"}));
  const absl::Time deadline = absl::Now() + kLaunchTimeout;
  while (!absl::StrContains(process_->Stderr(), kReady)) {
    if (!process_->Running() || absl::Now() > deadline) {
      return absl::UnavailableError(absl::StrCat("PostgreSQL did not start: ", process_->Stderr()));
    }
    absl::SleepFor(kPollInterval);
  }
  return absl::OkStatus();
}

std::string PostgresServer::Conninfo(absl::string_view database) const {
  return absl::StrCat("host=", socket_directory(), " port=", kPort, " user=", kUser,
                      " dbname=", database);
}

absl::StatusOr<std::string> PostgresServer::CreateDatabase(absl::string_view name) {
  RETURN_IF_ERROR(
      RunTool({Program("psql"), "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--dbname",
               Conninfo(), "--command", absl::StrCat("CREATE DATABASE ", name)}));
  return Conninfo(name);
}

void PostgresServer::Stop() {
  if (process_ == nullptr) return;
  process_->Signal(SIGQUIT);
  process_->Wait(kStopTimeout).status().IgnoreError();
  process_ = nullptr;
}

void PostgresServer::Freeze() { SignalAll(SIGSTOP); }
void PostgresServer::Thaw() { SignalAll(SIGCONT); }

// The first process of a server starts all others itself.
void PostgresServer::SignalAll(int signal) {
  process_->Signal(signal);
  const pid_t pid = process_->pid();
  std::ifstream children(absl::StrCat("/proc/", pid, "/task/", pid, "/children"));
  for (pid_t child = 0; children >> child;) kill(child, signal);
}

absl::Status PostgresServer::Restart() {
  Stop();
  return Launch();
}

}  // namespace throughline
