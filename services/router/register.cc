#include "services/router/register.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/random_hex.h"
#include "common/base/status_macros.h"
#include "common/base/timers.h"
#include "common/http/client.h"
#include "common/observability/json_log.h"
#include "common/storage/postgres.h"
#include "common/storage/redis.h"
#include "services/router/clients/builtin_provider.h"
#include "services/router/clients/chat_wire.h"
#include "services/router/clients/http_provider.h"
#include "services/router/config.h"
#include "services/router/config_watcher.h"
#include "services/router/domain/redaction/redacting_provider.h"
#include "services/router/domain/router.h"
#include "services/router/live_router.h"
#include "services/router/router_metrics.h"
#include "services/router/router_service.h"
#include "services/router/spend_watch.h"
#include "services/router/store/ledger_retention.h"
#include "services/router/store/open_ledger.h"
#include "services/router/store/redis_answer_cache.h"

namespace throughline::router {
namespace {

constexpr size_t kDecisionIdBytes = 8;

// In the order of their times, so that the ledger's index grows at its end.
std::string NewDecisionId(const Clock& clock) {
  return absl::StrCat("dec_", absl::Hex(absl::ToUnixMillis(clock.Now()), absl::kZeroPad12),
                      RandomHex(kDecisionIdBytes));
}

absl::CivilDay Today(const Clock& clock) {
  return absl::ToCivilDay(clock.Now(), absl::UTCTimeZone());
}

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

// A provider's keys; none when none is configured. FAILED_PRECONDITION names where one should be.
absl::StatusOr<std::vector<std::string>> ReadKeys(const ProviderConfig& provider) {
  std::vector<std::string> keys;
  const auto add = [&](std::string key, const std::string& place) -> absl::Status {
    key = std::string(absl::StripAsciiWhitespace(key));
    if (key.empty()) {
      return absl::FailedPreconditionError(
          absl::StrCat("providers.", provider.name, ": expected a key in ", place,
                       "; set it or take the provider out of the configuration"));
    }
    if (!std::all_of(key.begin(), key.end(),
                     [](unsigned char c) { return c > 0x20 && c < 0x7F; })) {
      return absl::FailedPreconditionError(
          absl::StrCat("providers.", provider.name, ": expected a key without spaces and control ",
                       "characters in ", place, "; it goes into a header"));
    }
    keys.push_back(std::move(key));
    return absl::OkStatus();
  };
  for (const std::string& name : provider.api_key_env) {
    const char* value = std::getenv(name.c_str());
    RETURN_IF_ERROR(
        add(value == nullptr ? "" : value, absl::StrCat("the environment variable ", name)));
  }
  for (const std::string& path : provider.api_key_files) {
    std::ifstream file(path);
    std::string key;
    std::getline(file, key);
    RETURN_IF_ERROR(add(std::move(key), absl::StrCat("the file \"", path, "\"")));
  }
  return keys;
}

std::unique_ptr<Dialect> MakeDialect(const ProviderConfig& provider) {
  if (provider.type == ProviderType::kAnthropic) return MakeAnthropicDialect();
  const Flavor* flavor = FindFlavor(provider.flavor);
  return MakeChatDialect(flavor == nullptr ? FlavorOf(provider.base_url) : *flavor);
}

absl::StatusOr<std::unique_ptr<SqlLedger>> OpenLedger(const RouterOptions& options,
                                                      MetricsRegistry& metrics) {
  if (!options.conninfo_file.empty()) {
    ASSIGN_OR_RETURN(const std::string conninfo, storage::ReadConninfo(options.conninfo_file));
    return OpenPostgresLedger(conninfo, &metrics);
  }
  ASSIGN_OR_RETURN(const std::string path, DatabasePath(options.data_dir));
  return OpenSqliteLedger(
      path, options.sync_each_decision ? LedgerSync::kEachCommit : LedgerSync::kBehind);
}

}  // namespace

struct RouterModule::Parts {
  // The router of one configuration with the providers made for it.
  struct Generation {
    std::vector<std::unique_ptr<HttpProvider>> remote;
    std::vector<std::unique_ptr<RedactingProvider>> redacting;  // before some of the above
    std::optional<Router> router;
  };

  Parts(const Policy& policy, std::unique_ptr<SqlLedger> decisions, MetricsRegistry& registry,
        const Clock& time)
      : log(std::move(decisions)),
        erasable(*log),
        metrics(registry, policy, time),
        watch(*log, metrics.spend()),
        clock(time) {}

