#include "services/memory/domain/retain.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/base/errors.h"
#include "common/base/status_macros.h"
#include "common/digest/sha256.h"
#include "services/memory/domain/deal_fold.h"
#include "services/memory/domain/deal_past.h"
#include "services/memory/domain/fact_merge.h"
#include "services/memory/domain/profile_merge.h"
#include "services/memory/domain/text.h"

namespace throughline::memory {
namespace {

constexpr size_t kTextIdDigits = 20;
// How long an idempotency key is answered as it was first; after that it is a new one, which for
// the same statements changes nothing. Rows past it are taken away every so many versions.
constexpr absl::Duration kReplyRetention = absl::Hours(24 * 30);
constexpr int64_t kVersionsBetweenPrunes = 16;

void AddTags(const std::vector<std::string>& more, std::vector<std::string>* tags) {
  tags->insert(tags->end(), more.begin(), more.end());
  std::sort(tags->begin(), tags->end());
  tags->erase(std::unique(tags->begin(), tags->end()), tags->end());
}

// The parts of a Retain, in one place for what they share.
class Retention {
 public:
  Retention(CustomerTransaction& transaction, const RetainCommand& command, absl::Time now,
            CustomerHead head)
      : transaction_(transaction), command_(command), now_(now), head_(std::move(head)) {}

  absl::StatusOr<RetainResult> Run() {
    RETURN_IF_ERROR(StoreFacts());
    RETURN_IF_ERROR(StoreTexts());
    RETURN_IF_ERROR(StoreContribution());
    head_.updated_at = now_;
    result_.version = transaction_.next_version();
    if (!command_.idempotency_key.empty()) {
      RETURN_IF_ERROR(transaction_.PutReply(
          command_.idempotency_key,
          {.request_digest = command_.request_digest, .result = result_, .given_at = now_}));
      if (result_.version % kVersionsBetweenPrunes == 0) {
        RETURN_IF_ERROR(transaction_.EraseReplies(now_ - kReplyRetention));
      }
    }
    RETURN_IF_ERROR(transaction_.PutHead(head_));
    return std::move(result_);
  }

 private:
  struct Group {
    FactIdentity identity;
    std::vector<Statement> statements;
    std::vector<size_t> positions;  // in the command
  };

  absl::string_view CallId() const {
    return command_.call.has_value() ? absl::string_view(command_.call->call_id) : "";
  }
  absl::Time DefaultTime() const {
    return command_.call.has_value() ? command_.call->occurred_at : now_;
  }

  absl::Status StoreFacts() {
    std::vector<Group> groups;
    absl::flat_hash_map<std::string, size_t> group_of;
    for (size_t i = 0; i < command_.facts.size(); ++i) {
      FactIdentity identity = IdentifyFact(stemmer_, command_.facts[i]);
      Statement statement =
          ToStatement(stemmer_, identity, command_.facts[i], CallId(), DefaultTime(), now_);
      AddTags(command_.tags, &statement.tags);
      const auto [it, fresh] = group_of.emplace(identity.key, groups.size());
      const size_t place = it->second;
      if (!identity.older_key.empty()) group_of.emplace(identity.older_key, place);
      if (fresh) groups.push_back({.identity = std::move(identity)});
      Group& group = groups[place];
      group.statements.push_back(std::move(statement));
      group.positions.push_back(i);
    }
    result_.facts.resize(command_.facts.size());
    std::vector<std::string> keys;
    for (const auto& [key, group] : group_of) keys.push_back(key);
    ASSIGN_OR_RETURN(std::vector<FactRow> rows, transaction_.FactsWithKeys(keys));
    std::vector<std::vector<FactRow>> existing(groups.size());
    for (FactRow& row : rows) existing[group_of[row.key]].push_back(std::move(row));
    for (size_t i = 0; i < groups.size(); ++i) {
      RETURN_IF_ERROR(StoreGroup(groups[i], std::move(existing[i])));
    }
    return absl::OkStatus();
  }

  absl::Status StoreGroup(const Group& group, std::vector<FactRow> existing) {
    for (const FactRow& row : existing) head_.current_facts -= row.IsCurrent() ? 1 : 0;
    FactMerge merge =
        MergeStatements(stemmer_, group.identity, std::move(existing), group.statements);
    for (const std::string& id : merge.erased_ids) {
      RETURN_IF_ERROR(transaction_.EraseFact(id));
      head_.erased_version = transaction_.next_version();
    }
    for (size_t i = 0; i < merge.rows.size(); ++i) {
      head_.current_facts += merge.rows[i].IsCurrent() ? 1 : 0;
      if (!merge.changed[i]) continue;
      if (merge.rows[i].sequence == 0) merge.rows[i].sequence = ++head_.last_sequence;
      RETURN_IF_ERROR(transaction_.PutFact(merge.rows[i]));
    }
    for (size_t i = 0; i < group.positions.size(); ++i) {
      result_.facts[group.positions[i]] = std::move(merge.outcomes[i]);
    }
    return absl::OkStatus();
  }

