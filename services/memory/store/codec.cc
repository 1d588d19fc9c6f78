#include "services/memory/store/codec.h"

#include <vector>

#include "common/wire/deal.h"
#include "common/wire/repeated.h"
#include "common/wire/time.h"

namespace throughline::memory::store {
namespace {

pb::StoredStatement Encode(const Statement& statement) {
  pb::StoredStatement stored;
  stored.set_signature(statement.signature);
  stored.set_text(statement.text);
  stored.set_value(statement.value);
  stored.set_kind(static_cast<throughline::deal::v1::FactKind>(statement.kind));
  stored.set_confidence(statement.confidence);
  *stored.mutable_valid_from() = wire::ToTimestamp(statement.valid_from);
  *stored.mutable_recorded_at() = wire::ToTimestamp(statement.recorded_at);
  stored.set_call_id(statement.call_id);
  wire::AppendAll(statement.evidence, stored.mutable_evidence());
  wire::AppendAll(statement.tags, stored.mutable_tags());
  stored.set_subject(statement.subject);
  stored.set_attribute(statement.attribute);
  return stored;
}

Statement Decode(const pb::StoredStatement& stored) {
  return {.signature = stored.signature(),
          .subject = stored.subject(),
          .attribute = stored.attribute(),
          .text = stored.text(),
          .value = stored.value(),
          .kind = static_cast<deal::FactKind>(stored.kind()),
          .confidence = stored.confidence(),
          .valid_from = wire::FromTimestamp(stored.valid_from()),
          .recorded_at = wire::FromTimestamp(stored.recorded_at()),
          .call_id = stored.call_id(),
          .evidence = wire::CollectAll(stored.evidence()),
          .tags = wire::CollectAll(stored.tags())};
}

pb::StoredRetainedRow Encode(const RetainedRow& row) {
  pb::StoredRetainedRow stored;
  stored.set_id(row.id);
  stored.set_outcome(static_cast<int>(row.outcome));
  wire::AppendAll(row.superseded_ids, stored.mutable_superseded_ids());
  return stored;
}

RetainedRow Decode(const pb::StoredRetainedRow& stored) {
  return {.id = stored.id(),
          .outcome = static_cast<RetainOutcome>(stored.outcome()),
          .superseded_ids = wire::CollectAll(stored.superseded_ids())};
}

}  // namespace

pb::StoredFact Encode(const FactRow& row) {
  pb::StoredFact stored;
  stored.set_key(row.key);
  *stored.mutable_fact() = wire::ToProto(row.fact);
  if (row.invalidation.has_value()) {
    *stored.mutable_invalidated_at() = wire::ToTimestamp(row.invalidation->at);
    stored.set_invalidation_reason(row.invalidation->reason);
  }
  stored.set_call_id(row.call_id);
  stored.set_turn(row.turn);
  stored.set_speaker(row.speaker);
  stored.set_sequence(row.sequence);
  return stored;
}

FactRow Decode(const pb::StoredFact& stored) {
  FactRow row{.key = stored.key(),
              .fact = wire::FromProto(stored.fact()),
              .call_id = stored.call_id(),
              .turn = stored.turn(),
              .speaker = stored.speaker(),
              .sequence = stored.sequence()};
  if (stored.has_invalidated_at()) {
    row.invalidation = Invalidation{.at = wire::FromTimestamp(stored.invalidated_at()),
                                    .reason = stored.invalidation_reason()};
    row.fact.invalidation_reason = stored.invalidation_reason();
  }
  for (const pb::StoredStatement& statement : stored.statements()) {
    row.statements.push_back(Decode(statement));
  }
  return row;
}

pb::StoredStatements EncodeStatements(const std::vector<Statement>& statements) {
  pb::StoredStatements stored;
  for (const Statement& statement : statements) *stored.add_statements() = Encode(statement);
  return stored;
}

std::vector<Statement> DecodeStatements(const pb::StoredStatements& stored) {
  std::vector<Statement> statements;
  statements.reserve(static_cast<size_t>(stored.statements_size()));
  for (const pb::StoredStatement& statement : stored.statements()) {
    statements.push_back(Decode(statement));
  }
  return statements;
}

pb::StoredContribution Encode(const Contribution& contribution) {
  pb::StoredContribution stored;
  stored.set_id(contribution.id);
  stored.set_call_id(contribution.call_id);
  *stored.mutable_at() = wire::ToTimestamp(contribution.at);
  stored.set_summary(contribution.summary);
  stored.set_facts_added(contribution.facts_added);
  if (contribution.analysis.has_value()) {
    *stored.mutable_analysis() = wire::ToProto(*contribution.analysis);
  }
  if (contribution.profile_changes.has_value()) {
    *stored.mutable_profile_changes() = wire::ToProto(*contribution.profile_changes);
  }
  return stored;
}

Contribution Decode(const pb::StoredContribution& stored) {
  Contribution contribution{.id = stored.id(),
                            .call_id = stored.call_id(),
                            .at = wire::FromTimestamp(stored.at()),
                            .summary = stored.summary(),
                            .facts_added = stored.facts_added()};
  if (stored.has_analysis()) contribution.analysis = wire::FromProto(stored.analysis());
  if (stored.has_profile_changes()) {
    contribution.profile_changes = wire::FromProto(stored.profile_changes());
  }
  return contribution;
}

pb::StoredState Encode(const CustomerState& state) {
  pb::StoredState stored;
  *stored.mutable_deal() = wire::ToProto(state.deal);
  if (state.profile.has_value()) *stored.mutable_profile() = wire::ToProto(*state.profile);
  stored.set_in_brief(state.in_brief);
  return stored;
}

CustomerState Decode(const pb::StoredState& stored) {
  CustomerState state{.deal = wire::FromProto(stored.deal()), .in_brief = stored.in_brief()};
  if (stored.has_profile()) state.profile = wire::FromProto(stored.profile());
  return state;
}

pb::StoredProfile Encode(const ProfileRecord& record) {
  pb::StoredProfile stored;
  *stored.mutable_profile() = wire::ToProto(record.profile);
  *stored.mutable_written_at() = wire::ToTimestamp(record.written_at);
  stored.set_call_id(record.call_id);
  return stored;
}

ProfileRecord Decode(const pb::StoredProfile& stored) {
  return {.profile = wire::FromProto(stored.profile()),
          .written_at = wire::FromTimestamp(stored.written_at()),
          .call_id = stored.call_id()};
}

pb::StoredReply Encode(const Reply& reply) {
  pb::StoredReply stored;
  stored.set_request_digest(reply.request_digest);
  for (const RetainedRow& row : reply.result.facts) *stored.add_facts() = Encode(row);
  for (const RetainedRow& row : reply.result.texts) *stored.add_texts() = Encode(row);
  stored.set_version(reply.result.version);
  *stored.mutable_given_at() = wire::ToTimestamp(reply.given_at);
  return stored;
}

Reply Decode(const pb::StoredReply& stored) {
  Reply reply{.request_digest = stored.request_digest(), .result = {.version = stored.version()}};
  if (stored.has_given_at()) reply.given_at = wire::FromTimestamp(stored.given_at());
  for (const pb::StoredRetainedRow& row : stored.facts()) reply.result.facts.push_back(Decode(row));
  for (const pb::StoredRetainedRow& row : stored.texts()) reply.result.texts.push_back(Decode(row));
  return reply;
}

pb::StoredHead Encode(const CustomerHead& head) {
  pb::StoredHead stored;
  stored.set_last_sequence(head.last_sequence);
  stored.set_last_profile_version(head.last_profile_version);
  stored.set_current_facts(head.current_facts);
  *stored.mutable_updated_at() = wire::ToTimestamp(head.updated_at);
  if (head.last_contribution_at != absl::InfinitePast()) {
    *stored.mutable_last_contribution_at() = wire::ToTimestamp(head.last_contribution_at);
  }
  stored.set_last_contribution_id(head.last_contribution_id);
  return stored;
}

CustomerHead Decode(const pb::StoredHead& stored) {
  CustomerHead head{.last_sequence = stored.last_sequence(),
                    .last_profile_version = stored.last_profile_version(),
                    .current_facts = stored.current_facts(),
                    .updated_at = wire::FromTimestamp(stored.updated_at()),
                    .last_contribution_id = stored.last_contribution_id()};
  if (stored.has_last_contribution_at()) {
    head.last_contribution_at = wire::FromTimestamp(stored.last_contribution_at());
  }
  return head;
}

}  // namespace throughline::memory::store
