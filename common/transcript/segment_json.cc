#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/transcript/meeting_json.h"
#include "common/transcript/parse.h"
#include "common/transcript/text.h"

namespace throughline::transcript {
namespace {

constexpr std::initializer_list<absl::string_view> kSpeakerKeys = {
    "speaker", "speaker_name", "speakerName", "speaker_label", "name", "participant", "author"};
constexpr std::initializer_list<absl::string_view> kTextKeys = {"text",    "content", "transcript",
                                                                "message", "body",    "words"};
constexpr std::initializer_list<absl::string_view> kStartKeys = {"start", "start_time", "startTime",
                                                                 "begin"};
constexpr std::initializer_list<absl::string_view> kEndKeys = {"end", "end_time", "endTime"};
// Slower speech than one word in this many seconds means that the numbers are no seconds.
constexpr double kSlowestSecondsPerWord = 30;

bool AnyHas(const Json& array, std::initializer_list<absl::string_view> names) {
  return std::any_of(array.begin(), array.end(),
                     [&](const Json& element) { return Member(element, names) != nullptr; });
}

// A speaker may be a name, a number, or an object with a name.
std::string SpeakerOf(const Json& segment) {
  const Json* speaker = Member(segment, kSpeakerKeys);
  if (speaker == nullptr) return "";
  if (speaker->is_object()) return TextMember(*speaker, {"name", "display_name", "displayName"});
  const std::string name = TextMember(segment, kSpeakerKeys);
  const bool is_number =
      !name.empty() && std::all_of(name.begin(), name.end(), absl::ascii_isdigit);
  return is_number ? absl::StrCat("Speaker ", name) : name;
}

// The factor from the array's numbers to seconds: 0.001 when they can only be milliseconds.
double SecondsPerUnit(const Json& segments) {
  double first = 0, last = 0;
  size_t words = 0;
  for (const Json& segment : segments) {
    const std::optional<double> start = NumberMember(segment, kStartKeys);
    if (!start.has_value()) continue;
    if (*start != std::floor(*start)) return 1;
    if (words == 0) first = *start;
    last = std::max(last, NumberMember(segment, kEndKeys).value_or(*start));
    words += Words(TextMember(segment, kTextKeys)).size();
  }
  return last - first > static_cast<double>(words) * kSlowestSecondsPerWord ? 0.001 : 1;
}

std::optional<absl::Duration> OffsetOf(const Json& segment,
                                       std::initializer_list<absl::string_view> names,
                                       double seconds_per_unit) {
  if (const std::optional<double> number = NumberMember(segment, names)) {
    return CallOffset(*number * seconds_per_unit);
  }
  const std::string written = TextMember(segment, names);
  return WholeTime(written);
}

// Plain text, or a list of parts of which the textual ones count.
std::string ChatContent(const Json& message) {
  const Json* content = Member(message, {"content"});
  if (content == nullptr || !content->is_array()) return TextMember(message, {"content"});
  std::string text;
  for (const Json& part : *content) {
    if (part.is_string()) AppendFolded(part.get_ref<const std::string&>(), &text);
    AppendFolded(TextMember(part, {"text"}), &text);
  }
  return text;
}

int32_t ChatSpeaker(const Json& message, const std::string& role, Draft* draft) {
  std::string name = TextMember(message, {"name"});
  const Side side = role == "user" || role == "human"        ? Side::kCustomer
                    : role == "assistant" || role == "model" ? Side::kSeller
                                                             : SideOfRole(role);
  if (name.empty()) {
    name = role;
    if (!name.empty()) name[0] = absl::ascii_toupper(name[0]);
  }
  const int32_t speaker = draft->Speaker(name);
  if (speaker >= 0) draft->speakers[static_cast<size_t>(speaker)].person.side = side;
  return speaker;
}

}  // namespace

const Json* FindSegments(const Json& root) {
  if (root.is_array()) return &root;
  for (const Json* level : {&root, Member(root, {"data", "result", "results", "recording"})}) {
    if (level == nullptr) continue;
    if (level->is_array()) return level;
    if (const Json* found = ArrayMember(
            *level, {"segments", "transcript", "utterances", "turns", "messages", "conversation",
                     "entries", "lines", "speaker_blocks", "dialogue"})) {
      return found;
    }
    if (const Json* transcript = Member(*level, {"transcript", "transcription"})) {
      if (const Json* found = ArrayMember(
              *transcript, {"segments", "sentences", "utterances", "turns", "speaker_blocks"})) {
        return found;
      }
    }
  }
  return nullptr;
}

std::optional<Draft> ReadChat(const Json& root) {
  const Json* messages = FindSegments(root);
  if (messages == nullptr || !AnyHas(*messages, {"role"}) || !AnyHas(*messages, {"content"})) {
    return std::nullopt;
  }
  Draft draft(Format::kChat);
  if (root.is_object()) ReadMeeting(root, &draft);
  size_t skipped = 0, instructions = 0;
  for (const Json& message : *messages) {
    if (draft.turns.size() > kMaxTurns) break;
    const std::string role = Lowered(TextMember(message, {"role"}));
    const std::string text = ChatContent(message);
    if (role == "system" || role == "developer" || role == "tool") {
      ++instructions;
    } else if (text.empty()) {
      ++skipped;
    } else {
      draft.AddTurn(ChatSpeaker(message, role, &draft), text);
    }
  }
  if (instructions > 0) {
    draft.Warn(
        absl::StrCat(instructions, " system or tool messages were left out: nobody says them"));
  }
  WarnSkipped(skipped, &draft);
  return draft;
}

std::optional<Draft> ReadGranola(const Json& root) {
  const Json* segments = FindSegments(root);
  if (segments == nullptr || !AnyHas(*segments, {"source"}) || AnyHas(*segments, kSpeakerKeys)) {
    return std::nullopt;
  }
  Draft draft(Format::kGranola);
  if (root.is_object()) ReadMeeting(root, &draft);
  size_t skipped = 0;
  std::optional<absl::Time> began;
  for (const Json& segment : *segments) {
    const std::string text = TextMember(segment, kTextKeys);
    skipped += text.empty();
    if (draft.turns.size() > kMaxTurns || text.empty()) continue;
    const auto start = TimeMember(segment, {"start_timestamp", "start"});
    const auto end = TimeMember(segment, {"end_timestamp", "end"});
    if (!began.has_value()) began = start;
    const auto since = [&](const std::optional<absl::Time>& at) -> std::optional<absl::Duration> {
      if (!at.has_value() || !began.has_value()) return std::nullopt;
      return CallOffset(absl::ToDoubleSeconds(*at - *began));
    };
    // The microphone hears its owner, the system everybody else.
    const bool own = TextMember(segment, {"source"}) == "microphone";
    draft.AddPiece(draft.Speaker(own ? "Me" : "Them"), text, since(start), since(end));
  }
  if (!draft.occurred_at.has_value()) draft.occurred_at = began;
  WarnSkipped(skipped, &draft);
  return draft;
}

std::optional<Draft> ReadWhisper(const Json& root) {
  const Json* segments = ArrayMember(root, {"segments"});
  if (segments == nullptr || AnyHas(*segments, {"speaker_name", "participant_id", "role"})) {
    return std::nullopt;
  }
  Draft draft(Format::kWhisper);
  size_t skipped = 0;
  for (const Json& segment : *segments) {
    const std::string text = TextMember(segment, {"text"});
    skipped += text.empty();
    if (draft.turns.size() > kMaxTurns || text.empty()) continue;
    const auto start = CallOffset(NumberMember(segment, kStartKeys));
    const auto end = CallOffset(NumberMember(segment, kEndKeys));
    const std::string speaker = SpeakerOf(segment);
    if (speaker.empty()) {
      draft.AddUnnamedPiece(text, start, end);
    } else {
      draft.AddPiece(draft.Speaker(speaker), text, start, end);
    }
  }
  WarnSkipped(skipped, &draft);
  return draft;
}

std::optional<Draft> ReadGrain(const Json& root) {
  const Json* segments = FindSegments(root);
  if (segments == nullptr || !AnyHas(*segments, kTextKeys)) return std::nullopt;
  Draft draft(Format::kGrain);
  if (root.is_object()) {
    const Json* recording = Member(root, {"recording", "data", "meeting"});
    ReadMeeting(recording != nullptr && recording->is_object() ? *recording : root, &draft);
  }
  const double seconds_per_unit = SecondsPerUnit(*segments);
  size_t skipped = 0;
  for (const Json& segment : *segments) {
    const std::string text = TextMember(segment, kTextKeys);
    skipped += text.empty();
    if (draft.turns.size() > kMaxTurns || text.empty()) continue;
    const auto start = OffsetOf(segment, kStartKeys, seconds_per_unit);
    const auto end = OffsetOf(segment, kEndKeys, seconds_per_unit);
    const std::string speaker = SpeakerOf(segment);
    if (speaker.empty()) {
      draft.AddUnnamedPiece(text, start, end);
    } else {
      draft.AddPiece(draft.Speaker(speaker), text, start, end);
    }
  }
  WarnSkipped(skipped, &draft);
  return draft;
}

}  // namespace throughline::transcript
