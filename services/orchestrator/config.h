#ifndef THROUGHLINE_SERVICES_ORCHESTRATOR_CONFIG_H_
#define THROUGHLINE_SERVICES_ORCHESTRATOR_CONFIG_H_

#include <CLI/App.hpp>
#include <string>

#include "absl/status/status.h"
#include "services/orchestrator/register.h"

namespace throughline::orchestrator {

// What the orchestrator's process takes from its command line, or from THROUGHLINE_* in the
// environment.
struct Config {
  std::string memory = "127.0.0.1:50052";
  std::string analyst = "127.0.0.1:50054";
  std::string writer = "127.0.0.1:50055";
  std::string router = "127.0.0.1:50053";
  std::string data_dir = "data";
  std::string store;  // as OrchestratorOptions has it; empty: sqlite in data_dir
  double lease_s = absl::ToDoubleSeconds(OrchestratorOptions().lease);
  int max_background_calls = OrchestratorOptions().max_background_calls;
  std::string webhooks;
  std::string retention;
};

// Adds --memory, --analyst, --writer, --router, --data-dir, --store, --lease,
// --max-background-calls, --webhooks and --retention.
void AddFlags(CLI::App& app, Config& config);

// INVALID_ARGUMENT names the flag.
absl::Status CheckTargets(const Config& config);
OrchestratorOptions ToOptions(const Config& config);

}  // namespace throughline::orchestrator

#endif  // THROUGHLINE_SERVICES_ORCHESTRATOR_CONFIG_H_
