#include "common/json/json_text.h"

#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "absl/numeric/bits.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/bytes.h"

namespace throughline::json_text {
namespace {

// Shorter texts are quicker left to the library.
constexpr size_t kLongBytes = 128;

// The highest bit of each of eight bytes that is no plain ASCII: control characters, quotation
// marks, backslashes and all beyond ASCII. 0x7F counts as special, which costs little.
uint64_t SpecialBytes(uint64_t bytes) {
  const uint64_t low = bytes & ~bytes::kHighBits;
  const uint64_t at_least_space = low + bytes::kLowBits * (0x80 - 0x20);
  return (bytes | ~at_least_space | (low + bytes::kLowBits) | bytes::BytesEqual(bytes, '"') |
          bytes::BytesEqual(bytes, '\\')) &
         bytes::kHighBits;
}

// The first special byte from `begin` on, or the end.
size_t FindSpecial(absl::string_view text, size_t begin) {
  for (; begin < text.size(); begin += bytes::kWordBytes) {
    const uint64_t special = SpecialBytes(bytes::LoadBytes(text, begin));
    if (special == 0) continue;
    return std::min(begin + static_cast<size_t>(absl::countr_zero(special)) / 8, text.size());
  }
  return text.size();
}

bool IsHigh(char c) { return static_cast<unsigned char>(c) >= 0x80; }

// A character beyond ASCII is read as a whole: where bytes of such begin, all of them up to the
// next ASCII.
size_t EndOfHighBytes(absl::string_view text, size_t begin) {
  while (begin < text.size() && IsHigh(text[begin])) ++begin;
  return begin;
}

template <typename Json>
void AppendText(absl::string_view text, std::string& out) {
  out.push_back('"');
  for (size_t i = 0; i < text.size();) {
    const size_t special = FindSpecial(text, i);
    out.append(text.data() + i, special - i);
    if (special == text.size()) break;
    i = IsHigh(text[special]) ? EndOfHighBytes(text, special) : special + 1;
    const std::string written = Json(std::string(text.substr(special, i - special)))
                                    .dump(-1, ' ', false, Json::error_handler_t::replace);
    out.append(written, 1, written.size() - 2);
  }
  out.push_back('"');
}

template <typename Json>
void Append(const Json& json, std::string& out) {
  if (json.is_string()) {
    AppendText<Json>(json.template get_ref<const std::string&>(), out);
  } else if (json.is_object()) {
    char before = '{';
    for (const auto& [name, value] : json.items()) {
      out.push_back(std::exchange(before, ','));
      AppendText<Json>(name, out);
      out.push_back(':');
      Append(value, out);
    }
    out.append(before == '{' ? "{}" : "}");
  } else if (json.is_array()) {
    char before = '[';
    for (const Json& value : json) {
      out.push_back(std::exchange(before, ','));
      Append(value, out);
    }
    out.append(before == '[' ? "[]" : "]");
  } else {
    out.append(json.dump());
  }
}

// A text of a document: from its quotation mark to behind the other one.
struct Literal {
  size_t begin = 0;
  size_t end = 0;
  bool is_plain = true;  // nothing special is in it
};

// Where the text that begins with the quotation mark at `begin` ends; nothing when it does not.
std::optional<Literal> FindEnd(absl::string_view json, size_t begin) {
  Literal found{.begin = begin};
  for (size_t i = begin + 1;;) {
    i = FindSpecial(json, i);
    if (i == json.size()) return std::nullopt;
    if (json[i] == '"') {
      found.end = i + 1;
      return found;
    }
    found.is_plain = false;
    i += json[i] == '\\' ? 2 : 1;
    if (i >= json.size()) return std::nullopt;
  }
}

// How many bytes one escape, or several that may be one character's, or bytes beyond ASCII take.
size_t SpecialLength(absl::string_view text) {
  if (IsHigh(text[0])) return EndOfHighBytes(text, 0);
  if (text[0] != '\\') return 1;
  constexpr size_t kHexEscapeBytes = 6;  // \u00e9
  size_t length = 0;
  while (length < text.size() && text.substr(length, 2) == "\\u") length += kHexEscapeBytes;
  return std::min(std::max<size_t>(length, 2), text.size());
}

// What a literal says; nothing when the library must tell what is wrong with it.
std::optional<std::string> Read(absl::string_view json, const Literal& literal) {
  const absl::string_view text = json.substr(literal.begin + 1, literal.end - literal.begin - 2);
  if (literal.is_plain) return std::string(text);
  std::string said;
  said.reserve(text.size());
  for (size_t i = 0; i < text.size();) {
    const size_t special = FindSpecial(text, i);
    said.append(text.data() + i, special - i);
    if (special == text.size()) break;
    const size_t length = SpecialLength(text.substr(special));
    const auto part =
        nlohmann::json::parse(absl::StrCat("\"", text.substr(special, length), "\""), nullptr,
                              /*allow_exceptions=*/false);
    if (!part.is_string()) return std::nullopt;
    said.append(part.get_ref<const std::string&>());
    i = special + length;
  }
  return said;
}

bool IsName(absl::string_view json, const Literal& literal) {
  const absl::string_view rest = absl::StripLeadingAsciiWhitespace(json.substr(literal.end));
  return !rest.empty() && rest[0] == ':';
}

// A document whose long texts were read and taken out.
struct Shortened {
  std::string json;                                   // "" in the place of each
  std::vector<std::pair<size_t, std::string>> taken;  // how many texts stand before it, and it
};

Shortened TakeLongTexts(absl::string_view json) {
  Shortened less;
  size_t kept = 0;
  size_t before = 0;
  for (size_t at = json.find('"'); at != absl::string_view::npos; at = json.find('"', at)) {
    const std::optional<Literal> literal = FindEnd(json, at);
    if (!literal.has_value()) break;
    at = literal->end;
    if (literal->end - literal->begin > kLongBytes && !IsName(json, *literal)) {
      std::optional<std::string> said = Read(json, *literal);
      if (said.has_value()) {
        less.taken.emplace_back(before, *std::move(said));
        absl::StrAppend(&less.json, json.substr(kept, literal->begin - kept), "\"\"");
        kept = literal->end;
      }
    }
    ++before;
  }
  absl::StrAppend(&less.json, json.substr(kept));
  return less;
}

}  // namespace

template <typename Json>
std::string Write(const Json& json) {
  std::string out;
  Append(json, out);
  return out;
}

template <typename Json>
Json Read(absl::string_view text) {
  Shortened less = TakeLongTexts(text);
  size_t texts = 0;
  auto next = less.taken.begin();
  // Puts back what was taken out, by counting names and texts as they come.
  using Event = typename Json::parse_event_t;
  const auto put_back = [&](int, Event event, Json& value) {
    const bool is_text = event == Event::key || (event == Event::value && value.is_string());
    if (!is_text) return true;
    if (next != less.taken.end() && next->first == texts) value = std::move((next++)->second);
    ++texts;
    return true;
  };
  if (less.taken.empty()) {
    return Json::parse(text.begin(), text.end(), nullptr, /*allow_exceptions=*/false);
  }
  return Json::parse(less.json, put_back, /*allow_exceptions=*/false);
}

bool IsDeeperThan(absl::string_view text, int levels) {
  int depth = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') {
      const std::optional<Literal> literal = FindEnd(text, i);
      if (!literal.has_value()) return false;
      i = literal->end - 1;
    }
    if (c == '}' || c == ']') --depth;
    if ((c == '{' || c == '[') && ++depth > levels) return true;
  }
  return false;
}

template std::string Write(const nlohmann::json& json);
template std::string Write(const nlohmann::ordered_json& json);
template nlohmann::json Read(absl::string_view text);
template nlohmann::ordered_json Read(absl::string_view text);

}  // namespace throughline::json_text
