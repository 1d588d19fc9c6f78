#include "services/memory/domain/fact_merge.h"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "common/digest/sha256.h"
#include "services/memory/domain/restatement.h"

namespace throughline::memory {
namespace {

constexpr size_t kIdDigits = 20;

std::string EvidenceKey(const deal::Evidence& evidence) {
  return absl::StrCat(evidence.call_id.size(), ":", evidence.call_id, evidence.turn, ":",
                      evidence.quote.size(), ":", evidence.quote);
}

// Two statements with one key are the same act of saying.
std::string StatementKey(const Statement& statement) {
  std::vector<std::string> parts;
  for (const deal::Evidence& evidence : statement.evidence) parts.push_back(EvidenceKey(evidence));
  std::sort(parts.begin(), parts.end());
  parts.erase(std::unique(parts.begin(), parts.end()), parts.end());
  std::string joined = absl::StrCat(SignatureOfSense(statement.signature), "\n");
  for (const std::string& part : parts) absl::StrAppend(&joined, part);
  return joined;
}

// Lets the same act of saying, told again, complete what is known of it. Whichever telling comes
// first, the outcome is the same. True when it changed something.
bool Reconcile(const Statement& again, Statement* known) {
  const Statement before = *known;
  known->confidence = std::max(known->confidence, again.confidence);
  known->valid_from = std::min(known->valid_from, again.valid_from);
  known->recorded_at = std::min(known->recorded_at, again.recorded_at);
  known->tags.insert(known->tags.end(), again.tags.begin(), again.tags.end());
  std::sort(known->tags.begin(), known->tags.end());
  known->tags.erase(std::unique(known->tags.begin(), known->tags.end()), known->tags.end());
  const auto wording = [](const Statement& s) {
    return std::tie(s.text, s.value, s.kind, s.subject, s.attribute, s.call_id, s.signature);
  };
  if (wording(again) < wording(*known)) {
    std::tie(known->text, known->value, known->kind, known->subject, known->attribute,
             known->call_id, known->signature) = wording(again);
  }
  return wording(before) != wording(*known) || before.tags != known->tags ||
         before.confidence != known->confidence || before.valid_from != known->valid_from;
}

// A total order by the customer's account, then by anything that does not depend on arrival.
bool SaidBefore(const Statement& a, const Statement& b) {
  const auto turn = [](const Statement& s) { return s.evidence.empty() ? 0 : s.evidence[0].turn; };
  return std::make_tuple(a.valid_from, absl::string_view(a.call_id), turn(a),
                         absl::string_view(a.signature), absl::string_view(a.text)) <
         std::make_tuple(b.valid_from, absl::string_view(b.call_id), turn(b),
                         absl::string_view(b.signature), absl::string_view(b.text));
}

std::string KeyOfText(absl::string_view subject, absl::string_view signature) {
  return Sha256Hex({Fold(subject), "", signature});
}

std::string RowId(absl::string_view key, absl::string_view signature) {
  return absl::StrCat("f", Sha256Hex({key, signature}).substr(0, kIdDigits));
}

// Of the rows that would have the id `first`, that of the next one whose id is not taken.
std::string NextId(const std::string& first, const absl::flat_hash_set<std::string>& taken_ids,
                   int* occurrence) {
  std::string id;
  do {
    id = ++*occurrence == 1 ? first : absl::StrCat(first, "-", *occurrence);
  } while (taken_ids.contains(id));
  return id;
}

// Keeps the first statement, the one that words the row, and the newest. Returns where the one that
// words it is then.
size_t CapStatements(size_t wording, std::vector<Statement>* statements) {
  while (statements->size() > kMaxStatementsPerFact) {
    const size_t dropped = wording == 1 ? 2 : 1;
    statements->erase(statements->begin() + static_cast<ptrdiff_t>(dropped));
    if (wording > dropped) --wording;
  }
  return wording;
}

// `spelling` unless it is empty; then that of the identity.
const std::string& Spelt(const std::string& spelling, const std::string& identity) {
  return spelling.empty() ? identity : spelling;
}

// Statements that are one row, in order, and the place of the one that words it.
struct Telling {
  std::string id;
  std::vector<Statement> statements;
  size_t wording = 0;
  bool worded = false;  // by the fullest statement, the first of its signature
};

FactRow MakeRow(const FactIdentity& identity, Telling telling) {
  std::vector<Statement>& statements = telling.statements;
  const Statement& wording = statements[CapStatements(telling.wording, &statements)];
  FactRow row{.key = identity.key};
  const Statement& first = statements.front();
  row.fact = {.id = std::move(telling.id),
              .kind = wording.kind,
              .text = wording.text,
              .subject = Spelt(wording.subject, identity.subject),
              .attribute = Spelt(wording.attribute, identity.attribute),
              .value = wording.value,
              .valid_from = first.valid_from,
              .recorded_at = first.recorded_at};
  const bool several = statements.size() > 1 || first.evidence.size() > 1;
  absl::flat_hash_set<std::string> seen;
  for (const Statement& statement : statements) {
    row.fact.confidence = std::max(row.fact.confidence, statement.confidence);
    row.fact.recorded_at = std::min(row.fact.recorded_at, statement.recorded_at);
    for (const deal::Evidence& evidence : statement.evidence) {
      if (several && !seen.insert(EvidenceKey(evidence)).second) continue;
      row.fact.evidence.push_back(evidence);
    }
    row.fact.tags.insert(row.fact.tags.end(), statement.tags.begin(), statement.tags.end());
  }
  std::sort(row.fact.tags.begin(), row.fact.tags.end());
  row.fact.tags.erase(std::unique(row.fact.tags.begin(), row.fact.tags.end()), row.fact.tags.end());
  row.call_id = first.evidence.empty() ? first.call_id : first.evidence[0].call_id;
  row.turn = first.evidence.empty() ? 0 : first.evidence[0].turn;
  row.statements = std::move(statements);
  return row;
}

// Live statements of a single-valued fact, in order: neighbours with one value are one row.
std::vector<Telling> TellValues(const FactIdentity& identity, std::vector<Statement> live,
                                const absl::flat_hash_set<std::string>& taken_ids) {
  std::vector<Telling> tellings;
  struct Value {
    std::string first_id;
    int rows = 0;
  };
  absl::flat_hash_map<std::string, Value> values;
  for (size_t begin = 0; begin < live.size();) {
    size_t end = begin + 1;
    while (end < live.size() && live[end].signature == live[begin].signature) ++end;
    Value& value = values[live[begin].signature];
    if (value.rows == 0) value.first_id = RowId(identity.key, live[begin].signature);
    tellings.push_back({.id = NextId(value.first_id, taken_ids, &value.rows),
                        .statements = {std::make_move_iterator(live.begin() + begin),
                                       std::make_move_iterator(live.begin() + end)}});
    begin = end;
  }
  return tellings;
}

// Live statements of facts side by side, in order: restatements of one another are one row. Its id
// is that of the text that was said first, so that fuller words leave it as it is.
std::vector<Telling> TellRestatements(const FactIdentity& identity, std::vector<Statement> live,
                                      const absl::flat_hash_set<std::string>& taken_ids) {
  std::vector<std::string> senses;  // one of each signature
  absl::flat_hash_map<std::string, size_t> place_of;
  for (const Statement& statement : live) {
    const auto [it, fresh] = place_of.emplace(SignatureOfSense(statement.signature), senses.size());
    if (fresh) {
      senses.push_back(statement.signature);
    } else {
      Merge(statement.signature, &senses[it->second]);
    }
  }
  const std::vector<size_t> fullest = FullestRestatements({senses.begin(), senses.end()});
  std::vector<Telling> tellings;
  absl::flat_hash_map<size_t, size_t> telling_of;  // by fullest text
  for (Statement& statement : live) {
    const absl::string_view signature = SignatureOfSense(statement.signature);
    const size_t sense = place_of.find(signature)->second;
    const auto [it, fresh] = telling_of.emplace(fullest[sense], tellings.size());
    if (fresh) {
      int rows = 0;
      const std::string first_id = RowId(KeyOfText(identity.subject, signature), "");
      tellings.push_back({.id = NextId(first_id, taken_ids, &rows)});
    }
    Telling& telling = tellings[it->second];
    if (sense == fullest[sense] && !telling.worded) {
      telling.wording = telling.statements.size();
      telling.worded = true;
    }
    telling.statements.push_back(std::move(statement));
  }
  return tellings;
}

// Each value but the last is closed by the next.
void CloseEach(std::vector<FactRow>* rows) {
  for (size_t i = 0; i + 1 < rows->size(); ++i) {
    (*rows)[i].fact.superseded_by = (*rows)[i + 1].fact.id;
    (*rows)[i].fact.valid_to = (*rows)[i + 1].fact.valid_from;
  }
}

// A row as it was before a merge, which goes on with its statements.
struct EarlierRow {
  FactRow row;
  size_t statements = 0;
};

bool SameRow(const FactRow& a, const EarlierRow& earlier) {
  const FactRow& b = earlier.row;
  return a.key == b.key && a.statements.size() == earlier.statements &&
         a.fact.evidence.size() == b.fact.evidence.size() && a.fact.text == b.fact.text &&
         a.fact.value == b.fact.value && a.fact.subject == b.fact.subject &&
         a.fact.attribute == b.fact.attribute && a.fact.kind == b.fact.kind &&
         a.fact.tags == b.fact.tags && a.fact.confidence == b.fact.confidence &&
         a.fact.valid_from == b.fact.valid_from && a.fact.valid_to == b.fact.valid_to &&
         a.fact.superseded_by == b.fact.superseded_by;
}

// Tells statements that may be one of those that come in from the many that are none, for less
// than their keys cost: a statement of an earlier call has other evidence.
class Incoming {
 public:
  // Borrows `statements`.
  explicit Incoming(const std::vector<Statement>& statements) {
    for (const Statement& statement : statements) {
      without_evidence_ |= statement.evidence.empty();
      for (const deal::Evidence& evidence : statement.evidence) {
        turns_.emplace(evidence.call_id, evidence.turn);
      }
    }
  }

