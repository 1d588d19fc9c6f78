#include "services/orchestrator/register.h"

#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "common/base/errors.h"
#include "common/base/random_hex.h"
#include "common/base/status_macros.h"
#include "common/base/timers.h"
#include "common/digest/sha256.h"
#include "common/retention/sweeper.h"
#include "common/storage/directory_lock.h"
#include "common/storage/postgres.h"
#include "services/orchestrator/clients/analyst_client.h"
#include "services/orchestrator/clients/memory_client.h"
#include "services/orchestrator/clients/router_client.h"
#include "services/orchestrator/clients/writer_client.h"
#include "services/orchestrator/domain/erasure.h"
#include "services/orchestrator/domain/job_runner.h"
#include "services/orchestrator/domain/pipeline.h"
#include "services/orchestrator/job_workers.h"
#include "services/orchestrator/orchestrator_service.h"
#include "services/orchestrator/pipeline_metrics.h"
#include "services/orchestrator/store/schema.h"
#include "services/orchestrator/store/sql_call_store.h"
#include "services/orchestrator/store/sql_delivery_store.h"
#include "services/orchestrator/store/sql_erasure.h"
#include "services/orchestrator/store/sql_job_store.h"
#include "services/orchestrator/store/sql_retention.h"
#include "services/orchestrator/webhook_courier.h"
#include "services/orchestrator/webhook_events.h"

namespace throughline::orchestrator {
namespace {

// For the steps of calls, which compute or wait for the store: what waits longer holds no thread.
constexpr size_t kPipelineThreads = 16;
constexpr size_t kPostgresConnections = 16;
constexpr size_t kOwnerBytes = 8;

// Holds SQLite's folder, when asked to, as long as `folder_lock` is there.
absl::StatusOr<std::unique_ptr<sql::SqlDatabase>> OpenStore(
    const OrchestratorOptions& options, std::unique_ptr<storage::DirectoryLock>& folder_lock,
    MetricsRegistry* metrics) {
  const std::string& store = options.store;
  absl::string_view rest = store;
  if (absl::ConsumePrefix(&rest, "postgres:") && !rest.empty()) {
    ASSIGN_OR_RETURN(const std::string conninfo, storage::ReadConninfo(std::string(rest)));
    return OpenPostgres(conninfo, kPostgresConnections, metrics);
  }
  if (!absl::ConsumePrefix(&rest, "sqlite:") || rest.empty()) {
    return InvalidField("--store", "sqlite:FOLDER or postgres:FILE",
                        absl::StrCat("\"", store, "\" is neither"));
  }
  std::error_code error;
  std::filesystem::create_directories(std::string(rest), error);
  if (error) {
    return InvalidField(
        "--store",
        absl::StrCat("a folder that can be made, not \"", rest, "\" (", error.message(), ")"),
        "name another or change its permissions");
  }
  if (options.lock_folder) {
    ASSIGN_OR_RETURN(folder_lock, storage::DirectoryLock::Take(rest));
  }
  return OpenSqlite(absl::StrCat(rest, "/orchestrator.db"));
}

// Whom webhooks go to from now on. The digest changes with anything that matters of them, so that a
// change shows between two starts.
void RecordSubscriptions(const std::vector<Subscription>& subscriptions, audit::AuditLog& log) {
  for (const Subscription& one : subscriptions) {
    audit::Record record;
    record.tenant = one.tenant;
    record.actor = log.self();
    record.action = "orchestrator.webhook_configured";
    record.outcome = "ok";
    record.objects = {{"subscription", one.id},
                      {"events", absl::StrJoin(one.events, ",")},
                      {"digest", Sha256Hex({one.url, absl::StrJoin(one.events, ","),
                                            one.allow_private ? "private" : "public"})}};
    log.Write(std::move(record));
  }
}

}  // namespace

struct OrchestratorModule::Parts {
  Parts(std::unique_ptr<sql::SqlDatabase> opened, std::vector<Subscription> subscribers,
        const OrchestratorOptions& options, MetricsRegistry& registry,
        const OrchestratorConnections& connections)
      : audit(options.audit),
        owner(RandomHex(kOwnerBytes)),
        database(std::move(opened)),
        subscriptions(std::move(subscribers)),
        store(*database, owner,
              [this](const ComputedCall& call, const CallResult& result, absl::Time now) {
                return Announce(subscriptions, call, result, now);
              }),
        deliveries(*database),
        courier({}, subscriptions, deliveries, registry),
        erasable(*database),
        erasures(*database),
        jobs(*database, {.owner = owner, .max_unfinished = options.max_jobs}),
        metrics(registry),
        memory(connections.memory),
        analyst(connections.analyst),
        writer(connections.writer),
        router(connections.router),
        pipeline({.memory = memory, .analyst = analyst, .writer = writer, .store = store}, {}),
        erasure(erasures, memory, router, timers),
        runner({.lease = options.lease}, jobs, pipeline, timers),
        workers({.max_at_once = options.max_background_calls, .tracer = options.tracer}, runner,
                jobs, registry) {}

