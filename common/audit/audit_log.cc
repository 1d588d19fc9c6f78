#include "common/audit/audit_log.h"

#include <limits.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <map>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/base/await.h"
#include "common/base/errors.h"
#include "common/base/status_macros.h"
#include "common/observability/json_log.h"

namespace throughline::audit {
namespace {

constexpr absl::Duration kSyncInterval = absl::Milliseconds(200);
constexpr absl::Duration kRetryInterval = absl::Seconds(1);
constexpr absl::Duration kMaxDurableWait = absl::Seconds(5);
constexpr size_t kMaxBatch = 1024;  // lines written at once
constexpr int64_t kLost = 0;        // in place of a ticket
constexpr int64_t kBytesPerMib = int64_t{1} << 20;
constexpr int kMaxFileMib = 65'536;

std::string HostName() {
  std::array<char, HOST_NAME_MAX + 1> name = {};
  gethostname(name.data(), name.size() - 1);
  return name.data();
}

Record Own(std::string self, std::string action) {
  Record record;
  record.actor = std::move(self);
  record.action = std::move(action);
  record.outcome = "ok";
  return record;
}

}  // namespace

void AddAuditFlags(CLI::App& app, AuditOptions& options) {
  static const std::map<std::string, OnFailure> kPolicies = {{"go-on", OnFailure::kGoOn},
                                                             {"refuse", OnFailure::kRefuse}};
  app.add_option("--audit-log", options.path,
                 "File of who did what, chained by hashes, %h for the machine's name; nothing is "
                 "recorded without it")
      ->envname("THROUGHLINE_AUDIT_LOG");
  app.add_option_function<std::string>(
         "--audit-on-failure",
         [&options](const std::string& name) { options.on_failure = kPolicies.at(name); },
         "While the audit log cannot be written: go-on, or refuse what has to be recorded")
      ->envname("THROUGHLINE_AUDIT_ON_FAILURE")
      ->check(CLI::IsMember({"go-on", "refuse"}))
      ->default_str("go-on");
  app.add_option("--audit-max-mib", options.max_file_mib,
                 "Size at which the audit log is renamed and a new file begun")
      ->envname("THROUGHLINE_AUDIT_MAX_MIB")
      ->check(CLI::Range(1, kMaxFileMib))
      ->capture_default_str();
}

absl::StatusOr<std::unique_ptr<AuditLog>> AuditLog::Open(const AuditOptions& options,
                                                         MetricsRegistry& metrics,
                                                         const Clock& clock) {
  if (options.path.empty()) return std::unique_ptr<AuditLog>();
  AuditOptions named = options;
  named.path = absl::StrReplaceAll(options.path, {{"%h", HostName()}});
  ASSIGN_OR_RETURN(std::unique_ptr<AuditFile> file,
                   AuditFile::Open(named.path, options.max_file_mib * kBytesPerMib));
  return std::unique_ptr<AuditLog>(new AuditLog(std::move(named), std::move(file), metrics, clock));
}

AuditLog::AuditLog(AuditOptions options, std::unique_ptr<AuditFile> file, MetricsRegistry& metrics,
                   const Clock& clock)
    : options_(std::move(options)),
      clock_(clock),
      file_(std::move(file)),
      records_(metrics.Counter("throughline_audit_records_total",
                               "Audit records, by whether they were written or lost.")),
      failures_(metrics
                    .Counter("throughline_audit_write_failures_total",
                             "Attempts to write or sync the audit log that failed.")
                    .Add({})),
      pending_records_(
          metrics
              .Gauge("throughline_audit_pending_records", "Audit records that wait to be written.")
              .Add({})) {
  for (const char* outcome : {"written", "lost"}) records_.Add({{"outcome", outcome}});
  NoteFound();
  thread_ = std::thread([this] { Run(); });
}

AuditLog::~AuditLog() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  thread_.join();
  absl::MutexLock lock(&mutex_);
  if (pending_.empty()) return;
  Log(Severity::kError, "audit records lost: they could not be written before the end",
      {{"records", static_cast<int64_t>(pending_.size())}});
}

std::string AuditLog::self() const { return absl::StrCat("service:", options_.service); }

void AuditLog::NoteFound() {
  const AuditFile::Found& found = file_->found();
  Record record = Own(self(), "audit.opened");
  record.objects = {{"file", options_.path}};
  if (found.torn_bytes > 0) record.counts.emplace_back("torn_bytes", found.torn_bytes);
  if (found.missing_lines > 0) record.counts.emplace_back("missing_lines", found.missing_lines);
  if (found.damaged) record.counts.emplace_back("damaged", 1);
  if (found.missing_lines > 0 || found.damaged) {
    record.outcome = "damaged";
    Log(Severity::kError, "the audit log is not as it was left",
        {{"file", options_.path},
         {"missing_lines", found.missing_lines},
         {"damaged", found.damaged}});
  }
  Log(Severity::kInfo, "audit log opened",
      {{"file", options_.path},
       {"sequence", file_->tail().sequence},
       {"hash", file_->tail().hash}});
  Write(std::move(record));
}

absl::Status AuditLog::Admit() {
  if (options_.on_failure == OnFailure::kGoOn) return absl::OkStatus();
  absl::MutexLock lock(&mutex_);
  if (!failing_) return absl::OkStatus();
  return WithRetryAfter(
      WithReason(absl::UnavailableError("refused while the audit log cannot be written"),
                 "AUDIT_UNAVAILABLE"),
      kRetryInterval);
}

