#include "tests/fuzz/transcript/sound_parse.h"

#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/transcript/parse.h"
#include "common/transcript/text.h"

namespace throughline::fuzz {
namespace {

using transcript::Format;

// As many formats as there are; detection, kUnknown, among them.
constexpr int kFormats = static_cast<int>(Format::kUnattributed) + 1;

// Where a first byte that is a control byte asks for a format, the rest is the text; else all of it
// is, in the format that is detected.
Format TakeFormat(absl::string_view* bytes) {
  if (bytes->empty() || static_cast<unsigned char>(bytes->front()) >= kFormats) {
    return Format::kUnknown;
  }
  const auto format = static_cast<Format>(bytes->front());
  bytes->remove_prefix(1);
  return format;
}

std::string UnsoundTurn(const transcript::Turn& turn, const std::set<std::string>& names) {
  if (turn.text.empty()) return absl::StrCat("turn ", turn.index, " has no words");
  if (turn.text != transcript::Folded(turn.text)) {
    return absl::StrCat("turn ", turn.index, " has white space that is not folded");
  }
  if (!turn.speaker.empty() && !names.contains(turn.speaker)) {
    return absl::StrCat("turn ", turn.index, " is spoken by nobody: ", turn.speaker);
  }
  return "";
}

}  // namespace

std::string UnsoundnessOfParsing(absl::string_view bytes) {
  transcript::ParseOptions options;
  options.format = TakeFormat(&bytes);
  const absl::StatusOr<transcript::Transcript> call = transcript::Parse(bytes, options);
  if (!call.ok()) {
    const bool names_field = absl::StrContains(call.status().message(), "transcript: ");
    return absl::IsInvalidArgument(call.status()) && names_field ? "" : call.status().ToString();
  }
  if (call->turns.empty()) return "a call without turns";
  if (call->turns.size() > transcript::kMaxTurns) return "more turns than allowed";
  if (call->participants.size() > transcript::kMaxParticipants) return "too many participants";
  std::set<std::string> names;
  for (const transcript::Participant& person : call->participants) {
    if (person.name.empty()) return "a participant without a name";
    names.insert(person.name);
  }
  for (size_t i = 0; i < call->turns.size(); ++i) {
    if (call->turns[i].index != static_cast<int32_t>(i)) return "turns out of order";
    std::string unsound = UnsoundTurn(call->turns[i], names);
    if (!unsound.empty()) return unsound;
  }
  return "";
}

}  // namespace throughline::fuzz
