#ifndef THROUGHLINE_SERVICES_ROUTER_STORE_LEDGER_ROWS_H_
#define THROUGHLINE_SERVICES_ROUTER_STORE_LEDGER_ROWS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/sql/sql.h"
#include "services/router/domain/types.h"

// Decisions and model calls as rows. For SqlLedger and its parts.
namespace throughline::router {

// The columns of a decision, as ReadDecisionRow reads them, and what they hold.
inline constexpr char kDecisionColumns[] =
    "sequence, id, decided_at_us, task, customer_id, call_id, outcome, reason, explanation, "
    "from_model, to_model, draft_score, threshold, difficulty, cost_nano_usd, cost_unpriced, "
    "baseline_nano_usd, baseline_unpriced, latency_us, overhead_us, policy_version, "
    "cascade_dearer";
inline constexpr char kDecisionTypes[] = "itiittiitttrrriiiiiiti";

// A decision and its model calls as they are inserted.
struct DecisionRows {
  sql::SqlRow decision;
  std::vector<sql::SqlRow> attempts;
};

// With a key, the answer's text is among them, too.
DecisionRows RowsOf(absl::string_view tenant, const Answer& answer, absl::string_view key,
                    absl::string_view fingerprint);

// Makes them the rows of a decision without a key; false when they are that.
bool DropKey(DecisionRows& rows);

// NOT_FOUND, and nothing added, when the tenant has the decision's id or key already.
absl::Status InsertRows(sql::SqlSession& session, const DecisionRows& rows);

// The rows as bytes for this program's journal, and back; DATA_LOSS for what are no rows of this
// version of the tables.
std::string Encode(const DecisionRows& rows);
absl::StatusOr<DecisionRows> DecodeRows(absl::string_view bytes);

// A decision and its place in the order in which they were kept.
struct PlacedDecision {
  int64_t sequence = 0;
  Decision decision;
};

// Of a row of kDecisionColumns; without the decision's model calls.
PlacedDecision ReadDecisionRow(const sql::SqlRow& row);

// Adds the model calls to decisions, of which the last placed comes first.
absl::Status AddAttempts(sql::SqlSession& session, absl::Span<PlacedDecision> decisions);

// A row of kDecisionColumns with the decision's model calls.
absl::StatusOr<Decision> ReadDecision(sql::SqlSession& session, const sql::SqlRow& row);

// The condition that a decision is of the customer, which stands at `place`; none when it is empty.
std::string OfCustomer(absl::string_view place, absl::string_view customer_id);

// The text with what databases refuse replaced by U+FFFD: bytes that are not UTF-8, and NUL.
std::string CleanText(absl::string_view text);

}  // namespace throughline::router

#endif  // THROUGHLINE_SERVICES_ROUTER_STORE_LEDGER_ROWS_H_
