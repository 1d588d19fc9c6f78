#include "services/router/store/sqlite_sql.h"

#include <utility>

#include "common/base/status_macros.h"
#include "common/storage/sqlite.h"
#include "common/storage/sqlite_scrub.h"
#include "services/router/store/decision_schema.h"

namespace throughline::router {
namespace {

using storage::SqliteConnection;
using storage::SqliteDatabase;
using storage::SqliteStatement;

void Bind(SQLite::Statement& statement, absl::Span<const SqlValue> parameters) {
  int index = 0;
  for (const SqlValue& parameter : parameters) {
    ++index;
    if (parameter.IsNull()) {
      statement.bind(index);
    } else if (const auto* integer = std::get_if<int64_t>(&parameter.get())) {
      statement.bind(index, *integer);
    } else if (const auto* number = std::get_if<double>(&parameter.get())) {
      statement.bind(index, *number);
    } else {
      statement.bind(index, parameter.Text());
    }
  }
}

SqlRow ReadRow(SQLite::Statement& statement, absl::string_view columns) {
  SqlRow row;
  for (size_t i = 0; i < columns.size(); ++i) {
    const SQLite::Column column = statement.getColumn(static_cast<int>(i));
    if (column.isNull()) {
      row.emplace_back();
    } else if (columns[i] == 'i') {
      row.emplace_back(column.getInt64());
    } else if (columns[i] == 'r') {
      row.emplace_back(column.getDouble());
    } else {
      row.emplace_back(column.getString());
    }
  }
  return row;
}

// Throws SQLite::Exception, which SqliteDatabase turns into a status.
class SqliteSession final : public SqlSession {
 public:
  explicit SqliteSession(SqliteConnection& connection) : connection_(connection) {}

  absl::StatusOr<std::vector<SqlRow>> Run(const std::string& sql,
                                          absl::Span<const SqlValue> parameters,
                                          absl::string_view columns) override {
    SqliteStatement statement = connection_.Prepare(sql);
    Bind(*statement, parameters);
    std::vector<SqlRow> rows;
    while (statement->executeStep()) rows.push_back(ReadRow(*statement, columns));
    return rows;
  }

  std::string Table(absl::string_view name) const override { return std::string(name); }

 private:
  SqliteConnection& connection_;
};

class Sqlite final : public SqlDatabase {
 public:
  explicit Sqlite(std::unique_ptr<SqliteDatabase> database) : database_(std::move(database)) {}

  absl::Status Write(const Context& context, Callback write) override {
    return database_->Write(context, [&](SqliteConnection& connection) {
      SqliteSession session(connection);
      return write(session);
    });
  }
  absl::Status Read(const Context& context, Callback read) override {
    return database_->Read(context, [&](SqliteConnection& connection) {
      SqliteSession session(connection);
      return read(session);
    });
  }
  absl::Status ScrubErased(const Context& context) override {
    return storage::ScrubUnused(context, database_->path());
  }
  absl::Status Ping(const Context& context) override { return database_->Ping(context); }
  bool GainsByBatches() const override { return true; }

 private:
  const std::unique_ptr<SqliteDatabase> database_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<SqlDatabase>> OpenSqlite(const std::string& path,
                                                        bool sync_each_commit) {
  ASSIGN_OR_RETURN(std::unique_ptr<SqliteDatabase> database,
                   SqliteDatabase::Open({.path = path, .sync_each_commit = sync_each_commit},
                                        kDecisionMigrations));
  return std::make_unique<Sqlite>(std::move(database));
}

}  // namespace throughline::router