int64_t AuditLog::Enqueue(Record record) {
  if (pending_.size() + being_written_ >= kMaxPending) {
    ++lost_;
    records_.Add({{"outcome", "lost"}}).Increment();
    return kLost;
  }
  pending_.push_back({.at = clock_.Now(), .record = std::move(record)});
  pending_records_.Set(static_cast<double>(pending_.size() + being_written_));
  return ++last_ticket_;
}

void AuditLog::Write(Record record) {
  absl::MutexLock lock(&mutex_);
  Enqueue(std::move(record));
}

absl::Status AuditLog::WriteDurably(const Context& context, Record record) {
  absl::MutexLock lock(&mutex_);
  const int64_t ticket = Enqueue(std::move(record));
  // The turn under way may have begun to fail before this record came.
  const int64_t failures_to_wait_for = failed_turns_ + 2;
  ++waiting_;
  const auto done = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return synced_ticket_ >= ticket || failed_turns_ >= failures_to_wait_for;
  };
  AwaitFor(mutex_, absl::Condition(&done), std::min(context.Remaining(), kMaxDurableWait));
  --waiting_;
  if (ticket != kLost && synced_ticket_ >= ticket) return absl::OkStatus();
  return WithReason(
      absl::UnavailableError("done, but not on record yet: the audit log cannot be written"),
      "AUDIT_UNAVAILABLE");
}

absl::Status AuditLog::WriteBatch(const std::deque<Pending>& batch, int64_t lost_before) {
  std::vector<Line> lines;
  lines.reserve(batch.size() + 1);
  Link tail = file_->tail();
  const auto add = [&](absl::Time at, const Record& record) {
    lines.push_back(MakeLine(tail, options_.service, at, record));
    tail = lines.back().link;
  };
  for (const Pending& one : batch) add(one.at, one.record);
  if (lost_before > 0) {
    Record record = Own(self(), "audit.lost");
    record.counts = {{"records", lost_before}};
    add(clock_.Now(), record);
  }
  return file_->Append(lines);
}

void AuditLog::Note(const absl::Status& status) {
  if (!status.ok()) {
    failures_.Increment();
    ++failed_turns_;
    if (!failing_) {
      Log(Severity::kError,
          options_.on_failure == OnFailure::kRefuse
              ? "the audit log cannot be written: what has to be recorded is refused"
              : "the audit log cannot be written: its lines wait in memory",
          {{"error", status.message()}});
    }
  } else if (failing_) {
    Log(Severity::kInfo, "the audit log is written again");
  }
  failing_ = !status.ok();
}

bool AuditLog::Turn(bool sync) {
  std::deque<Pending> batch;
  int64_t lost = 0;
  int64_t last_ticket = 0;
  {
    absl::MutexLock lock(&mutex_);
    const auto end = pending_.begin() + static_cast<int64_t>(std::min(pending_.size(), kMaxBatch));
    batch.assign(std::make_move_iterator(pending_.begin()), std::make_move_iterator(end));
    pending_.erase(pending_.begin(), end);
    being_written_ = batch.size();
    // Said behind the lines that were kept.
    if (pending_.empty()) lost = lost_;
    last_ticket = last_ticket_ - static_cast<int64_t>(pending_.size());
  }
  absl::Status status = WriteBatch(batch, lost);
  const bool written = status.ok();
  if (written && sync) status = file_->Sync();
  {
    absl::MutexLock lock(&mutex_);
    being_written_ = 0;
    if (written) {
      lost_ -= lost;
      records_.Add({{"outcome", "written"}}).Increment(static_cast<double>(batch.size()));
      if (sync && status.ok()) synced_ticket_ = last_ticket;
    } else {
      // Older than what came meanwhile.
      pending_.insert(pending_.begin(), std::make_move_iterator(batch.begin()),
                      std::make_move_iterator(batch.end()));
    }
    pending_records_.Set(static_cast<double>(pending_.size()));
    // Together with the ticket: who waited for it finds the log as it now is.
    Note(status);
  }
  return !sync && !batch.empty();
}

void AuditLog::Run() {
  const Clock& pace = Clock::Real();
  absl::Time next_sync = pace.SteadyNow();
  bool unsynced = false;
  while (true) {
    bool sync = false;
    {
      absl::MutexLock lock(&mutex_);
      const auto work = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
        return stopping_ || waiting_ > 0 || !pending_.empty();
      };
      if (failing_) {
        AwaitFor(mutex_, absl::Condition(&stopping_), kRetryInterval);
      } else if (unsynced) {
        AwaitFor(mutex_, absl::Condition(&work), next_sync - pace.SteadyNow());
      } else {
        mutex_.Await(absl::Condition(&work));
      }
      sync = failing_ || waiting_ > 0 || (stopping_ && pending_.size() <= kMaxBatch);
    }
    sync = sync || (unsynced && pace.SteadyNow() >= next_sync);
    const bool was_unsynced = unsynced;
    unsynced = Turn(sync) || (was_unsynced && !sync);
    if (unsynced && !was_unsynced) next_sync = pace.SteadyNow() + kSyncInterval;
    absl::MutexLock lock(&mutex_);
    if (stopping_ && (failing_ || (pending_.empty() && !unsynced))) return;
  }
}

}  // namespace throughline::audit
