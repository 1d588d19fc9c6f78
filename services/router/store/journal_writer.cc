#include "services/router/store/journal_writer.h"

#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "common/base/await.h"
#include "common/base/status_macros.h"
#include "services/router/store/ledger_rows.h"

namespace throughline::router {

using sql::SqlDatabase;
using sql::SqlSession;
namespace {

absl::Status Insert(absl::Span<const absl::string_view> entries, SqlDatabase& database,
                    const Context& context) {
  std::vector<DecisionRows> decisions;
  decisions.reserve(entries.size());
  for (const absl::string_view entry : entries) {
    ASSIGN_OR_RETURN(DecisionRows rows, DecodeRows(entry));
    decisions.push_back(std::move(rows));
  }
  return database.Write(context, [&](SqlSession& session) -> absl::Status {
    for (DecisionRows& rows : decisions) {
      absl::Status inserted = InsertRows(session, rows);
      // A key that is taken takes nothing from what the decision cost.
      if (absl::IsNotFound(inserted) && DropKey(rows)) inserted = InsertRows(session, rows);
      if (!inserted.ok() && !absl::IsNotFound(inserted)) return inserted;
    }
    return absl::OkStatus();
  });
}

}  // namespace

absl::Status WriteOut(AppendJournal& journal, SqlDatabase& database, const Context& context) {
  // The half that was added to comes second.
  for (int half = 0; half < 2; ++half) {
    const std::vector<absl::string_view> entries = journal.Take();
    if (entries.empty()) break;
    RETURN_IF_ERROR(Insert(entries, database, context));
    journal.Drop();
  }
  return absl::OkStatus();
}

JournalWriter::JournalWriter(std::unique_ptr<AppendJournal> journal, SqlDatabase& database)
    : journal_(std::move(journal)), database_(database), thread_([this] { Run(); }) {}

JournalWriter::~JournalWriter() {
  {
    absl::MutexLock lock(&gather_mutex_);
    stopping_ = true;
    changed_.Signal();
  }
  thread_.join();
}

bool JournalWriter::Append(absl::string_view entry, std::string key) {
  if (!is_database_ok_ || !journal_->Append(entry)) return false;
  absl::MutexLock lock(&gather_mutex_);
  // After the entry: a key is not taken off before its entry has been written.
  if (!key.empty()) keys_.insert(std::move(key));
  if (!std::exchange(has_entries_, true)) changed_.Signal();
  return true;
}

bool JournalWriter::MayHold(absl::string_view key) const {
  absl::MutexLock lock(&gather_mutex_);
  return keys_.contains(key) || written_keys_.contains(key);
}

void JournalWriter::BeginKeys() {
  absl::MutexLock lock(&gather_mutex_);
  written_keys_ = std::exchange(keys_, {});
}

void JournalWriter::EndKeys(bool are_written) {
  absl::MutexLock lock(&gather_mutex_);
  if (!are_written) keys_.merge(written_keys_);
  written_keys_.clear();
}

absl::Status JournalWriter::Write(const Context& context) {
  if (journal_->IsEmpty()) return absl::OkStatus();
  absl::MutexLock lock(&write_mutex_);
  BeginKeys();
  const absl::Status written = WriteOut(*journal_, database_, context);
  EndKeys(written.ok());
  // A caller's own deadline says nothing of the database.
  if (context.Check().ok()) is_database_ok_ = written.ok();
  return written;
}

void JournalWriter::Run() {
  absl::MutexLock lock(&gather_mutex_);
  while (true) {
    while (!has_entries_ && !stopping_) changed_.Wait(&gather_mutex_);
    if (!has_entries_) return;
    AwaitFor(gather_mutex_, absl::Condition(&stopping_), kGather);
    has_entries_ = false;
    gather_mutex_.Unlock();
    const absl::Status written = Write(Context::Background());
    gather_mutex_.Lock();
    if (!written.ok() && !stopping_) has_entries_ = true;  // tried again
  }
}

}  // namespace throughline::router
