#ifndef THROUGHLINE_SERVICES_MEMORY_DOMAIN_PAGING_H_
#define THROUGHLINE_SERVICES_MEMORY_DOMAIN_PAGING_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/memory/domain/records.h"

// Page tokens: opaque to callers, checked when they come back. INVALID_ARGUMENT names page_token.
namespace throughline::memory {

// A place in the list of facts: newest first, then by id.
struct FactCursor {
  int64_t valid_from_micros = 0;
  std::string id;

  // True when `a` stands before `b` in the list.
  friend bool operator<(const FactCursor& a, const FactCursor& b);
};

FactCursor CursorOf(const FactRow& row);
std::string FormatFactCursor(const FactCursor& cursor);
// Nothing for the empty token of the first page.
absl::StatusOr<std::optional<FactCursor>> ParseFactCursor(absl::string_view token);

// A page of a recall: its number, and the version and question it belongs to.
struct RecallCursor {
  int64_t version = 0;
  size_t page = 0;
};
inline constexpr size_t kMaxRecallPages = 1000;

std::string FormatRecallCursor(const RecallCursor& cursor);
// Page 0 of any version for the empty token.
absl::StatusOr<RecallCursor> ParseRecallCursor(absl::string_view token);

// A version or an id as a token.
std::string FormatToken(absl::string_view value);
absl::StatusOr<std::string> ParseToken(absl::string_view token);

}  // namespace throughline::memory

#endif  // THROUGHLINE_SERVICES_MEMORY_DOMAIN_PAGING_H_
