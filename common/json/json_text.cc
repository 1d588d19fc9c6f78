#include "common/json/json_text.h"

#include <simdjson.h>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"

namespace throughline::json_text {
namespace {

using simdjson::dom::element_type;

absl::Status TooDeep(int max_levels) {
  return absl::OutOfRangeError(absl::StrCat("JSON nests deeper than ", max_levels, " levels"));
}

template <typename Json>
Json Build(simdjson::dom::element element);

// Of a name that comes twice the last value stands, in the place of the first.
nlohmann::ordered_json BuildObject(simdjson::dom::object from, nlohmann::ordered_json object) {
  // The object itself would look for every name among all before it.
  absl::flat_hash_map<absl::string_view, size_t> places;
  auto& members = object.get_ref<nlohmann::ordered_json::object_t&>();
  members.reserve(from.size());
  for (const auto& [name, value] : from) {
    const auto [place, is_new] =
        places.try_emplace(absl::string_view(name.data(), name.size()), members.size());
    auto built = Build<nlohmann::ordered_json>(value);
    if (is_new) {
      members.emplace_back(std::string(name), std::move(built));
    } else {
      std::next(members.begin(), place->second)->second = std::move(built);
    }
  }
  return object;
}

nlohmann::json BuildObject(simdjson::dom::object from, nlohmann::json object) {
  for (const auto& [name, value] : from) object[std::string(name)] = Build<nlohmann::json>(value);
  return object;
}

template <typename Json>
Json Build(simdjson::dom::element element) {
  switch (element.type()) {
    case element_type::OBJECT:
      return BuildObject(element.get_object(), Json::object());
    case element_type::ARRAY: {
      const simdjson::dom::array from = element.get_array();
      Json list = Json::array();
      for (const simdjson::dom::element one : from) list.push_back(Build<Json>(one));
      return list;
    }
    case element_type::STRING:
      return std::string(element.get_c_str(), element.get_string_length());
    case element_type::INT64: {
      const int64_t number = element.get_int64();
      return number < 0 ? Json(number) : Json(static_cast<uint64_t>(number));
    }
    case element_type::UINT64:
      return uint64_t(element.get_uint64());
    case element_type::DOUBLE:
      return double(element.get_double());
    case element_type::BOOL:
      return bool(element.get_bool());
    case element_type::NULL_VALUE:
      return nullptr;
  }
  return nullptr;
}

// By the slower library, which takes numbers beyond 64 bits, and says where text is no JSON.
absl::StatusOr<nlohmann::json> ReadSlowly(absl::string_view text, int max_levels) {
  using Event = nlohmann::json::parse_event_t;
  bool is_too_deep = false;
  const auto keep = [&](int levels, Event event, nlohmann::json&) {
    const bool opens = event == Event::object_start || event == Event::array_start;
    is_too_deep |= opens && levels >= max_levels;
    return !is_too_deep;
  };
  try {
    auto json = nlohmann::json::parse(text.begin(), text.end(), keep);
    if (is_too_deep) return TooDeep(max_levels);
    return absl::StatusOr<nlohmann::json>(absl::in_place, std::move(json));
  } catch (const nlohmann::json::parse_error& error) {
    return absl::InvalidArgumentError(absl::StrCat("not JSON from byte ", error.byte, " on"));
  } catch (const nlohmann::json::exception& error) {
    return absl::InvalidArgumentError(absl::StrCat("not usable JSON: ", error.what()));
  }
}

template <typename Json>
std::string WriteSlowly(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// Whether a byte stands in JSON in another way than in a text: a control character, a quotation
// mark or a backslash.
bool IsSpecial(char c) { return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\'; }

// So many bytes at a time: a loop of a fixed length is one that the compiler makes wide.
constexpr size_t kBlockBytes = 32;
bool HasSpecial(const char* block) {
  unsigned char has = 0;
  for (size_t i = 0; i < kBlockBytes; ++i) has |= static_cast<unsigned char>(IsSpecial(block[i]));
  return has != 0;
}

// Where the next byte stands that is to be escaped; the end when there is none.
const char* FindSpecial(const char* at, const char* end) {
  while (static_cast<size_t>(end - at) >= kBlockBytes && !HasSpecial(at)) at += kBlockBytes;
  return std::find_if(at, end, IsSpecial);
}

void AppendEscaped(char special, std::string& out) {
  constexpr absl::string_view kShort = "\"\"\\\\\bb\ff\nn\rr\tt";
  for (size_t i = 0; i < kShort.size(); i += 2) {
    if (special != kShort[i]) continue;
    out += '\\';
    out += kShort[i + 1];
    return;
  }
  absl::StrAppend(&out, "\\u", absl::Hex(static_cast<unsigned char>(special), absl::kZeroPad4));
}

}  // namespace

void AppendQuoted(absl::string_view text, std::string& out) {
  if (!simdjson::validate_utf8(text.data(), text.size())) {
    out += WriteSlowly(nlohmann::json(std::string(text)));
    return;
  }
  out += '"';
  const char* const end = text.data() + text.size();
  for (const char* at = text.data(); at != end;) {
    const char* const special = FindSpecial(at, end);
    out.append(at, special);
    at = special;
    if (at != end) AppendEscaped(*at++, out);
  }
  out += '"';
}

namespace {

template <typename Json>
void AppendJson(const Json& json, std::string& out) {
  absl::string_view separator = "";
  switch (json.type()) {
    case Json::value_t::object:
      out += '{';
      for (const auto& [name, value] : json.template get_ref<const typename Json::object_t&>()) {
        absl::StrAppend(&out, std::exchange(separator, ","));
        AppendQuoted(name, out);
        out += ':';
        AppendJson(value, out);
      }
      out += '}';
      return;
    case Json::value_t::array:
      out += '[';
      for (const Json& value : json) {
        absl::StrAppend(&out, std::exchange(separator, ","));
        AppendJson(value, out);
      }
      out += ']';
      return;
    case Json::value_t::string:
      return AppendQuoted(json.template get_ref<const std::string&>(), out);
    case Json::value_t::number_integer:
      return absl::StrAppend(&out, json.template get<int64_t>());
    case Json::value_t::number_unsigned:
      return absl::StrAppend(&out, json.template get<uint64_t>());
    default:
      out += WriteSlowly(json);
  }
}

// Texts of up to so many bytes are read without a parser of their own.
constexpr size_t kKeptBytes = size_t{16} << 10;
constexpr size_t kLeastCapacity = size_t{4} << 10;

}  // namespace

template <typename Json>
std::string Write(const Json& json) {
  std::string out;
  AppendJson(json, out);
  return out;
}

std::string Quoted(absl::string_view text) {
  std::string out;
  out.reserve(text.size() + 2);
  AppendQuoted(text, out);
  return out;
}

template <typename Json>
absl::StatusOr<Json> Read(absl::string_view text, int max_levels) {
  // A parser needs some 14 bytes for each of the text's, more than an allocator hands out quickly:
  // each thread keeps one that takes texts of the usual size.
  thread_local simdjson::dom::parser kept_parser;
  std::optional<simdjson::dom::parser> own_parser;
  if (text.size() > kKeptBytes) own_parser.emplace();
  simdjson::dom::parser& parser = own_parser.has_value() ? *own_parser : kept_parser;
  const size_t levels = static_cast<size_t>(max_levels) + 1;
  simdjson::dom::element root;
  auto error = simdjson::SUCCESS;
  if (parser.capacity() < text.size() || parser.max_depth() != levels) {
    error = parser.allocate(std::max(text.size(), kLeastCapacity), levels);
  }
  if (!error) error = parser.parse(text.data(), text.size()).get(root);
  if (error == simdjson::DEPTH_ERROR) return TooDeep(max_levels);
  if (error) {
    ASSIGN_OR_RETURN(const nlohmann::json json, ReadSlowly(text, max_levels));
    return absl::StatusOr<Json>(absl::in_place, json);
  }
  return absl::StatusOr<Json>(absl::in_place, Build<Json>(root));
}

template std::string Write(const nlohmann::json&);
template std::string Write(const nlohmann::ordered_json&);
template absl::StatusOr<nlohmann::json> Read(absl::string_view, int);
template absl::StatusOr<nlohmann::ordered_json> Read(absl::string_view, int);

}  // namespace throughline::json_text
