#include "services/cli/client/json_lines.h"

#include <filesystem>
#include <istream>
#include <system_error>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/errors.h"
#include "common/base/status_macros.h"
#include "common/wire/time.h"

namespace throughline::cli {
namespace {

constexpr char kFixLine[] = "correct the line and run the command again";

// The field's value; null when it is absent.
const nlohmann::json& Find(const nlohmann::json& object, const char* field) {
  static const auto* absent = new nlohmann::json(nullptr);
  const auto found = object.find(field);
  return found == object.end() ? *absent : *found;
}

}  // namespace

std::optional<absl::Time> ParseDayOrTime(absl::string_view text) {
  if (const auto day = wire::ParseDay(text); day.ok()) {
    return absl::FromCivil(*day, absl::UTCTimeZone());
  }
  absl::Time time;
  std::string error;
  if (!absl::ParseTime(absl::RFC3339_full, text, &time, &error)) return std::nullopt;
  return time;
}

absl::Status JsonRow::Error(absl::string_view field, absl::string_view expected) const {
  return InvalidField(absl::StrCat(place_, ": ", field), expected, kFixLine);
}

absl::StatusOr<std::string> JsonRow::Required(const char* field) const {
  const nlohmann::json& value = Find(object_, field);
  if (value.is_string() && !value.get_ref<const std::string&>().empty()) {
    return value.get<std::string>();
  }
  return Error(field, absl::StrCat("a string that is not empty, found ", value.is_null() ? "none"
                                                                         : value.is_string()
                                                                             ? "an empty one"
                                                                             : value.type_name()));
}

absl::StatusOr<std::optional<std::string>> JsonRow::Optional(const char* field) const {
  const nlohmann::json& value = Find(object_, field);
  if (value.is_null()) return std::nullopt;
  if (value.is_string()) return value.get<std::string>();
  return Error(field, absl::StrCat("a string, found ", value.type_name()));
}

absl::StatusOr<std::vector<std::string>> JsonRow::OptionalList(const char* field) const {
  const nlohmann::json& value = Find(object_, field);
  std::vector<std::string> strings;
  if (value.is_null()) return strings;
  if (!value.is_array()) {
    return Error(field, absl::StrCat("a list of strings, found ", value.type_name()));
  }
  for (const nlohmann::json& element : value) {
    if (!element.is_string()) {
      return Error(field, absl::StrCat("a list of strings, found ", element.type_name(), " in it"));
    }
    strings.push_back(element.get<std::string>());
  }
  return strings;
}

absl::StatusOr<std::optional<absl::Time>> JsonRow::OptionalTime(const char* field) const {
  ASSIGN_OR_RETURN(const std::optional<std::string> text, Optional(field));
  if (!text.has_value()) return std::nullopt;
  const std::optional<absl::Time> time = ParseDayOrTime(*text);
  if (!time.has_value()) {
    return Error(field, absl::StrCat("a day as YYYY-MM-DD or a time like 2026-01-14T09:30:00Z, ",
                                     "found \"", *text, "\""));
  }
  return time;
}

absl::StatusOr<std::unique_ptr<JsonLines>> JsonLines::Open(const std::string& path,
                                                           std::istream& standard_input) {
  if (path == "-") {
    return std::unique_ptr<JsonLines>(new JsonLines("stdin", nullptr, standard_input));
  }
  std::error_code error;
  auto file = std::make_unique<std::ifstream>(path, std::ios::binary);
  if (!file->is_open() || std::filesystem::is_directory(path, error)) {
    return absl::NotFoundError(absl::StrCat("--jsonl: expected a file that can be read, got \"",
                                            path, "\"; check the path"));
  }
  std::istream& input = *file;
  return std::unique_ptr<JsonLines>(new JsonLines(path, std::move(file), input));
}

absl::StatusOr<std::optional<JsonRow>> JsonLines::Next() {
  std::string line;
  while (std::getline(input_, line)) {
    ++line_number_;
    bytes_read_ += static_cast<int64_t>(line.size()) + 1;
    if (absl::StripAsciiWhitespace(line).empty()) continue;
    const std::string place = absl::StrCat(name_, ":", line_number_);
    if (line.size() > kMaxJsonLineBytes) {
      return InvalidField(place, absl::StrCat("at most ", kMaxJsonLineBytes, " bytes a line"),
                          "split the line");
    }
    nlohmann::json object = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (!object.is_object()) return InvalidField(place, "one JSON object a line", kFixLine);
    return JsonRow(place, std::move(object));
  }
  return std::nullopt;
}

}  // namespace throughline::cli
