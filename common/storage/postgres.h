#ifndef THROUGHLINE_COMMON_STORAGE_POSTGRES_H_
#define THROUGHLINE_COMMON_STORAGE_POSTGRES_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "common/base/context.h"
#include "common/storage/migration.h"
#include "common/storage/pool_metrics.h"
#include "common/storage/postgres_connection.h"
#include "common/storage/postgres_value.h"

namespace throughline::storage {

struct PostgresOptions {
  // As libpq reads it: "host=db user=throughline dbname=deals" or a postgresql:// URI. May hold a
  // password; never logged.
  std::string conninfo;
  absl::Duration connect_timeout = absl::Seconds(5);
  // For what a caller without a deadline does in one go.
  absl::Duration statement_timeout = absl::Seconds(30);
  size_t max_connections = 8;
  MetricsRegistry* metrics = nullptr;  // borrowed, for the pool; null: it is not shown
};

// The connection string in `file`, without surrounding white space. Secrets stay in files, out of
// command lines. NOT_FOUND names the file; INVALID_ARGUMENT when libpq cannot read the string.
absl::StatusOr<std::string> ReadConninfo(const std::string& file);

// A PostgreSQL database behind a bounded pool of connections, which open when they are needed.
// Works against the server itself and behind PgBouncer in transaction mode: no session state, and
// prepared statements only where the server answers itself. Thread-safe; closes when destroyed,
// after the last Read and Write have returned. Errors: those of PostgresConnection::Execute and of
// the callback.
class PostgresDatabase {
 public:
  using Callback = absl::FunctionRef<absl::Status(PostgresConnection&)>;

  // Connects and applies the migrations that `schema` lacks: all in one transaction, one process
  // at a time. `schema` is a lower-case word; it is made when missing, and the statements of
  // migrations and callers name their tables in full ("memory.facts"), for a pooled session has no
  // search path of its own. FAILED_PRECONDITION when it is newer than the last of `migrations`.
  static absl::StatusOr<std::unique_ptr<PostgresDatabase>> Open(
      PostgresOptions options, absl::string_view schema, absl::Span<const Migration> migrations);
  // Connects to a standby: only Read and Ping.
  static absl::StatusOr<std::unique_ptr<PostgresDatabase>> OpenReplica(PostgresOptions options);

  ~PostgresDatabase();

  // Runs `write` in a READ COMMITTED transaction that is durable when this returns OK and leaves
  // no trace otherwise. Only when the commit itself gets no answer is its outcome unknown: the
  // error is UNAVAILABLE and says so.
  absl::Status Write(const Context& context, Callback write) ABSL_LOCKS_EXCLUDED(mutex_);
  // The same, but writes with the same `lock` run one after the other, in every process that uses
  // this database; each sees what the one before it wrote.
  absl::Status WriteAlone(const Context& context, int64_t lock, Callback write)
      ABSL_LOCKS_EXCLUDED(mutex_, locks_mutex_);
  // Runs `read` on one snapshot: it sees every Write that returned before, and nothing newer.
  absl::Status Read(const Context& context, Callback read) ABSL_LOCKS_EXCLUDED(mutex_);
  // Runs `read`, which executes one statement, without a transaction around it: one round trip.
  absl::Status ReadOne(const Context& context, Callback read) ABSL_LOCKS_EXCLUDED(mutex_);
  // OK while the database answers: for readiness.
  absl::Status Ping(const Context& context);

 private:
  PostgresDatabase(PostgresOptions options, absl::string_view name)
      : options_(std::move(options)),
        name_(name),
        metrics_(options_.metrics, name, options_.max_connections) {}

  static absl::StatusOr<std::unique_ptr<PostgresDatabase>> Connect(PostgresOptions options,
                                                                   absl::string_view name);
  absl::Status Migrate(absl::string_view schema, absl::Span<const Migration> migrations);
  // `context`, with a deadline in any case.
  Context Bounded(const Context& context) const;
  // Runs `callback` between `begin` (with `then`, once statements end by the context's deadline)
  // and COMMIT.
  absl::Status Transact(const Context& context, absl::string_view begin, absl::string_view then,
                        Callback callback);
  // WriteAlone and ReadOne within their spans.
  absl::Status TransactAlone(const Context& context, int64_t lock, Callback write)
      ABSL_LOCKS_EXCLUDED(mutex_, locks_mutex_);
  absl::Status RunOne(const Context& context, Callback read) ABSL_LOCKS_EXCLUDED(mutex_);
  absl::StatusOr<std::unique_ptr<PostgresConnection>> Begin(const Context& context,
                                                            const std::string& begin);
  absl::StatusOr<std::unique_ptr<PostgresConnection>> Take(const Context& context)
      ABSL_LOCKS_EXCLUDED(mutex_);
  void GiveBack(std::unique_ptr<PostgresConnection> connection) ABSL_LOCKS_EXCLUDED(mutex_);
  void CloseIdle() ABSL_LOCKS_EXCLUDED(mutex_);

  const PostgresOptions options_;
  const std::string name_;  // of what is kept there, for spans
  PoolMetrics metrics_;

  absl::Mutex mutex_;
  std::vector<std::unique_ptr<PostgresConnection>> idle_ ABSL_GUARDED_BY(mutex_);
  size_t open_ ABSL_GUARDED_BY(mutex_) = 0;

  // Writers of one lock wait here rather than each in a connection.
  absl::Mutex locks_mutex_;
  absl::flat_hash_set<int64_t> held_locks_ ABSL_GUARDED_BY(locks_mutex_);
};

}  // namespace throughline::storage

#endif  // THROUGHLINE_COMMON_STORAGE_POSTGRES_H_
