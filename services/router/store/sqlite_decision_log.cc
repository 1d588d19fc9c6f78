#include "services/router/store/sqlite_decision_log.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/errors.h"
#include "common/base/status_macros.h"
#include "services/router/domain/names.h"
#include "services/router/store/decision_schema.h"

namespace throughline::router {
namespace {

using Json = nlohmann::json;
using storage::SqliteConnection;
using storage::SqliteStatement;

// In the order ReadDecision reads them.
constexpr char kDecisionColumns[] =
    "sequence, id, decided_at_us, task, customer_id, call_id, outcome, reason, explanation, "
    "from_model, to_model, draft_score, threshold, difficulty, cost_nano_usd, cost_unpriced, "
    "baseline_nano_usd, baseline_unpriced, latency_us, overhead_us, policy_version";
constexpr char kAttemptColumns[] =
    "model, provider, role, outcome, reason, checks, score, input_uncached_tokens, "
    "input_cached_tokens, output_visible_tokens, output_reasoning_tokens, estimated, "
    "cost_nano_usd, cost_unpriced, latency_us, explanation";

// Binds values to a statement's parameters one after the other.
class Binder {
 public:
  explicit Binder(SQLite::Statement& statement) : statement_(statement) {}

  Binder& operator<<(int64_t value) {
    statement_.bind(++index_, value);
    return *this;
  }
  Binder& operator<<(double value) {
    statement_.bind(++index_, value);
    return *this;
  }
  Binder& operator<<(absl::string_view value) {
    statement_.bind(++index_, std::string(value));
    return *this;
  }
  template <typename Enum>
  requires std::is_enum_v<Enum> Binder& operator<<(Enum value) {
    return *this << static_cast<int64_t>(value);
  }
  Binder& Null() {
    statement_.bind(++index_);
    return *this;
  }

 private:
  SQLite::Statement& statement_;
  int index_ = 0;
};

// Reads a row's columns one after the other.
class Columns {
 public:
  explicit Columns(SQLite::Statement& statement) : statement_(statement) {}

  int64_t Int() { return statement_.getColumn(index_++).getInt64(); }
  double Real() { return statement_.getColumn(index_++).getDouble(); }
  std::string Text() { return statement_.getColumn(index_++).getString(); }
  bool Flag() { return Int() != 0; }
  absl::Duration Duration() { return absl::Microseconds(Int()); }
  Cost Money() {
    const int64_t nano_usd = Int();
    return {.nano_usd = nano_usd, .unpriced = Flag()};
  }
  template <typename Enum>
  Enum As() {
    return static_cast<Enum>(Int());
  }

