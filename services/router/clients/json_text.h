#ifndef THROUGHLINE_SERVICES_ROUTER_CLIENTS_JSON_TEXT_H_
#define THROUGHLINE_SERVICES_ROUTER_CLIENTS_JSON_TEXT_H_

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "absl/strings/string_view.h"

// JSON that is mostly prompts and answers. The library reads and writes texts byte by byte, which
// for long ones takes longer than all else of a request; here it gets only what is special in them.
namespace throughline::router {

// `json` as json.dump() writes it, with U+FFFD in the place of what is no UTF-8.
std::string WriteJson(const nlohmann::json& json);

// What json::parse makes of `text`; discarded when that is no JSON.
nlohmann::json ReadJson(absl::string_view text);

}  // namespace throughline::router

#endif  // THROUGHLINE_SERVICES_ROUTER_CLIENTS_JSON_TEXT_H_
