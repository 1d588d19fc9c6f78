#include "common/transcript/line_layouts.h"

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/transcript/label_line.h"
#include "common/transcript/text.h"

namespace throughline::transcript {
namespace {

// Of the lines that are not empty, so many at least must name a speaker.
constexpr size_t kLeastNamed = 2;

struct SpokenLine {
  absl::string_view time;  // as written; may be empty
  absl::string_view name;
  absl::string_view text;  // may be empty: it stands below
};

void Append(const SpokenLine& line, std::string* out) {
  if (!line.time.empty()) absl::StrAppend(out, "[", line.time, "] ");
  absl::StrAppend(out, line.name, ": ", line.text, "\n");
}

// "[Ana Rivera] text", "<Ana Rivera> text", "[Ana Rivera] 09:02:31".
std::optional<SpokenLine> ReadNameInBrackets(absl::string_view line) {
  if (line[0] != '[' && line[0] != '<') return std::nullopt;
  const size_t close = line.find(line[0] == '[' ? ']' : '>');
  if (close == absl::string_view::npos) return std::nullopt;
  const absl::string_view name = Trimmed(line.substr(1, close - 1));
  if (!IsLabelShaped(name) || !IsCapitalizedName(name)) return std::nullopt;
  absl::string_view text = Trimmed(line.substr(close + 1));
  if (WholeTime(text).has_value()) return SpokenLine{.time = text, .name = name, .text = ""};
  absl::ConsumePrefix(&text, ":");
  return SpokenLine{.time = "", .name = name, .text = Trimmed(text)};
}

// "09:02:31 From Ana Rivera to Everyone: text", "09:02:31 From  Ana Rivera : text".
std::optional<SpokenLine> ReadZoomChat(absl::string_view line) {
  absl::string_view rest = line;
  if (!ConsumeTime(&rest).has_value()) return std::nullopt;
  const absl::string_view time = line.substr(0, line.size() - rest.size());
  rest = Trimmed(rest);
  if (!absl::ConsumePrefix(&rest, "From ")) return std::nullopt;
  const size_t colon = rest.find(':');
  if (colon == absl::string_view::npos) return std::nullopt;
  absl::string_view name = rest.substr(0, colon);
  for (absl::string_view to : {" to ", " To "}) name = name.substr(0, name.find(to));
  name = Trimmed(name);
  if (!IsLabelShaped(name)) return std::nullopt;
  return SpokenLine{.time = time, .name = name, .text = Trimmed(rest.substr(colon + 1))};
}

// Lines of which `read` finds the speaker; what stands between belongs to the one before.
template <typename Read>
std::optional<std::string> FromLines(absl::string_view text, Read read) {
  std::string out;
  size_t named = 0, before = 0;
  LineReader lines(text);
  absl::string_view line;
  while (lines.Next(&line)) {
    if (line.empty()) continue;
    if (const std::optional<SpokenLine> spoken = read(line)) {
      ++named;
      Append(*spoken, &out);
    } else if (named > 0) {
      if (out.back() == '\n') out.back() = ' ';
      absl::StrAppend(&out, line, "\n");
    } else {
      ++before;
      absl::StrAppend(&out, line, "\n");
    }
  }
  if (named < kLeastNamed || named < before) return std::nullopt;
  return out;
}

// Cells of one row. With commas, a cell may stand in quotes, which double inside.
std::vector<std::string> CellsOf(absl::string_view row, char separator) {
  if (separator == '|') {
    absl::ConsumePrefix(&row, "|");
    absl::ConsumeSuffix(&row, "|");
  }
  std::vector<std::string> cells(1);
  bool quoted = false;
  for (size_t i = 0; i < row.size(); ++i) {
    const char c = row[i];
    if (c == '"' && separator != '|' && (quoted || cells.back().empty())) {
      if (quoted && i + 1 < row.size() && row[i + 1] == '"') {
        cells.back().push_back(row[++i]);
      } else {
        quoted = !quoted;
      }
    } else if (c == separator && !quoted) {
      cells.emplace_back();
    } else {
      cells.back().push_back(c);
    }
  }
  for (std::string& cell : cells) cell = std::string(Trimmed(cell));
  return cells;
}

// Where a column with one of these names stands; the number of columns when none does.
size_t ColumnOf(const std::vector<std::string>& head,
                std::initializer_list<absl::string_view> names) {
  const auto found = std::find_if(head.begin(), head.end(), [&](const std::string& cell) {
    return std::find(names.begin(), names.end(), Lowered(cell)) != names.end();
  });
  return static_cast<size_t>(found - head.begin());
}

// A table whose head names a speaker's and a text's column.
std::optional<std::string> FromTable(absl::string_view text) {
  LineReader lines(text);
  absl::string_view line;
  while (lines.Next(&line) && line.empty()) {
  }
  const char separator = absl::StrContains(line, '\t')  ? '\t'
                         : absl::StrContains(line, '|') ? '|'
                                                        : ',';
  const std::vector<std::string> head = CellsOf(line, separator);
  const size_t name = ColumnOf(head, {"speaker", "speaker name", "speaker_name", "name", "who"});
  const size_t said = ColumnOf(
      head, {"text", "transcript", "content", "message", "utterance", "sentence", "words", "said"});
  const size_t time = ColumnOf(head, {"time", "timestamp", "start", "start time", "start_time"});
  if (name == head.size() || said == head.size()) return std::nullopt;
  std::string out;
  size_t rows = 0;
  while (lines.Next(&line)) {
    if (line.empty() || absl::StartsWith(line, "|--") || absl::StartsWith(line, "| --") ||
        absl::StartsWith(line, "|:-")) {
      continue;
    }
    const std::vector<std::string> cells = CellsOf(line, separator);
    if (cells.size() <= std::max(name, said) || !IsLabelShaped(cells[name])) continue;
    ++rows;
    const bool timed = time < cells.size() && WholeTime(cells[time]).has_value();
    Append({.time = timed ? absl::string_view(cells[time]) : "",
            .name = cells[name],
            .text = cells[said]},
           &out);
  }
  if (rows < kLeastNamed) return std::nullopt;
  return out;
}

}  // namespace

std::optional<std::string> AsLabelledLines(absl::string_view text) {
  if (auto table = FromTable(text)) return table;
  if (auto chat = FromLines(text, ReadZoomChat)) return chat;
  return FromLines(text, ReadNameInBrackets);
}

}  // namespace throughline::transcript
