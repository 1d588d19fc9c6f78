#include "common/storage/sqlite.h"

#include <SQLiteCpp/Exception.h>
#include <sqlite3.h>

#include <algorithm>
#include <exception>
#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/storage/database_span.h"
#include "common/storage/sqlite_open.h"

namespace throughline::storage {
namespace {

constexpr char kSystem[] = "sqlite";

// How many steps of SQLite's virtual machine run between two looks at the context.
constexpr int kStepsBetweenChecks = 4000;

// Runs `function`, turning what SQLiteCpp throws into a status.
template <typename Function>
absl::Status Guarded(const std::string& path, Function function) {
  try {
    return function();
  } catch (const SQLite::Exception& error) {
    return StatusOfSqlite(path, error.getErrorCode(), error.what());
  } catch (const std::exception& error) {
    return absl::InternalError(absl::StrCat(path, ": ", error.what()));
  }
}

absl::Status DiskRefuses() {
  return absl::UnavailableError("the database's disk takes no writes; free space or replace it");
}

absl::Status Busy() {
  return absl::DeadlineExceededError("the database was busy until the request's deadline");
}

int StopWhenEnded(void* context) {
  return static_cast<const Context*>(context)->Check().ok() ? 0 : 1;
}

// Stops the connection's statements once the context ends.
class StatementDeadline {
 public:
  StatementDeadline(SqliteConnection& connection, const Context& context)
      : handle_(connection.database().getHandle()) {
    sqlite3_progress_handler(handle_, kStepsBetweenChecks, &StopWhenEnded,
                             const_cast<Context*>(&context));
  }
  ~StatementDeadline() { sqlite3_progress_handler(handle_, 0, nullptr, nullptr); }

 private:
  sqlite3* handle_;
};

bool InTransaction(SqliteConnection& connection) {
  return sqlite3_get_autocommit(connection.database().getHandle()) == 0;
}

void RollBackIfOpen(SqliteConnection& connection) {
  if (!InTransaction(connection)) return;
  try {
    connection.Step("ROLLBACK");
  } catch (const SQLite::Exception&) {
    // Open as before: the next BEGIN says so.
  }
}

}  // namespace

SqliteStatement::~SqliteStatement() {
  if (statement_ == nullptr) return;
  // A failed statement reports its error once more when reset; it is as good as new afterwards.
  statement_->tryReset();
  statement_->clearBindings();
  if (*place_ == nullptr) *place_ = std::move(statement_);
}

SqliteStatement SqliteConnection::Prepare(const std::string& sql) {
  if (statements_.size() >= kMaxCachedStatements && !statements_.contains(sql)) {
    absl::erase_if(statements_, [](const auto& entry) { return entry.second != nullptr; });
  }
  SqliteStatement::Place& place = statements_[sql];
  std::unique_ptr<SQLite::Statement> statement = std::move(place);
  if (statement == nullptr) statement = std::make_unique<SQLite::Statement>(*database_, sql);
  return SqliteStatement(place, std::move(statement));
}

void SqliteConnection::Step(const std::string& sql) { Prepare(sql)->exec(); }

SqliteDatabase::SqliteDatabase(SqliteOptions options, std::unique_ptr<SqliteConnection> writer)
    : options_(std::move(options)),
      name_(std::filesystem::path(options_.path).filename().string()),
      writer_(std::move(writer)),
      wal_(options_.path) {
  if (!options_.sync_each_commit) syncer_ = std::make_unique<WalSyncer>(wal_);
}

SqliteDatabase::~SqliteDatabase() = default;

absl::StatusOr<std::unique_ptr<SqliteDatabase>> SqliteDatabase::Open(
    SqliteOptions options, absl::Span<const Migration> migrations) {
  options.max_readers = std::max<size_t>(1, options.max_readers);
  ASSIGN_OR_RETURN(std::unique_ptr<SqliteConnection> writer,
                   OpenConnection(options, ConnectionKind::kWriter));
  RETURN_IF_ERROR(
      Guarded(options.path, [&] { return Migrate(*writer, options.path, migrations); }));
  return std::unique_ptr<SqliteDatabase>(new SqliteDatabase(std::move(options), std::move(writer)));
}

absl::Status SqliteDatabase::Write(const Context& context, Callback write) {
  DatabaseSpan span(context, kSystem, "write", name_);
  return span.Note(Commit(context, write, /*sync=*/true));
}

absl::Status SqliteDatabase::WriteSoon(const Context& context, Callback write) {
  DatabaseSpan span(context, kSystem, "write", name_);
  return span.Note(Commit(context, write, /*sync=*/false));
}

absl::Status SqliteDatabase::Commit(const Context& context, Callback write, bool sync) {
  RETURN_IF_ERROR(context.Check());
  if (syncer_ != nullptr && !syncer_->ok()) {
    return DiskRefuses();
  }
  PendingWrite pending{.context = &context, .write = &write, .sync = sync};
  std::vector<PendingWrite*> batch;
  {
    absl::MutexLock lock(&mutex_);
    waiting_.push_back(&pending);
    // Either another writer's commit takes this one along, or it is this one's turn to commit.
    const auto turn = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      return pending.done || (!committing_ && waiting_.front() == &pending);
    };
    while (!mutex_.AwaitWithTimeout(absl::Condition(&turn), context.Remaining())) {
      if (pending.taken) {
        mutex_.Await(absl::Condition(&turn));
        break;
      }
      waiting_.erase(std::find(waiting_.begin(), waiting_.end(), &pending));
      return Busy();
    }
    if (pending.done) return pending.status;
    committing_ = true;
    while (!waiting_.empty() && batch.size() < kMaxWritesPerCommit) {
      batch.push_back(waiting_.front());
      batch.back()->taken = true;
      waiting_.pop_front();
    }
  }
  CommitTogether(batch);
  absl::MutexLock lock(&mutex_);
  committing_ = false;
  for (PendingWrite* member : batch) member->done = true;
  return pending.status;
}

