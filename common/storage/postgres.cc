#include "common/storage/postgres.h"

#include <libpq-fe.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <sstream>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/substitute.h"
#include "common/base/clock.h"
#include "common/base/status_macros.h"
#include "common/storage/database_span.h"

namespace throughline::storage {
namespace {

// Every process that migrates takes this lock; any number would do.
constexpr int64_t kMigrationLock = 0x7468726f7567686c;
constexpr absl::Duration kMigrationTimeout = absl::Minutes(10);
// A commit is waited for even when the caller has gone, or nobody would know what became of it.
constexpr absl::Duration kCommitGrace = absl::Seconds(5);
constexpr char kSystem[] = "postgresql";
constexpr char kReplica[] = "replica";
constexpr char kBeginWrite[] = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";
constexpr char kBeginRead[] = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

absl::Status Busy() {
  return absl::DeadlineExceededError("the database was busy until the request's deadline");
}

absl::Status CheckOrder(absl::Span<const Migration> migrations) {
  for (size_t i = 0; i < migrations.size(); ++i) {
    if (migrations[i].version != static_cast<int>(i) + 1) {
      return absl::InternalError(absl::StrCat("migration ", migrations[i].name, " has version ",
                                              migrations[i].version, ", expected ", i + 1));
    }
  }
  return absl::OkStatus();
}

// Makes the schema and its table of migrations where they are missing. Asks first, for CREATE
// SCHEMA wants a right that is needless when an administrator has made the schema.
absl::StatusOr<int64_t> PresentVersion(PostgresConnection& connection, const std::string& schema) {
  ASSIGN_OR_RETURN(
      const PostgresRows found,
      connection.Execute("SELECT to_regnamespace($1) IS NOT NULL", {PostgresValue::Text(schema)}));
  if (!found.Boolean(0, 0)) {
    RETURN_IF_ERROR(connection.Execute(absl::StrCat("CREATE SCHEMA ", schema)).status());
  }
  RETURN_IF_ERROR(connection
                      .Execute(absl::Substitute(
                          "CREATE TABLE IF NOT EXISTS $0.schema_migrations (version bigint PRIMARY "
                          "KEY, name text NOT NULL, applied_at timestamptz NOT NULL)",
                          schema))
                      .status());
  ASSIGN_OR_RETURN(const PostgresRows version,
                   connection.Execute(absl::Substitute(
                       "SELECT coalesce(max(version), 0) FROM $0.schema_migrations", schema)));
  return version.Integer(0, 0);
}

}  // namespace

absl::StatusOr<std::string> ReadConninfo(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream content;
  content << stream.rdbuf();
  if (!stream) {
    return absl::NotFoundError(absl::StrCat("the PostgreSQL connection file ", file,
                                            " cannot be read; correct the path or its "
                                            "permissions"));
  }
  std::string conninfo(absl::StripAsciiWhitespace(content.str()));
  // What libpq says of a string it cannot read may quote it, password and all.
  PQconninfoOption* const parsed = PQconninfoParse(conninfo.c_str(), nullptr);
  if (conninfo.empty() || parsed == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the PostgreSQL connection file ", file,
        ": expected one connection string of libpq; write for example \"host=db.example "
        "user=throughline dbname=throughline\""));
  }
  PQconninfoFree(parsed);
  return conninfo;
}

absl::StatusOr<std::unique_ptr<PostgresDatabase>> PostgresDatabase::Open(
    PostgresOptions options, absl::string_view schema, absl::Span<const Migration> migrations) {
  ASSIGN_OR_RETURN(std::unique_ptr<PostgresDatabase> database, Connect(std::move(options), schema));
  RETURN_IF_ERROR(CheckOrder(migrations));
  RETURN_IF_ERROR(database->Migrate(schema, migrations));
  return database;
}

absl::StatusOr<std::unique_ptr<PostgresDatabase>> PostgresDatabase::OpenReplica(
    PostgresOptions options) {
  return Connect(std::move(options), kReplica);
}

