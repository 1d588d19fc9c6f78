#include "common/retention/sweeper.h"

#include <sys/stat.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/await.h"
#include "common/base/random_hex.h"
#include "common/base/status_macros.h"

namespace throughline::retention {
namespace {

constexpr absl::Duration kLookInterval = absl::Seconds(5);
constexpr absl::Duration kFirstSweep = absl::Minutes(1);  // a start has other things to do
constexpr absl::Duration kBatchBudget = absl::Seconds(30);
constexpr absl::Duration kMaxClockStep = absl::Hours(24);
constexpr size_t kRequestIdBytes = 8;
constexpr char kDone[] = "done";
constexpr char kFailed[] = "failed";

std::string Look(const std::string& path) {
  struct stat state = {};
  if (path.empty() || stat(path.c_str(), &state) != 0) return "";
  return absl::StrCat(state.st_ino, ":", state.st_size, ":", state.st_mtim.tv_sec, ".",
                      state.st_mtim.tv_nsec);
}

absl::Time Before(absl::Time now, int keep_days) { return now - absl::Hours(24) * keep_days; }

}  // namespace

absl::StatusOr<std::unique_ptr<Sweeper>> Sweeper::Make(Options options, Erasable& store,
                                                       MetricsRegistry& metrics, const Clock& clock,
                                                       audit::AuditLog* audit) {
  Rules rules;
  if (!options.path.empty()) {
    ASSIGN_OR_RETURN(rules, Rules::ReadFile(options.path));
  }
  return std::unique_ptr<Sweeper>(
      new Sweeper(std::move(options), std::move(rules), store, metrics, clock, audit));
}

Sweeper::Sweeper(Options options, Rules rules, Erasable& store, MetricsRegistry& metrics,
                 const Clock& clock, audit::AuditLog* audit)
    : options_(std::move(options)),
      store_(store),
      clock_(clock),
      audit_(audit),
      erased_(metrics.Counter("throughline_retention_erased_total",
                              "Records erased because their time was over, by kind.")),
      sweeps_(metrics.Counter("throughline_retention_sweeps_total",
                              "Sweeps of what is kept no longer, by how they ended.")),
      started_(clock.Now()),
      steady_started_(clock.SteadyNow()),
      rules_(std::move(rules)),
      seen_(Look(options_.path)) {
  for (const absl::string_view kind : store_.Kinds()) erased_.Add({{"kind", std::string(kind)}});
  for (const char* outcome : {kDone, kFailed}) sweeps_.Add({{"outcome", outcome}});
}

Sweeper::~Sweeper() {
  cancellation_->Cancel();
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  if (thread_.joinable()) thread_.join();
}

void Sweeper::Start() {
  if (!options_.path.empty()) thread_ = std::thread([this] { Run(); });
}

Rules Sweeper::rules() const {
  absl::MutexLock lock(&mutex_);
  return rules_;
}

void Sweeper::ReloadIfChanged() {
  const std::string now = Look(options_.path);
  {
    absl::MutexLock lock(&mutex_);
    if (now == seen_) return;
    seen_ = now;
  }
  absl::StatusOr<Rules> read = Rules::ReadFile(options_.path);
  if (!read.ok()) {
    Log(Severity::kError, "retention rules not reloaded; those of before still hold",
        {{"why", read.status().message()}});
    return;
  }
  absl::MutexLock lock(&mutex_);
  rules_ = *std::move(read);
  Log(Severity::kInfo, "retention rules reloaded", {{"file", options_.path}});
}

absl::Status Sweeper::CheckClock() const {
  const absl::Duration ahead = (clock_.Now() - started_) - (clock_.SteadyNow() - steady_started_);
  if (ahead <= kMaxClockStep) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("the clock was set forward by ", absl::FormatDuration(ahead),
                   ": nothing is erased until it is right, or this process starts anew"));
}

absl::StatusOr<std::vector<Preview>> Sweeper::PreviewTenant(const Context& context) {
  const Rules now_in_force = rules();
  const absl::Time now = clock_.Now();
  std::vector<Preview> previews;
  for (const absl::string_view kind : store_.Kinds()) {
    const std::optional<int> days = now_in_force.KeepDays(context.tenant(), kind);
    if (!days.has_value()) continue;
    Preview preview{.kind = std::string(kind), .keep_days = *days, .before = Before(now, *days)};
    ASSIGN_OR_RETURN(preview.records, store_.Count(context, kind, preview.before));
    previews.push_back(std::move(preview));
  }
  return previews;
}

