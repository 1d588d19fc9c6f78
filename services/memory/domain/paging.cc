#include "services/memory/domain/paging.h"

#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/errors.h"
#include "common/base/status_macros.h"

namespace throughline::memory {
namespace {

absl::Status BadToken() {
  return InvalidField("page_token", "a next_page_token of this request",
                      "leave it empty for the first page");
}

}  // namespace

bool operator<(const FactCursor& a, const FactCursor& b) {
  return std::make_tuple(-a.valid_from_micros, absl::string_view(a.id)) <
         std::make_tuple(-b.valid_from_micros, absl::string_view(b.id));
}

FactCursor CursorOf(const FactRow& row) {
  return {.valid_from_micros = absl::ToUnixMicros(row.fact.valid_from), .id = row.fact.id};
}

std::string FormatToken(absl::string_view value) { return absl::WebSafeBase64Escape(value); }

absl::StatusOr<std::string> ParseToken(absl::string_view token) {
  std::string value;
  if (!absl::WebSafeBase64Unescape(token, &value)) return BadToken();
  return value;
}

std::string FormatFactCursor(const FactCursor& cursor) {
  return FormatToken(absl::StrCat("f:", cursor.valid_from_micros, ":", cursor.id));
}

absl::StatusOr<std::optional<FactCursor>> ParseFactCursor(absl::string_view token) {
  if (token.empty()) return std::optional<FactCursor>();
  ASSIGN_OR_RETURN(const std::string value, ParseToken(token));
  const std::vector<std::string> parts = absl::StrSplit(value, absl::MaxSplits(':', 2));
  FactCursor cursor;
  if (parts.size() != 3 || parts[0] != "f" ||
      !absl::SimpleAtoi(parts[1], &cursor.valid_from_micros)) {
    return BadToken();
  }
  cursor.id = parts[2];
  return std::make_optional(std::move(cursor));
}

std::string FormatRecallCursor(const RecallCursor& cursor) {
  return FormatToken(absl::StrCat("r:", cursor.version, ":", cursor.page));
}

absl::StatusOr<RecallCursor> ParseRecallCursor(absl::string_view token) {
  RecallCursor cursor;
  if (token.empty()) return cursor;
  ASSIGN_OR_RETURN(const std::string value, ParseToken(token));
  const std::vector<std::string> parts = absl::StrSplit(value, ':');
  if (parts.size() != 3 || parts[0] != "r" || !absl::SimpleAtoi(parts[1], &cursor.version) ||
      !absl::SimpleAtoi(parts[2], &cursor.page) || cursor.page > kMaxRecallPages) {
    return BadToken();
  }
  return cursor;
}

}  // namespace throughline::memory
