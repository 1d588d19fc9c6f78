#include "common/base/traceparent.h"

#include <algorithm>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/random_hex.h"

namespace throughline {
namespace {

constexpr size_t kTraceIdBytes = 16;
constexpr size_t kSpanIdBytes = 8;
constexpr size_t kMaxHeaderLength = 256;

bool IsLowerHex(absl::string_view text, size_t length) {
  return text.size() == length && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

bool IsId(absl::string_view text, size_t bytes) {
  return IsLowerHex(text, 2 * bytes) && text.find_first_not_of('0') != absl::string_view::npos;
}

}  // namespace

std::string TraceParent::ToString() const {
  return absl::StrCat("00-", trace_id, "-", span_id, sampled ? "-01" : "-00");
}

std::optional<TraceParent> ParseTraceParent(absl::string_view header) {
  if (header.size() > kMaxHeaderLength) return std::nullopt;
  const std::vector<absl::string_view> parts = absl::StrSplit(header, '-');
  if (parts.size() < 4 || !IsLowerHex(parts[0], 2) || parts[0] == "ff") return std::nullopt;
  if (parts[0] == "00" && parts.size() != 4) return std::nullopt;
  if (!IsId(parts[1], kTraceIdBytes) || !IsId(parts[2], kSpanIdBytes)) return std::nullopt;
  int flags = 0;
  if (!IsLowerHex(parts[3], 2) || !absl::SimpleHexAtoi(parts[3], &flags)) return std::nullopt;
  return TraceParent{std::string(parts[1]), std::string(parts[2]), (flags & 1) != 0};
}

TraceParent NewTrace() { return {RandomHex(kTraceIdBytes), RandomHex(kSpanIdBytes), false}; }

TraceParent NewSpan(const TraceParent& parent) {
  return {parent.trace_id, RandomHex(kSpanIdBytes), parent.sampled};
}

}  // namespace throughline
