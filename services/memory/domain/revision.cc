#include "services/memory/domain/revision.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/errors.h"
#include "common/base/status_macros.h"
#include "services/memory/domain/fact_merge.h"
#include "services/memory/domain/profile_merge.h"
#include "services/memory/domain/retain.h"

namespace throughline::memory {
namespace {

using EvidenceTest = std::function<bool(const deal::Evidence&)>;

absl::Status NoSuchFact(absl::string_view fact_id) {
  return WithReason(absl::NotFoundError(absl::StrCat("fact_id: this customer has no fact \"",
                                                     fact_id, "\"; list the customer's facts")),
                    "FACT_NOT_FOUND");
}

absl::StatusOr<FactRow> FindFact(CustomerTransaction& transaction, absl::string_view fact_id) {
  ASSIGN_OR_RETURN(std::vector<FactRow> rows,
                   transaction.FactsById({std::string(fact_id)}, Statements::kWith));
  if (rows.empty()) return NoSuchFact(fact_id);
  return std::move(rows.front());
}

int64_t CountCurrent(const std::vector<FactRow>& rows) {
  return std::count_if(rows.begin(), rows.end(),
                       [](const FactRow& row) { return row.IsCurrent() && !row.IsVerbatim(); });
}

// Derives the facts of a key anew after its rows have been changed to `rows`; writes what differs.
absl::StatusOr<std::vector<FactRow>> Rechain(CustomerTransaction& transaction,
                                             std::vector<FactRow> rows, CustomerHead* head) {
  if (rows.empty()) return rows;
  const FactIdentity identity{
      .key = rows[0].key, .subject = rows[0].fact.subject, .attribute = rows[0].fact.attribute};
  Stemmer stemmer;
  FactMerge merge = MergeStatements(stemmer, identity, std::move(rows), {});
  for (const std::string& id : merge.erased_ids) {
    RETURN_IF_ERROR(transaction.EraseFact(id));
    head->erased_version = transaction.next_version();
  }
  for (FactRow& row : merge.rows) {
    if (row.sequence == 0) row.sequence = ++head->last_sequence;
    RETURN_IF_ERROR(transaction.PutFact(row));
  }
  return std::move(merge.rows);
}

// Replaces the row in its key's facts and derives them anew. Returns the row that its statements
// belong to afterwards.
absl::StatusOr<deal::Fact> Revise(CustomerTransaction& transaction, const FactRow& row,
                                  absl::Time now) {
  ASSIGN_OR_RETURN(CustomerHead head, transaction.Head());
  FactRow revised = row;
  if (row.key.empty()) {
    RETURN_IF_ERROR(transaction.PutFact(row));
  } else {
    ASSIGN_OR_RETURN(std::vector<FactRow> rows, transaction.FactsWithKeys({row.key}));
    head.current_facts -= CountCurrent(rows);
    for (FactRow& r : rows) {
      if (r.fact.id == row.fact.id) r = row;
    }
    ASSIGN_OR_RETURN(rows, Rechain(transaction, std::move(rows), &head));
    head.current_facts += CountCurrent(rows);
    for (const FactRow& r : rows) {
      if (r.fact.id == row.fact.id) revised = r;
    }
  }
  head.updated_at = now;
  RETURN_IF_ERROR(transaction.PutHead(head));
  return revised.fact;
}

template <typename T>
void EraseIf(std::vector<T>* values, const std::function<bool(const T&)>& condition) {
  values->erase(std::remove_if(values->begin(), values->end(), condition), values->end());
}

// Takes what rests on forgotten evidence out of a profile.
void Scrub(const EvidenceTest& forgotten, deal::CustomerProfile* profile) {
  const auto entry = [&forgotten](const deal::ProfileEntry& e) { return forgotten(e.evidence); };
  EraseIf<deal::ProfileEntry>(&profile->buying_triggers, entry);
  EraseIf<deal::ProfileEntry>(&profile->preferences, entry);
  EraseIf<deal::ProfileEntry>(&profile->personal_details, entry);
  EraseIf<deal::ProfileEntry>(&profile->channel_preference, entry);
  EraseIf<deal::Objection>(&profile->objections, [&forgotten](const deal::Objection& o) {
    return forgotten(o.evidence);
  });
  if (profile->budget.has_value() && entry(*profile->budget)) profile->budget.reset();
  if (profile->last_interaction.has_value() && entry(*profile->last_interaction)) {
    profile->last_interaction.reset();
  }
}

void Scrub(const EvidenceTest& forgotten, std::vector<deal::Blocker>* blockers) {
  for (deal::Blocker& blocker : *blockers) {
    EraseIf<deal::BlockerTransition>(
        &blocker.history,
        [&forgotten](const deal::BlockerTransition& t) { return forgotten(t.evidence); });
  }
  EraseIf<deal::Blocker>(blockers, [](const deal::Blocker& b) { return b.history.empty(); });
}

void Scrub(const EvidenceTest& forgotten, std::vector<deal::Stakeholder>* people) {
  for (deal::Stakeholder& person : *people) {
    const bool had_evidence = !person.authority_evidence.empty();
    EraseIf<deal::Evidence>(&person.authority_evidence, forgotten);
    if (had_evidence && person.authority_evidence.empty()) {
      person.role = deal::StakeholderRole::kUnspecified;
      person.nominal = false;
      person.nominal_reason.clear();
      person.decides_probability.reset();
    }
  }
}

void Scrub(const EvidenceTest& forgotten, deal::Analysis* analysis) {
  Scrub(forgotten, &analysis->open_blockers);
  Scrub(forgotten, &analysis->resolved_blockers);
  if (analysis->primary_blocker.has_value()) {
    std::vector<deal::Blocker> primary = {*analysis->primary_blocker};
    Scrub(forgotten, &primary);
    analysis->primary_blocker.reset();
    if (!primary.empty()) analysis->primary_blocker = std::move(primary[0]);
    if (primary.empty()) analysis->primary_reason.clear();
  }
  Scrub(forgotten, &analysis->decision_makers);
  Scrub(forgotten, &analysis->nominal_decision_makers);
  Scrub(forgotten, &analysis->stakeholders);
  EraseIf<deal::Evidence>(&analysis->follow_up.evidence, forgotten);
  EraseIf<deal::Evidence>(&analysis->suspicious_content, forgotten);
  if (analysis->next_step.has_value() && forgotten(analysis->next_step->evidence)) {
    analysis->next_step.reset();
  }
}

// Erases facts and the parts of facts that rest on forgotten evidence.
absl::Status ForgetFacts(CustomerTransaction& transaction, const ForgetTarget& target,
                         const EvidenceTest& forgotten, CustomerHead* head, int64_t* erased) {
  ASSIGN_OR_RETURN(const std::vector<FactRow> all,
                   transaction.FactsChangedSince(0, Statements::kWith));
  std::set<std::string> touched_keys;
  for (FactRow row : all) {
    const bool whole = target.fact_id.empty() ? row.IsVerbatim() && row.call_id == target.call_id
                                              : row.fact.id == target.fact_id;
    const size_t before = row.statements.size();
    bool changed = false;
    if (target.fact_id.empty()) {
      for (Statement& statement : row.statements) {
        const size_t quotes = statement.evidence.size();
        EraseIf<deal::Evidence>(&statement.evidence, forgotten);
        changed = changed || statement.evidence.size() != quotes;
      }
      EraseIf<Statement>(&row.statements, [&](const Statement& statement) {
        return statement.call_id == target.call_id || statement.evidence.empty();
      });
    }
    changed = changed || row.statements.size() != before;
    if (whole || (changed && row.statements.empty())) {
      RETURN_IF_ERROR(transaction.EraseFact(row.fact.id));
      ++*erased;
    } else if (changed) {
      RETURN_IF_ERROR(transaction.PutFact(row));
    }
    if ((whole || changed) && !row.key.empty()) touched_keys.insert(row.key);
  }
  for (const std::string& key : touched_keys) {
    ASSIGN_OR_RETURN(std::vector<FactRow> rows, transaction.FactsWithKeys({key}));
    RETURN_IF_ERROR(Rechain(transaction, std::move(rows), head).status());
  }
  ASSIGN_OR_RETURN(const std::vector<FactRow> left,
                   transaction.FactsChangedSince(0, Statements::kWithout));
  head->current_facts = CountCurrent(left);
  return absl::OkStatus();
}

absl::Status ForgetContributions(CustomerTransaction& transaction, const ForgetTarget& target,
                                 const EvidenceTest& forgotten) {
  ASSIGN_OR_RETURN(std::vector<Contribution> contributions, transaction.Contributions());
  for (Contribution& contribution : contributions) {
    if (!target.call_id.empty() && contribution.call_id == target.call_id) {
      RETURN_IF_ERROR(transaction.EraseContribution(contribution.id));
      continue;
    }
    if (contribution.analysis.has_value()) Scrub(forgotten, &*contribution.analysis);
    if (contribution.profile_changes.has_value()) {
      Scrub(forgotten, &*contribution.profile_changes);
    }
    RETURN_IF_ERROR(transaction.PutContribution(contribution));
  }
  return absl::OkStatus();
}

// Versions keep their numbers; what they said of the forgotten is taken out of each.
absl::Status ForgetProfiles(CustomerTransaction& transaction, const EvidenceTest& forgotten,
                            int64_t* erased) {
  ASSIGN_OR_RETURN(std::vector<ProfileRecord> records, transaction.Profiles(0, INT32_MAX));
  for (ProfileRecord& record : records) {
    const deal::CustomerProfile before = record.profile;
    Scrub(forgotten, &record.profile);
    if (SameContent(before, record.profile)) continue;
    ++*erased;
    if (IsEmpty(record.profile)) {
      RETURN_IF_ERROR(transaction.EraseProfile(record.profile.version));
    } else {
      RETURN_IF_ERROR(transaction.PutProfile(record));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<ForgetReceipt> ForgetCustomer(CustomerTransaction& transaction) {
  ASSIGN_OR_RETURN(const std::vector<FactRow> rows,
                   transaction.FactsChangedSince(0, Statements::kWithout));
  ASSIGN_OR_RETURN(const CustomerState state, transaction.State());
  ASSIGN_OR_RETURN(const std::vector<ProfileRecord> profiles, transaction.Profiles(0, INT32_MAX));
  RETURN_IF_ERROR(transaction.EraseCustomer());
  return ForgetReceipt{.facts = static_cast<int64_t>(rows.size()),
                       .blockers = static_cast<int64_t>(state.deal.blockers.size()),
                       .stakeholders = static_cast<int64_t>(state.deal.stakeholders.size()),
                       .profile_versions = static_cast<int64_t>(profiles.size())};
}

// What of the customer's words is to go.
absl::StatusOr<EvidenceTest> TestFor(CustomerTransaction& transaction, const ForgetTarget& target) {
  if (!target.call_id.empty()) {
    return EvidenceTest([id = target.call_id](const deal::Evidence& e) { return e.call_id == id; });
  }
  ASSIGN_OR_RETURN(const FactRow row, FindFact(transaction, target.fact_id));
  return EvidenceTest([evidence = row.fact.evidence](const deal::Evidence& e) {
    return std::any_of(evidence.begin(), evidence.end(), [&e](const deal::Evidence& f) {
      return f.call_id == e.call_id && f.turn == e.turn && f.quote == e.quote;
    });
  });
}

}  // namespace

absl::StatusOr<deal::Fact> InvalidateIn(CustomerTransaction& transaction, absl::string_view fact_id,
                                        const std::string& reason, absl::Time now) {
  ASSIGN_OR_RETURN(FactRow row, FindFact(transaction, fact_id));
  if (row.invalidation.has_value()) return row.fact;
  row.invalidation = Invalidation{.at = now, .reason = reason};
  row.fact.invalidation_reason = reason;
  row.fact.superseded_by.clear();
  row.fact.valid_to = std::max(now, row.fact.valid_from);
  return Revise(transaction, row, now);
}

absl::StatusOr<deal::Fact> RestoreIn(CustomerTransaction& transaction, absl::string_view fact_id,
                                     absl::Time now) {
  ASSIGN_OR_RETURN(FactRow row, FindFact(transaction, fact_id));
  if (!row.invalidation.has_value()) return row.fact;
  row.invalidation.reset();
  row.fact.invalidation_reason.clear();
  row.fact.valid_to = absl::InfiniteFuture();
  return Revise(transaction, row, now);
}

absl::StatusOr<ForgetReceipt> ForgetIn(CustomerTransaction& transaction, const ForgetTarget& target,
                                       absl::Time now) {
  ASSIGN_OR_RETURN(CustomerHead head, transaction.Head());
  if (target.call_id.empty() && target.fact_id.empty()) return ForgetCustomer(transaction);
  ASSIGN_OR_RETURN(const EvidenceTest forgotten, TestFor(transaction, target));
  ASSIGN_OR_RETURN(const CustomerState before, transaction.State());
  ForgetReceipt receipt;
  RETURN_IF_ERROR(ForgetFacts(transaction, target, forgotten, &head, &receipt.facts));
  RETURN_IF_ERROR(ForgetContributions(transaction, target, forgotten));
  RETURN_IF_ERROR(ForgetProfiles(transaction, forgotten, &receipt.profile_versions));
  RETURN_IF_ERROR(transaction.EraseReplies(absl::InfiniteFuture()));
  RETURN_IF_ERROR(Refold(transaction, now, &head));
  ASSIGN_OR_RETURN(const CustomerState after, transaction.State());
  receipt.blockers = static_cast<int64_t>(before.deal.blockers.size()) -
                     static_cast<int64_t>(after.deal.blockers.size());
  receipt.stakeholders = static_cast<int64_t>(before.deal.stakeholders.size()) -
                         static_cast<int64_t>(after.deal.stakeholders.size());
  head.erased_version = transaction.next_version();
  head.updated_at = now;
  RETURN_IF_ERROR(transaction.PutHead(head));
  return receipt;
}

absl::StatusOr<int64_t> EraseTextsIn(CustomerTransaction& transaction, absl::Time before,
                                     absl::Time now) {
  ASSIGN_OR_RETURN(CustomerHead head, transaction.Head());
  ASSIGN_OR_RETURN(const std::vector<FactRow> rows,
                   transaction.FactsChangedSince(0, Statements::kWithout));
  int64_t erased = 0;
  for (const FactRow& row : rows) {
    if (!row.IsVerbatim() || row.fact.valid_from >= before) continue;
    RETURN_IF_ERROR(transaction.EraseFact(row.fact.id));
    ++erased;
  }
  if (erased == 0) return erased;
  // A reply of before would name rows that are gone.
  RETURN_IF_ERROR(transaction.EraseReplies(absl::InfiniteFuture()));
  head.erased_version = transaction.next_version();
  head.updated_at = now;
  RETURN_IF_ERROR(transaction.PutHead(head));
  return erased;
}

}  // namespace throughline::memory
