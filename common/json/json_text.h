#ifndef THROUGHLINE_COMMON_JSON_JSON_TEXT_H_
#define THROUGHLINE_COMMON_JSON_JSON_TEXT_H_

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "absl/strings/string_view.h"

// JSON that is mostly prompts and answers. The library reads and writes texts byte by byte, which
// for long ones takes longer than all else of a request; here it gets only what is special in them.
// `Json` is nlohmann::json or nlohmann::ordered_json.
namespace throughline::json_text {

// `json` as json.dump() writes it, with U+FFFD in the place of what is no UTF-8.
template <typename Json>
std::string Write(const Json& json);

// What Json::parse makes of `text`; discarded when that is no JSON.
template <typename Json>
Json Read(absl::string_view text);

// Whether objects and lists stand within each other deeper than `levels`, as far as `text` is JSON.
bool IsDeeperThan(absl::string_view text, int levels);

extern template std::string Write(const nlohmann::json& json);
extern template std::string Write(const nlohmann::ordered_json& json);
extern template nlohmann::json Read(absl::string_view text);
extern template nlohmann::ordered_json Read(absl::string_view text);

}  // namespace throughline::json_text

#endif  // THROUGHLINE_COMMON_JSON_JSON_TEXT_H_
