#ifndef THROUGHLINE_COMMON_JSON_JSON_TEXT_H_
#define THROUGHLINE_COMMON_JSON_JSON_TEXT_H_

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

// JSON of requests and answers, from whomever it may be.
namespace throughline::json_text {

// `json` as json.dump() writes it, with U+FFFD in the place of what is no UTF-8. `Json` is
// nlohmann::json or nlohmann::ordered_json.
template <typename Json>
std::string Write(const Json& json);

// `text` as a string of JSON, with its quotation marks: what Write makes of it.
std::string Quoted(absl::string_view text);
void AppendQuoted(absl::string_view text, std::string& out);
// The room to reserve for so many bytes as a string of JSON: of prose few are escaped.
inline size_t RoomForQuoted(size_t bytes) { return bytes + bytes / 16 + 2; }

// What Json::parse makes of `text`, read by simdjson, some ten times as fast. INVALID_ARGUMENT
// says up to which byte `text` is JSON; OUT_OF_RANGE that objects and lists stand within each other
// deeper than `max_levels`, not counting empty ones. Names keep their order in an ordered_json,
// unless numbers beyond 64 bits are there.
template <typename Json>
absl::StatusOr<Json> Read(absl::string_view text, int max_levels);

extern template std::string Write(const nlohmann::json&);
extern template std::string Write(const nlohmann::ordered_json&);
extern template absl::StatusOr<nlohmann::json> Read(absl::string_view, int);
extern template absl::StatusOr<nlohmann::ordered_json> Read(absl::string_view, int);

}  // namespace throughline::json_text

#endif  // THROUGHLINE_COMMON_JSON_JSON_TEXT_H_
