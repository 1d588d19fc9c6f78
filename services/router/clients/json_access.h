#ifndef THROUGHLINE_SERVICES_ROUTER_CLIENTS_JSON_ACCESS_H_
#define THROUGHLINE_SERVICES_ROUTER_CLIENTS_JSON_ACCESS_H_

#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

// Reading JSON of others, where any member may be missing or of another type.
namespace throughline::router {

// The member; null when there is none.
inline const nlohmann::json& At(const nlohmann::json& object, const char* key) {
  static const nlohmann::json& null = *new nlohmann::json();
  if (!object.is_object()) return null;
  const auto found = object.find(key);
  return found == object.end() ? null : *found;
}

// Empty for anything but text.
inline std::string TextAt(const nlohmann::json& object, const char* key) {
  const nlohmann::json& value = At(object, key);
  return value.is_string() ? value.get<std::string>() : "";
}

// Empty for anything but text, which is moved out.
inline std::string TakeText(nlohmann::json& object, const char* key) {
  if (!At(object, key).is_string()) return "";
  return std::move(object[key].get_ref<std::string&>());
}

// 0 for anything but a whole number of 0 or more.
inline int64_t CountAt(const nlohmann::json& object, const char* key) {
  const nlohmann::json& value = At(object, key);
  return value.is_number_integer() ? std::max<int64_t>(value.get<int64_t>(), 0) : 0;
}

}  // namespace throughline::router

#endif  // THROUGHLINE_SERVICES_ROUTER_CLIENTS_JSON_ACCESS_H_