absl::StatusOr<std::unique_ptr<PostgresDatabase>> PostgresDatabase::Connect(
    PostgresOptions options, absl::string_view name) {
  options.max_connections = std::max<size_t>(1, options.max_connections);
  // The constructor is private, so make_unique cannot reach it.
  std::unique_ptr<PostgresDatabase> database(new PostgresDatabase(std::move(options), name));
  RETURN_IF_ERROR(
      database->Ping(Context::Background().WithBudget(database->options_.connect_timeout * 2)));
  return database;
}

PostgresDatabase::~PostgresDatabase() = default;

absl::Status PostgresDatabase::Migrate(absl::string_view schema,
                                       absl::Span<const Migration> migrations) {
  const Context context = Context::Background().WithBudget(kMigrationTimeout);
  const std::string name(schema);
  return WriteAlone(context, kMigrationLock, [&](PostgresConnection& connection) -> absl::Status {
    ASSIGN_OR_RETURN(const int64_t present, PresentVersion(connection, name));
    if (present > static_cast<int64_t>(migrations.size())) {
      return absl::FailedPreconditionError(absl::StrCat(
          "the schema ", schema, " at ", connection.address(), " has version ", present,
          ", newer than this program's ", migrations.size(), "; run the newer program"));
    }
    for (const Migration& migration : migrations.subspan(static_cast<size_t>(present))) {
      RETURN_IF_ERROR(connection.Run(std::string(migration.sql)));
      RETURN_IF_ERROR(
          connection
              .Execute(
                  absl::Substitute("INSERT INTO $0.schema_migrations VALUES ($$1, $$2, now())",
                                   schema),
                  {PostgresValue::Integer(migration.version), PostgresValue::Text(migration.name)})
              .status());
    }
    return absl::OkStatus();
  });
}

absl::Status PostgresDatabase::Write(const Context& context, Callback write) {
  DatabaseSpan span(context, kSystem, "write", name_);
  return span.Note(Transact(context, kBeginWrite, "", write));
}

absl::Status PostgresDatabase::WriteAlone(const Context& context, int64_t lock, Callback write) {
  DatabaseSpan span(context, kSystem, "write", name_);
  return span.Note(TransactAlone(context, lock, write));
}

absl::Status PostgresDatabase::TransactAlone(const Context& context, int64_t lock, Callback write) {
  RETURN_IF_ERROR(context.Check());
  {
    absl::MutexLock guard(&locks_mutex_);
    const auto free = [this, lock]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(locks_mutex_) {
      return !held_locks_.contains(lock);
    };
    if (!locks_mutex_.AwaitWithTimeout(absl::Condition(&free), context.Remaining())) return Busy();
    held_locks_.insert(lock);
  }
  absl::Status status = Transact(context, kBeginWrite,
                                 absl::StrCat("; SELECT pg_advisory_xact_lock(", lock, ")"), write);
  absl::MutexLock guard(&locks_mutex_);
  held_locks_.erase(lock);
  return status;
}

absl::Status PostgresDatabase::Read(const Context& context, Callback read) {
  DatabaseSpan span(context, kSystem, "read", name_);
  return span.Note(Transact(context, kBeginRead, "", read));
}

absl::Status PostgresDatabase::ReadOne(const Context& context, Callback read) {
  DatabaseSpan span(context, kSystem, "read", name_);
  return span.Note(RunOne(context, read));
}

absl::Status PostgresDatabase::RunOne(const Context& context, Callback read) {
  RETURN_IF_ERROR(context.Check());
  absl::Status status;
  // A connection that has idled may be dead without knowing; a new one is not.
  for (const bool last : {false, true}) {
    ASSIGN_OR_RETURN(std::unique_ptr<PostgresConnection> connection, Take(context));
    const Context bounded = Bounded(context);
    connection->Bind(&bounded);
    status = read(*connection);
    const bool again = !connection->healthy() && !last && context.Check().ok();
    GiveBack(std::move(connection));
    if (!again) break;
    CloseIdle();
  }
  return status;
}

absl::Status PostgresDatabase::Ping(const Context& context) {
  return ReadOne(context, [](PostgresConnection& connection) {
    return connection.Execute("SELECT 1").status();
  });
}

Context PostgresDatabase::Bounded(const Context& context) const {
  return context.has_deadline() ? context : context.WithBudget(options_.statement_timeout);
}

