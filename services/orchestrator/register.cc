#include "services/orchestrator/register.h"

#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/bounded_pool.h"
#include "common/base/random_hex.h"
#include "common/base/status_macros.h"
#include "services/orchestrator/clients/analyst_client.h"
#include "services/orchestrator/clients/memory_client.h"
#include "services/orchestrator/clients/writer_client.h"
#include "services/orchestrator/domain/job_runner.h"
#include "services/orchestrator/domain/pipeline.h"
#include "services/orchestrator/job_workers.h"
#include "services/orchestrator/orchestrator_service.h"
#include "services/orchestrator/pipeline_metrics.h"
#include "services/orchestrator/resumer.h"
#include "services/orchestrator/store/schema.h"
#include "services/orchestrator/store/sqlite_call_store.h"
#include "services/orchestrator/store/sqlite_job_store.h"

namespace throughline::orchestrator {
namespace {

// A call holds a thread while it is processed or waits for its turn; CustomerQueue lets only three
// quarters of them wait.
constexpr size_t kPipelineThreads = 64;
constexpr size_t kMaxQueuedCalls = 256;
constexpr size_t kFanOutThreads = 16;
constexpr size_t kMaxQueuedFanOut = 64;
constexpr absl::Duration kResumeInterval = absl::Seconds(15);
constexpr int kJobThreads = 4;
constexpr absl::Duration kJobPollInterval = absl::Seconds(1);
constexpr size_t kOwnerBytes = 8;

absl::Status MakeDirectory(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (!error) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("--data-dir: expected a directory that can be written, got \"", path, "\" (",
                   error.message(), "); name another or change its permissions"));
}

}  // namespace

struct OrchestratorModule::Parts {
  Parts(std::unique_ptr<storage::SqliteDatabase> file, MetricsRegistry& registry,
        const OrchestratorChannels& channels)
      : database(std::move(file)),
        store(*database),
        jobs(*database),
        metrics(registry),
        memory(channels.memory),
        analyst(channels.analyst),
        writer(channels.writer),
        fan_out({.name = "fan_out", .threads = kFanOutThreads, .max_queued = kMaxQueuedFanOut}),
        pipeline({.memory = memory, .analyst = analyst, .writer = writer, .store = store}, fan_out,
                 {}),
        resumer(pipeline, kResumeInterval),
        runner({.owner = RandomHex(kOwnerBytes)}, jobs, pipeline),
        workers(runner, jobs, registry, kJobThreads, kJobPollInterval) {}

  const std::unique_ptr<storage::SqliteDatabase> database;
  SqliteCallStore store;
  SqliteJobStore jobs;
  PipelineMetrics metrics;
  MemoryClient memory;
  AnalystClient analyst;
  WriterClient writer;
  BoundedPool fan_out;
  Pipeline pipeline;
  std::vector<std::unique_ptr<OrchestratorServiceImpl>> services;
  Resumer resumer;
  JobRunner runner;
  JobWorkers workers;
};

OrchestratorModule::OrchestratorModule(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
OrchestratorModule::~OrchestratorModule() = default;

absl::StatusOr<std::unique_ptr<OrchestratorModule>> OrchestratorModule::Make(
    const OrchestratorOptions& options, MetricsRegistry& metrics, const Clock&,
    const OrchestratorChannels& channels) {
  RETURN_IF_ERROR(MakeDirectory(options.data_dir));
  ASSIGN_OR_RETURN(auto database, OpenDatabase(absl::StrCat(options.data_dir, "/orchestrator.db")));
  // The directory is this process's alone: what runs by the file's account ended with the last one.
  RETURN_IF_ERROR(SqliteJobStore(*database).ReleaseAll(Context::Background()));
  return std::unique_ptr<OrchestratorModule>(
      new OrchestratorModule(std::make_unique<Parts>(std::move(database), metrics, channels)));
}

void OrchestratorModule::Register(rpc::ServiceHost& host) {
  parts_->services.push_back(std::make_unique<OrchestratorServiceImpl>(
      OrchestratorServiceImpl::Parts{
          .pipeline = parts_->pipeline,
          .memory = parts_->memory,
          .store = parts_->store,
          .runner = parts_->runner,
          .jobs = parts_->jobs,
          .metrics = parts_->metrics,
          .job_taken = [workers = &parts_->workers] { workers->Wake(); }},
      host.AddRuntime("pipeline", kPipelineThreads, kMaxQueuedCalls), host.runtime()));
  host.AddService(
      v1::OrchestratorService::service_full_name(), *parts_->services.back(),
      [file = parts_->database.get()](const Context& context) { return file->Ping(context); });
}

}  // namespace throughline::orchestrator
