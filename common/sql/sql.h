#ifndef THROUGHLINE_COMMON_SQL_SQL_H_
#define THROUGHLINE_COMMON_SQL_SQL_H_

#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/base/context.h"

// The little SQL that SQLite and PostgreSQL read alike, so that a store is written once. Parameters
// are $1, $2, … numbered in the order of their first use.
namespace throughline::sql {

// Bytes that need not be text.
struct SqlBytes {
  std::string bytes;
};

// A parameter or a column. By default NULL.
class SqlValue {
 public:
  // Files hold these numbers.
  enum class Kind : uint8_t { kNull = 0, kInteger = 1, kNumber = 2, kText = 3, kBytes = 4 };

  SqlValue() = default;
  template <typename Number>
  requires(std::is_integral_v<Number> || std::is_enum_v<Number>)
      SqlValue(Number value)  // NOLINT: statements read as lists of values
      : kind_(Kind::kInteger), integer_(static_cast<int64_t>(value)) {}
  SqlValue(double value) : kind_(Kind::kNumber), number_(value) {}                  // NOLINT
  SqlValue(absl::string_view value) : kind_(Kind::kText), text_(value) {}           // NOLINT
  SqlValue(const std::string& value) : kind_(Kind::kText), text_(value) {}          // NOLINT
  SqlValue(const char* value) : kind_(Kind::kText), text_(value) {}                 // NOLINT
  SqlValue(SqlBytes value) : kind_(Kind::kBytes), text_(std::move(value.bytes)) {}  // NOLINT

  Kind kind() const { return kind_; }
  bool IsNull() const { return kind_ == Kind::kNull; }
  // 0 for anything else.
  int64_t Integer() const { return integer_; }
  // The same of a number that need not be whole.
  double Number() const { return number_; }
  // Text or bytes; empty for anything else.
  const std::string& Text() const { return text_; }

 private:
  Kind kind_ = Kind::kNull;
  int64_t integer_ = 0;
  double number_ = 0;
  std::string text_;
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
  // Whether the next column is; skips it when it is.
  bool SkipNull() {
    if (!row_[next_].IsNull()) return false;
    ++next_;
    return true;
  }
  template <typename Enum>
  Enum As() {
    return static_cast<Enum>(Integer());
  }

 private:
  const SqlRow& row_;
  size_t next_ = 0;
};

// The condition of a filter that may be left out: `column` is `place` ("$2"), or nothing is asked
// when the filter's `value`, which stands at `place`, is empty. Two statements, for a planner that
// has to serve both with one reads the whole table.
inline std::string Matches(absl::string_view column, absl::string_view place,
                           absl::string_view value) {
  return value.empty() ? absl::StrCat(place, " = ''") : absl::StrCat(column, " = ", place);
}

// A transaction under way. For one thread.
class SqlSession {
 public:
  virtual ~SqlSession() = default;

  // Runs one statement. `columns` says what its rows hold: 'i' integer, 'r' number, 't' text or
  // bytes; empty for a statement that returns none. Errors are the database's.
  virtual absl::StatusOr<std::vector<SqlRow>> Run(const std::string& sql,
                                                  absl::Span<const SqlValue> parameters,
                                                  absl::string_view columns) = 0;
  // The statement with each "{name}" replaced by the table's name as the database knows it,
  // "{for update}" by what locks the rows until the transaction ends, and "{skip locked}" by what
  // locks those that no other transaction has locked.
  virtual std::string Localize(absl::string_view sql) const = 0;
  // The table's name as the database knows it.
  std::string Table(absl::string_view name) const { return Localize(absl::StrCat("{", name, "}")); }

  // Localizes and runs a statement.
  absl::StatusOr<std::vector<SqlRow>> Query(absl::string_view sql,
                                            absl::Span<const SqlValue> parameters,
                                            absl::string_view columns) {
    return Run(Localize(sql), parameters, columns);
  }
  absl::Status Execute(absl::string_view sql, absl::Span<const SqlValue> parameters) {
    return Query(sql, parameters, "").status();
  }
};

// A database of transactions. Thread-safe.
class SqlDatabase {
 public:
  using Callback = absl::FunctionRef<absl::Status(SqlSession&)>;

  virtual ~SqlDatabase() = default;

  // Durable when it returns OK; without a trace otherwise.
  virtual absl::Status Write(const Context& context, Callback write) = 0;
  // Where waiting for the disk can be put off: survives the process when it returns OK, and the
  // machine once a later Write or Sync has returned.
  virtual absl::Status WriteSoon(const Context& context, Callback write) {
    return Write(context, write);
  }
  // Waits until the disk has what WriteSoon wrote. UNAVAILABLE when it refuses.
  virtual absl::Status Sync() { return absl::OkStatus(); }
  // On one snapshot.
  virtual absl::Status Read(const Context& context, Callback read) = 0;
  // Overwrites what erased rows left in the database's files, where this program can: see
  // storage::ScrubUnused. On PostgreSQL that is VACUUM's, and this does nothing.
  virtual absl::Status ScrubErased(const Context&) { return absl::OkStatus(); }
  // Whether many inserts are best written in one transaction: where writers wait for each other
  // anyhow. Elsewhere one transaction's locks would be in the way of another's.
  virtual bool GainsByBatches() const = 0;
  // OK while the database answers.
  virtual absl::Status Ping(const Context& context) = 0;
};

}  // namespace throughline::sql

#endif  // THROUGHLINE_COMMON_SQL_SQL_H_
