#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/base/status_macros.h"
#include "common/sql/open.h"
#include "common/storage/postgres.h"

namespace throughline::sql {
namespace {

using storage::PostgresConnection;
using storage::PostgresDatabase;
using storage::PostgresRows;
using storage::PostgresValue;

PostgresValue ToPostgres(const SqlValue& value) {
  switch (value.kind()) {
    case SqlValue::Kind::kNull:
      return PostgresValue::Null();
    case SqlValue::Kind::kInteger:
      return PostgresValue::Integer(value.Integer());
    case SqlValue::Kind::kNumber:
      return PostgresValue::Number(value.Number());
    case SqlValue::Kind::kText:
      return PostgresValue::Text(value.Text());
    case SqlValue::Kind::kBytes:
      return PostgresValue::Bytes(value.Text());
  }
  return PostgresValue::Null();
}

SqlRow ReadRow(const PostgresRows& rows, int at, absl::string_view columns) {
  SqlRow row;
  for (size_t i = 0; i < columns.size(); ++i) {
    const int column = static_cast<int>(i);
    if (rows.IsNull(at, column)) {
      row.emplace_back();
    } else if (columns[i] == 'i') {
      row.emplace_back(rows.Integer(at, column));
    } else if (columns[i] == 'r') {
      row.emplace_back(rows.Number(at, column));
    } else {
      row.emplace_back(rows.Text(at, column));
    }
  }
  return row;
}

class PostgresSession final : public SqlSession {
 public:
  PostgresSession(PostgresConnection& connection, const std::string& schema)
      : connection_(connection), schema_(schema) {}

  absl::StatusOr<std::vector<SqlRow>> Run(const std::string& sql,
                                          absl::Span<const SqlValue> parameters,
                                          absl::string_view columns) override {
    std::vector<PostgresValue> values;
    values.reserve(parameters.size());
    for (const SqlValue& parameter : parameters) values.push_back(ToPostgres(parameter));
    ASSIGN_OR_RETURN(const PostgresRows found, connection_.Execute(sql, values));
    std::vector<SqlRow> rows;
    if (columns.empty()) return rows;
    for (int i = 0; i < found.size(); ++i) rows.push_back(ReadRow(found, i, columns));
    return rows;
  }

  std::string Localize(absl::string_view sql) const override {
    return absl::StrReplaceAll(sql, {{"{skip locked}", "FOR UPDATE SKIP LOCKED"},
                                     {"{for update}", "FOR UPDATE"},
                                     {"{", absl::StrCat(schema_, ".")},
                                     {"}", ""}});
  }

 private:
  PostgresConnection& connection_;
  const std::string& schema_;
};

class Postgres final : public SqlDatabase {
 public:
  Postgres(std::unique_ptr<PostgresDatabase> database, std::string schema)
      : database_(std::move(database)), schema_(std::move(schema)) {}

  absl::Status Write(const Context& context, Callback write) override {
    return database_->Write(context, [&](PostgresConnection& connection) {
      PostgresSession session(connection, schema_);
      return write(session);
    });
  }
  absl::Status Read(const Context& context, Callback read) override {
    return database_->Read(context, [&](PostgresConnection& connection) {
      PostgresSession session(connection, schema_);
      return read(session);
    });
  }
  bool GainsByBatches() const override { return false; }
  absl::Status Ping(const Context& context) override { return database_->Ping(context); }

 private:
  const std::unique_ptr<PostgresDatabase> database_;
  const std::string schema_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<SqlDatabase>> OpenPostgres(
    storage::PostgresOptions options, const std::string& schema,
    absl::Span<const storage::Migration> migrations) {
  ASSIGN_OR_RETURN(std::unique_ptr<PostgresDatabase> database,
                   PostgresDatabase::Open(std::move(options), schema, migrations));
  return std::make_unique<Postgres>(std::move(database), schema);
}

}  // namespace throughline::sql
