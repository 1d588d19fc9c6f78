// A TCP proxy that fails on demand, to see how what stands on either side of it takes that.

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/base/errors.h"
#include "common/base/status_macros.h"
#include "common/rpc/signals.h"
#include "services/fault_proxy/control.h"
#include "services/fault_proxy/proxy.h"

namespace throughline::fault_proxy {
namespace {

struct Flags {
  std::string target;
  std::string listen = "127.0.0.1:0";
  std::string control = "127.0.0.1:0";
  std::vector<std::string> faults;
  bool any_host = false;
};

absl::StatusOr<HostPort> Address(const std::string& text, absl::string_view flag, bool any_host) {
  ASSIGN_OR_RETURN(HostPort address, ParseHostPort(text, flag));
  const bool loopback =
      address.host == "localhost" || address.host == "::1" || address.host.rfind("127.", 0) == 0;
  if (loopback || any_host) return address;
  return InvalidField(flag, "a loopback address: whoever reaches the proxy reaches its target",
                      "add --any-host to listen elsewhere");
}

absl::Status Run(const Flags& flags) {
  rpc::BlockShutdownSignals();
  FaultProxy::Options options;
  ASSIGN_OR_RETURN(options.target, ParseHostPort(flags.target, "--target"));
  ASSIGN_OR_RETURN(options.listen, Address(flags.listen, "--listen", flags.any_host));
  ASSIGN_OR_RETURN(const HostPort control_at, Address(flags.control, "--control", flags.any_host));
  ASSIGN_OR_RETURN(const auto proxy, FaultProxy::Start(options));
  for (const std::string& fault : flags.faults) RETURN_IF_ERROR(Obey(*proxy, fault).status());
  ASSIGN_OR_RETURN(const auto control, ControlServer::Start(control_at, *proxy));
  const nlohmann::ordered_json announcement = {{"address", proxy->address().ToString()},
                                               {"control", control->address().ToString()}};
  std::printf("%s\n", announcement.dump().c_str());
  std::fflush(stdout);
  rpc::WaitForShutdownSignal();
  return absl::OkStatus();
}

}  // namespace
}  // namespace throughline::fault_proxy

int main(int argc, char** argv) {
  throughline::fault_proxy::Flags flags;
  CLI::App app{"A TCP proxy that delays, cuts, swallows, throttles and corrupts on demand."};
  app.add_option("--target", flags.target, "Where connections go, HOST:PORT")->required();
  app.add_option("--listen", flags.listen, "Where they come from")->capture_default_str();
  app.add_option("--control", flags.control, "Where commands are taken")->capture_default_str();
  app.add_option("--fault", flags.faults, "A command to begin with, e.g. \"delay 200ms\"")
      ->allow_extra_args(false);
  app.add_flag("--any-host", flags.any_host, "Listen on addresses that others can reach");
  app.footer(
      "Commands, one a line on the control port: delay TIME, throttle BYTES_PER_SECOND,\n"
      "corrupt EVERY_BYTES, blackhole, refuse, cut, heal, status.");
  CLI11_PARSE(app, argc, argv);
  const absl::Status status = throughline::fault_proxy::Run(flags);
  if (status.ok()) return 0;
  std::fprintf(stderr, "throughline-fault-proxy: %s\n", std::string(status.message()).c_str());
  return 1;
}
