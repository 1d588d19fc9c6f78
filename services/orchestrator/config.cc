#include "services/orchestrator/config.h"

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/rpc/target.h"

namespace throughline::orchestrator {
namespace {

constexpr double kMinLeaseSeconds = 1;
constexpr double kMaxLeaseSeconds = 600;
constexpr int kMaxBackgroundCalls = 4096;

}  // namespace

void AddFlags(CLI::App& app, Config& config) {
  app.add_option("--memory", config.memory, "Address of memory, HOST:PORT")
      ->envname("THROUGHLINE_MEMORY")
      ->capture_default_str();
  app.add_option("--analyst", config.analyst, "Address of the analyst, HOST:PORT")
      ->envname("THROUGHLINE_ANALYST")
      ->capture_default_str();
  app.add_option("--writer", config.writer, "Address of the writer, HOST:PORT")
      ->envname("THROUGHLINE_WRITER")
      ->capture_default_str();
  app.add_option("--router", config.router, "Address of the router, HOST:PORT")
      ->envname("THROUGHLINE_ROUTER")
      ->capture_default_str();
  app.add_option("--data-dir", config.data_dir, "Folder of the calls when --store is not given")
      ->envname("THROUGHLINE_DATA_DIR")
      ->capture_default_str();
  app.add_option("--store", config.store,
                 "Where calls and jobs are kept: sqlite:FOLDER, or postgres:FILE (which holds "
                 "libpq's connection string) for replicas to share")
      ->envname("THROUGHLINE_ORCHESTRATOR_STORE");
  app.add_option("--lease", config.lease_s,
                 "Seconds after which the calls of a replica that died are taken over")
      ->envname("THROUGHLINE_LEASE")
      ->check(CLI::Range(kMinLeaseSeconds, kMaxLeaseSeconds))
      ->capture_default_str();
  app.add_option("--max-background-calls", config.max_background_calls,
                 "Calls processed in the background at a time")
      ->envname("THROUGHLINE_MAX_BACKGROUND_CALLS")
      ->check(CLI::Range(1, kMaxBackgroundCalls))
      ->capture_default_str();
  app.add_option("--webhooks", config.webhooks, "Who is told of processed calls, a YAML file")
      ->envname("THROUGHLINE_WEBHOOKS");
  app.add_option("--retention", config.retention,
                 "How long each tenant's calls, jobs and deliveries are kept, a YAML file")
      ->envname("THROUGHLINE_RETENTION");
}

absl::Status CheckTargets(const Config& config) {
  RETURN_IF_ERROR(rpc::CheckTarget(config.memory, "--memory"));
  RETURN_IF_ERROR(rpc::CheckTarget(config.analyst, "--analyst"));
  RETURN_IF_ERROR(rpc::CheckTarget(config.writer, "--writer"));
  return rpc::CheckTarget(config.router, "--router");
}

OrchestratorOptions ToOptions(const Config& config) {
  OrchestratorOptions options;
  options.store = config.store.empty() ? absl::StrCat("sqlite:", config.data_dir) : config.store;
  options.lease = absl::Seconds(config.lease_s);
  options.max_background_calls = config.max_background_calls;
  options.webhooks = config.webhooks;
  options.retention = config.retention;
  return options;
}

}  // namespace throughline::orchestrator
