#ifndef THROUGHLINE_COMMON_STORAGE_SQLITE_H_
#define THROUGHLINE_COMMON_STORAGE_SQLITE_H_

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/node_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "common/base/context.h"
#include "common/storage/migration.h"
#include "common/storage/wal_file.h"
#include "common/storage/wal_syncer.h"

namespace throughline::storage {

struct SqliteOptions {
  std::string path;  // a file; its directory exists and is writable. ":memory:" is refused
  absl::Duration busy_timeout = absl::Seconds(5);
  size_t max_readers = 4;
  // False: a Write that returned survives the process, not at once the machine. The disk gets it
  // within WalSyncer::kSyncInterval and the sync itself; a power cut takes the last commits at
  // most, never consistency.
  bool sync_each_commit = true;
};

class SqliteConnection;

// A prepared statement on loan from its connection's cache: given back, reset and unbound, when
// destroyed. Its methods throw SQLite::Exception, which SqliteDatabase turns into a status.
class SqliteStatement {
 public:
  SqliteStatement(SqliteStatement&& other) noexcept = default;
  SqliteStatement& operator=(SqliteStatement&&) = delete;
  ~SqliteStatement();

  SQLite::Statement* operator->() { return statement_.get(); }
  SQLite::Statement& operator*() { return *statement_; }

 private:
  friend class SqliteConnection;
  using Place = std::unique_ptr<SQLite::Statement>;

  SqliteStatement(Place& place, std::unique_ptr<SQLite::Statement> statement)
      : place_(&place), statement_(std::move(statement)) {}

  Place* place_;  // in the cache
  std::unique_ptr<SQLite::Statement> statement_;
};

// A connection lent to one Read or Write. Used by one thread at a time; keep no reference to it.
class SqliteConnection {
 public:
  explicit SqliteConnection(std::unique_ptr<SQLite::Database> database)
      : database_(std::move(database)) {}

  // Prepares `sql`, or takes it from the cache. May be asked again while the first is in use.
  SqliteStatement Prepare(const std::string& sql);
  // Runs statements that return no rows.
  void Execute(const std::string& sql) { database_->exec(sql); }
  // Runs one such statement, prepared once: for what is run again and again.
  void Step(const std::string& sql);

  SQLite::Database& database() { return *database_; }

 private:
  static constexpr size_t kMaxCachedStatements = 128;

  std::unique_ptr<SQLite::Database> database_;
  // By their text; null while on loan. Entries stay where they are.
  absl::node_hash_map<std::string, SqliteStatement::Place> statements_;
};

// A SQLite file with one writing connection and a bounded pool of reading ones (WAL, FULL sync,
// foreign keys on, secure_delete on). Exceptions of SQLiteCpp thrown inside a callback become
// statuses: UNAVAILABLE when busy, full or failing I/O; INTERNAL otherwise. Thread-safe; closes
// when destroyed, after the last Read and Write have returned.
class SqliteDatabase {
 public:
  using Callback = absl::FunctionRef<absl::Status(SqliteConnection&)>;

  // Opens or creates the file and applies the migrations it lacks, each in one transaction.
  // FAILED_PRECONDITION when the file is newer than the last of `migrations`; NOT_FOUND or
  // PERMISSION_DENIED naming the path and a next step when it cannot be opened.
  static absl::StatusOr<std::unique_ptr<SqliteDatabase>> Open(
      SqliteOptions options, absl::Span<const Migration> migrations);

  ~SqliteDatabase();

  // Runs `write` in a transaction that is durable (see sync_each_commit) when this returns OK and
  // leaves no trace otherwise. Writers are served one at a time in order; those that wait together
  // share one commit, each behind its own savepoint. `write` may run on another caller's thread,
  // and must not call Read or Write.
  absl::Status Write(const Context& context, Callback write) ABSL_LOCKS_EXCLUDED(mutex_);
  // Write without waiting for the disk: what it wrote survives the process, and the machine once a
  // later Write or Sync has returned.
  absl::Status WriteSoon(const Context& context, Callback write) ABSL_LOCKS_EXCLUDED(mutex_);
  // Waits until the disk has every write that returned before. UNAVAILABLE when it refuses.
  absl::Status Sync();

  // Runs `read` on a snapshot: it sees every Write that returned before, and nothing newer. Stops
  // with DEADLINE_EXCEEDED or CANCELLED when the context ends, even inside a long query. `read`
  // must not write, nor call Read or Write.
  absl::Status Read(const Context& context, Callback read) ABSL_LOCKS_EXCLUDED(readers_mutex_);

  // OK while the file can be read: for readiness.
  absl::Status Ping(const Context& context);

  const std::string& path() const { return options_.path; }

 private:
  struct PendingWrite {
    const Context* context;
    Callback* write;
    bool sync;
    absl::Status status;
    bool taken = false;
    bool done = false;
  };
  static constexpr size_t kMaxWritesPerCommit = 64;

  SqliteDatabase(SqliteOptions options, std::unique_ptr<SqliteConnection> writer);

  absl::Status Commit(const Context& context, Callback write, bool sync)
      ABSL_LOCKS_EXCLUDED(mutex_);
  // Read within its span.
  absl::Status ReadSnapshot(const Context& context, Callback read)
      ABSL_LOCKS_EXCLUDED(readers_mutex_);
  // Whether the next commit waits for the disk.
  void SetSync(bool sync);
  void CommitTogether(absl::Span<PendingWrite* const> batch);
  absl::Status RunCallback(const PendingWrite& pending);
  absl::Status RunOne(const PendingWrite& pending);  // behind a savepoint
  absl::StatusOr<std::unique_ptr<SqliteConnection>> TakeReader(const Context& context)
      ABSL_LOCKS_EXCLUDED(readers_mutex_);
  void GiveBackReader(std::unique_ptr<SqliteConnection> reader) ABSL_LOCKS_EXCLUDED(readers_mutex_);

  const SqliteOptions options_;
  const std::string name_;  // of the file, for spans

  absl::Mutex mutex_;
  std::deque<PendingWrite*> waiting_ ABSL_GUARDED_BY(mutex_);
  bool committing_ ABSL_GUARDED_BY(mutex_) = false;
  std::unique_ptr<SqliteConnection> writer_;  // used by the committing thread only
  bool syncs_ = true;                         // the writer's setting, with sync_each_commit
  WalFile wal_;
  std::unique_ptr<WalSyncer> syncer_;  // null: each commit syncs

  absl::Mutex readers_mutex_;
  std::vector<std::unique_ptr<SqliteConnection>> idle_readers_ ABSL_GUARDED_BY(readers_mutex_);
  size_t open_readers_ ABSL_GUARDED_BY(readers_mutex_) = 0;
};

}  // namespace throughline::storage

#endif  // THROUGHLINE_COMMON_STORAGE_SQLITE_H_