absl::Status SqliteDatabase::Sync() { return wal_.Sync() ? absl::OkStatus() : DiskRefuses(); }

void SqliteDatabase::SetSync(bool sync) {
  if (!options_.sync_each_commit || sync == syncs_) return;
  writer_->Execute(sync ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
  syncs_ = sync;
}

void SqliteDatabase::CommitTogether(absl::Span<PendingWrite* const> batch) {
  absl::Status shared = Guarded(options_.path, [&]() -> absl::Status {
    SetSync(std::any_of(batch.begin(), batch.end(),
                        [](const PendingWrite* member) { return member->sync; }));
    writer_->Step("BEGIN IMMEDIATE");
    if (batch.size() == 1) {
      // Nobody else's work to keep: no savepoint.
      batch[0]->status = RunCallback(*batch[0]);
      if (!batch[0]->status.ok()) return batch[0]->status;
      writer_->Step("COMMIT");
      return absl::OkStatus();
    }
    for (PendingWrite* member : batch) {
      member->status = RunOne(*member);
      // Some failures, a full disk among them, make SQLite roll back everything at once.
      if (!InTransaction(*writer_)) {
        return absl::UnavailableError(absl::StrCat(
            options_.path, ": the transaction was rolled back: ", member->status.message()));
      }
    }
    writer_->Step("COMMIT");
    return absl::OkStatus();
  });
  if (shared.ok()) {
    if (syncer_ != nullptr) syncer_->Committed();
    return;
  }
  RollBackIfOpen(*writer_);
  for (PendingWrite* member : batch) {
    if (member->status.ok()) member->status = shared;
  }
}

absl::Status SqliteDatabase::RunCallback(const PendingWrite& pending) {
  RETURN_IF_ERROR(pending.context->Check());
  absl::Status status = Guarded(options_.path, [&] { return (*pending.write)(*writer_); });
  if (InTransaction(*writer_) || !status.ok()) return status;
  return absl::InternalError("a write ended its own transaction");
}

absl::Status SqliteDatabase::RunOne(const PendingWrite& pending) {
  writer_->Step("SAVEPOINT one_write");
  absl::Status status = RunCallback(pending);
  if (!InTransaction(*writer_)) return status;
  if (!status.ok()) writer_->Step("ROLLBACK TO one_write");
  writer_->Step("RELEASE one_write");
  return status;
}

absl::Status SqliteDatabase::Read(const Context& context, Callback read) {
  DatabaseSpan span(context, kSystem, "read", name_);
  return span.Note(ReadSnapshot(context, read));
}

absl::Status SqliteDatabase::ReadSnapshot(const Context& context, Callback read) {
  RETURN_IF_ERROR(context.Check());
  ASSIGN_OR_RETURN(std::unique_ptr<SqliteConnection> reader, TakeReader(context));
  absl::Status status = Guarded(options_.path, [&]() -> absl::Status {
    const StatementDeadline deadline(*reader, context);
    reader->Step("BEGIN");
    RETURN_IF_ERROR(read(*reader));
    return absl::OkStatus();
  });
  RollBackIfOpen(*reader);
  GiveBackReader(std::move(reader));
  // What the deadline interrupted says only that it was interrupted.
  if (!status.ok() && !context.Check().ok()) return context.Check();
  return status;
}

absl::Status SqliteDatabase::Ping(const Context& context) {
  return Read(context, [](SqliteConnection& connection) {
    connection.Prepare("SELECT count(*) FROM sqlite_schema")->executeStep();
    return absl::OkStatus();
  });
}

absl::StatusOr<std::unique_ptr<SqliteConnection>> SqliteDatabase::TakeReader(
    const Context& context) {
  {
    absl::MutexLock lock(&readers_mutex_);
    const auto available = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(readers_mutex_) {
      return !idle_readers_.empty() || open_readers_ < options_.max_readers;
    };
    if (!readers_mutex_.AwaitWithTimeout(absl::Condition(&available), context.Remaining())) {
      return Busy();
    }
    if (!idle_readers_.empty()) {
      std::unique_ptr<SqliteConnection> reader = std::move(idle_readers_.back());
      idle_readers_.pop_back();
      return reader;
    }
    ++open_readers_;
  }
  absl::StatusOr<std::unique_ptr<SqliteConnection>> opened =
      OpenConnection(options_, ConnectionKind::kReader);
  if (!opened.ok()) {
    absl::MutexLock lock(&readers_mutex_);
    --open_readers_;
  }
  return opened;
}

void SqliteDatabase::GiveBackReader(std::unique_ptr<SqliteConnection> reader) {
  absl::MutexLock lock(&readers_mutex_);
  idle_readers_.push_back(std::move(reader));
}

}  // namespace throughline::storage
