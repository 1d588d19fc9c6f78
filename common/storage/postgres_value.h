#ifndef THROUGHLINE_COMMON_STORAGE_POSTGRES_VALUE_H_
#define THROUGHLINE_COMMON_STORAGE_POSTGRES_VALUE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

struct pg_result;

namespace throughline::storage {

// A parameter of a statement with its type, so that the server never has to guess: $1, $2, …
class PostgresValue {
 public:
  static PostgresValue Text(absl::string_view value);   // text; UTF-8 without NUL
  static PostgresValue Bytes(absl::string_view value);  // bytea
  static PostgresValue Integer(int64_t value);          // bigint
  static PostgresValue Number(double value);            // double precision
  static PostgresValue Boolean(bool value);             // boolean
  static PostgresValue Null();                          // of the type the statement wants
  // One row an element with "FROM unnest($1, $2)": many rows in one statement.
  static PostgresValue Texts(absl::Span<const std::string> values);        // text[]
  static PostgresValue ByteStrings(absl::Span<const std::string> values);  // bytea[]
  static PostgresValue Integers(absl::Span<const int64_t> values);         // bigint[]
  // Places as PostgresRows::Place gives them.
  static PostgresValue Places(absl::Span<const int64_t> values);  // tid[]

  unsigned type() const { return type_; }
  // In the server's binary format; unset for NULL.
  const std::optional<std::string>& encoded() const { return encoded_; }

 private:
  PostgresValue(unsigned type, std::optional<std::string> encoded)
      : type_(type), encoded_(std::move(encoded)) {}

  unsigned type_;
  std::optional<std::string> encoded_;
};

// What a statement returned. Rows and columns count from 0 and must exist; a column is asked for
// by the type it has. Views hold as long as the object. Movable; for one thread.
class PostgresRows {
 public:
  explicit PostgresRows(pg_result* result);

  int size() const;
  bool empty() const { return size() == 0; }
  // Rows inserted, updated or deleted.
  int64_t affected() const;

  bool IsNull(int row, int column) const;
  absl::string_view Text(int row, int column) const;  // text or bytea; empty for NULL
  int64_t Integer(int row, int column) const;         // smallint, integer, bigint; 0 for NULL
  double Number(int row, int column) const;           // double precision; 0 for NULL
  bool Boolean(int row, int column) const;            // boolean; false for NULL
  // tid, a row's "ctid": its block times 65536 and its number in there, so never 0; 0 for NULL.
  int64_t Place(int row, int column) const;

 private:
  struct Deleter {
    void operator()(pg_result* result) const;
  };
  std::unique_ptr<pg_result, Deleter> result_;
};

}  // namespace throughline::storage

#endif  // THROUGHLINE_COMMON_STORAGE_POSTGRES_VALUE_H_
