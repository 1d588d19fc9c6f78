#ifndef THROUGHLINE_COMMON_RETENTION_RULES_H_
#define THROUGHLINE_COMMON_RETENTION_RULES_H_

#include <map>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace throughline::retention {

// The kinds of records that rules may name, with "_days" behind them.
inline constexpr absl::string_view kCalls = "calls";            // transcripts and results
inline constexpr absl::string_view kTexts = "texts";            // verbatim texts in memory
inline constexpr absl::string_view kDecisions = "decisions";    // of the router, with their costs
inline constexpr absl::string_view kJobs = "jobs";              // that have ended
inline constexpr absl::string_view kDeliveries = "deliveries";  // of webhooks, that have ended

inline constexpr int kMaxKeepDays = 36'500;

// How long tenants' records are kept, as a file says:
//
//   retention:
//     sweep_every: 1h             # optional
//     tenants:
//       - tenant: acme
//         calls_days: 365         # what a rule does not name is kept
//         texts_days: 90
//       - tenant: "*"             # all who have no rule of their own
//         decisions_days: 400
class Rules {
 public:
  // INVALID_ARGUMENT says "<source>:<line>:<column>: <key>: expected …".
  static absl::StatusOr<Rules> Parse(absl::string_view yaml, absl::string_view source);
  static absl::StatusOr<Rules> ReadFile(const std::string& path);

  // Unset: such records of the tenant are kept.
  std::optional<int> KeepDays(absl::string_view tenant, absl::string_view kind) const;
  absl::Duration sweep_every() const { return sweep_every_; }

 private:
  using Days = std::map<std::string, int, std::less<>>;  // by kind

  absl::Duration sweep_every_ = absl::Hours(1);
  std::map<std::string, Days, std::less<>> tenants_;
};

}  // namespace throughline::retention

#endif  // THROUGHLINE_COMMON_RETENTION_RULES_H_
