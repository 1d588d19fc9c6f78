#ifndef THROUGHLINE_COMMON_STORAGE_SQLITE_OPEN_H_
#define THROUGHLINE_COMMON_STORAGE_SQLITE_OPEN_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/storage/sqlite.h"

// How SqliteDatabase opens its file; for that class alone.
namespace throughline::storage {

enum class ConnectionKind { kWriter, kReader };

// Opens options.path with the settings of SqliteDatabase; a writer creates the file. Errors name
// the path and a next step.
absl::StatusOr<std::unique_ptr<SqliteConnection>> OpenConnection(const SqliteOptions& options,
                                                                 ConnectionKind kind);

// Applies what schema_migrations lacks of `migrations`, each in a transaction that also records it.
// FAILED_PRECONDITION when the file holds a later version. Throws SQLite::Exception.
absl::Status Migrate(SqliteConnection& connection, absl::string_view path,
                     absl::Span<const Migration> migrations);

// The status of a failed SQLite call, by its result code.
absl::Status StatusOfSqlite(absl::string_view path, int code, absl::string_view message);

}  // namespace throughline::storage

#endif  // THROUGHLINE_COMMON_STORAGE_SQLITE_OPEN_H_