  absl::Status StoreTexts() {
    std::vector<FactRow> rows;
    std::vector<std::string> ids;
    for (const VerbatimText& text : command_.texts) {
      rows.push_back(ToRow(text));
      ids.push_back(rows.back().fact.id);
    }
    ASSIGN_OR_RETURN(std::vector<FactRow> found, transaction_.FactsById(ids, Statements::kWith));
    absl::flat_hash_map<std::string, FactRow> known;
    for (FactRow& row : found) {
      std::string id = row.fact.id;
      known.emplace(std::move(id), std::move(row));
    }
    for (size_t i = 0; i < rows.size(); ++i) {
      RETURN_IF_ERROR(StoreText(std::move(rows[i]), i, &known));
    }
    return absl::OkStatus();
  }

  FactRow ToRow(const VerbatimText& text) const {
    FactRow row;
    row.call_id = text.call_id.empty() ? std::string(CallId()) : text.call_id;
    row.turn = text.turn;
    row.speaker = text.speaker;
    row.fact = {.id = text.id,
                .kind = deal::FactKind::kVerbatim,
                .text = text.text,
                .confidence = 1,
                .valid_from = text.at.value_or(DefaultTime()),
                .recorded_at = now_,
                .tags = text.tags};
    AddTags(command_.tags, &row.fact.tags);
    if (row.fact.id.empty()) {
      const std::string digest =
          Sha256Hex({row.call_id, absl::StrCat(row.turn), text.speaker, text.text});
      row.fact.id = absl::StrCat("v", digest.substr(0, kTextIdDigits));
    }
    return row;
  }

  // `known`: the customer's rows by id, brought up to date.
  absl::Status StoreText(FactRow row, size_t position,
                         absl::flat_hash_map<std::string, FactRow>* known) {
    RetainedRow outcome{.id = row.fact.id, .outcome = RetainOutcome::kAdded};
    const auto there = known->find(row.fact.id);
    if (there == known->end()) {
      row.sequence = ++head_.last_sequence;
      RETURN_IF_ERROR(transaction_.PutFact(row));
      known->emplace(outcome.id, std::move(row));
    } else if (!there->second.IsVerbatim() || there->second.fact.text != row.fact.text) {
      return WithReason(absl::AbortedError(absl::StrCat(
                            "texts[", position, "].id: \"", row.fact.id,
                            "\" stands for another text of this customer; choose another id")),
                        "ID_TAKEN");
    } else {
      deal::Fact& fact = there->second.fact;
      const std::vector<std::string> before = fact.tags;
      AddTags(row.fact.tags, &fact.tags);
      outcome.outcome = RetainOutcome::kDuplicate;
      if (fact.tags != before) {
        outcome.outcome = RetainOutcome::kUpdated;
        RETURN_IF_ERROR(transaction_.PutFact(there->second));
      }
    }
    result_.texts.push_back(std::move(outcome));
    return absl::OkStatus();
  }

  absl::Status StoreContribution() {
    const bool has_profile =
        command_.profile_changes.has_value() && !IsEmpty(*command_.profile_changes);
    if (!command_.call.has_value() && !has_profile) return absl::OkStatus();
    Contribution contribution;
    if (command_.call.has_value()) {
      contribution = {.id = command_.call->call_id,
                      .call_id = command_.call->call_id,
                      .at = command_.call->occurred_at,
                      .summary = command_.call->summary};
    } else {
      contribution.id = absl::StrFormat("edit-%012d", transaction_.next_version());
      contribution.at = now_;
    }
    for (const RetainedRow& row : result_.facts) {
      // Whether another call stated it first depends on which arrives first, so it does not count.
      contribution.facts_added += row.outcome == RetainOutcome::kDuplicate ? 0 : 1;
    }
    contribution.analysis = command_.analysis;
    if (has_profile) contribution.profile_changes = command_.profile_changes;
    return Contribute(transaction_, contribution, now_, &head_);
  }

