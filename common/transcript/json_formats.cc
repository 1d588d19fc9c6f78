#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/status_macros.h"
#include "common/transcript/formats.h"
#include "common/transcript/meeting_json.h"
#include "common/transcript/parse.h"
#include "common/transcript/text.h"

namespace throughline::transcript {
namespace {

constexpr size_t kMaxNamedMembers = 6;

struct JsonFormat {
  Format format;
  std::optional<Draft> (*read)(const Json&);
};

// Most particular first: Grain's reader takes any list of texts.
constexpr JsonFormat kJsonFormats[] = {
    {Format::kGong, ReadGong},       {Format::kFireflies, ReadFireflies},
    {Format::kChat, ReadChat},       {Format::kGranola, ReadGranola},
    {Format::kWhisper, ReadWhisper}, {Format::kGrain, ReadGrain},
};

// {"title": …, "transcript": "Name: text\n…"}: text inside JSON.
std::optional<Draft> ReadTextMember(const Json& root) {
  for (const Json* level : {&root, Member(root, {"data"})}) {
    if (level == nullptr) continue;
    const Json* text = Member(*level, {"transcript", "text", "content"});
    if (text == nullptr || !text->is_string()) continue;
    const std::string& written = text->get_ref<const std::string&>();
    Draft draft = ParseLabelled(written);
    if (draft.turns.empty()) draft = ParseUnattributed(written);
    ReadMeeting(*level, &draft);
    return draft;
  }
  return std::nullopt;
}

// One document, or an object a line, which is then an array of them.
absl::StatusOr<Json> ReadJsonOrLines(absl::string_view text) {
  absl::StatusOr<Json> document = ReadJson(text);
  LineReader lines(text);
  absl::string_view line;
  if (document.ok() || !lines.Next(&line)) return document;
  Json rows = Json::array();
  do {
    if (line.empty()) continue;
    absl::StatusOr<Json> row = ReadJson(line);
    // What is wrong with the whole says more than what is wrong with its first line.
    if (!row.ok() || !row->is_object()) return rows.size() < 2 ? document : std::move(row);
    rows.push_back(*std::move(row));
  } while (rows.size() <= kMaxTurns && lines.Next(&line));
  return rows;
}

std::string Describe(const Json& root) {
  if (!root.is_object()) return absl::StrCat("JSON ", root.type_name());
  std::vector<std::string> members;
  for (const auto& [key, value] : root.items()) {
    if (members.size() == kMaxNamedMembers) break;
    members.push_back(absl::StrCat(key.substr(0, 40), " (", value.type_name(), ")"));
  }
  return members.empty() ? "an empty object"
                         : absl::StrCat("an object of ", absl::StrJoin(members, ", "));
}

}  // namespace

absl::StatusOr<Draft> ParseJson(absl::string_view text, Format format) {
  ASSIGN_OR_RETURN(const Json root, ReadJsonOrLines(text));
  for (const JsonFormat& candidate : kJsonFormats) {
    if (format != Format::kUnknown && format != candidate.format) continue;
    std::optional<Draft> draft = candidate.read(root);
    if (draft.has_value() && (format != Format::kUnknown || !draft->turns.empty())) {
      return *std::move(draft);
    }
  }
  if (format == Format::kUnknown || format == Format::kWhisper) {
    if (std::optional<Draft> draft = ReadTextMember(root)) return *std::move(draft);
  }
  const absl::string_view expected = format == Format::kUnknown
                                         ? "gong, fireflies, grain, granola, whisper or chat"
                                         : FormatName(format);
  return absl::InvalidArgumentError(absl::StrCat(
      "transcript: expected the JSON of ", expected, " with its turns in an array, found ",
      Describe(root), "; pass the tool's transcript export unchanged"));
}

}  // namespace throughline::transcript