  bool MayHold(const Statement& statement) const {
    if (statement.evidence.empty()) return without_evidence_;
    return turns_.contains({statement.evidence[0].call_id, statement.evidence[0].turn});
  }

 private:
  absl::flat_hash_set<std::pair<absl::string_view, int32_t>> turns_;
  bool without_evidence_ = false;
};

// What was there before a merge, for telling what the merge did.
struct Before {
  absl::flat_hash_map<std::string, EarlierRow> rows;  // by id
  // Statement to row id, of those that may have come in again.
  absl::flat_hash_map<std::string, std::string> said_in;
};

// Adds statements that are new to the live ones. Returns the keys of those that were live and have
// been completed.
absl::flat_hash_set<std::string> AddIncoming(const std::vector<Statement>& incoming,
                                             const Incoming& suspects, const Before& before,
                                             std::vector<Statement>* live) {
  absl::flat_hash_map<std::string, size_t> place_of;  // in live
  for (size_t i = 0; i < live->size(); ++i) {
    if (suspects.MayHold((*live)[i])) place_of.emplace(StatementKey((*live)[i]), i);
  }
  absl::flat_hash_set<std::string> completed;
  for (const Statement& statement : incoming) {
    std::string key = StatementKey(statement);
    const auto known = place_of.find(key);
    if (known != place_of.end()) {
      if (Reconcile(statement, &(*live)[known->second])) completed.insert(std::move(key));
    } else if (!before.said_in.contains(key)) {
      place_of.emplace(std::move(key), live->size());
      live->push_back(statement);
    }
  }
  return completed;
}

// Rows that `id` closes now and did not close before.
std::vector<std::string> NewlyClosedBy(const std::string& id, const std::vector<FactRow>& rows,
                                       const Before& before) {
  std::vector<std::string> closed;
  for (const FactRow& row : rows) {
    if (row.fact.superseded_by != id) continue;
    const auto was = before.rows.find(row.fact.id);
    if (was != before.rows.end() && was->second.row.fact.superseded_by != id) {
      closed.push_back(row.fact.id);
    }
  }
  return closed;
}

// Tells what became of each incoming statement. `said_in`: the row of each statement now.
std::vector<RetainedRow> Outcomes(const std::vector<Statement>& incoming,
                                  const std::vector<FactRow>& rows, const Before& before,
                                  const absl::flat_hash_map<std::string, std::string>& said_in,
                                  const absl::flat_hash_set<std::string>& completed) {
  std::vector<RetainedRow> outcomes;
  absl::flat_hash_set<std::string> reported;
  absl::flat_hash_set<std::string> said;
  for (const Statement& statement : incoming) {
    const std::string statement_key = StatementKey(statement);
    RetainedRow outcome{.id = said_in.at(statement_key)};
    const bool first_time = said.insert(statement_key).second;
    if (before.said_in.contains(statement_key) || !first_time) {
      outcome.outcome = first_time && completed.contains(statement_key) ? RetainOutcome::kUpdated
                                                                        : RetainOutcome::kDuplicate;
    } else if (before.rows.contains(outcome.id) || !reported.insert(outcome.id).second) {
      outcome.outcome = RetainOutcome::kUpdated;
    } else {
      outcome.superseded_ids = NewlyClosedBy(outcome.id, rows, before);
      outcome.outcome =
          outcome.superseded_ids.empty() ? RetainOutcome::kAdded : RetainOutcome::kSuperseded;
    }
    outcomes.push_back(std::move(outcome));
  }
  return outcomes;
}

}  // namespace

FactIdentity IdentifyFact(Stemmer& stemmer, const deal::Fact& fact) {
  const std::string subject = Fold(fact.subject);
  const std::string attribute = Fold(fact.attribute);
  if (!attribute.empty()) {
    return {.key = Sha256Hex({subject, attribute, ""}),
            .subject = fact.subject,
            .attribute = fact.attribute};
  }
  const std::string sense = SenseOfText(stemmer, fact.text);
  return {.key = Sha256Hex({subject, "restatements", "", RestatementBlock(sense)}),
          .subject = fact.subject,
          .older_key = KeyOfText(fact.subject, SignatureOfSense(sense)),
          .sense = sense};
}

Statement ToStatement(Stemmer& stemmer, const FactIdentity& identity, const deal::Fact& fact,
                      absl::string_view call_id, absl::Time default_time, absl::Time recorded_at) {
  Statement statement{
      .subject = fact.subject,
      .attribute = fact.attribute,
      .text = fact.text,
      .value = fact.value,
      .kind = fact.kind,
      .confidence = fact.confidence,
      .valid_from = fact.valid_from == absl::InfinitePast() ? default_time : fact.valid_from,
      .recorded_at = recorded_at,
      .call_id = std::string(call_id),
      .evidence = fact.evidence,
      .tags = fact.tags};
  statement.signature = Fold(fact.attribute).empty()
                            ? identity.sense
                            : Signature(stemmer, fact.value.empty() ? fact.text : fact.value);
  return statement;
}

bool OfOneFact(const FactRow& a, const FactRow& b) {
  const auto without_occurrence = [](absl::string_view id) { return id.substr(0, id.find('-')); };
  return a.key == b.key && (!Fold(a.fact.attribute).empty() ||
                            without_occurrence(a.fact.id) == without_occurrence(b.fact.id));
}

FactMerge MergeStatements(Stemmer& stemmer, const FactIdentity& identity,
                          std::vector<FactRow> existing, const std::vector<Statement>& incoming) {
  const bool side_by_side = Fold(identity.attribute).empty();
  const Incoming suspects(incoming);
  FactMerge merge;
  Before before;
  std::vector<Statement> live;
  absl::flat_hash_set<std::string> retired_ids;
  before.rows.reserve(existing.size());
  for (FactRow& row : existing) {
    EarlierRow earlier{.statements = row.statements.size()};
    for (Statement& statement : row.statements) {
      // Rows of old were keyed by what their texts say, and did not hold it.
      if (side_by_side && statement.signature.empty()) {
        statement.signature = SenseOfText(stemmer, statement.text);
      }
      if (suspects.MayHold(statement)) {
        before.said_in.emplace(StatementKey(statement), row.fact.id);
      }
    }
    if (row.invalidation.has_value()) {
      retired_ids.insert(row.fact.id);
      merge.changed.push_back(row.key != identity.key);
      row.key = identity.key;
      merge.rows.push_back(row);
    } else {
      for (Statement& statement : row.statements) {
        if (statement.subject.empty()) statement.subject = row.fact.subject;
        if (statement.attribute.empty()) statement.attribute = row.fact.attribute;
        live.push_back(std::move(statement));
      }
      row.statements.clear();
    }
    const std::string id = row.fact.id;
    earlier.row = std::move(row);
    before.rows.emplace(id, std::move(earlier));
  }
  const absl::flat_hash_set<std::string> completed = AddIncoming(incoming, suspects, before, &live);
  absl::flat_hash_map<std::string, std::string> said_in = before.said_in;
  std::sort(live.begin(), live.end(), SaidBefore);
  std::vector<Telling> tellings = side_by_side
                                      ? TellRestatements(identity, std::move(live), retired_ids)
                                      : TellValues(identity, std::move(live), retired_ids);
  std::vector<FactRow> rows;
  rows.reserve(tellings.size());
  for (Telling& telling : tellings) {
    for (const Statement& statement : telling.statements) {
      if (suspects.MayHold(statement)) {
        said_in.insert_or_assign(StatementKey(statement), telling.id);
      }
    }
    rows.push_back(MakeRow(identity, std::move(telling)));
  }
  if (!side_by_side) CloseEach(&rows);
  absl::flat_hash_set<std::string> kept = retired_ids;
  merge.rows.reserve(merge.rows.size() + rows.size());
  for (FactRow& row : rows) {
    const auto was = before.rows.find(row.fact.id);
    if (was != before.rows.end()) row.sequence = was->second.row.sequence;
    merge.changed.push_back(was == before.rows.end() || !SameRow(row, was->second));
    kept.insert(row.fact.id);
    merge.rows.push_back(std::move(row));
  }
  for (const auto& [id, row] : before.rows) {
    if (!kept.contains(id)) merge.erased_ids.push_back(id);
  }
  merge.outcomes = Outcomes(incoming, merge.rows, before, said_in, completed);
  return merge;
}

}  // namespace throughline::memory
