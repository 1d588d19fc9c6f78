#include "tests/e2e/deployment.h"

#include <signal.h>

#include <fstream>
#include <sstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "common/base/status_macros.h"
#include "tests/e2e/http_client.h"

namespace throughline::e2e {
namespace {

constexpr absl::Duration kStartTimeout = absl::Seconds(30);
constexpr absl::Duration kCommandTimeout = absl::Minutes(1);

}  // namespace

std::vector<nlohmann::json> Outcome::Json() const {
  std::vector<nlohmann::json> objects;
  for (const absl::string_view line : absl::StrSplit(out, '\n', absl::SkipEmpty())) {
    nlohmann::json object = nlohmann::json::parse(line.begin(), line.end(), nullptr, false);
    objects.push_back(object.is_object() ? std::move(object) : nlohmann::json());
  }
  return objects;
}

Outcome RunCommand(std::vector<std::string> command, const std::string& input) {
  const TempDirectory directory;
  if (!input.empty()) {
    const std::string path = directory.Write("input", input);
    // The shell gives the file as standard input; the words pass through it untouched.
    command.insert(command.begin(),
                   {"sh", "-c", "input=$1; shift; exec \"$@\" <\"$input\"", "sh", path});
  }
  auto child = ChildProcess::Start({.command = std::move(command)});
  if (!child.ok()) return {.err = child.status().ToString()};
  const absl::StatusOr<int> code = (*child)->Wait(kCommandTimeout);
  return {.code = code.value_or(-1), .out = (*child)->Stdout(), .err = (*child)->Stderr()};
}

absl::StatusOr<std::unique_ptr<Deployment>> Deployment::Start(Options options) {
  std::unique_ptr<Deployment> deployment(new Deployment);
  if (!options.environment.empty()) {
    deployment->prefix_ = {"env"};
    deployment->prefix_.insert(deployment->prefix_.end(), options.environment.begin(),
                               options.environment.end());
  }
  if (options.data_dir.empty()) options.data_dir = deployment->directory_.File("data");
  const absl::Time started = absl::Now();
  RETURN_IF_ERROR(options.shape == Shape::kOneProcess ? deployment->StartOneProcess(options)
                                                      : deployment->StartFiveProcesses(options));
  deployment->start_time_ = absl::Now() - started;
  return deployment;
}

absl::StatusOr<nlohmann::json> Deployment::Announce(const std::string& name,
                                                    std::vector<std::string> command) {
  command.insert(command.begin(), prefix_.begin(), prefix_.end());
  ASSIGN_OR_RETURN(auto child, ChildProcess::Start({.command = std::move(command)}));
  processes_.push_back({name, std::move(child)});
  ASSIGN_OR_RETURN(const std::string line,
                   processes_.back().child->WaitForLine("{", kStartTimeout));
  nlohmann::json announcement = nlohmann::json::parse(line, nullptr, false);
  if (announcement.is_object()) return announcement;
  return absl::InternalError(absl::StrCat(name, " announced ", line));
}

absl::Status Deployment::StartOneProcess(const Options& options) {
  std::vector<std::string> command = {
      BinaryPath("throughline"), "serve", "--port", "0", "--data-dir", options.data_dir};
  if (!options.redis.empty()) command.insert(command.end(), {"--redis", options.redis});
  command.insert(command.end(), options.serve_flags.begin(), options.serve_flags.end());
  ASSIGN_OR_RETURN(const nlohmann::json announcement, Announce("throughline", std::move(command)));
  http_ = announcement.at("http");
  for (const auto& [service, address] : announcement.at("services").items()) {
    addresses_[service] = address;
    metrics_[service] = announcement.at("metrics");
  }
  return absl::OkStatus();
}

absl::Status Deployment::StartService(const std::string& name, std::vector<std::string> arguments) {
  std::vector<std::string> command = {BinaryPath(absl::StrCat("throughline-", name)),
                                      "--port",
                                      "0",
                                      "--metrics-port",
                                      "0",
                                      "--trust-tenant-metadata"};
  command.insert(command.end(), arguments.begin(), arguments.end());
  ASSIGN_OR_RETURN(const nlohmann::json announcement, Announce(name, std::move(command)));
  addresses_[name] = announcement.at("address");
  metrics_[name] = announcement.at("metrics");
  return absl::OkStatus();
}

absl::Status Deployment::StartFiveProcesses(const Options& options) {
  const auto directory = [&](absl::string_view name) {
    return absl::StrCat(options.data_dir, "/", name);
  };
  std::vector<std::string> memory = {"--data-dir", directory("memory")};
  if (!options.redis.empty()) memory.insert(memory.end(), {"--redis", options.redis});
  RETURN_IF_ERROR(StartService("memory", std::move(memory)));
  std::vector<std::string> router = {"--data-dir", directory("router")};
  router.insert(router.end(), options.router_flags.begin(), options.router_flags.end());
  RETURN_IF_ERROR(StartService("router", std::move(router)));
  RETURN_IF_ERROR(StartService("analyst", {"--router", address("router")}));
  RETURN_IF_ERROR(StartService("writer", {"--router", address("router")}));
  std::vector<std::string> flags = {"--data-dir", directory("orchestrator")};
  flags.insert(flags.end(), options.orchestrator_flags.begin(), options.orchestrator_flags.end());
  ASSIGN_OR_RETURN(addresses_["orchestrator"], StartOrchestrator(flags));
  return absl::OkStatus();
}

absl::StatusOr<std::string> Deployment::StartOrchestrator(const std::vector<std::string>& flags) {
  std::vector<std::string> arguments;
  for (const char* service : {"memory", "analyst", "writer", "router"}) {
    arguments.insert(arguments.end(), {absl::StrCat("--", service), address(service)});
  }
  arguments.insert(arguments.end(), flags.begin(), flags.end());
  const std::string first = addresses_["orchestrator"];
  RETURN_IF_ERROR(StartService("orchestrator", std::move(arguments)));
  std::string started = address("orchestrator");
  if (!first.empty()) addresses_["orchestrator"] = first;
  return started;
}

void Deployment::Kill(const std::string& name) {
  for (const Process& process : processes_) {
    if (process.name != name) continue;
    process.child->Signal(SIGKILL);
    process.child->Wait(kCommandTimeout).status().IgnoreError();
    return;
  }
}

std::vector<std::string> Deployment::ClientCommand(std::vector<std::string> arguments) const {
  arguments.insert(arguments.begin(), BinaryPath("throughline"));
  arguments.insert(arguments.begin(), prefix_.begin(), prefix_.end());
  arguments.insert(arguments.end(), {"--server", address("orchestrator"), "--memory-server",
                                     address("memory"), "--router-server", address("router")});
  return arguments;
}

Outcome Deployment::Run(std::vector<std::string> arguments, const std::string& input) const {
  return RunCommand(ClientCommand(std::move(arguments)), input);
}

absl::StatusOr<std::unique_ptr<ChildProcess>> Deployment::Launch(
    std::vector<std::string> arguments) const {
  return ChildProcess::Start({.command = ClientCommand(std::move(arguments))});
}

std::string Deployment::Metrics(const std::string& service) const {
  return HttpCall("GET", absl::StrCat("http://", metrics_.at(service), "/metrics")).body;
}

std::string Deployment::Log() const {
  std::string log;
  for (const Process& process : processes_) log += process.child->Stderr();
  return log;
}

std::map<std::string, int> Deployment::Stop(int signal) {
  std::map<std::string, int> codes;
  for (auto process = processes_.rbegin(); process != processes_.rend(); ++process) {
    process->child->Signal(signal);
    codes[process->name] = process->child->Wait(kCommandTimeout).value_or(-1);
  }
  return codes;
}

void Deployment::SignalFront(int signal) { processes_.back().child->Signal(signal); }

int Deployment::front_pid() const { return processes_.back().child->pid(); }

int Deployment::WaitFront() { return processes_.back().child->Wait(kCommandTimeout).value_or(-1); }

std::string CallFile(int number) {
  return SourcePath(absl::StrCat("tests/data/deals/01-meridian-logistics/call-", number, ".txt"));
}

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream content;
  content << file.rdbuf();
  return content.str();
}

}  // namespace throughline::e2e