  CustomerTransaction& transaction_;
  const RetainCommand& command_;
  const absl::Time now_;
  CustomerHead head_;
  Stemmer stemmer_;
  RetainResult result_;
};

absl::Status StoreState(CustomerTransaction& transaction, CustomerState state,
                        const std::optional<deal::CustomerProfile>& before,
                        absl::string_view call_id, absl::Time now, CustomerHead* head) {
  if (state.profile.has_value()) {
    state.profile->version = before.has_value() ? before->version : head->last_profile_version;
    if (!before.has_value() || !SameContent(*before, *state.profile)) {
      state.profile->version = ++head->last_profile_version;
      RETURN_IF_ERROR(transaction.PutProfile(
          {.profile = *state.profile, .written_at = now, .call_id = std::string(call_id)}));
    }
  }
  return PutInBrief(transaction, std::move(state));
}

// What an earlier write said of the same call, brought up to date by `fresh`.
Contribution Combine(Contribution known, const Contribution& fresh) {
  known.at = fresh.at;
  known.facts_added += fresh.facts_added;
  if (!fresh.summary.empty()) known.summary = fresh.summary;
  if (fresh.analysis.has_value()) known.analysis = fresh.analysis;
  if (fresh.profile_changes.has_value()) known.profile_changes = fresh.profile_changes;
  return known;
}

}  // namespace

absl::Status PutInBrief(CustomerTransaction& transaction, CustomerState state) {
  const deal::DealState past = TakePast(&state.deal);
  if (!IsEmpty(past)) RETURN_IF_ERROR(transaction.AddToDealPast(past));
  state.in_brief = true;
  return transaction.PutState(state);
}

absl::Status Refold(CustomerTransaction& transaction, absl::Time now, CustomerHead* head) {
  ASSIGN_OR_RETURN(const std::vector<Contribution> contributions, transaction.Contributions());
  ASSIGN_OR_RETURN(const CustomerState before, transaction.State());
  CustomerState state = Fold(contributions);
  if (contributions.empty()) {
    head->last_contribution_at = absl::InfinitePast();
    head->last_contribution_id.clear();
  } else {
    head->last_contribution_at = contributions.back().at;
    head->last_contribution_id = contributions.back().id;
  }
  const std::string call_id = contributions.empty() ? "" : contributions.back().call_id;
  RETURN_IF_ERROR(transaction.EraseDealPast());
  return StoreState(transaction, std::move(state), before.profile, call_id, now, head);
}

absl::Status Contribute(CustomerTransaction& transaction, const Contribution& contribution,
                        absl::Time now, CustomerHead* head) {
  ASSIGN_OR_RETURN(const std::optional<Contribution> known,
                   transaction.ContributionById(contribution.id));
  if (known.has_value()) {
    RETURN_IF_ERROR(transaction.PutContribution(Combine(*known, contribution)));
    return Refold(transaction, now, head);
  }
  RETURN_IF_ERROR(transaction.PutContribution(contribution));
  const Contribution last{.id = head->last_contribution_id, .at = head->last_contribution_at};
  ASSIGN_OR_RETURN(CustomerState state, transaction.State());
  if (!last.id.empty() && (!state.in_brief || !HappenedBefore(last, contribution))) {
    return Refold(transaction, now, head);
  }
  const std::optional<deal::CustomerProfile> before = state.profile;
  Apply(contribution, &state);
  head->last_contribution_at = contribution.at;
  head->last_contribution_id = contribution.id;
  return StoreState(transaction, std::move(state), before, contribution.call_id, now, head);
}

absl::StatusOr<RetainResult> RetainIn(CustomerTransaction& transaction,
                                      const RetainCommand& command, absl::Time now) {
  if (!command.idempotency_key.empty()) {
    ASSIGN_OR_RETURN(std::optional<Reply> reply, transaction.FindReply(command.idempotency_key));
    if (reply.has_value() && reply->given_at >= now - kReplyRetention) {
      if (reply->request_digest != command.request_digest) {
        return WithReason(
            absl::AbortedError("idempotency_key: expected the request it was first sent with; send "
                               "another request under another key"),
            "IDEMPOTENCY_KEY_REUSED");
      }
      reply->result.replayed = true;
      return std::move(reply->result);
    }
  }
  ASSIGN_OR_RETURN(CustomerHead head, transaction.Head());
  return Retention(transaction, command, now, std::move(head)).Run();
}

absl::StatusOr<deal::CustomerProfile> UpdateProfileIn(CustomerTransaction& transaction,
                                                      const CustomerKey& key,
                                                      const deal::CustomerProfile& changes,
                                                      int64_t expected_version, absl::Time now) {
  ASSIGN_OR_RETURN(CustomerHead head, transaction.Head());
  ASSIGN_OR_RETURN(CustomerState before, transaction.State());
  const int64_t current = before.profile.has_value() ? before.profile->version : 0;
  if (current != expected_version) {
    return WithReason(absl::AbortedError(absl::StrCat("expected_version: expected ", current,
                                                      ", the newest, not ", expected_version,
                                                      "; read the profile again and retry")),
                      "VERSION_CONFLICT");
  }
  if (!IsEmpty(changes)) {
    const Contribution edit{.id = absl::StrFormat("edit-%012d", transaction.next_version()),
                            .at = std::max(now, head.last_contribution_at),
                            .profile_changes = changes};
    RETURN_IF_ERROR(Contribute(transaction, edit, now, &head));
    head.updated_at = now;
    RETURN_IF_ERROR(transaction.PutHead(head));
  }
  ASSIGN_OR_RETURN(CustomerState after, transaction.State());
  deal::CustomerProfile profile = after.profile.value_or(deal::CustomerProfile{});
  profile.customer_id = key.customer_id;
  return profile;
}

}  // namespace throughline::memory
