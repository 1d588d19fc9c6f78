#include "tests/eval/series.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "nlohmann/json.hpp"

namespace throughline::eval {
namespace {

using Json = nlohmann::json;

std::string Text(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::vector<std::string> Texts(const Json& object, const char* key, const char* field) {
  std::vector<std::string> texts;
  const auto found = object.find(key);
  if (found == object.end() || !found->is_array()) return texts;
  for (const Json& entry : *found) {
    texts.push_back(entry.is_string() ? entry.get<std::string>() : Text(entry, field));
  }
  return texts;
}

absl::StatusOr<Series> LoadOne(const std::filesystem::path& folder) {
  const std::filesystem::path file = folder / "labels.json";
  std::ifstream stream(file);
  const Json labels = Json::parse(stream, nullptr, false);
  if (labels.is_discarded() || !labels.contains("calls") || !labels["calls"].is_array()) {
    return absl::InvalidArgumentError(
        absl::StrCat(file.string(), ": expected a JSON object with a \"calls\" array"));
  }
  Series series{folder.filename().string(), Text(labels, "seller"), Text(labels, "customer"), {}};
  for (const Json& call : labels["calls"]) {
    CallLabels one;
    one.file = (folder / Text(call, "file")).string();
    absl::CivilDay day;
    if (!absl::ParseCivilTime(Text(call, "date"), &day)) {
      return absl::InvalidArgumentError(absl::StrCat(file.string(), ": call without a date"));
    }
    one.date = absl::FromCivil(day, absl::UTCTimeZone());
    const bool other = labels.value("not_a_sales_call", false);
    one.is_sales_call = call.value("is_sales_call", true) && !call.value("not_a_sales_call", other);
    one.stage = Text(call, "journey_stage");
    one.primary = call.contains("primary_blocker") ? Text(call["primary_blocker"], "category")
                                                   : std::string("none");
    one.open = Texts(call, "open_blockers", "category");
    one.resolved = Texts(call, "resolved_blockers", "category");
    one.deciders = Texts(call, "decision_makers", "name");
    one.nominal = Texts(call, "nominal_but_not_real_decision_makers", "name");
    one.acceptable = Texts(call, "acceptable_also", "name");
    if (const std::string to = Text(call, "email_recipient"); !to.empty()) {
      one.recipients.push_back(to);
    }
    for (std::string& also : Texts(call, "email_recipient_also_ok", "name")) {
      one.recipients.push_back(std::move(also));
    }
    one.must_mention = Texts(call, "must_mention", "text");
    one.must_not_mention = Texts(call, "must_not_mention", "text");
    one.facts = Texts(call, "new_facts", "text");
    series.calls.push_back(std::move(one));
  }
  return series;
}

}  // namespace

absl::StatusOr<std::vector<Series>> LoadSeries(const std::string& directory) {
  std::error_code error;
  std::vector<std::filesystem::path> folders;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
    if (std::filesystem::exists(entry.path() / "labels.json")) folders.push_back(entry.path());
  }
  if (error) {
    return absl::InvalidArgumentError(absl::StrCat("--deals ", directory, ": ", error.message(),
                                                   "; expected a folder of labelled series"));
  }
  std::sort(folders.begin(), folders.end());
  std::vector<Series> all;
  for (const auto& folder : folders) {
    ASSIGN_OR_RETURN(Series series, LoadOne(folder));
    all.push_back(std::move(series));
  }
  return all;
}

}  // namespace throughline::eval
