#include "services/router/store/ledger_rows.h"

#include <cstring>
#include <nlohmann/json.hpp>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/base/status_macros.h"
#include "common/json/json_text.h"

namespace throughline::router {

using sql::SqlColumns;
using sql::SqlRow;
using sql::SqlSession;
using sql::SqlValue;

namespace {

using Json = nlohmann::json;

constexpr char kReplacement[] = "\xEF\xBF\xBD";  // U+FFFD
constexpr char kAttemptColumns[] =
    "model, provider, role, outcome, reason, checks, score, input_uncached_tokens, "
    "input_cached_tokens, output_visible_tokens, output_reasoning_tokens, estimated, "
    "cost_nano_usd, cost_unpriced, latency_us, explanation, empty_cause, first_text_us";
constexpr char kAttemptTypes[] = "ttiiitriiiiiiiitti";

// What RowsOf makes of a decision without a key, of one with, and of a model call.
constexpr size_t kDecisionValues = 22;
constexpr size_t kKeyedDecisionValues = 25;
constexpr size_t kAttemptValues = 19;

template <typename T>
void Put(T value, std::string& bytes) {
  bytes.append(reinterpret_cast<const char*>(&value), sizeof(value));
}

template <typename T>
bool Get(absl::string_view& bytes, T& value) {
  if (bytes.size() < sizeof(value)) return false;
  std::memcpy(&value, bytes.data(), sizeof(value));
  bytes.remove_prefix(sizeof(value));
  return true;
}

// The number of values; each as its kind and its bytes, texts behind their size.
void EncodeRow(const SqlRow& row, std::string& bytes) {
  Put(static_cast<uint32_t>(row.size()), bytes);
  for (const SqlValue& value : row) {
    Put(value.kind(), bytes);
    switch (value.kind()) {
      case SqlValue::Kind::kNull:
        break;
      case SqlValue::Kind::kInteger:
        Put(value.Integer(), bytes);
        break;
      case SqlValue::Kind::kNumber:
        Put(value.Number(), bytes);
        break;
      case SqlValue::Kind::kText:
      case SqlValue::Kind::kBytes:
        Put(static_cast<uint32_t>(value.Text().size()), bytes);
        bytes += value.Text();
        break;
    }
  }
}

bool DecodeValue(absl::string_view& bytes, SqlValue& value) {
  SqlValue::Kind kind = SqlValue::Kind::kNull;
  if (!Get(bytes, kind)) return false;
  int64_t integer = 0;
  double number = 0;
  uint32_t size = 0;
  switch (kind) {
    case SqlValue::Kind::kNull:
      return true;
    case SqlValue::Kind::kInteger:
      if (!Get(bytes, integer)) return false;
      value = integer;
      return true;
    case SqlValue::Kind::kNumber:
      if (!Get(bytes, number)) return false;
      value = number;
      return true;
    case SqlValue::Kind::kText:
      if (!Get(bytes, size) || bytes.size() < size) return false;
      value = bytes.substr(0, size);
      bytes.remove_prefix(size);
      return true;
    default:
      return false;
  }
}

bool DecodeRow(absl::string_view& bytes, SqlRow& row) {
  uint32_t count = 0;
  if (!Get(bytes, count)) return false;
  for (uint32_t i = 0; i < count; ++i) {
    if (!DecodeValue(bytes, row.emplace_back())) return false;
  }
  return true;
}

std::string ChecksToJson(const std::vector<Check>& checks) {
  std::string list = "[";
  for (const Check& check : checks) {
    list += list.size() > 1 ? ",[" : "[";
    json_text::AppendQuoted(check.name, list);
    absl::StrAppend(&list, ",", static_cast<int>(check.result), ",");
    json_text::AppendQuoted(check.explanation, list);
    list += ']';
  }
  list += ']';
  return list;
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

Cost ReadCost(SqlColumns& columns) {
  const int64_t nano_usd = columns.Integer();
  return {.nano_usd = nano_usd, .unpriced = columns.Flag()};
}

// But for the decision's place in the log, which InsertRows puts before it.
SqlRow AttemptRow(int64_t position, const Attempt& attempt) {
  return {position,
          attempt.model,
          attempt.provider,
          attempt.role,
          attempt.outcome,
          attempt.reason,
          ChecksToJson(attempt.checks),
          attempt.score,
          attempt.usage.input_uncached_tokens,
          attempt.usage.input_cached_tokens,
          attempt.usage.output_visible_tokens,
          attempt.usage.output_reasoning_tokens,
          attempt.usage.estimated,
          attempt.cost.nano_usd,
          attempt.cost.unpriced,
          absl::ToInt64Microseconds(attempt.latency),
          CleanText(attempt.explanation),
          attempt.empty_cause,
          attempt.time_to_first_text.has_value()
              ? SqlValue(absl::ToInt64Microseconds(*attempt.time_to_first_text))
              : SqlValue()};
}

absl::Status InsertAttempt(SqlSession& session, int64_t sequence, const SqlRow& attempt) {
  SqlRow values = {sequence};
  values.insert(values.end(), attempt.begin(), attempt.end());
  return session
      .Run(absl::StrCat("INSERT INTO ", session.Table("attempts"), " (decision, position, ",
                        kAttemptColumns,
                        ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, "
                        "$15, $16, $17, $18, $19, $20)"),
           values, "")
      .status();
}

Attempt ReadAttempt(const SqlRow& row) {
  SqlColumns columns(row);
  Attempt attempt;
  attempt.model = columns.Text();
  attempt.provider = columns.Text();
  attempt.role = columns.As<AttemptRole>();
  attempt.outcome = columns.As<AttemptOutcome>();
  attempt.reason = columns.As<DecisionReason>();
  attempt.checks = ChecksFromJson(columns.Text());
  attempt.score = columns.Number();
  attempt.usage.input_uncached_tokens = columns.Integer();
  attempt.usage.input_cached_tokens = columns.Integer();
  attempt.usage.output_visible_tokens = columns.Integer();
  attempt.usage.output_reasoning_tokens = columns.Integer();
  attempt.usage.estimated = columns.Flag();
  attempt.cost = ReadCost(columns);
  attempt.latency = absl::Microseconds(columns.Integer());
  attempt.explanation = columns.Text();
  attempt.empty_cause = columns.Text();
  if (!columns.SkipNull()) attempt.time_to_first_text = absl::Microseconds(columns.Integer());
  return attempt;
}

// How many bytes the UTF-8 character at the start of `text` has; 0 when there is none.
size_t CharacterBytes(absl::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return first == 0 ? 0 : 1;
  const size_t bytes = first >= 0xC2 && first <= 0xDF   ? 2
                       : first >= 0xE0 && first <= 0xEF ? 3
                       : first >= 0xF0 && first <= 0xF4 ? 4
                                                        : 0;
  if (bytes == 0 || text.size() < bytes) return 0;
  for (size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  // Overlong forms, surrogates, and what lies beyond Unicode.
  if (first == 0xE0 && byte(1) < 0xA0) return 0;
  if (first == 0xED && byte(1) > 0x9F) return 0;
  if (first == 0xF0 && byte(1) < 0x90) return 0;
  if (first == 0xF4 && byte(1) > 0x8F) return 0;
  return bytes;
}

}  // namespace

DecisionRows RowsOf(absl::string_view tenant, const Answer& answer, absl::string_view key,
                    absl::string_view fingerprint) {
  const Decision& decision = answer.decision;
  DecisionRows rows;
  rows.decision = {tenant,
                   decision.id,
                   absl::ToUnixMicros(decision.decided_at),
                   decision.task,
                   decision.attribution.customer_id,
                   decision.attribution.call_id,
                   decision.outcome,
                   decision.reason,
                   CleanText(decision.explanation),
                   decision.from_model,
                   decision.to_model,
                   decision.draft_score,
                   decision.threshold,
                   decision.difficulty,
                   decision.cost.nano_usd,
                   decision.cost.unpriced,
                   decision.baseline_cost.nano_usd,
                   decision.baseline_cost.unpriced,
                   absl::ToInt64Microseconds(decision.latency),
                   absl::ToInt64Microseconds(decision.overhead),
                   decision.policy_version,
                   decision.cascade_dearer};
  if (!key.empty()) {
    rows.decision.insert(rows.decision.end(),
                         {SqlValue(key), SqlValue(fingerprint), CleanText(answer.text)});
  }
  int64_t position = 0;
  for (const Attempt& attempt : decision.attempts) {
    rows.attempts.push_back(AttemptRow(position++, attempt));
  }
  return rows;
}

bool DropKey(DecisionRows& rows) {
  if (rows.decision.size() <= kDecisionValues) return false;
  rows.decision.resize(kDecisionValues);
  return true;
}

absl::Status InsertRows(SqlSession& session, const DecisionRows& rows) {
  std::string columns = absl::StrCat("tenant", absl::StripPrefix(kDecisionColumns, "sequence"));
  std::string places =
      "$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, "
      "$21, $22";
  if (rows.decision.size() > kDecisionValues) {
    absl::StrAppend(&columns, ", idempotency_key, fingerprint, answer");
    absl::StrAppend(&places, ", $23, $24, $25");
  }
  ASSIGN_OR_RETURN(
      const std::vector<SqlRow> inserted,
      session.Run(absl::StrCat("INSERT INTO ", session.Table("decisions"), " (", columns,
                               ") VALUES (", places, ") ON CONFLICT DO NOTHING RETURNING sequence"),
                  rows.decision, "i"));
  if (inserted.empty()) return absl::NotFoundError("nothing was inserted");
  for (const SqlRow& attempt : rows.attempts) {
    RETURN_IF_ERROR(InsertAttempt(session, inserted[0][0].Integer(), attempt));
  }
  return absl::OkStatus();
}

std::string Encode(const DecisionRows& rows) {
  std::string bytes;
  EncodeRow(rows.decision, bytes);
  for (const SqlRow& attempt : rows.attempts) EncodeRow(attempt, bytes);
  return bytes;
}

absl::StatusOr<DecisionRows> DecodeRows(absl::string_view bytes) {
  DecisionRows rows;
  bool is_whole = DecodeRow(bytes, rows.decision) && (rows.decision.size() == kDecisionValues ||
                                                      rows.decision.size() == kKeyedDecisionValues);
  while (is_whole && !bytes.empty()) {
    is_whole = DecodeRow(bytes, rows.attempts.emplace_back()) &&
               rows.attempts.back().size() == kAttemptValues;
  }
  if (is_whole) return rows;
  return absl::DataLossError(
      "the ledger's .pending file holds what this version cannot read; start the version that "
      "wrote "
      "it once, or move the file away");
}

PlacedDecision ReadDecisionRow(const SqlRow& row) {
  SqlColumns columns(row);
  PlacedDecision placed{.sequence = columns.Integer()};
  Decision& decision = placed.decision;
  decision.id = columns.Text();
  decision.decided_at = absl::FromUnixMicros(columns.Integer());
  decision.task = columns.As<TaskKind>();
  decision.attribution.customer_id = columns.Text();
  decision.attribution.call_id = columns.Text();
  decision.outcome = columns.As<DecisionOutcome>();
  decision.reason = columns.As<DecisionReason>();
  decision.explanation = columns.Text();
  decision.from_model = columns.Text();
  decision.to_model = columns.Text();
  decision.draft_score = columns.Number();
  decision.threshold = columns.Number();
  decision.difficulty = columns.Number();
  decision.cost = ReadCost(columns);
  decision.baseline_cost = ReadCost(columns);
  decision.latency = absl::Microseconds(columns.Integer());
  decision.overhead = absl::Microseconds(columns.Integer());
  decision.policy_version = columns.Text();
  decision.cascade_dearer = columns.Flag();
  return placed;
}

absl::Status AddAttempts(SqlSession& session, absl::Span<PlacedDecision> decisions) {
  // Statements are prepared by their text: one of as many places for any number of decisions.
  constexpr size_t kAtOnce = 32;
  static const std::string kPlaces = [] {
    std::string places = "$1";
    for (size_t i = 2; i <= kAtOnce; ++i) absl::StrAppend(&places, ", $", i);
    return places;
  }();
  for (; !decisions.empty(); decisions.remove_prefix(std::min(kAtOnce, decisions.size()))) {
    const absl::Span<PlacedDecision> some = decisions.first(std::min(kAtOnce, decisions.size()));
    std::vector<SqlValue> sequences;
    for (const PlacedDecision& placed : some) sequences.emplace_back(placed.sequence);
    sequences.resize(kAtOnce, SqlValue(some.back().sequence));
    ASSIGN_OR_RETURN(const std::vector<SqlRow> attempts,
                     session.Run(absl::StrCat("SELECT ", kAttemptColumns, ", decision FROM ",
                                              session.Table("attempts"), " WHERE decision IN (",
                                              kPlaces, ") ORDER BY decision DESC, position"),
                                 sequences, absl::StrCat(kAttemptTypes, "i")));
    auto placed = some.begin();
    for (const SqlRow& attempt : attempts) {
      while (placed->sequence != attempt.back().Integer()) ++placed;
      placed->decision.attempts.push_back(ReadAttempt(attempt));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<Decision> ReadDecision(SqlSession& session, const SqlRow& row) {
  PlacedDecision placed = ReadDecisionRow(row);
  RETURN_IF_ERROR(AddAttempts(session, absl::MakeSpan(&placed, 1)));
  return std::move(placed.decision);
}

std::string OfCustomer(absl::string_view place, absl::string_view customer_id) {
  const std::string matches = sql::Matches("customer_id", place, customer_id);
  // As the index says which rows it has.
  return customer_id.empty() ? matches : absl::StrCat(matches, " AND customer_id <> ''");
}

std::string CleanText(absl::string_view text) {
  std::string clean;
  clean.reserve(text.size());
  size_t copied = 0;
  for (size_t at = 0; at < text.size();) {
    const size_t bytes = CharacterBytes(text.substr(at));
    if (bytes > 0) {
      at += bytes;
      continue;
    }
    absl::StrAppend(&clean, text.substr(copied, at - copied), kReplacement);
    copied = ++at;
  }
  absl::StrAppend(&clean, text.substr(copied));
  return clean;
}

}  // namespace throughline::router
