#ifndef THROUGHLINE_SERVICES_CLI_CLIENT_JSON_LINES_H_
#define THROUGHLINE_SERVICES_CLI_CLIENT_JSON_LINES_H_

#include <cstdint>
#include <fstream>
#include <iosfwd>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace throughline::cli {

// The longest line a batch file may have: beyond any request the services accept.
inline constexpr size_t kMaxJsonLineBytes = 8 * 1024 * 1024;

// One object of a batch file. Every error is INVALID_ARGUMENT and reads
// "<file>:<line>: <field>: expected …; <next step>". Fields nobody asks for are ignored.
class JsonRow {
 public:
  JsonRow(std::string place, nlohmann::json object)
      : place_(std::move(place)), object_(std::move(object)) {}

  // A string that is there and not empty.
  absl::StatusOr<std::string> Required(const char* field) const;
  // Empty when absent or null.
  absl::StatusOr<std::optional<std::string>> Optional(const char* field) const;
  absl::StatusOr<std::vector<std::string>> OptionalList(const char* field) const;
  // RFC 3339, or a day as YYYY-MM-DD meaning its midnight UTC.
  absl::StatusOr<std::optional<absl::Time>> OptionalTime(const char* field) const;

  absl::Status Error(absl::string_view field, absl::string_view expected) const;
  // "<file>:<line>".
  const std::string& place() const { return place_; }

 private:
  const std::string place_;
  const nlohmann::json object_;
};

// Reads a file of one JSON object a line; empty lines are skipped. For one thread.
class JsonLines {
 public:
  // "-" reads `standard_input`, which outlives the object. NOT_FOUND names --jsonl.
  static absl::StatusOr<std::unique_ptr<JsonLines>> Open(const std::string& path,
                                                         std::istream& standard_input);

  // The next object; empty at the end. INVALID_ARGUMENT for a line that is not an object.
  absl::StatusOr<std::optional<JsonRow>> Next();

  // Bytes read so far.
  int64_t bytes_read() const { return bytes_read_; }

 private:
  JsonLines(std::string name, std::unique_ptr<std::ifstream> file, std::istream& input)
      : name_(std::move(name)), file_(std::move(file)), input_(input) {}

  const std::string name_;
  const std::unique_ptr<std::ifstream> file_;  // null for standard input
  std::istream& input_;
  int64_t line_number_ = 0;
  int64_t bytes_read_ = 0;
};

// Reads "2026-01-14" or "2026-01-14T09:30:00Z"; empty when it is neither.
std::optional<absl::Time> ParseDayOrTime(absl::string_view text);

}  // namespace throughline::cli

#endif  // THROUGHLINE_SERVICES_CLI_CLIENT_JSON_LINES_H_
