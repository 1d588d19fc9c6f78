#include "common/transcript/chat_stamp.h"

#include <algorithm>
#include <iterator>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "common/transcript/dates.h"
#include "common/transcript/text.h"

namespace throughline::transcript {
namespace {

// "Wednesday, 14 September 2025 at 09:02:31 AM UTC" and brackets.
constexpr size_t kMaxStampBytes = 56;

bool IsOneOf(absl::string_view word, std::initializer_list<absl::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool IsWeekday(absl::string_view word) {
  constexpr absl::string_view kDays[] = {"monday", "tuesday",  "wednesday", "thursday",
                                         "friday", "saturday", "sunday"};
  return word.size() >= 3 && std::any_of(std::begin(kDays), std::end(kDays),
                                         [&](auto day) { return absl::StartsWith(day, word); });
}

// Reads the words and numbers of a stamp from the front of a text, as far as they belong to one.
class StampReader {
 public:
  // Within brackets a day may follow the time, and a number alone may be one's.
  StampReader(absl::string_view text, bool in_brackets)
      : text_(text), rest_(text), in_brackets_(in_brackets) {}

  // Whether a stamp was there.
  bool Read() {
    while (!rest_.empty() && ReadPart()) {
    }
    return has_clock_ && (has_day_ || has_half_) && (has_month_ || !has_bare_number_);
  }

  absl::string_view rest() const { return rest_; }
  std::optional<absl::Time> day() const {
    return has_day_ ? ParseDate(text_.substr(0, text_.size() - rest_.size())) : std::nullopt;
  }

 private:
  bool ReadPart() {
    const absl::string_view trimmed = Trimmed(rest_);
    const absl::string_view before = rest_;
    rest_.remove_prefix(trimmed.empty() ? rest_.size()
                                        : static_cast<size_t>(trimmed.data() - rest_.data()));
    if (rest_.empty()) return true;
    const bool more = absl::ascii_isdigit(rest_[0])   ? ReadNumber()
                      : absl::ascii_isalpha(rest_[0]) ? ReadWord()
                                                      : ReadMark();
    // What stands before other words is not the stamp's.
    if (!more) rest_ = before;
    return more;
  }

  bool ReadNumber() {
    absl::string_view clock = rest_;
    const bool is_clock = rest_.find(':') < 3 && rest_.find(':') > 0 && ReadClock(&clock);
    if (is_clock) {
      if (has_clock_) return false;
      has_clock_ = true;
      rest_ = clock;
      return true;
    }
    if (has_clock_ && !in_brackets_) return false;
    size_t length = 0;
    size_t separators = 0;
    while (length < rest_.size() &&
           (absl::ascii_isdigit(rest_[length]) ||
            (absl::StrContains("/.-", rest_.substr(length, 1)) && length + 1 < rest_.size() &&
             absl::ascii_isdigit(rest_[length + 1])))) {
      separators += absl::ascii_isdigit(rest_[length]) ? 0 : 1;
      ++length;
    }
    if (length > 10 || separators > 2) return false;
    has_day_ |= separators > 0 || has_month_;
    has_bare_number_ |= separators == 0;
    rest_.remove_prefix(length);
    absl::ConsumePrefix(&rest_, ".");  // "14. October"
    return true;
  }

  // "09:02", "9:02:31", with what follows a "T" or parts it from "AM".
  static bool ReadClock(absl::string_view* text) {
    absl::string_view rest = *text;
    for (int field = 0; field < 3; ++field) {
      size_t digits = 0;
      while (digits < rest.size() && digits < 3 && absl::ascii_isdigit(rest[digits])) ++digits;
      if (digits == 0 || digits > 2 || (field > 0 && digits != 2)) return false;
      rest.remove_prefix(digits);
      if (rest.size() < 2 || rest[0] != ':' || !absl::ascii_isdigit(rest[1])) {
        *text = rest;
        return field > 0;
      }
      rest.remove_prefix(1);
    }
    return false;
  }

  bool ReadWord() {
    size_t length = 0;
    while (length < rest_.size() && absl::ascii_isalpha(rest_[length])) ++length;
    const std::string word = Lowered(rest_.substr(0, length));
    if (has_clock_ && IsOneOf(word, {"am", "pm", "a", "p"})) {
      if ((has_half_ || word.size() == 1) && !absl::StartsWith(rest_.substr(length), ".m")) {
        return false;
      }
      has_half_ = true;
      rest_.remove_prefix(length);
      absl::ConsumePrefix(&rest_, ".m.");
      return true;
    }
    const bool is_zone = has_clock_ && IsOneOf(word, {"z", "utc", "gmt"});
    const bool is_month = MonthOf(word) > 0;
    const bool is_day = is_month || IsWeekday(word) || IsOneOf(word, {"today", "yesterday"});
    const bool joins = IsOneOf(word, {"at", "t"});
    if (!is_zone && (has_clock_ ? !in_brackets_ || !is_day : !is_day && !joins)) return false;
    has_month_ |= is_month;
    has_day_ |= (is_month && has_bare_number_) || IsOneOf(word, {"today", "yesterday"});
    rest_.remove_prefix(length);
    return true;
  }

  bool ReadMark() {
    // "+01:00" and ".250" belong to the time, commas part it from the day.
    if (has_clock_ && rest_.size() > 1 && absl::StrContains("+-.", rest_.substr(0, 1)) &&
        absl::ascii_isdigit(rest_[1])) {
      size_t length = 1;
      while (length < rest_.size() &&
             (absl::ascii_isdigit(rest_[length]) || rest_[length] == ':')) {
        ++length;
      }
      rest_.remove_prefix(length);
      return true;
    }
    return !(has_clock_ && !in_brackets_) && absl::ConsumePrefix(&rest_, ",");
  }

  const absl::string_view text_;
  absl::string_view rest_;
  const bool in_brackets_;
  bool has_clock_ = false;
  bool has_day_ = false;
  bool has_half_ = false;  // of the day: AM or PM
  bool has_month_ = false;
  bool has_bare_number_ = false;  // "14", of "14 October"
};

// The stamp that all of `text` is.
std::optional<ChatStamp> WholeStamp(absl::string_view text, bool in_brackets) {
  if (text.size() > kMaxStampBytes) return std::nullopt;
  StampReader reader(text, in_brackets);
  if (!reader.Read() || !Trimmed(reader.rest()).empty()) return std::nullopt;
  return ChatStamp{reader.day()};
}

// Most lines are told from one at a glance.
bool MayEndStamp(absl::string_view line) {
  if (line.size() < 6) return false;
  const char last = line.back();
  return (absl::ascii_isdigit(last) || last == ']' || last == ')' ||
          absl::EndsWithIgnoreCase(line, "m") || absl::EndsWithIgnoreCase(line, "m.")) &&
         absl::StrContains(line.substr(line.size() - std::min<size_t>(line.size(), 16)), ':');
}

}  // namespace

std::optional<ChatStamp> TakeChatStamp(absl::string_view* line) {
  absl::string_view rest = *line;
  std::optional<ChatStamp> stamp;
  if (absl::ConsumePrefix(&rest, "[") || absl::ConsumePrefix(&rest, "(")) {
    const size_t end = rest.find((*line)[0] == '[' ? ']' : ')');
    if (end == absl::string_view::npos) return std::nullopt;
    stamp = WholeStamp(rest.substr(0, end), true);
    rest.remove_prefix(end + 1);
  } else {
    StampReader reader(rest.substr(0, kMaxStampBytes), false);
    if (!reader.Read()) return std::nullopt;
    stamp = ChatStamp{reader.day()};
    rest.remove_prefix(std::min(rest.size(), kMaxStampBytes) - reader.rest().size());
    if (rest.empty() || !(absl::ascii_isspace(rest[0]) || rest[0] == ':')) return std::nullopt;
    absl::ConsumePrefix(&rest, ":");
  }
  if (!stamp.has_value()) return std::nullopt;
  rest = Trimmed(rest);
  for (absl::string_view dash : {"- ", "\xE2\x80\x93 ", "\xE2\x80\x94 ", "| "}) {
    if (absl::ConsumePrefix(&rest, dash)) break;
  }
  *line = Trimmed(rest);
  return stamp;
}

std::optional<ChatStamp> TakeTrailingChatStamp(absl::string_view* line) {
  if (!MayEndStamp(*line)) return std::nullopt;
  const size_t first = line->size() > kMaxStampBytes ? line->size() - kMaxStampBytes : 0;
  for (size_t space = line->find(' ', first); space != absl::string_view::npos;
       space = line->find(' ', space + 1)) {
    absl::string_view end = Trimmed(line->substr(space));
    const bool in_brackets = end.size() > 2 && (end[0] == '[' || end[0] == '(') &&
                             (end.back() == ']' || end.back() == ')');
    if (in_brackets) end = end.substr(1, end.size() - 2);
    const std::optional<ChatStamp> stamp = WholeStamp(end, true);
    if (!stamp.has_value()) continue;
    absl::string_view name = Trimmed(line->substr(0, space));
    for (absl::string_view dash : {"-", "\xE2\x80\x93", "\xE2\x80\x94", "|", ","}) {
      if (absl::ConsumeSuffix(&name, dash)) break;
    }
    name = Trimmed(name);
    // "Fri, Jan 16, 2026 10:00 AM" is all a time.
    if (IsWeekday(Lowered(name)) || std::any_of(name.begin(), name.end(), absl::ascii_isdigit)) {
      return std::nullopt;
    }
    *line = name;
    return stamp;
  }
  return std::nullopt;
}

}  // namespace throughline::transcript
