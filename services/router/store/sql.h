#ifndef THROUGHLINE_SERVICES_ROUTER_STORE_SQL_H_
#define THROUGHLINE_SERVICES_ROUTER_STORE_SQL_H_

#include <cstdint>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/base/context.h"

// The little SQL that SQLite and PostgreSQL read alike, so that the ledger is written once.
// Parameters are $1, $2, … in the order of their first use; tables are named by SqlSession::Table.
namespace throughline::router {

// A parameter or a column. Empty: NULL.
class SqlValue {
 public:
  SqlValue() = default;
  template <typename Number>
  requires(std::is_integral_v<Number> || std::is_enum_v<Number>)
      SqlValue(Number value)  // NOLINT: statements read as lists of values
      : value_(static_cast<int64_t>(value)) {}
  SqlValue(double value) : value_(value) {}                          // NOLINT
  SqlValue(absl::string_view value) : value_(std::string(value)) {}  // NOLINT
  SqlValue(const std::string& value) : value_(value) {}              // NOLINT
  SqlValue(const char* value) : value_(std::string(value)) {}        // NOLINT

  const std::variant<std::monostate, int64_t, double, std::string>& get() const { return value_; }
  bool IsNull() const { return value_.index() == 0; }
  // What the value is, or the type's zero when it is something else.
  int64_t Integer() const { return Or<int64_t>(); }
  double Number() const { return Or<double>(); }
  std::string Text() const { return Or<std::string>(); }

 private:
  template <typename T>
  T Or() const {
    const T* value = std::get_if<T>(&value_);
    return value == nullptr ? T() : *value;
  }

  std::variant<std::monostate, int64_t, double, std::string> value_;
};

using SqlRow = std::vector<SqlValue>;

// Reads a row's columns one after the other. Borrows the row.
class SqlColumns {
 public:
  explicit SqlColumns(const SqlRow& row) : row_(row) {}
  int64_t Integer() { return row_[next_++].Integer(); }
  double Number() { return row_[next_++].Number(); }
  std::string Text() { return row_[next_++].Text(); }
  bool Flag() { return Integer() != 0; }
  bool IsNull() const { return row_[next_].IsNull(); }
  template <typename Enum>
  Enum As() {
    return static_cast<Enum>(Integer());
  }

 private:
  const SqlRow& row_;
  size_t next_ = 0;
};

// A transaction under way. For one thread.
class SqlSession {
 public:
  virtual ~SqlSession() = default;

  // Runs one statement. `columns` says what its rows hold: 'i' integer, 'r' real, 't' text; empty
  // for a statement that returns none. Errors are the database's.
  virtual absl::StatusOr<std::vector<SqlRow>> Run(const std::string& sql,
                                                  absl::Span<const SqlValue> parameters,
                                                  absl::string_view columns) = 0;
  // As the database knows the table.
  virtual std::string Table(absl::string_view name) const = 0;
};

// A database of transactions. Thread-safe.
class SqlDatabase {
 public:
  using Callback = absl::FunctionRef<absl::Status(SqlSession&)>;

  virtual ~SqlDatabase() = default;

  // Durable when it returns OK; without a trace otherwise.
  virtual absl::Status Write(const Context& context, Callback write) = 0;
  // On one snapshot.
  virtual absl::Status Read(const Context& context, Callback read) = 0;
  // OK while the database answers.
  virtual absl::Status Ping(const Context& context) = 0;
  // Overwrites what erased rows left in the database's files, where this program can.
  virtual absl::Status ScrubErased(const Context&) { return absl::OkStatus(); }
  // Whether many inserts are best written in one transaction: where writers wait for each other
  // anyhow. Elsewhere one transaction's locks would be in the way of another's.
  virtual bool GainsByBatches() const = 0;
};

}  // namespace throughline::router

#endif  // THROUGHLINE_SERVICES_ROUTER_STORE_SQL_H_