 private:
  SQLite::Statement& statement_;
  int index_ = 0;
};

std::string ChecksToJson(const std::vector<Check>& checks) {
  Json list = Json::array();
  for (const Check& check : checks) {
    list.push_back({check.name, static_cast<int>(check.result), check.explanation});
  }
  // A provider's text may not be UTF-8.
  return list.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::vector<Check> ChecksFromJson(const std::string& text) {
  std::vector<Check> checks;
  const Json list = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!list.is_array()) return checks;
  for (const Json& entry : list) {
    if (!entry.is_array() || entry.size() != 3) continue;
    checks.push_back({.name = entry[0].get<std::string>(),
                      .result = static_cast<CheckResult>(entry[1].get<int>()),
                      .explanation = entry[2].get<std::string>()});
  }
  return checks;
}

void InsertDecision(SqliteConnection& connection, const Context& context, const Answer& answer,
                    absl::string_view key, absl::string_view fingerprint) {
  SqliteStatement insert = connection.Prepare(
      "INSERT INTO decisions (tenant, id, decided_at_us, task, customer_id, call_id, outcome, "
      "reason, explanation, from_model, to_model, draft_score, threshold, difficulty, "
      "cost_nano_usd, cost_unpriced, baseline_nano_usd, baseline_unpriced, latency_us, "
      "overhead_us, policy_version, idempotency_key, fingerprint, answer) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  const Decision& decision = answer.decision;
  Binder binder(*insert);
  binder << context.tenant() << decision.id << absl::ToUnixMicros(decision.decided_at)
         << decision.task << decision.attribution.customer_id << decision.attribution.call_id
         << decision.outcome << decision.reason << decision.explanation << decision.from_model
         << decision.to_model << decision.draft_score << decision.threshold << decision.difficulty
         << decision.cost.nano_usd << int64_t{decision.cost.unpriced}
         << decision.baseline_cost.nano_usd << int64_t{decision.baseline_cost.unpriced}
         << absl::ToInt64Microseconds(decision.latency)
         << absl::ToInt64Microseconds(decision.overhead) << decision.policy_version;
  if (key.empty()) {
    binder.Null().Null().Null();
  } else {
    binder << key << fingerprint << answer.text;
  }
  insert->exec();
}

void InsertAttempt(SqliteConnection& connection, int64_t sequence, int64_t position,
                   const Attempt& attempt) {
  SqliteStatement insert = connection.Prepare(
      absl::StrCat("INSERT INTO attempts (decision, position, ", kAttemptColumns,
                   ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
  Binder(*insert) << sequence << position << attempt.model << attempt.provider << attempt.role
                  << attempt.outcome << attempt.reason << ChecksToJson(attempt.checks)
                  << attempt.score << attempt.usage.input_uncached_tokens
                  << attempt.usage.input_cached_tokens << attempt.usage.output_visible_tokens
                  << attempt.usage.output_reasoning_tokens << int64_t{attempt.usage.estimated}
                  << attempt.cost.nano_usd << int64_t{attempt.cost.unpriced}
                  << absl::ToInt64Microseconds(attempt.latency) << attempt.explanation;
  insert->exec();
}

Attempt ReadAttempt(SQLite::Statement& row) {
  Columns columns(row);
  Attempt attempt;
  attempt.model = columns.Text();
  attempt.provider = columns.Text();
  attempt.role = columns.As<AttemptRole>();
  attempt.outcome = columns.As<AttemptOutcome>();
  attempt.reason = columns.As<DecisionReason>();
  attempt.checks = ChecksFromJson(columns.Text());
  attempt.score = columns.Real();
  attempt.usage.input_uncached_tokens = columns.Int();
  attempt.usage.input_cached_tokens = columns.Int();
  attempt.usage.output_visible_tokens = columns.Int();
  attempt.usage.output_reasoning_tokens = columns.Int();
  attempt.usage.estimated = columns.Flag();
  attempt.cost = columns.Money();
  attempt.latency = columns.Duration();
  attempt.explanation = columns.Text();
  return attempt;
}

// Reads the row of kDecisionColumns and the decision's attempts.
Decision ReadDecision(SqliteConnection& connection, SQLite::Statement& row, int64_t& sequence) {
  Columns columns(row);
  sequence = columns.Int();
  Decision decision;
  decision.id = columns.Text();
  decision.decided_at = absl::FromUnixMicros(columns.Int());
  decision.task = columns.As<TaskKind>();
  decision.attribution.customer_id = columns.Text();
  decision.attribution.call_id = columns.Text();
  decision.outcome = columns.As<DecisionOutcome>();
  decision.reason = columns.As<DecisionReason>();
  decision.explanation = columns.Text();
  decision.from_model = columns.Text();
  decision.to_model = columns.Text();
  decision.draft_score = columns.Real();
  decision.threshold = columns.Real();
  decision.difficulty = columns.Real();
  decision.cost = columns.Money();
  decision.baseline_cost = columns.Money();
  decision.latency = columns.Duration();
  decision.overhead = columns.Duration();
  decision.policy_version = columns.Text();
  SqliteStatement attempts = connection.Prepare(absl::StrCat(
      "SELECT ", kAttemptColumns, " FROM attempts WHERE decision = ? ORDER BY position"));
  Binder(*attempts) << sequence;
  while (attempts->executeStep()) decision.attempts.push_back(ReadAttempt(*attempts));
  return decision;
}

bool KeyIsTaken(SqliteConnection& connection, const Context& context, absl::string_view key) {
  SqliteStatement select =
      connection.Prepare("SELECT 1 FROM decisions WHERE tenant = ? AND idempotency_key = ?");
  Binder(*select) << context.tenant() << key;
  return select->executeStep();
}

int64_t MicrosOf(absl::Time time) { return absl::ToUnixMicros(time); }

// The group's value in SQL, over decisions d and attempts a.
absl::string_view GroupExpression(SpendGroup group) {
  switch (group) {
    case SpendGroup::kTotal:
      return "''";
    case SpendGroup::kModel:
      return "a.model";
    case SpendGroup::kTask:
      return "d.task";
    case SpendGroup::kCustomer:
      return "d.customer_id";
    case SpendGroup::kDay:
      return "strftime('%Y-%m-%d', d.decided_at_us / 1000000, 'unixepoch')";
  }
  return "''";
}

constexpr char kSpendWindow[] =
    " WHERE d.tenant = ?1 AND d.decided_at_us >= ?2 AND d.decided_at_us < ?3 "
    "AND (?4 = '' OR d.customer_id = ?4) ";

void BindWindow(SQLite::Statement& statement, const Context& context, const SpendQuery& query) {
  Binder(statement) << context.tenant() << MicrosOf(query.since) << MicrosOf(query.until)
                    << query.customer_id;
}

std::string KeyName(SpendGroup group, const std::string& key) {
  int task = 0;
  if (group != SpendGroup::kTask || !absl::SimpleAtoi(key, &task)) return key;
  return std::string(Name(static_cast<TaskKind>(task)));
}

std::vector<SpendRow> SumAttempts(SqliteConnection& connection, const Context& context,
                                  const SpendQuery& query, SpendGroup group) {
  SqliteStatement select = connection.Prepare(absl::StrCat(
      "SELECT ", GroupExpression(group),
      " AS key, COUNT(*), SUM(a.outcome <> 1), SUM(a.cost_nano_usd), MAX(a.cost_unpriced), "
      "SUM(a.input_uncached_tokens), SUM(a.input_cached_tokens), SUM(a.output_visible_tokens), "
      "SUM(a.output_reasoning_tokens), MAX(a.estimated) "
      "FROM decisions d JOIN attempts a ON a.decision = d.sequence",
      kSpendWindow, "GROUP BY key"));
  BindWindow(*select, context, query);
  std::vector<SpendRow> rows;
  while (select->executeStep()) {
    Columns columns(*select);
    SpendRow row;
    row.key = columns.Text();
    row.model_calls = columns.Int();
    row.unused_model_calls = columns.Int();
    row.cost = columns.Money();
    row.usage.input_uncached_tokens = columns.Int();
    row.usage.input_cached_tokens = columns.Int();
    row.usage.output_visible_tokens = columns.Int();
    row.usage.output_reasoning_tokens = columns.Int();
    row.usage.estimated = columns.Flag();
    rows.push_back(std::move(row));
  }
  return rows;
}

// Adds each group's baseline, which belongs to decisions, not to model calls.
void AddBaselines(SqliteConnection& connection, const Context& context, const SpendQuery& query,
                  SpendGroup group, std::vector<SpendRow>& rows) {
  if (group == SpendGroup::kModel) return;
  SqliteStatement select = connection.Prepare(
      absl::StrCat("SELECT ", GroupExpression(group),
                   " AS key, SUM(d.baseline_nano_usd), MAX(d.baseline_unpriced) FROM decisions d",
                   kSpendWindow, "GROUP BY key"));
  BindWindow(*select, context, query);
  while (select->executeStep()) {
    Columns columns(*select);
    const std::string key = columns.Text();
    const Cost baseline = columns.Money();
    for (SpendRow& row : rows) {
      if (row.key == key) row.baseline_cost = baseline;
    }
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<SqliteDecisionLog>> SqliteDecisionLog::Open(
    const std::string& path) {
  ASSIGN_OR_RETURN(std::unique_ptr<storage::SqliteDatabase> database,
                   storage::SqliteDatabase::Open({.path = path}, kDecisionMigrations));
  return std::unique_ptr<SqliteDecisionLog>(new SqliteDecisionLog(std::move(database)));
}

absl::StatusOr<StoredAnswer> SqliteDecisionLog::FindAnswer(const Context& context,
                                                           absl::string_view idempotency_key) {
  StoredAnswer stored;
  RETURN_IF_ERROR(database_->Read(context, [&](SqliteConnection& connection) -> absl::Status {
    SqliteStatement select = connection.Prepare(absl::StrCat(
        "SELECT ", kDecisionColumns,
        ", fingerprint, answer FROM decisions WHERE tenant = ? AND idempotency_key = ?"));
    Binder(*select) << context.tenant() << idempotency_key;
    if (!select->executeStep()) return absl::NotFoundError("idempotency_key: no answer under it");
    int64_t sequence = 0;
    stored.answer.decision = ReadDecision(connection, *select, sequence);
    stored.fingerprint = select->getColumn("fingerprint").getString();
    stored.answer.text = select->getColumn("answer").getString();
    return absl::OkStatus();
  }));
  return stored;
}

absl::Status SqliteDecisionLog::Append(const Context& context, const Answer& answer,
                                       absl::string_view idempotency_key,
                                       absl::string_view fingerprint) {
  return database_->Write(context, [&](SqliteConnection& connection) -> absl::Status {
    if (!idempotency_key.empty() && KeyIsTaken(connection, context, idempotency_key)) {
      return absl::AlreadyExistsError("idempotency_key: an answer is stored under it");
    }
    InsertDecision(connection, context, answer, idempotency_key, fingerprint);
    const int64_t sequence = connection.database().getLastInsertRowid();
    int64_t position = 0;
    for (const Attempt& attempt : answer.decision.attempts) {
      InsertAttempt(connection, sequence, position++, attempt);
    }
    return absl::OkStatus();
  });
}

absl::StatusOr<DecisionPage> SqliteDecisionLog::List(const Context& context,
                                                     const DecisionFilter& filter) {
  int64_t before = std::numeric_limits<int64_t>::max();
  if (!filter.page_token.empty() && !absl::SimpleAtoi(filter.page_token, &before)) {
    return InvalidField("page_token", "a next_page_token of this method",
                        "start again without one");
  }
  DecisionPage page;
  RETURN_IF_ERROR(database_->Read(context, [&](SqliteConnection& connection) -> absl::Status {
    SqliteStatement select = connection.Prepare(absl::StrCat(
        "SELECT ", kDecisionColumns,
        " FROM decisions WHERE tenant = ?1 AND sequence < ?2 AND (?3 = '' OR customer_id = ?3) "
        "AND (?4 = '' OR call_id = ?4) AND (?5 = 0 OR task = ?5) AND decided_at_us >= ?6 "
        "ORDER BY sequence DESC LIMIT ?7"));
    Binder(*select) << context.tenant() << before << filter.customer_id << filter.call_id
                    << (filter.task ? static_cast<int64_t>(*filter.task) : int64_t{0})
                    << MicrosOf(filter.since) << int64_t{filter.page_size} + 1;
    int64_t sequence = 0;
    while (select->executeStep()) {
      if (page.decisions.size() == static_cast<size_t>(filter.page_size)) {
        page.next_page_token = absl::StrCat(sequence);
        break;
      }
      page.decisions.push_back(ReadDecision(connection, *select, sequence));
    }
    return absl::OkStatus();
  }));
  return page;
}

absl::StatusOr<Decision> SqliteDecisionLog::Get(const Context& context, absl::string_view id) {
  Decision decision;
  RETURN_IF_ERROR(database_->Read(context, [&](SqliteConnection& connection) -> absl::Status {
    SqliteStatement select = connection.Prepare(
        absl::StrCat("SELECT ", kDecisionColumns, " FROM decisions WHERE tenant = ? AND id = ?"));
    Binder(*select) << context.tenant() << id;
    if (!select->executeStep()) {
      return absl::NotFoundError(
          absl::StrCat("decision_id: no decision \"", id, "\"; ListDecisions has those there are"));
    }
    int64_t sequence = 0;
    decision = ReadDecision(connection, *select, sequence);
    return absl::OkStatus();
  }));
  return decision;
}

absl::StatusOr<Spend> SqliteDecisionLog::SumSpend(const Context& context, const SpendQuery& query) {
  Spend spend;
  RETURN_IF_ERROR(database_->Read(context, [&](SqliteConnection& connection) -> absl::Status {
    spend.rows = SumAttempts(connection, context, query, query.group_by);
    AddBaselines(connection, context, query, query.group_by, spend.rows);
    std::vector<SpendRow> total = SumAttempts(connection, context, query, SpendGroup::kTotal);
    AddBaselines(connection, context, query, SpendGroup::kTotal, total);
    if (!total.empty()) spend.total = std::move(total.front());
    return absl::OkStatus();
  }));
  for (SpendRow& row : spend.rows) row.key = KeyName(query.group_by, row.key);
  std::sort(spend.rows.begin(), spend.rows.end(), [](const SpendRow& a, const SpendRow& b) {
    return a.cost.nano_usd != b.cost.nano_usd ? a.cost.nano_usd > b.cost.nano_usd : a.key < b.key;
  });
  return spend;
}

}  // namespace throughline::router
