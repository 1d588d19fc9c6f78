#include "services/cli/output/text.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/wire/time.h"

namespace throughline::cli {
namespace {

constexpr int kLabelWidth = 16;

// "BlockerStatus" gives "BLOCKER_STATUS_".
std::string ValuePrefix(absl::string_view type_name) {
  std::string prefix;
  for (const char c : type_name) {
    if (absl::ascii_isupper(c) && !prefix.empty()) prefix.push_back('_');
    prefix.push_back(absl::ascii_toupper(c));
  }
  prefix.push_back('_');
  return prefix;
}

bool IsContinuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

// Length of the escape sequence that Style put at the start of `text`; 0 when there is none.
size_t MarkupLength(absl::string_view text) {
  if (!absl::StartsWith(text, "\033[")) return 0;
  const size_t end = text.find('m');
  return end == absl::string_view::npos ? 0 : end + 1;
}

bool IsUnset(const google::protobuf::Timestamp& time) {
  return time.seconds() == 0 && time.nanos() == 0;
}

}  // namespace

std::string SpacesForUnderscores(std::string text) {
  return absl::StrReplaceAll(text, {{"_", " "}});
}

std::string EnumLabel(const google::protobuf::EnumDescriptor& type, int value) {
  const google::protobuf::EnumValueDescriptor* found = type.FindValueByNumber(value);
  if (found == nullptr) return absl::StrCat(value);
  absl::string_view name = found->name();
  absl::ConsumePrefix(&name, ValuePrefix(type.name()));
  return name == "UNSPECIFIED" ? "" : absl::AsciiStrToLower(name);
}

std::string Day(const google::protobuf::Timestamp& time) {
  if (IsUnset(time)) return "";
  return absl::FormatTime("%Y-%m-%d", wire::FromTimestamp(time), absl::UTCTimeZone());
}

std::string DayAndTime(const google::protobuf::Timestamp& time) {
  if (IsUnset(time)) return "";
  return absl::FormatTime("%Y-%m-%d %H:%M:%S", wire::FromTimestamp(time), absl::UTCTimeZone());
}

std::string Short(absl::Duration duration) {
  const double milliseconds = absl::ToDoubleMilliseconds(duration);
  if (milliseconds < 10) return absl::StrFormat("%.1f ms", milliseconds);
  if (milliseconds < 1000) return absl::StrFormat("%.0f ms", milliseconds);
  return absl::StrFormat("%.1f s", milliseconds / 1000);
}

std::string Short(const google::protobuf::Duration& duration) {
  return Short(wire::FromDuration(duration));
}

std::string Money(const throughline::router::v1::Cost& cost) {
  const double usd = static_cast<double>(cost.nano_usd()) / 1e9;
  const std::string amount =
      usd == 0 || usd >= 1 ? absl::StrFormat("$%.2f", usd) : absl::StrFormat("$%.6f", usd);
  return cost.unpriced() ? absl::StrCat("at least ", amount) : amount;
}

std::string Count(int64_t number, absl::string_view noun) {
  return absl::StrCat(number, " ", noun, number == 1 ? "" : "s");
}

std::string OneLine(absl::string_view text) {
  std::string line(text);
  for (char& c : line) {
    if (absl::ascii_iscntrl(c)) c = ' ';
  }
  return line;
}

std::string Printable(absl::string_view text) {
  std::string printable;
  printable.reserve(text.size());
  for (const char c : text) {
    if (c == '\n' || !absl::ascii_iscntrl(c)) printable.push_back(c);
  }
  return printable;
}

int DisplayWidth(absl::string_view text) {
  int width = 0;
  for (size_t i = 0; i < text.size();) {
    if (const size_t markup = MarkupLength(text.substr(i)); markup > 0) {
      i += markup;
      continue;
    }
    if (!IsContinuation(text[i])) ++width;
    ++i;
  }
  return width;
}

std::string Truncate(absl::string_view text, int width) {
  if (DisplayWidth(text) <= width) return std::string(text);
  size_t end = 0;
  for (int columns = 0; end < text.size(); ++end) {
    if (!IsContinuation(text[end]) && ++columns >= width) break;
  }
  return absl::StrCat(text.substr(0, end), "…");
}

std::vector<std::string> Wrap(absl::string_view text, int width) {
  std::vector<std::string> lines;
  for (const absl::string_view paragraph : absl::StrSplit(text, '\n')) {
    std::string line;
    int columns = 0;
    for (const absl::string_view word : absl::StrSplit(paragraph, ' ', absl::SkipEmpty())) {
      const int word_columns = DisplayWidth(word);
      if (columns > 0 && columns + 1 + word_columns > width) {
        lines.push_back(std::move(line));
        line.clear();
        columns = 0;
      }
      absl::StrAppend(&line, columns > 0 ? " " : "", word);
      columns += word_columns + (columns > 0 ? 1 : 0);
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

std::string Paragraph(absl::string_view text, int indent, int width) {
  std::string out;
  for (const std::string& line : Wrap(text, width - indent)) {
    if (!line.empty()) absl::StrAppend(&out, std::string(indent, ' '), line);
    out.push_back('\n');
  }
  return out;
}

std::string Labelled(absl::string_view label, absl::string_view text, int width) {
  if (text.empty()) return "";
  std::string out(label);
  out.append(std::max(1, kLabelWidth - DisplayWidth(label)), ' ');
  bool first = true;
  for (const std::string& line : Wrap(text, width - kLabelWidth)) {
    if (!first) out.append(kLabelWidth, ' ');
    first = false;
    absl::StrAppend(&out, line, "\n");
  }
  return out;
}

std::string Quote(const throughline::deal::v1::Evidence& evidence) {
  if (evidence.quote().empty()) return "";
  std::string out = absl::StrCat("“", OneLine(evidence.quote()), "”");
  std::vector<std::string> source;
  if (!evidence.speaker().empty()) source.push_back(OneLine(evidence.speaker()));
  if (!evidence.call_id().empty())
    source.push_back(absl::StrCat("call ", OneLine(evidence.call_id())));
  if (!source.empty()) absl::StrAppend(&out, " — ", absl::StrJoin(source, ", "));
  return out;
}

}  // namespace throughline::cli
