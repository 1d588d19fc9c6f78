#ifndef THROUGHLINE_SERVICES_CLI_OUTPUT_TABLE_H_
#define THROUGHLINE_SERVICES_CLI_OUTPUT_TABLE_H_

#include <string>
#include <vector>

#include "services/cli/output/terminal.h"

namespace throughline::cli {

// Rows in aligned columns under a header; the last column takes what is left of the width and
// wraps. Cells are put on one line.
class Table {
 public:
  explicit Table(std::vector<std::string> header) : header_(std::move(header)) {}

  // As many cells as the header has.
  void AddRow(std::vector<std::string> cells);
  bool empty() const { return rows_.empty(); }

  // The table, each line ended by a line feed. Nothing but the header when there are no rows.
  std::string Render(const Layout& layout) const;

 private:
  std::vector<int> ColumnWidths() const;

  std::vector<std::string> header_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace throughline::cli

#endif  // THROUGHLINE_SERVICES_CLI_OUTPUT_TABLE_H_
