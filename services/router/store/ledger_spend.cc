#include "services/router/store/ledger_spend.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "common/base/status_macros.h"
#include "services/router/domain/names.h"
#include "services/router/store/ledger_rows.h"

namespace throughline::router {

using sql::SqlColumns;
using sql::SqlRow;
using sql::SqlSession;
using sql::SqlValue;

namespace {

constexpr int kEscalationRole = static_cast<int>(AttemptRole::kEscalation);
constexpr int kShadowRole = static_cast<int>(AttemptRole::kShadow);
constexpr int kShadowKey = 0;  // no outcome has it

// The group's value, over decisions d and attempts a.
std::string GroupExpression(SpendGroup group) {
  switch (group) {
    case SpendGroup::kModel:
      return "a.model";
    case SpendGroup::kTask:
      return "CAST(d.task AS TEXT)";
    case SpendGroup::kCustomer:
      return "d.customer_id";
    case SpendGroup::kDay:
      return "CAST(d.decided_at_us / 86400000000 AS TEXT)";
    case SpendGroup::kTenant:
      return "d.tenant";
    case SpendGroup::kReason:
      return "CAST(d.reason AS TEXT)";
    case SpendGroup::kOutcome:
      return absl::StrCat("CAST(CASE WHEN a.role = ", kShadowRole, " THEN ", kShadowKey,
                          " ELSE a.outcome END AS TEXT)");
    case SpendGroup::kTotal:
      break;
  }
  return "''";
}

// What a reader calls the group.
std::string KeyName(SpendGroup group, const std::string& key) {
  int64_t number = 0;
  if (!absl::SimpleAtoi(key, &number)) return key;
  if (group == SpendGroup::kTask) return std::string(Name(static_cast<TaskKind>(number)));
  if (group == SpendGroup::kDay) return absl::FormatCivilTime(absl::CivilDay(1970) + number);
  if (group == SpendGroup::kReason) return std::string(Name(static_cast<DecisionReason>(number)));
  if (group == SpendGroup::kOutcome) {
    return std::string(number == kShadowKey ? Name(AttemptRole::kShadow)
                                            : Name(static_cast<AttemptOutcome>(number)));
  }
  return key;
}

// Whether what the strongest model would have cost, which decisions have, can be told by group.
bool HasBaseline(SpendGroup group) {
  return group != SpendGroup::kModel && group != SpendGroup::kReason &&
         group != SpendGroup::kOutcome;
}

std::string Window(const SpendQuery& query) {
  // Of one customer the few rows of its index, not all of the window: "+" keeps SQLite, which takes
  // two bounds for narrower than a name, from the index by time.
  const absl::string_view decided_at =
      query.customer_id.empty() ? "d.decided_at_us" : "+d.decided_at_us";
  return absl::StrCat(" WHERE d.tenant = $1 AND ", decided_at, " >= $2 AND ", decided_at,
                      " < $3 AND ", OfCustomer("$4", query.customer_id), " ");
}

std::vector<SqlValue> WindowValues(absl::string_view tenant, const SpendQuery& query) {
  return {tenant, absl::ToUnixMicros(query.since), absl::ToUnixMicros(query.until),
          query.customer_id};
}

Cost ReadCost(SqlColumns& columns) {
  const int64_t nano_usd = columns.Integer();
  return {.nano_usd = nano_usd, .unpriced = columns.Flag()};
}

SpendRow ReadRow(const SqlRow& values) {
  SqlColumns columns(values);
  SpendRow row;
  row.key = columns.Text();
  row.model_calls = columns.Integer();
  row.unused_model_calls = columns.Integer();
  row.unpriced_model_calls = columns.Integer();
  row.cost = ReadCost(columns);
  row.usage.input_uncached_tokens = columns.Integer();
  row.usage.input_cached_tokens = columns.Integer();
  row.usage.output_visible_tokens = columns.Integer();
  row.usage.output_reasoning_tokens = columns.Integer();
  row.usage.estimated = columns.Flag();
  return row;
}

absl::StatusOr<std::vector<SpendRow>> SumAttempts(SqlSession& session, absl::string_view tenant,
                                                  const SpendQuery& query, SpendGroup group) {
  const auto sum = [](absl::string_view column) {
    return absl::StrCat(", CAST(SUM(a.", column, ") AS BIGINT)");
  };
  // A reason is that of the calls it led to.
  const std::string of_reason =
      group == SpendGroup::kReason ? absl::StrCat("AND a.role = ", kEscalationRole, " ") : "";
  ASSIGN_OR_RETURN(
      const std::vector<SqlRow> found,
      session.Run(
          absl::StrCat("SELECT ", GroupExpression(group),
                       " AS key, COUNT(*), CAST(SUM(CASE WHEN a.outcome = 1 THEN 0 ELSE 1 END) AS "
                       "BIGINT)",
                       sum("cost_unpriced"), sum("cost_nano_usd"), ", MAX(a.cost_unpriced)",
                       sum("input_uncached_tokens"), sum("input_cached_tokens"),
                       sum("output_visible_tokens"), sum("output_reasoning_tokens"),
                       ", MAX(a.estimated) FROM ", session.Table("decisions"), " d JOIN ",
                       session.Table("attempts"), " a ON a.decision = d.sequence", Window(query),
                       of_reason, "GROUP BY 1"),
          WindowValues(tenant, query), "tiiiiiiiiii"));
  std::vector<SpendRow> rows;
  for (const SqlRow& row : found) rows.push_back(ReadRow(row));
  return rows;
}

// Adds each group's baseline, which belongs to decisions, not to model calls.
absl::Status AddBaselines(SqlSession& session, absl::string_view tenant, const SpendQuery& query,
                          SpendGroup group, std::vector<SpendRow>& rows) {
  if (!HasBaseline(group)) return absl::OkStatus();
  ASSIGN_OR_RETURN(
      const std::vector<SqlRow> found,
      session.Run(absl::StrCat("SELECT ", GroupExpression(group),
                               " AS key, CAST(SUM(d.baseline_nano_usd) AS BIGINT), "
                               "MAX(d.baseline_unpriced) FROM ",
                               session.Table("decisions"), " d", Window(query), "GROUP BY 1"),
                  WindowValues(tenant, query), "tii"));
  for (const SqlRow& values : found) {
    SqlColumns columns(values);
    const std::string key = columns.Text();
    const Cost baseline = ReadCost(columns);
    for (SpendRow& row : rows) {
      if (row.key == key) row.baseline_cost = baseline;
    }
  }
  return absl::OkStatus();
}

// What answered requests cost by task, with the median and the 95th percentile.
absl::StatusOr<std::vector<CascadeEconomics>> SumEconomics(SqlSession& session,
                                                           absl::string_view tenant,
                                                           const SpendQuery& query) {
  ASSIGN_OR_RETURN(
      const std::vector<SqlRow> found,
      session.Run(
          absl::StrCat(
              "SELECT task, COUNT(*), CAST(SUM(CASE WHEN outcome = ",
              static_cast<int>(DecisionOutcome::kEscalated),
              " THEN 1 ELSE 0 END) AS BIGINT), CAST(SUM(cost_nano_usd) AS BIGINT), "
              "MAX(cost_unpriced), CAST(SUM(baseline_nano_usd) AS BIGINT), MAX(baseline_unpriced), "
              "MIN(CASE WHEN place * 100 >= decided * 50 THEN cost_nano_usd END), "
              "MIN(CASE WHEN place * 100 >= decided * 95 THEN cost_nano_usd END) FROM (SELECT "
              "d.task, d.outcome, d.cost_nano_usd, d.cost_unpriced, d.baseline_nano_usd, "
              "d.baseline_unpriced, ROW_NUMBER() OVER (PARTITION BY d.task ORDER BY "
              "d.cost_nano_usd) AS place, COUNT(*) OVER (PARTITION BY d.task) AS decided FROM ",
              session.Table("decisions"), " d", Window(query), "AND d.outcome <> ",
              static_cast<int>(DecisionOutcome::kFailed), ") AS placed GROUP BY task ORDER BY 1"),
          WindowValues(tenant, query), "iiiiiiiii"));
  std::vector<CascadeEconomics> economics;
  for (const SqlRow& row : found) {
    SqlColumns columns(row);
    CascadeEconomics of;
    of.task = columns.As<TaskKind>();
    of.decisions = columns.Integer();
    of.escalated = columns.Integer();
    of.cost = ReadCost(columns);
    of.baseline_cost = ReadCost(columns);
    of.median_nano_usd = columns.Integer();
    of.p95_nano_usd = columns.Integer();
    economics.push_back(of);
  }
  return economics;
}

void Add(const Cost& cost, Cost& sum) {
  sum.nano_usd += cost.nano_usd;
  sum.unpriced |= cost.unpriced;
}

// All groups together; no key.
SpendRow Sum(const std::vector<SpendRow>& rows) {
  SpendRow sum;
  for (const SpendRow& row : rows) {
    sum.model_calls += row.model_calls;
    sum.unused_model_calls += row.unused_model_calls;
    sum.unpriced_model_calls += row.unpriced_model_calls;
    Add(row.cost, sum.cost);
    if (row.baseline_cost.has_value()) {
      if (!sum.baseline_cost.has_value()) sum.baseline_cost.emplace();
      Add(*row.baseline_cost, *sum.baseline_cost);
    }
    sum.usage.input_uncached_tokens += row.usage.input_uncached_tokens;
    sum.usage.input_cached_tokens += row.usage.input_cached_tokens;
    sum.usage.output_visible_tokens += row.usage.output_visible_tokens;
    sum.usage.output_reasoning_tokens += row.usage.output_reasoning_tokens;
    sum.usage.estimated |= row.usage.estimated;
  }
  return sum;
}

// Everything in the window, whose groups are `rows`.
absl::StatusOr<SpendRow> SumTotal(SqlSession& session, absl::string_view tenant,
                                  const SpendQuery& query, const std::vector<SpendRow>& rows) {
  if (HasBaseline(query.group_by)) return Sum(rows);
  // Of reasons there are only those for which a further model was called.
  std::vector<SpendRow> total;
  if (query.group_by == SpendGroup::kReason) {
    ASSIGN_OR_RETURN(total, SumAttempts(session, tenant, query, SpendGroup::kTotal));
  } else if (!rows.empty()) {
    total = {Sum(rows)};
  }
  RETURN_IF_ERROR(AddBaselines(session, tenant, query, SpendGroup::kTotal, total));
  return total.empty() ? SpendRow() : std::move(total.front());
}

}  // namespace

absl::StatusOr<int64_t> NewestSequence(SqlSession& session) {
  ASSIGN_OR_RETURN(const std::vector<SqlRow> rows,
                   session.Run(absl::StrCat("SELECT COALESCE(MAX(sequence), 0) FROM ",
                                            session.Table("decisions")),
                               {}, "i"));
  return rows[0][0].Integer();
}

absl::StatusOr<LedgerGrowth> SumGrowth(SqlSession& session, int64_t after, int64_t until) {
  ASSIGN_OR_RETURN(
      const std::vector<SqlRow> rows,
      session.Run(
          absl::StrCat("SELECT COALESCE(MAX(sequence), 0), "
                       "CAST(COALESCE(SUM(cost_nano_usd), 0) AS BIGINT), "
                       "CAST(COALESCE(SUM(CASE WHEN sequence <= $1 THEN cost_nano_usd ELSE 0 END), "
                       "0) AS BIGINT) FROM ",
                       session.Table("decisions"), " WHERE sequence > $2"),
          {until, after}, "iii"));
  SqlColumns columns(rows[0]);
  LedgerGrowth growth;
  growth.newest_sequence = std::max(until, columns.Integer());
  growth.nano_usd = columns.Integer();
  growth.until_nano_usd = columns.Integer();
  return growth;
}

absl::StatusOr<Spend> SumSpend(SqlSession& session, absl::string_view tenant,
                               const SpendQuery& query) {
  Spend spend;
  ASSIGN_OR_RETURN(spend.rows, SumAttempts(session, tenant, query, query.group_by));
  RETURN_IF_ERROR(AddBaselines(session, tenant, query, query.group_by, spend.rows));
  ASSIGN_OR_RETURN(spend.total, SumTotal(session, tenant, query, spend.rows));
  ASSIGN_OR_RETURN(spend.economics, SumEconomics(session, tenant, query));
  for (SpendRow& row : spend.rows) row.key = KeyName(query.group_by, row.key);
  std::sort(spend.rows.begin(), spend.rows.end(), [](const SpendRow& a, const SpendRow& b) {
    return a.cost.nano_usd != b.cost.nano_usd ? a.cost.nano_usd > b.cost.nano_usd : a.key < b.key;
  });
  return spend;
}

}  // namespace throughline::router
