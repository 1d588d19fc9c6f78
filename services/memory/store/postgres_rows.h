#ifndef THROUGHLINE_SERVICES_MEMORY_STORE_POSTGRES_ROWS_H_
#define THROUGHLINE_SERVICES_MEMORY_STORE_POSTGRES_ROWS_H_

#include <optional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/base/status_macros.h"
#include "common/storage/postgres_value.h"
#include "services/memory/domain/memory_store.h"
#include "services/memory/store/codec.h"
#include "services/memory/store/fact_reader.h"

// Records out of the rows that PostgreSQL returned. DATA_LOSS for bytes that cannot be read.
namespace throughline::memory::store {

inline absl::Status Unreadable(absl::string_view what) {
  return absl::DataLossError(
      absl::StrCat("a stored ", what, " cannot be read; restore the database from a backup"));
}

template <typename Message>
absl::Status Parse(absl::string_view bytes, Message* message) {
  if (message->ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return absl::OkStatus();
  }
  return Unreadable(message->GetTypeName());
}

// The message in `column`, as a record.
template <typename Message>
auto ReadBody(const storage::PostgresRows& rows, int row, int column = 0)
    -> absl::StatusOr<decltype(Decode(std::declval<Message>()))> {
  Message message;
  RETURN_IF_ERROR(Parse(rows.Text(row, column), &message));
  return Decode(message);
}

// The column body of the first row, if there is one.
template <typename Message>
auto ReadFirst(const storage::PostgresRows& rows)
    -> absl::StatusOr<std::optional<decltype(Decode(std::declval<Message>()))>> {
  using Record = decltype(Decode(std::declval<Message>()));
  if (rows.empty()) return std::optional<Record>();
  ASSIGN_OR_RETURN(Record record, ReadBody<Message>(rows, 0));
  return std::make_optional(std::move(record));
}

template <typename Message>
auto ReadAll(const storage::PostgresRows& rows)
    -> absl::StatusOr<std::vector<decltype(Decode(std::declval<Message>()))>> {
  std::vector<decltype(Decode(std::declval<Message>()))> records;
  records.reserve(static_cast<size_t>(rows.size()));
  Message message;  // reuses what it holds
  for (int row = 0; row < rows.size(); ++row) {
    RETURN_IF_ERROR(Parse(rows.Text(row, 0), &message));
    records.push_back(Decode(message));
  }
  return records;
}

// The columns body[, statements].
inline absl::StatusOr<std::vector<FactRow>> ReadFacts(const storage::PostgresRows& rows,
                                                      Statements statements) {
  std::vector<FactRow> facts(static_cast<size_t>(rows.size()));
  for (int row = 0; row < rows.size(); ++row) {
    if (!ReadFact(rows.Text(row, 0), &facts[static_cast<size_t>(row)])) return Unreadable("fact");
  }
  if (statements == Statements::kWithout) return facts;
  for (int row = 0; row < rows.size(); ++row) {
    if (!ReadStatements(rows.Text(row, 1), &facts[static_cast<size_t>(row)].statements)) {
      return Unreadable("fact's statements");
    }
  }
  return facts;
}

}  // namespace throughline::memory::store

#endif  // THROUGHLINE_SERVICES_MEMORY_STORE_POSTGRES_ROWS_H_
