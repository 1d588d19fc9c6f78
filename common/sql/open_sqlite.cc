#include <utility>

#include "absl/strings/str_replace.h"
#include "common/base/status_macros.h"
#include "common/sql/open.h"
#include "common/storage/sqlite.h"
#include "common/storage/sqlite_scrub.h"

namespace throughline::sql {
namespace {

using storage::SqliteConnection;
using storage::SqliteDatabase;
using storage::SqliteStatement;

void Bind(SQLite::Statement& statement, absl::Span<const SqlValue> parameters) {
  int index = 0;
  for (const SqlValue& parameter : parameters) {
    ++index;
    const std::string& text = parameter.Text();
    switch (parameter.kind()) {
      case SqlValue::Kind::kNull:
        statement.bind(index);
        break;
      case SqlValue::Kind::kInteger:
        statement.bind(index, parameter.Integer());
        break;
      case SqlValue::Kind::kNumber:
        statement.bind(index, parameter.Number());
        break;
      case SqlValue::Kind::kText:
        statement.bind(index, text);
        break;
      case SqlValue::Kind::kBytes:
        statement.bind(index, text.data(), static_cast<int>(text.size()));
        break;
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

  std::string Localize(absl::string_view sql) const override {
    return absl::StrReplaceAll(sql,
                               {{"{skip locked}", ""}, {"{for update}", ""}, {"{", ""}, {"}", ""}});
  }

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
  absl::Status WriteSoon(const Context& context, Callback write) override {
    return database_->WriteSoon(context, [&](SqliteConnection& connection) {
      SqliteSession session(connection);
      return write(session);
    });
  }
  absl::Status Sync() override { return database_->Sync(); }
  absl::Status Read(const Context& context, Callback read) override {
    return database_->Read(context, [&](SqliteConnection& connection) {
      SqliteSession session(connection);
      return read(session);
    });
  }
  absl::Status ScrubErased(const Context& context) override {
    return storage::ScrubUnused(context, database_->path());
  }
  bool GainsByBatches() const override { return true; }
  absl::Status Ping(const Context& context) override { return database_->Ping(context); }

 private:
  const std::unique_ptr<SqliteDatabase> database_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<SqlDatabase>> OpenSqlite(
    storage::SqliteOptions options, absl::Span<const storage::Migration> migrations) {
  ASSIGN_OR_RETURN(std::unique_ptr<SqliteDatabase> database,
                   SqliteDatabase::Open(std::move(options), migrations));
  return std::make_unique<Sqlite>(std::move(database));
}

}  // namespace throughline::sql