  // The router that a configuration describes, on providers of its own.
  absl::StatusOr<std::shared_ptr<Router>> Build(RouterConfig config) {
    const auto made = std::make_shared<Generation>();
    Providers providers;
    for (const auto& [name, provider] : config.providers) {
      if (provider.type == ProviderType::kBuiltin) {
        providers[name] = &builtin;
        continue;
      }
      HttpProvider::Options options{.base_url = provider.base_url};
      ASSIGN_OR_RETURN(options.keys, ReadKeys(provider));
      for (const Model& model : config.policy.models) {
        if (model.provider == name) options.models.push_back(model);
      }
      made->remote.push_back(std::make_unique<HttpProvider>(
          std::move(options), MakeDialect(provider), http, timers, clock));
      providers[name] = made->remote.back().get();
      if (!provider.redact.empty()) {
        made->redacting.push_back(
            std::make_unique<RedactingProvider>(*made->remote.back(), provider.redact));
        providers[name] = made->redacting.back().get();
      }
    }
    made->router.emplace(std::move(config.policy), std::move(providers), *log, metrics,
                         RoutingServices{.budgets = log.get(),
                                         .recent = &recent,
                                         .drafts = &drafts,
                                         .cache = cache.get(),
                                         .new_id = [this] { return NewDecisionId(clock); }});
    return std::shared_ptr<Router>(made, &*made->router);
  }

  // Reads the configuration again; a bad one is refused with a log line while the old one serves.
  // Returns the files to watch.
  std::vector<std::string> Reload(const std::string& path, std::vector<std::string> watched) {
    absl::StatusOr<RouterConfig> config = LoadConfig(path, Today(clock));
    absl::Status status = config.status();
    if (status.ok()) {
      watched = config->files;
      const std::string version = config->policy.version;
      const Policy policy = config->policy;
      absl::StatusOr<std::shared_ptr<Router>> router = Build(*std::move(config));
      status = router.status();
      if (status.ok()) {
        metrics.UsePolicy(policy);
        live->Set(*std::move(router));
        Log(Severity::kInfo, "configuration read again", {{"policy_version", version}});
      }
    }
    if (!status.ok()) {
      Log(Severity::kError, "configuration refused; the one before it stays in force",
          {{"error", status}});
    }
    metrics.OnReload(status.ok());
    return watched;
  }

  std::unique_ptr<SqlLedger> log;
  LedgerRetention erasable;
  std::unique_ptr<retention::Sweeper> sweeper;
  RouterMetrics metrics;
  SpendWatch watch;
  const Clock& clock;
  RecentEconomics recent;
  RecentDrafts drafts;
  std::unique_ptr<AnswerCache> cache;  // null: nothing is cached
  Timers timers;
  http::Client http;
  BuiltinProvider builtin;
  std::optional<LiveRouter> live;
  std::vector<std::unique_ptr<RouterServiceImpl>> services;
  std::unique_ptr<ConfigWatcher> watcher;
};

RouterModule::RouterModule(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
RouterModule::~RouterModule() = default;

absl::StatusOr<std::unique_ptr<RouterModule>> RouterModule::Make(const RouterOptions& options,
                                                                 MetricsRegistry& metrics,
                                                                 const Clock& clock) {
  ASSIGN_OR_RETURN(RouterConfig config, options.config_path.empty()
                                            ? ParseConfig(DefaultConfigYaml(), "built-in config")
                                            : LoadConfig(options.config_path, Today(clock)));
  ASSIGN_OR_RETURN(std::unique_ptr<SqlLedger> log, OpenLedger(options, metrics));
  auto parts = std::make_unique<Parts>(config.policy, std::move(log), metrics, clock);
  if (options.redis.has_value()) {
    ASSIGN_OR_RETURN(std::unique_ptr<storage::RedisClient> redis,
                     storage::RedisClient::Create({.host = options.redis->host,
                                                   .port = options.redis->port,
                                                   .password_file = options.redis_password_file,
                                                   .tls_ca_file = options.redis_tls_ca_file},
                                                  clock));
    parts->cache = std::make_unique<RedisAnswerCache>(std::move(redis));
  }
  ASSIGN_OR_RETURN(parts->sweeper,
                   retention::Sweeper::Make({.path = options.retention}, parts->erasable, metrics,
                                            clock, options.audit));
  const std::vector<std::string> files = config.files;
  ASSIGN_OR_RETURN(std::shared_ptr<Router> router, parts->Build(std::move(config)));
  parts->live.emplace(std::move(router));
  if (!files.empty()) {
    parts->watcher = std::make_unique<ConfigWatcher>(
        files, [parts = parts.get(), path = options.config_path, watched = files]() mutable {
          watched = parts->Reload(path, std::move(watched));
          return watched;
        });
  }
  parts->watch.Start();
  parts->sweeper->Start();
  return std::unique_ptr<RouterModule>(new RouterModule(std::move(parts)));
}

void RouterModule::Register(rpc::ServiceHost& host) {
  parts_->services.push_back(
      std::make_unique<RouterServiceImpl>(*parts_->live, *parts_->sweeper, host.runtime()));
  parts_->services.back()->OfferTo(host.local_methods());
  host.AddService(v1::RouterService::service_full_name(), *parts_->services.back(),
                  [this](const Context& context) { return parts_->log->Ping(context); });
}

}  // namespace throughline::router
