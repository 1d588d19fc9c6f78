#include "services/router/store/postgres_sql.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/storage/postgres.h"
#include "services/router/store/decision_schema.h"

namespace throughline::router {
namespace {

using storage::PostgresConnection;
using storage::PostgresDatabase;
using storage::PostgresRows;
using storage::PostgresValue;

constexpr char kSchema[] = "router";

PostgresValue ToPostgres(const SqlValue& value) {
  if (value.IsNull()) return PostgresValue::Null();
  if (const auto* integer = std::get_if<int64_t>(&value.get())) {
    return PostgresValue::Integer(*integer);
  }
  if (const auto* number = std::get_if<double>(&value.get())) return PostgresValue::Number(*number);
  return PostgresValue::Text(value.Text());
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
  explicit PostgresSession(PostgresConnection& connection) : connection_(connection) {}

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

  std::string Table(absl::string_view name) const override {
    return absl::StrCat(kSchema, ".", name);
  }

 private:
  PostgresConnection& connection_;
};

class Postgres final : public SqlDatabase {
 public:
  explicit Postgres(std::unique_ptr<PostgresDatabase> database) : database_(std::move(database)) {}

  absl::Status Write(const Context& context, Callback write) override {
    return database_->Write(context, [&](PostgresConnection& connection) {
      PostgresSession session(connection);
      return write(session);
    });
  }
  absl::Status Read(const Context& context, Callback read) override {
    return database_->Read(context, [&](PostgresConnection& connection) {
      PostgresSession session(connection);
      return read(session);
    });
  }
  absl::Status Ping(const Context& context) override { return database_->Ping(context); }
  bool GainsByBatches() const override { return false; }

 private:
  const std::unique_ptr<PostgresDatabase> database_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<SqlDatabase>> OpenPostgres(const std::string& conninfo,
                                                          MetricsRegistry* metrics) {
  ASSIGN_OR_RETURN(std::unique_ptr<PostgresDatabase> database,
                   PostgresDatabase::Open({.conninfo = conninfo, .metrics = metrics}, kSchema,
                                          kPostgresDecisionMigrations));
  return std::make_unique<Postgres>(std::move(database));
}

}  // namespace throughline::router