absl::StatusOr<int64_t> Sweeper::SweepKind(const Context& context, absl::string_view kind,
                                           int keep_days, int& batches_left) {
  const absl::Time before = Before(clock_.Now(), keep_days);
  int64_t erased = 0;
  absl::Status status;
  while (batches_left > 0) {
    --batches_left;
    status = context.Check();
    if (!status.ok()) break;
    const absl::StatusOr<Batch> batch =
        store_.Erase(context.WithBudget(kBatchBudget), kind, before, options_.batch);
    status = batch.status();
    if (!batch.ok()) break;
    erased += batch->erased;
    erased_.Add({{"kind", std::string(kind)}}).Increment(static_cast<double>(batch->erased));
    absl::MutexLock lock(&mutex_);
    if (batch->erased > 0) has_to_scrub_ = true;
    if (!batch->more) break;
    if (AwaitFor(mutex_, absl::Condition(&stopping_), options_.pause)) break;
  }
  if (erased > 0 && audit_ != nullptr) {
    audit::Record record;
    record.tenant = context.tenant();
    record.actor = audit_->self();
    record.action = "retention.erase";
    record.outcome = "ok";
    record.request_id = context.request_id();
    record.objects = {{"kind", std::string(kind)},
                      {"before", absl::FormatTime(absl::RFC3339_sec, before, absl::UTCTimeZone())}};
    record.counts = {{"records", erased}, {"keep_days", keep_days}};
    audit_->Write(std::move(record));
  }
  RETURN_IF_ERROR(status);
  return erased;
}

absl::StatusOr<int64_t> Sweeper::Sweep(const Context& context) {
  RETURN_IF_ERROR(CheckClock());
  const absl::StatusOr<int64_t> erased = SweepTenants(context);
  // What has been erased is overwritten also where the rest could not be; the first error is told.
  const absl::Status scrubbed = Scrub(context);
  RETURN_IF_ERROR(erased.status());
  RETURN_IF_ERROR(scrubbed);
  return erased;
}

absl::Status Sweeper::Scrub(const Context& context) {
  {
    absl::MutexLock lock(&mutex_);
    if (!has_to_scrub_) return absl::OkStatus();
  }
  RETURN_IF_ERROR(store_.ScrubErased(context));
  absl::MutexLock lock(&mutex_);
  has_to_scrub_ = false;
  return absl::OkStatus();
}

absl::StatusOr<int64_t> Sweeper::SweepTenants(const Context& context) {
  const Rules in_force = rules();
  ASSIGN_OR_RETURN(const std::vector<std::string> tenants, store_.Tenants(context));
  int batches_left = options_.max_batches;
  int64_t erased = 0;
  for (const std::string& tenant : tenants) {
    const Context of_tenant({.tenant = tenant,
                             .actor = context.actor(),
                             .request_id = context.request_id(),
                             .cancellation = context.cancellation(),
                             .clock = &context.clock()});
    for (const absl::string_view kind : store_.Kinds()) {
      const std::optional<int> days = in_force.KeepDays(tenant, kind);
      if (!days.has_value()) continue;
      ASSIGN_OR_RETURN(const int64_t some, SweepKind(of_tenant, kind, *days, batches_left));
      erased += some;
    }
  }
  return erased;
}

void Sweeper::Run() {
  absl::Time next_sweep = clock_.SteadyNow() + kFirstSweep;
  while (true) {
    {
      absl::MutexLock lock(&mutex_);
      if (AwaitFor(mutex_, absl::Condition(&stopping_), kLookInterval)) return;
    }
    ReloadIfChanged();
    if (clock_.SteadyNow() < next_sweep) continue;
    const Context context({.actor = "service:retention",
                           .request_id = RandomHex(kRequestIdBytes),
                           .cancellation = cancellation_,
                           .clock = &clock_});
    const absl::StatusOr<int64_t> erased = Sweep(context);
    sweeps_.Add({{"outcome", erased.ok() ? kDone : kFailed}}).Increment();
    if (erased.ok()) {
      outage_.Succeeded();
      Log(Severity::kInfo, "retention swept", {{"erased", *erased}});
    } else if (!absl::IsCancelled(erased.status())) {
      outage_.Failed(erased.status());
    }
    next_sweep = clock_.SteadyNow() + rules().sweep_every();
  }
}

}  // namespace throughline::retention
