#include "services/cli/output/table.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/cli/output/text.h"

namespace throughline::cli {
namespace {

constexpr int kGap = 2;
// A column before the last is cut at this width.
constexpr int kMaxColumnWidth = 36;
// The last column keeps at least this much, however narrow the terminal.
constexpr int kMinLastWidth = 24;

}  // namespace

void Table::AddRow(std::vector<std::string> cells) {
  for (std::string& cell : cells) cell = OneLine(cell);
  rows_.push_back(std::move(cells));
}

std::vector<int> Table::ColumnWidths() const {
  std::vector<int> widths;
  for (const std::string& title : header_) widths.push_back(DisplayWidth(title));
  for (const std::vector<std::string>& row : rows_) {
    for (size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], std::min(kMaxColumnWidth, DisplayWidth(row[i])));
    }
  }
  return widths;
}

std::string Table::Render(const Layout& layout) const {
  const std::vector<int> widths = ColumnWidths();
  const size_t last = header_.size() - 1;
  int before_last = 0;
  for (size_t i = 0; i < last; ++i) before_last += widths[i] + kGap;
  const int last_width = std::max(kMinLastWidth, layout.width - before_last);

  std::string out;
  const auto append_row = [&](const std::vector<std::string>& cells, bool is_header) {
    std::string line;
    for (size_t i = 0; i < last; ++i) {
      const std::string cell = Truncate(cells[i], widths[i]);
      absl::StrAppend(&line, cell, std::string(widths[i] + kGap - DisplayWidth(cell), ' '));
    }
    bool first = true;
    for (const std::string& part : Wrap(cells[last], last_width)) {
      std::string whole = absl::StrCat(first ? line : std::string(before_last, ' '), part);
      first = false;
      absl::StrAppend(&out, is_header ? layout.style.Dim(whole) : whole, "\n");
    }
  };
  append_row(header_, true);
  for (const std::vector<std::string>& row : rows_) append_row(row, false);
  return out;
}

}  // namespace throughline::cli
