#include "services/router/register.h"

#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/random_hex.h"
#include "common/base/status_macros.h"
#include "services/router/clients/builtin_provider.h"
#include "services/router/config.h"
#include "services/router/domain/router.h"
#include "services/router/router_metrics.h"
#include "services/router/router_service.h"
#include "services/router/store/sqlite_decision_log.h"

namespace throughline::router {
namespace {

constexpr size_t kDecisionIdBytes = 12;

absl::StatusOr<std::string> DatabasePath(const std::string& data_dir) {
  std::error_code error;
  std::filesystem::create_directories(data_dir, error);
  if (error) {
    return absl::FailedPreconditionError(
        absl::StrCat("--data-dir: expected a directory that can be written at \"", data_dir, "\" (",
                     error.message(), "); choose another"));
  }
  return (std::filesystem::path(data_dir) / "router.db").string();
}

}  // namespace

struct RouterModule::Parts {
  Parts(RouterConfig config, std::unique_ptr<SqliteDecisionLog> decisions,
        MetricsRegistry& registry)
      : log(std::move(decisions)),
        metrics(registry, config.policy),
        router(std::move(config.policy), MakeProviders(config), *log, metrics,
               [] { return absl::StrCat("dec_", RandomHex(kDecisionIdBytes)); }) {}

  Providers MakeProviders(const RouterConfig& config) {
    Providers providers;
    for (const auto& [name, provider] : config.providers) providers[name] = &builtin;
    return providers;
  }

  std::unique_ptr<SqliteDecisionLog> log;
  BuiltinProvider builtin;
  RouterMetrics metrics;
  Router router;
  std::vector<std::unique_ptr<RouterServiceImpl>> services;
};

RouterModule::RouterModule(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
RouterModule::~RouterModule() = default;

absl::StatusOr<std::unique_ptr<RouterModule>> RouterModule::Make(const RouterOptions& options,
                                                                 MetricsRegistry& metrics,
                                                                 const Clock&) {
  ASSIGN_OR_RETURN(RouterConfig config, options.config_path.empty()
                                            ? ParseConfig(DefaultConfigYaml(), "built-in config")
                                            : LoadConfig(options.config_path));
  ASSIGN_OR_RETURN(const std::string path, DatabasePath(options.data_dir));
  ASSIGN_OR_RETURN(std::unique_ptr<SqliteDecisionLog> log, SqliteDecisionLog::Open(path));
  return std::unique_ptr<RouterModule>(
      new RouterModule(std::make_unique<Parts>(std::move(config), std::move(log), metrics)));
}

void RouterModule::Register(rpc::ServiceHost& host) {
  parts_->services.push_back(std::make_unique<RouterServiceImpl>(parts_->router, host.runtime()));
  host.AddService(v1::RouterService::service_full_name(), *parts_->services.back(),
                  [this](const Context& context) { return parts_->log->Ping(context); });
}

}  // namespace throughline::router