absl::Status PostgresDatabase::Transact(const Context& context, absl::string_view begin,
                                        absl::string_view then, Callback callback) {
  RETURN_IF_ERROR(context.Check());
  const Context bounded = Bounded(context);
  const std::string limit_ms = absl::StrCat(std::clamp<int64_t>(
      absl::ToInt64Milliseconds(bounded.Remaining()), 1, std::numeric_limits<int32_t>::max()));
  ASSIGN_OR_RETURN(std::unique_ptr<PostgresConnection> connection,
                   Begin(bounded, absl::StrCat(begin, "; SET LOCAL statement_timeout = ", limit_ms,
                                               "; SET LOCAL idle_in_transaction_session_timeout = ",
                                               limit_ms, then)));
  absl::Status status = callback(*connection);
  const Context closing = context.Detached(kCommitGrace);
  connection->Bind(&closing);
  if (!status.ok()) {
    if (connection->healthy()) connection->Run("ROLLBACK").IgnoreError();
  } else if (!connection->healthy() || connection->failed()) {
    status = absl::InternalError("a transaction hid the error of one of its statements");
    if (connection->healthy()) connection->Run("ROLLBACK").IgnoreError();
  } else {
    status = connection->Run("COMMIT");
    if (!connection->healthy()) {
      status = absl::UnavailableError(
          "the database went away during the commit, which may or may not have happened; repeat "
          "the request with the same idempotency key");
    }
  }
  GiveBack(std::move(connection));
  return status;
}

absl::StatusOr<std::unique_ptr<PostgresConnection>> PostgresDatabase::Begin(
    const Context& context, const std::string& begin) {
  for (const bool last : {false, true}) {
    ASSIGN_OR_RETURN(std::unique_ptr<PostgresConnection> connection, Take(context));
    connection->Bind(&context);
    const absl::Status begun = connection->Run(begin);
    if (begun.ok()) return connection;
    // A connection that has idled may be dead without knowing. Nothing was done yet.
    const bool again = !connection->healthy() && !last && context.Check().ok();
    if (connection->healthy()) connection->Run("ROLLBACK").IgnoreError();
    GiveBack(std::move(connection));
    if (!again) return begun;
    CloseIdle();
  }
  return absl::InternalError("a transaction was begun more than twice");
}

absl::StatusOr<std::unique_ptr<PostgresConnection>> PostgresDatabase::Take(const Context& context) {
  const absl::Time begun = Clock::Real().SteadyNow();
  {
    absl::MutexLock lock(&mutex_);
    const auto available = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      return !idle_.empty() || open_ < options_.max_connections;
    };
    if (!mutex_.AwaitWithTimeout(absl::Condition(&available), context.Remaining())) {
      metrics_.MissedBusy();
      return Busy();
    }
    metrics_.Had(Clock::Real().SteadyNow() - begun);
    if (!idle_.empty()) {
      std::unique_ptr<PostgresConnection> connection = std::move(idle_.back());
      idle_.pop_back();
      return connection;
    }
    metrics_.SetOpen(++open_);
  }
  absl::StatusOr<std::unique_ptr<PostgresConnection>> opened = PostgresConnection::Open(
      options_.conninfo, std::min(options_.connect_timeout, context.Remaining()));
  if (!opened.ok()) {
    metrics_.MissedConnect();
    absl::MutexLock lock(&mutex_);
    metrics_.SetOpen(--open_);
  }
  return opened;
}

void PostgresDatabase::GiveBack(std::unique_ptr<PostgresConnection> connection) {
  connection->Bind(nullptr);
  const bool keep = connection->healthy();
  if (!keep) connection = nullptr;  // closes outside the lock
  absl::MutexLock lock(&mutex_);
  if (keep) {
    idle_.push_back(std::move(connection));
  } else {
    metrics_.SetOpen(--open_);
  }
}

void PostgresDatabase::CloseIdle() {
  std::vector<std::unique_ptr<PostgresConnection>> closing;
  absl::MutexLock lock(&mutex_);
  open_ -= idle_.size();
  metrics_.SetOpen(open_);
  closing.swap(idle_);
}

}  // namespace throughline::storage