  std::unique_ptr<storage::DirectoryLock> folder_lock;  // goes last
  audit::AuditLog* const audit;
  const std::string owner;
  const std::unique_ptr<sql::SqlDatabase> database;
  const std::vector<Subscription> subscriptions;
  SqlCallStore store;
  SqlDeliveryStore deliveries;
  WebhookCourier courier;
  SqlRetention erasable;
  std::unique_ptr<retention::Sweeper> sweeper;
  SqlErasure erasures;
  SqlJobStore jobs;
  PipelineMetrics metrics;
  MemoryClient memory;
  AnalystClient analyst;
  WriterClient writer;
  RouterClient router;
  Timers timers;
  Pipeline pipeline;
  Erasure erasure;
  std::vector<std::unique_ptr<OrchestratorServiceImpl>> services;
  JobRunner runner;
  JobWorkers workers;
};

OrchestratorModule::OrchestratorModule(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
OrchestratorModule::~OrchestratorModule() = default;

absl::StatusOr<std::unique_ptr<OrchestratorModule>> OrchestratorModule::Make(
    const OrchestratorOptions& options, MetricsRegistry& metrics, const Clock& clock,
    const OrchestratorConnections& connections) {
  std::vector<Subscription> subscriptions;
  if (!options.webhooks.empty()) {
    ASSIGN_OR_RETURN(subscriptions, ReadSubscriptions(options.webhooks));
    if (options.audit != nullptr) RecordSubscriptions(subscriptions, *options.audit);
  }
  std::unique_ptr<storage::DirectoryLock> folder_lock;
  ASSIGN_OR_RETURN(auto database, OpenStore(options, folder_lock, &metrics));
  auto parts = std::make_unique<Parts>(std::move(database), std::move(subscriptions), options,
                                       metrics, connections);
  parts->folder_lock = std::move(folder_lock);
  ASSIGN_OR_RETURN(parts->sweeper,
                   retention::Sweeper::Make({.path = options.retention}, parts->erasable, metrics,
                                            clock, options.audit));
  parts->courier.Start();
  parts->sweeper->Start();
  return std::unique_ptr<OrchestratorModule>(new OrchestratorModule(std::move(parts)));
}

absl::Status OrchestratorModule::Migrate(const OrchestratorOptions& options) {
  std::unique_ptr<storage::DirectoryLock> folder_lock;
  return OpenStore(options, folder_lock, nullptr).status();  // opening the store is the work
}

void OrchestratorModule::Register(rpc::ServiceHost& host) {
  parts_->services.push_back(std::make_unique<OrchestratorServiceImpl>(
      OrchestratorServiceImpl::Parts{.memory = parts_->memory,
                                     .store = parts_->store,
                                     .runner = parts_->runner,
                                     .jobs = parts_->jobs,
                                     .erasure = parts_->erasure,
                                     .deliveries = parts_->deliveries,
                                     .sweeper = *parts_->sweeper,
                                     .metrics = parts_->metrics,
                                     .job_taken = [workers = &parts_->workers] { workers->Wake(); },
                                     .audit = parts_->audit},
      host.AddRuntime("pipeline", kPipelineThreads, /*max_queued=*/0), host.runtime()));
  host.AddService(v1::OrchestratorService::service_full_name(), *parts_->services.back(),
                  [database = parts_->database.get()](const Context& context) {
                    return database->Ping(context);
                  });
  JobWorkers* const workers = &parts_->workers;
  host.AddDrain({.begin = [workers] { workers->StopClaiming(); },
                 .hand_over = [workers] { workers->HandOver(); }});
}

void OrchestratorModule::HandOver() { parts_->workers.HandOver(); }

}  // namespace throughline::orchestrator
