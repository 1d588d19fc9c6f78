#include "common/transcript/json_reader.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/transcript/dates.h"

namespace throughline::transcript {
namespace {

// Numbers above this are milliseconds since 1970, below it seconds.
constexpr double kLargestEpochSeconds = 1e11;
constexpr double kLargestEpochMilliseconds = 1e13;

int Depth(absl::string_view text) {
  int depth = 0, deepest = 0;
  bool in_string = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      deepest = std::max(deepest, ++depth);
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return deepest;
}

// Accepts everything and remembers where reading broke off.
class ErrorFinder : public nlohmann::json_sax<Json> {
 public:
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_object(std::size_t) override { return true; }
  bool key(string_t&) override { return true; }
  bool end_object() override { return true; }
  bool start_array(std::size_t) override { return true; }
  bool end_array() override { return true; }
  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception&) override {
    position_ = position;
    return false;
  }

  size_t position() const { return position_; }

 private:
  size_t position_ = 0;
};

}  // namespace

absl::StatusOr<Json> ReadJson(absl::string_view text) {
  if (Depth(text) > kMaxJsonDepth) {
    return absl::InvalidArgumentError(
        absl::StrCat("transcript: expected JSON nested at most ", kMaxJsonDepth,
                     " deep, found deeper; pass the meeting's own transcript export"));
  }
  Json json = Json::parse(text.begin(), text.end(), nullptr, /*allow_exceptions=*/false);
  if (!json.is_discarded()) return json;
  ErrorFinder finder;
  Json::sax_parse(text.begin(), text.end(), &finder);
  return absl::InvalidArgumentError(
      absl::StrCat("transcript: expected JSON, found an error at byte ",
                   std::min(finder.position(), text.size()), " of ", text.size(),
                   "; export the transcript again"));
}

const Json* Member(const Json& object, std::initializer_list<absl::string_view> names) {
  if (!object.is_object()) return nullptr;
  for (absl::string_view name : names) {
    const auto found = object.find(std::string(name));
    if (found != object.end() && !found->is_null()) return &*found;
  }
  return nullptr;
}

std::string TextMember(const Json& object, std::initializer_list<absl::string_view> names) {
  for (absl::string_view name : names) {
    const Json* member = Member(object, {name});
    if (member == nullptr) continue;
    if (member->is_string() && !member->get_ref<const std::string&>().empty()) {
      return member->get<std::string>();
    }
    if (member->is_number_integer()) return absl::StrCat(member->get<int64_t>());
  }
  return "";
}

std::optional<double> NumberMember(const Json& object,
                                   std::initializer_list<absl::string_view> names) {
  for (absl::string_view name : names) {
    const Json* member = Member(object, {name});
    if (member == nullptr) continue;
    double value = 0;
    if (member->is_number()) {
      value = member->get<double>();
    } else if (!member->is_string() ||
               !absl::SimpleAtod(member->get_ref<const std::string&>(), &value)) {
      continue;
    }
    if (std::isfinite(value)) return value;
  }
  return std::nullopt;
}

const Json* ArrayMember(const Json& object, std::initializer_list<absl::string_view> names) {
  for (absl::string_view name : names) {
    const Json* member = Member(object, {name});
    if (member != nullptr && member->is_array()) return member;
  }
  return nullptr;
}

const Json* FindOwner(const Json& root, absl::string_view name) {
  std::deque<const Json*> open = {&root};
  while (!open.empty()) {
    const Json* node = open.front();
    open.pop_front();
    if (ArrayMember(*node, {name}) != nullptr) return node;
    if (!node->is_structured()) continue;
    for (const Json& child : *node) {
      if (child.is_structured()) open.push_back(&child);
    }
  }
  return nullptr;
}

std::optional<absl::Time> TimeMember(const Json& object,
                                     std::initializer_list<absl::string_view> names) {
  for (absl::string_view name : names) {
    const Json* member = Member(object, {name});
    if (member == nullptr) continue;
    if (member->is_string()) {
      if (const auto date = ParseDate(member->get_ref<const std::string&>())) return date;
    }
    const std::optional<double> number = NumberMember(object, {name});
    if (!number.has_value() || *number < 1e8 || *number > kLargestEpochMilliseconds) continue;
    return absl::FromUnixMillis(
        static_cast<int64_t>(*number > kLargestEpochSeconds ? *number : *number * 1000));
  }
  return std::nullopt;
}

}  // namespace throughline::transcript
