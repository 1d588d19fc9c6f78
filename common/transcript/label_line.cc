#include "common/transcript/label_line.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "common/transcript/text.h"

namespace throughline::transcript {
namespace {

// A colon farther from the start than this ends no speaker label.
constexpr size_t kMaxLabelBytes = 140;
constexpr size_t kMaxNameBytes = 70;
constexpr size_t kMaxNameWords = 6;

void StripMarkup(absl::string_view* line) {
  while (absl::ConsumePrefix(line, ">") || absl::ConsumePrefix(line, " ")) {
  }
  if (absl::ConsumePrefix(line, "- ") || absl::ConsumePrefix(line, "* ") ||
      absl::ConsumePrefix(line, "\xE2\x80\xA2 ")) {
    *line = Trimmed(*line);
  }
  while (absl::ConsumePrefix(line, "*") || absl::ConsumePrefix(line, "_")) {
  }
}

// Where the colon after a label may stand: the first one outside brackets.
size_t FindLabelColon(absl::string_view line, bool* has_brackets, size_t* colon_bytes) {
  int depth = 0;
  const size_t limit = std::min(line.size(), kMaxLabelBytes);
  for (size_t i = 0; i < limit; ++i) {
    const char c = line[i];
    if (c == '(' || c == '[') {
      ++depth;
      *has_brackets = true;
    } else if (c == ')' || c == ']') {
      depth = std::max(0, depth - 1);
    } else if (depth == 0) {
      if (c == ':') {
        *colon_bytes = 1;
        return i;
      }
      if (c == '\xEF' && absl::StartsWith(line.substr(i), "\xEF\xBC\x9A")) {  // full-width colon
        *colon_bytes = 3;
        return i;
      }
      if (c == '?' || c == '!' || c == ';' || c == '"') break;
    }
  }
  return absl::string_view::npos;
}

// Takes a time that stands last in the label: "Ana Rivera (00:12)", "Ana Rivera 00:12".
std::optional<absl::Duration> TakeTrailingTime(absl::string_view* label) {
  const size_t space = label->rfind(' ');
  if (space == absl::string_view::npos) return std::nullopt;
  const std::optional<absl::Duration> time = WholeTime(label->substr(space + 1));
  if (time.has_value()) *label = Trimmed(label->substr(0, space));
  return time;
}

bool IsNameParticle(absl::string_view word) {
  constexpr absl::string_view kParticles[] = {"al", "bin", "da",  "de",  "del", "den", "der",
                                              "di", "dos", "du",  "el",  "ibn", "la",  "le",
                                              "of", "ter", "van", "von", "y",   "and", "&"};
  return std::find(std::begin(kParticles), std::end(kParticles), word) != std::end(kParticles);
}

// Whether what follows a time makes it one of the day: "AM", "p.m.", ", 14/10/2025".
bool IsTimeOfDay(absl::string_view after) {
  after = Trimmed(after);
  const std::string start = Lowered(after.substr(0, 3));
  for (absl::string_view half : {"am", "pm"}) {
    if (absl::StartsWith(start, half) && (start.size() == 2 || !absl::ascii_isalpha(start[2]))) {
      return true;
    }
  }
  return start == "a.m" || start == "p.m" || (!after.empty() && after[0] == ',');
}

absl::string_view WithoutBrackets(absl::string_view label) {
  const size_t bracket = label.find_first_of("([<");
  return bracket == absl::string_view::npos ? label : Trimmed(label.substr(0, bracket));
}

}  // namespace

std::optional<absl::Duration> TakeLeadingTime(absl::string_view* line) {
  absl::string_view rest = *line;
  const char close = absl::ConsumePrefix(&rest, "[")   ? ']'
                     : absl::ConsumePrefix(&rest, "(") ? ')'
                                                       : '\0';
  const std::optional<absl::Duration> time = ConsumeTime(&rest);
  if (!time.has_value()) return std::nullopt;
  if (close != '\0') {
    // A range, "[00:01 - 00:04]", counts from its start.
    const size_t end = rest.find(close);
    if (end == absl::string_view::npos || end > 24) return std::nullopt;
    if (IsTimeOfDay(rest.substr(0, end))) return std::nullopt;
    rest.remove_prefix(end + 1);
  } else if (rest.empty() || !(rest[0] == ' ' || rest[0] == '\t' || rest[0] == ']') ||
             IsTimeOfDay(rest.substr(0, 4))) {
    return std::nullopt;
  }
  rest = Trimmed(rest);
  for (absl::string_view dash : {"- ", "\xE2\x80\x93 ", "\xE2\x80\x94 ", "| "}) {
    if (absl::ConsumePrefix(&rest, dash)) break;
  }
  *line = Trimmed(rest);
  return time;
}

namespace {

void TakeTimeOrStamp(absl::string_view* line, LabelLine* result) {
  result->time = TakeLeadingTime(line);
  if (!result->time.has_value()) result->stamp = TakeChatStamp(line);
  result->time_leads = result->time.has_value() || result->stamp.has_value();
}

}  // namespace

LabelLine ReadLabelLine(absl::string_view line) {
  LabelLine result;
  if (line.empty()) return result;
  absl::string_view rest = line;
  const char first = line[0];
  if (first == '[' || first == '(' || absl::ascii_isdigit(first)) {
    TakeTimeOrStamp(&rest, &result);
  }
  result.text = rest;
  if (!rest.empty() && absl::ascii_ispunct(rest[0])) {
    StripMarkup(&rest);
    if (!result.time_leads) TakeTimeOrStamp(&rest, &result);
  }
  size_t colon_bytes = 0;
  bool has_brackets = false;
  const size_t colon = FindLabelColon(rest, &has_brackets, &colon_bytes);
  if (colon == absl::string_view::npos || colon == 0) return result;
  absl::string_view label = rest.substr(0, colon);
  absl::string_view text = rest.substr(colon + colon_bytes);
  // "**Name**: text" and "**Name:** text".
  while (absl::ConsumeSuffix(&label, "*") || absl::ConsumeSuffix(&label, "_")) {
  }
  while (absl::ConsumePrefix(&text, "*")) {
  }
  if (!text.empty() && (absl::ascii_isdigit(text[0]) || text[0] == '/' || text[0] == '\\')) {
    return result;
  }
  // "**Name** *(00:12)*: text".
  if (const size_t tail = label.find("** "); tail != absl::string_view::npos) {
    result.time =
        WholeTime(absl::StripSuffix(absl::StripPrefix(Trimmed(label.substr(tail + 2)), "*"), "*"));
    if (result.time.has_value()) label = label.substr(0, tail);
  }
  label = Trimmed(label);
  if (label.size() > 2 && label.front() == '[' && label.back() == ']') {
    label = Trimmed(label.substr(1, label.size() - 2));
  }
  if (!result.time.has_value()) result.time = TakeTrailingTime(&label);
  if (has_brackets && !result.time_leads && !result.time.has_value()) {
    result.stamp = TakeTrailingChatStamp(&label);
  }
  if (!IsLabelShaped(label)) return result;
  result.label = label;
  result.has_brackets = has_brackets;
  result.text = Trimmed(text);
  return result;
}

bool IsCapitalizedName(absl::string_view name) {
  const std::vector<absl::string_view> words = Words(name);
  return !words.empty() && StartsLikeName(words[0]) &&
         std::all_of(words.begin(), words.end(), [](absl::string_view word) {
           return StartsLikeName(word) || absl::ascii_isdigit(word[0]) || IsNameParticle(word);
         });
}

bool IsLabelShaped(absl::string_view label) {
  const absl::string_view name = WithoutBrackets(label);
  if (name.empty() || name.size() > kMaxNameBytes) return false;
  size_t words = 0, commas = 0, word_start = 0;
  bool has_letter = false;
  for (size_t i = 0; i <= name.size(); ++i) {
    const char c = i < name.size() ? name[i] : ' ';
    if (c == ' ' || c == '\t') {
      words += i > word_start;
      word_start = i + 1;
      continue;
    }
    has_letter = has_letter || absl::ascii_isalpha(c) || static_cast<unsigned char>(c) >= 0x80;
    if (c == ',') ++commas;
    // A full stop ends an initial or a short form ("J.", "Dr.", "Jr."), never a label.
    if (c == '.' && i - word_start > 4 && name.find('@') == absl::string_view::npos) return false;
    if (absl::StrContains("?!;\"{}<>=%$\\", absl::string_view(&c, 1))) return false;
  }
  return has_letter && words <= kMaxNameWords && commas <= 1;
}

}  // namespace throughline::transcript
