#ifndef THROUGHLINE_COMMON_SQL_OPEN_H_
#define THROUGHLINE_COMMON_SQL_OPEN_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "common/sql/sql.h"
#include "common/storage/migration.h"
#include "common/storage/postgres.h"
#include "common/storage/sqlite.h"

namespace throughline::sql {

// A SQLite file, opened or created with `migrations`; errors name the path. Many processes must not
// share it.
absl::StatusOr<std::unique_ptr<SqlDatabase>> OpenSqlite(
    storage::SqliteOptions options, absl::Span<const storage::Migration> migrations);

// The tables of `schema` in PostgreSQL, made when missing. Errors name the server, never the
// password.
absl::StatusOr<std::unique_ptr<SqlDatabase>> OpenPostgres(
    storage::PostgresOptions options, const std::string& schema,
    absl::Span<const storage::Migration> migrations);

}  // namespace throughline::sql

#endif  // THROUGHLINE_COMMON_SQL_OPEN_H_
