#ifndef THROUGHLINE_COMMON_AUDIT_RECORD_H_
#define THROUGHLINE_COMMON_AUDIT_RECORD_H_

#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace throughline::audit {

// A field is cut here, so that a line stays below kMaxLineBytes even where each byte of each field
// takes six to write, as control characters do.
inline constexpr size_t kMaxFieldBytes = 256;
// More objects or counts are left out.
inline constexpr size_t kMaxFields = 16;
inline constexpr size_t kMaxLineBytes = 128 * 1024;
// A chain that says it has come this far was not written here; it does not go on from there.
inline constexpr int64_t kMaxSequence = std::numeric_limits<int64_t>::max() / 2;

// Who did what to which things. Ids only: nothing that anybody said or wrote.
struct Record {
  std::string tenant;
  std::string actor;       // "key:acme-2026", "cert:gateway.acme.internal", "service:memory"
  std::string action;      // "memory.forget"
  std::string outcome;     // "ok", or the name of a status code
  std::string request_id;  // as in the logs of all services
  std::vector<std::pair<std::string, std::string>> objects;  // {"customer_id", "c-17"}
  std::vector<std::pair<std::string, int64_t>> counts;       // {"facts", 12}
};

// Where a chain of lines stands.
struct Link {
  int64_t sequence = 0;  // of the line, from 1; 0: no line yet
  std::string hash;      // of the line, 64 hex digits

  friend bool operator==(const Link&, const Link&) = default;
};

// What the first line of all stands behind.
Link Genesis();

// A line of the log, without its end: JSON whose last two fields are the hash of the line before
// and the line's own, which is Sha256Hex of all that stands before `,"hash":`.
struct Line {
  std::string text;
  Link link;
};

// The line that says `record` behind `previous`.
Line MakeLine(const Link& previous, absl::string_view service, absl::Time at, const Record& record);

// What a line says of the chain.
struct ReadLine {
  Link link;             // as it is written there
  std::string previous;  // the hash of the line before, as it is written there
  bool intact = false;   // the hash is the line's
};

// INVALID_ARGUMENT when `text` is no line of an audit log, or counts beyond 1 to kMaxSequence.
absl::StatusOr<ReadLine> Read(absl::string_view text);

}  // namespace throughline::audit

#endif  // THROUGHLINE_COMMON_AUDIT_RECORD_H_
