#include "common/storage/sqlite_open.h"

#include <SQLiteCpp/Exception.h>
#include <sqlite3.h>
#include <unistd.h>

#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/base/status_macros.h"

namespace throughline::storage {
namespace {

// Of each connection: enough for the upper nodes of the trees and the pages in use.
constexpr int kPageCacheKib = 8192;
constexpr char kNextStep[] = "create the directory, make it writable or choose another one";

// SQLite says no more than that it cannot open the file; this says why.
absl::Status CheckDirectory(const std::string& path) {
  std::error_code error;
  const std::filesystem::path file(path);
  const std::string directory = file.has_parent_path() ? file.parent_path().string() : ".";
  if (!std::filesystem::is_directory(directory, error)) {
    return absl::NotFoundError(absl::StrCat("cannot open the database ", path, ": ", directory,
                                            " is not a directory; ", kNextStep));
  }
  if (access(directory.c_str(), W_OK | X_OK) != 0) {
    return absl::PermissionDeniedError(absl::StrCat("cannot open the database ", path, ": ",
                                                    directory, " is not writable; ", kNextStep));
  }
  if (std::filesystem::is_directory(file, error)) {
    return absl::FailedPreconditionError(
        absl::StrCat("cannot open the database ", path, ": it is a directory; name a file in it"));
  }
  return absl::OkStatus();
}

void Configure(SQLite::Database& database, const SqliteOptions& options, ConnectionKind kind) {
  database.exec("PRAGMA foreign_keys = ON");
  database.exec("PRAGMA temp_store = MEMORY");
  database.exec(absl::StrCat("PRAGMA cache_size = -", kPageCacheKib));
  if (kind == ConnectionKind::kReader) return;
  database.exec("PRAGMA journal_mode = WAL");
  database.exec(options.sync_each_commit ? "PRAGMA synchronous = FULL"
                                         : "PRAGMA synchronous = NORMAL");
  database.exec("PRAGMA secure_delete = ON");
}

int SchemaVersion(SQLite::Database& database) {
  return database.execAndGet("SELECT coalesce(max(version), 0) FROM schema_migrations").getInt();
}

void ApplyOne(SqliteConnection& connection, const Migration& migration) {
  connection.Execute("BEGIN IMMEDIATE");
  try {
    connection.Execute(std::string(migration.sql));
    SqliteStatement record = connection.Prepare(
        "INSERT INTO schema_migrations (version, name, applied_at) VALUES (?, ?, datetime('now'))");
    record->bind(1, migration.version);
    record->bind(2, std::string(migration.name));
    record->exec();
    connection.Execute("COMMIT");
  } catch (const SQLite::Exception&) {
    connection.database().tryExec("ROLLBACK");
    throw;
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<SqliteConnection>> OpenConnection(const SqliteOptions& options,
                                                                 ConnectionKind kind) {
  if (options.path.empty() || options.path == ":memory:") {
    return absl::InvalidArgumentError(
        "the database path: expected a file, for reader connections see only files; name one");
  }
  if (kind == ConnectionKind::kWriter) RETURN_IF_ERROR(CheckDirectory(options.path));
  const int flags = kind == ConnectionKind::kWriter ? SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE
                                                    : SQLite::OPEN_READONLY;
  try {
    auto database = std::make_unique<SQLite::Database>(
        options.path, flags | SQLITE_OPEN_NOMUTEX,
        static_cast<int>(absl::ToInt64Milliseconds(options.busy_timeout)));
    Configure(*database, options, kind);
    return std::make_unique<SqliteConnection>(std::move(database));
  } catch (const SQLite::Exception& error) {
    if (error.getErrorCode() == SQLITE_CANTOPEN) {
      return absl::PermissionDeniedError(absl::StrCat("cannot open the database ", options.path,
                                                      "; correct the permissions of the file"));
    }
    return StatusOfSqlite(options.path, error.getErrorCode(), error.what());
  }
}

absl::Status Migrate(SqliteConnection& connection, absl::string_view path,
                     absl::Span<const Migration> migrations) {
  connection.Execute(
      "CREATE TABLE IF NOT EXISTS schema_migrations ("
      "version INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at TEXT NOT NULL)");
  const int present = SchemaVersion(connection.database());
  const int known = static_cast<int>(migrations.size());
  if (present > known) {
    return absl::FailedPreconditionError(absl::StrCat("the database ", path, " has schema version ",
                                                      present, ", newer than this program's ",
                                                      known, "; run the newer program"));
  }
  for (int index = 0; index < known; ++index) {
    if (migrations[index].version != index + 1) {
      return absl::InternalError(absl::StrCat("migration ", migrations[index].name, " has version ",
                                              migrations[index].version, ", expected ", index + 1));
    }
    if (index >= present) ApplyOne(connection, migrations[index]);
  }
  return absl::OkStatus();
}

absl::Status StatusOfSqlite(absl::string_view path, int code, absl::string_view message) {
  const std::string text = absl::StrCat(path, ": ", message);
  switch (code & 0xff) {  // the low byte is the primary code
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
      return absl::UnavailableError("the database is busy or cannot be reached; try again");
    case SQLITE_FULL:
      return absl::UnavailableError("the database's disk is full; free space and try again");
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return absl::PermissionDeniedError(
          absl::StrCat("the database ", path, " is not writable; correct its permissions"));
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
      return absl::DataLossError(
          absl::StrCat(text, "; the file is damaged or no database: restore it from a backup"));
    default:
      return absl::InternalError(text);
  }
}

}  // namespace throughline::storage
