#include "tests/fault/cluster.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "common/base/host_port.h"
#include "common/base/status_macros.h"

namespace throughline::fault {
namespace {

constexpr absl::Duration kStartTimeout = absl::Seconds(60);
constexpr absl::Duration kEndTimeout = absl::Seconds(60);
constexpr size_t kLogTailBytes = 2000;

std::string ReplicaName(const std::string& service, int number) {
  return number == 1 ? service : absl::StrCat(service, "-", number);
}

std::string PortOf(const std::string& address) { return address.substr(address.rfind(':') + 1); }

}  // namespace

absl::StatusOr<std::unique_ptr<Cluster>> Cluster::Start(Options options) {
  std::unique_ptr<Cluster> cluster(new Cluster(std::move(options)));
  RETURN_IF_ERROR(cluster->options_.shape == Shape::kOneProcess ? cluster->StartOneProcess()
                                                                : cluster->StartFiveProcesses());
  return cluster;
}

absl::Status Cluster::StartOneProcess() {
  std::vector<std::string> command = {
      BinaryPath("throughline"), "serve", "--data-dir", Folder("data"), "--http-port", "0"};
  if (!options_.redis.empty()) command.insert(command.end(), {"--redis", options_.redis});
  if (!options_.router_config.empty()) {
    command.insert(command.end(),
                   {"--router-config", directory_.Write("router.yaml", options_.router_config)});
  }
  RETURN_IF_ERROR(Launch("throughline", std::move(command)));
  for (const char* service : {"orchestrator", "memory", "router"}) {
    addresses_[service] = addresses_["throughline"];
  }
  return absl::OkStatus();
}

absl::Status Cluster::StartFiveProcesses() {
  const auto store = [this](const std::string& service) {
    const auto conninfo = options_.conninfos.find(service);
    return conninfo == options_.conninfos.end()
               ? std::string()
               : directory_.Write(absl::StrCat(service, "-conninfo"), conninfo->second);
  };
  std::vector<std::string> memory;
  if (!options_.redis.empty()) memory.insert(memory.end(), {"--redis", options_.redis});
  if (const std::string file = store("memory"); !file.empty()) {
    memory.insert(memory.end(), {"--store", absl::StrCat("postgres:", file)});
  }
  RETURN_IF_ERROR(LaunchReplicas("memory", memory));
  std::string memory_address = targets("memory");
  if (options_.proxy) {
    ASSIGN_OR_RETURN(HostPort target, ParseHostPort(memory_address, "memory"));
    ASSIGN_OR_RETURN(proxy_, fault_proxy::FaultProxy::Start({.target = std::move(target)}));
    memory_address = proxy_->address().ToString();
  }
  std::vector<std::string> router;
  if (!options_.router_config.empty()) {
    router.insert(router.end(),
                  {"--router-config", directory_.Write("router.yaml", options_.router_config)});
  }
  if (const std::string file = store("router"); !file.empty()) {
    router.insert(router.end(), {"--postgres-file", file});
  }
  RETURN_IF_ERROR(LaunchReplicas("router", router));
  for (const char* name : {"analyst", "writer"}) {
    RETURN_IF_ERROR(LaunchReplicas(name, {"--router", targets("router")}));
  }
  std::vector<std::string> orchestrator = {
      "--memory",        memory_address, "--analyst",       targets("analyst"), "--writer",
      targets("writer"), "--router",     targets("router"), "--lease",          "2"};
  if (const std::string file = store("orchestrator"); !file.empty()) {
    orchestrator.insert(orchestrator.end(), {"--store", absl::StrCat("postgres:", file)});
  }
  return LaunchReplicas("orchestrator", orchestrator);
}

absl::Status Cluster::LaunchReplicas(const std::string& service,
                                     const std::vector<std::string>& flags) {
  const bool keeps_data = service != "analyst" && service != "writer";
  for (int number = 1; number <= options_.replicas; ++number) {
    const std::string name = ReplicaName(service, number);
    std::vector<std::string> command = {BinaryPath(absl::StrCat("throughline-", service))};
    if (keeps_data) command.insert(command.end(), {"--data-dir", Folder(name)});
    command.insert(command.end(), flags.begin(), flags.end());
    RETURN_IF_ERROR(Launch(name, std::move(command)));
  }
  return absl::OkStatus();
}

absl::Status Cluster::Launch(const std::string& name, std::vector<std::string> command) {
  names_.push_back(name);
  // What a full disk or a file limit says comes as an error of the write, not as a signal.
  command.insert(command.begin(), {"sh", "-c", "trap '' XFSZ; exec \"$@\"", "sh"});
  command.insert(command.end(), {"--log-level", "warning", "--metrics-port", "0", "--port"});
  commands_[name] = command;
  commands_[name].push_back("0");
  RETURN_IF_ERROR(Announce(name));
  commands_[name].back() = PortOf(addresses_[name]);
  return absl::OkStatus();
}

absl::Status Cluster::Announce(const std::string& name) {
  ASSIGN_OR_RETURN(processes_[name], ChildProcess::Start({.command = commands_[name],
                                                          .environment = options_.environment}));
  ASSIGN_OR_RETURN(const std::string line, processes_[name]->WaitForLine("{", kStartTimeout));
  const nlohmann::json announcement = nlohmann::json::parse(line, nullptr, false);
  if (!announcement.is_object()) return absl::InternalError(absl::StrCat(name, " said ", line));
  addresses_[name] = announcement.at("address");
  return absl::OkStatus();
}

absl::StatusOr<int> Cluster::Restart(const std::string& name) {
  ASSIGN_OR_RETURN(const int code, process(name).Wait(kEndTimeout));
  RETURN_IF_ERROR(Announce(name));
  return code;
}

std::string Cluster::targets(const std::string& service) const {
  std::vector<std::string> addresses;
  for (int number = 1; number <= options_.replicas; ++number) {
    addresses.push_back(address(ReplicaName(service, number)));
  }
  return absl::StrJoin(addresses, ",");
}

bool Cluster::AllRun() {
  for (const auto& [name, process] : processes_) {
    if (!process->Running()) return false;
  }
  return true;
}

std::string Cluster::Logs() {
  std::string logs;
  for (const auto& [name, process] : processes_) {
    const std::string log = process->Stderr();
    absl::StrAppend(&logs, name, ":\n",
                    log.substr(log.size() - std::min(log.size(), kLogTailBytes)), "\n");
  }
  return logs;
}

}  // namespace throughline::fault
