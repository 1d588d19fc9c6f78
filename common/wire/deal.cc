#include "common/wire/deal.h"

#include <string>

#include "common/wire/repeated.h"
#include "common/wire/time.h"

namespace throughline::wire {
namespace {

namespace v1 = throughline::deal::v1;

// The domain's enums have the numbers of the wire's; a number the wire does not know becomes 0.
template <typename Enum>
Enum ToEnum(int number, bool valid) {
  return static_cast<Enum>(valid ? number : 0);
}

// Leaves the field alone where there is nothing to say: protobuf allocates for empty texts, too.
template <typename Message>
void Set(Message& proto, std::string* (Message::*field)(), const std::string& text) {
  if (!text.empty()) *(proto.*field)() = text;
}

absl::Time TimeOr(bool set, const google::protobuf::Timestamp& timestamp, absl::Time otherwise) {
  return set ? FromTimestamp(timestamp) : otherwise;
}

deal::JourneyStage ToStage(v1::JourneyStage stage) {
  return ToEnum<deal::JourneyStage>(stage, v1::JourneyStage_IsValid(stage));
}

}  // namespace

v1::Participant ToProto(const transcript::Participant& value) {
  v1::Participant proto;
  Set(proto, &v1::Participant::mutable_name, value.name);
  Set(proto, &v1::Participant::mutable_title, value.title);
  Set(proto, &v1::Participant::mutable_organization, value.organization);
  Set(proto, &v1::Participant::mutable_email, value.email);
  proto.set_side(static_cast<v1::Side>(value.side));
  proto.set_presence(static_cast<v1::Presence>(value.presence));
  return proto;
}

transcript::Participant FromProto(const v1::Participant& proto) {
  return {.name = proto.name(),
          .title = proto.title(),
          .organization = proto.organization(),
          .email = proto.email(),
          .side = ToEnum<transcript::Side>(proto.side(), v1::Side_IsValid(proto.side())),
          .presence = ToEnum<transcript::Presence>(proto.presence(),
                                                   v1::Presence_IsValid(proto.presence()))};
}

v1::Turn ToProto(const transcript::Turn& value) {
  v1::Turn proto;
  proto.set_index(value.index);
  Set(proto, &v1::Turn::mutable_speaker, value.speaker);
  Set(proto, &v1::Turn::mutable_text, value.text);
  if (value.start) *proto.mutable_start_offset() = ToDuration(*value.start);
  if (value.end) *proto.mutable_end_offset() = ToDuration(*value.end);
  return proto;
}

transcript::Turn FromProto(const v1::Turn& proto) {
  transcript::Turn value{.index = proto.index(), .speaker = proto.speaker(), .text = proto.text()};
  if (proto.has_start_offset()) value.start = FromDuration(proto.start_offset());
  if (proto.has_end_offset()) value.end = FromDuration(proto.end_offset());
  return value;
}

v1::BlockerTransition ToProto(const deal::BlockerTransition& value) {
  v1::BlockerTransition proto;
  proto.set_status(static_cast<v1::BlockerStatus>(value.status));
  *proto.mutable_at() = ToTimestamp(value.at);
  *proto.mutable_evidence() = ToProto(value.evidence);
  return proto;
}

deal::BlockerTransition FromProto(const v1::BlockerTransition& proto) {
  return {.status = ToEnum<deal::BlockerStatus>(proto.status(),
                                                v1::BlockerStatus_IsValid(proto.status())),
          .at = FromTimestamp(proto.at()),
          .evidence = FromProto(proto.evidence())};
}

v1::NextStep ToProto(const deal::NextStep& value) {
  v1::NextStep proto;
  Set(proto, &v1::NextStep::mutable_description, value.description);
  Set(proto, &v1::NextStep::mutable_owner, value.owner);
  if (value.due_date) proto.set_due_date(FormatDay(*value.due_date));
  *proto.mutable_evidence() = ToProto(value.evidence);
  return proto;
}

deal::NextStep FromProto(const v1::NextStep& proto) {
  deal::NextStep value{.description = proto.description(),
                       .owner = proto.owner(),
                       .evidence = FromProto(proto.evidence())};
  if (const auto day = ParseDay(proto.due_date()); day.ok()) value.due_date = *day;
  return value;
}

v1::FollowUp ToProto(const deal::FollowUp& value) {
  v1::FollowUp proto;
  Set(proto, &v1::FollowUp::mutable_recipient, value.recipient);
  AppendAll(value.copy, proto.mutable_cc());
  Set(proto, &v1::FollowUp::mutable_reason, value.reason);
  AppendAll(value.evidence, proto.mutable_evidence());
  return proto;
}

deal::FollowUp FromProto(const v1::FollowUp& proto) {
  return {.recipient = proto.recipient(),
          .copy = CollectAll(proto.cc()),
          .reason = proto.reason(),
          .evidence = CollectAll(proto.evidence())};
}

v1::EmailAddress ToProto(const deal::EmailAddress& value) {
  v1::EmailAddress proto;
  Set(proto, &v1::EmailAddress::mutable_name, value.name);
  Set(proto, &v1::EmailAddress::mutable_address, value.address);
  return proto;
}

deal::EmailAddress FromProto(const v1::EmailAddress& proto) {
  return {.name = proto.name(), .address = proto.address()};
}

v1::EmailClaim ToProto(const deal::EmailClaim& value) {
  v1::EmailClaim proto;
  Set(proto, &v1::EmailClaim::mutable_text, value.text);
  AppendAll(value.evidence, proto.mutable_evidence());
  return proto;
}

deal::EmailClaim FromProto(const v1::EmailClaim& proto) {
  return {.text = proto.text(), .evidence = CollectAll(proto.evidence())};
}

v1::ProfileEntry ToProto(const deal::ProfileEntry& value) {
  v1::ProfileEntry proto;
  Set(proto, &v1::ProfileEntry::mutable_text, value.text);
  *proto.mutable_evidence() = ToProto(value.evidence);
  *proto.mutable_at() = ToTimestamp(value.at);
  return proto;
}

deal::ProfileEntry FromProto(const v1::ProfileEntry& proto) {
  return {.text = proto.text(),
          .evidence = FromProto(proto.evidence()),
          .at = FromTimestamp(proto.at())};
}

v1::Objection ToProto(const deal::Objection& value) {
  v1::Objection proto;
  Set(proto, &v1::Objection::mutable_text, value.text);
  proto.set_status(static_cast<v1::ObjectionStatus>(value.status));
  Set(proto, &v1::Objection::mutable_how_addressed, value.how_addressed);
  Set(proto, &v1::Objection::mutable_blocker_id, value.blocker_id);
  *proto.mutable_evidence() = ToProto(value.evidence);
  *proto.mutable_at() = ToTimestamp(value.at);
  return proto;
}

deal::Objection FromProto(const v1::Objection& proto) {
  return {.text = proto.text(),
          .status = ToEnum<deal::ObjectionStatus>(proto.status(),
                                                  v1::ObjectionStatus_IsValid(proto.status())),
          .how_addressed = proto.how_addressed(),
          .blocker_id = proto.blocker_id(),
          .evidence = FromProto(proto.evidence()),
          .at = FromTimestamp(proto.at())};
}

v1::Transcript ToProto(const transcript::Transcript& value) {
  v1::Transcript proto;
  AppendAll(value.turns, proto.mutable_turns());
  AppendAll(value.participants, proto.mutable_participants());
  if (value.occurred_at) *proto.mutable_occurred_at() = ToTimestamp(*value.occurred_at);
  Set(proto, &v1::Transcript::mutable_title, value.title);
  proto.set_format(static_cast<v1::TranscriptFormat>(value.format));
  AppendAll(value.warnings, proto.mutable_warnings());
  return proto;
}

transcript::Transcript FromProto(const v1::Transcript& proto) {
  transcript::Transcript value{.turns = CollectAll(proto.turns()),
                               .participants = CollectAll(proto.participants()),
                               .title = proto.title(),
                               .format = ToEnum<transcript::Format>(
                                   proto.format(), v1::TranscriptFormat_IsValid(proto.format())),
                               .warnings = CollectAll(proto.warnings())};
  if (proto.has_occurred_at()) value.occurred_at = FromTimestamp(proto.occurred_at());
  return value;
}

v1::Evidence ToProto(const deal::Evidence& value) {
  v1::Evidence proto;
  Set(proto, &v1::Evidence::mutable_call_id, value.call_id);
  proto.set_turn(value.turn);
  Set(proto, &v1::Evidence::mutable_speaker, value.speaker);
  Set(proto, &v1::Evidence::mutable_quote, value.quote);
  return proto;
}

deal::Evidence FromProto(const v1::Evidence& proto) {
  return {.call_id = proto.call_id(),
          .turn = proto.turn(),
          .speaker = proto.speaker(),
          .quote = proto.quote()};
}

v1::Blocker ToProto(const deal::Blocker& value) {
  v1::Blocker proto;
  Set(proto, &v1::Blocker::mutable_id, value.id);
  proto.set_category(static_cast<v1::BlockerCategory>(value.category));
  Set(proto, &v1::Blocker::mutable_object, value.object);
  Set(proto, &v1::Blocker::mutable_description, value.description);
  proto.set_status(static_cast<v1::BlockerStatus>(value.status));
  Set(proto, &v1::Blocker::mutable_owner, value.owner);
  Set(proto, &v1::Blocker::mutable_clearing_condition, value.clearing_condition);
  AppendAll(value.history, proto.mutable_history());
  return proto;
}

deal::Blocker FromProto(const v1::Blocker& proto) {
  return {.id = proto.id(),
          .category = ToEnum<deal::BlockerCategory>(proto.category(),
                                                    v1::BlockerCategory_IsValid(proto.category())),
          .object = proto.object(),
          .description = proto.description(),
          .status = ToEnum<deal::BlockerStatus>(proto.status(),
                                                v1::BlockerStatus_IsValid(proto.status())),
          .owner = proto.owner(),
          .clearing_condition = proto.clearing_condition(),
          .history = CollectAll(proto.history())};
}

v1::Stakeholder ToProto(const deal::Stakeholder& value) {
  v1::Stakeholder proto;
  Set(proto, &v1::Stakeholder::mutable_name, value.name);
  Set(proto, &v1::Stakeholder::mutable_title, value.title);
  Set(proto, &v1::Stakeholder::mutable_organization, value.organization);
  Set(proto, &v1::Stakeholder::mutable_email, value.email);
  proto.set_role(static_cast<v1::StakeholderRole>(value.role));
  AppendAll(value.authority_evidence, proto.mutable_authority_evidence());
  proto.set_nominal(value.nominal);
  Set(proto, &v1::Stakeholder::mutable_nominal_reason, value.nominal_reason);
  if (value.decides_probability) proto.set_decides_probability(*value.decides_probability);
  return proto;
}

deal::Stakeholder FromProto(const v1::Stakeholder& proto) {
  deal::Stakeholder value{.name = proto.name(),
                          .title = proto.title(),
                          .organization = proto.organization(),
                          .email = proto.email(),
                          .role = ToEnum<deal::StakeholderRole>(
                              proto.role(), v1::StakeholderRole_IsValid(proto.role())),
                          .authority_evidence = CollectAll(proto.authority_evidence()),
                          .nominal = proto.nominal(),
                          .nominal_reason = proto.nominal_reason()};
  if (proto.has_decides_probability()) value.decides_probability = proto.decides_probability();
  return value;
}

v1::Analysis ToProto(const deal::Analysis& value) {
  v1::Analysis proto;
  if (value.primary_blocker) *proto.mutable_primary_blocker() = ToProto(*value.primary_blocker);
  Set(proto, &v1::Analysis::mutable_primary_reason, value.primary_reason);
  AppendAll(value.open_blockers, proto.mutable_open_blockers());
  AppendAll(value.resolved_blockers, proto.mutable_resolved_blockers());
  AppendAll(value.decision_makers, proto.mutable_decision_makers());
  AppendAll(value.nominal_decision_makers, proto.mutable_nominal_decision_makers());
  AppendAll(value.stakeholders, proto.mutable_stakeholders());
  if (value.next_step) *proto.mutable_next_step() = ToProto(*value.next_step);
  *proto.mutable_follow_up() = ToProto(value.follow_up);
  proto.set_stage(static_cast<v1::JourneyStage>(value.stage));
  Set(proto, &v1::Analysis::mutable_budget, value.budget);
  Set(proto, &v1::Analysis::mutable_timeline, value.timeline);
  proto.set_confidence(value.confidence);
  proto.set_not_a_sales_call(!value.is_sales_call);
  AppendAll(value.suspicious_content, proto.mutable_suspicious_content());
  return proto;
}

deal::Analysis FromProto(const v1::Analysis& proto) {
  deal::Analysis value{.is_sales_call = !proto.not_a_sales_call(),
                       .primary_reason = proto.primary_reason(),
                       .open_blockers = CollectAll(proto.open_blockers()),
                       .resolved_blockers = CollectAll(proto.resolved_blockers()),
                       .decision_makers = CollectAll(proto.decision_makers()),
                       .nominal_decision_makers = CollectAll(proto.nominal_decision_makers()),
                       .stakeholders = CollectAll(proto.stakeholders()),
                       .follow_up = FromProto(proto.follow_up()),
                       .stage = ToStage(proto.stage()),
                       .budget = proto.budget(),
                       .timeline = proto.timeline(),
                       .confidence = proto.confidence(),
                       .suspicious_content = CollectAll(proto.suspicious_content())};
  if (proto.has_primary_blocker()) value.primary_blocker = FromProto(proto.primary_blocker());
  if (proto.has_next_step()) value.next_step = FromProto(proto.next_step());
  return value;
}

v1::Fact ToProto(const deal::Fact& value) {
  v1::Fact proto;
  Set(proto, &v1::Fact::mutable_id, value.id);
  proto.set_kind(static_cast<v1::FactKind>(value.kind));
  Set(proto, &v1::Fact::mutable_text, value.text);
  Set(proto, &v1::Fact::mutable_subject, value.subject);
  Set(proto, &v1::Fact::mutable_attribute, value.attribute);
  Set(proto, &v1::Fact::mutable_value, value.value);
  AppendAll(value.evidence, proto.mutable_evidence());
  proto.set_confidence(value.confidence);
  if (value.valid_from != absl::InfinitePast()) {
    *proto.mutable_valid_from() = ToTimestamp(value.valid_from);
  }
  if (value.valid_to != absl::InfiniteFuture()) {
    *proto.mutable_valid_to() = ToTimestamp(value.valid_to);
  }
  if (value.recorded_at != absl::InfinitePast()) {
    *proto.mutable_recorded_at() = ToTimestamp(value.recorded_at);
  }
  Set(proto, &v1::Fact::mutable_superseded_by, value.superseded_by);
  AppendAll(value.tags, proto.mutable_tags());
  Set(proto, &v1::Fact::mutable_invalidation_reason, value.invalidation_reason);
  return proto;
}

deal::Fact FromProto(const v1::Fact& proto) {
  return {.id = proto.id(),
          .kind = ToEnum<deal::FactKind>(proto.kind(), v1::FactKind_IsValid(proto.kind())),
          .text = proto.text(),
          .subject = proto.subject(),
          .attribute = proto.attribute(),
          .value = proto.value(),
          .evidence = CollectAll(proto.evidence()),
          .confidence = proto.confidence(),
          .valid_from = TimeOr(proto.has_valid_from(), proto.valid_from(), absl::InfinitePast()),
          .valid_to = TimeOr(proto.has_valid_to(), proto.valid_to(), absl::InfiniteFuture()),
          .recorded_at = TimeOr(proto.has_recorded_at(), proto.recorded_at(), absl::InfinitePast()),
          .superseded_by = proto.superseded_by(),
          .tags = CollectAll(proto.tags()),
          .invalidation_reason = proto.invalidation_reason()};
}

v1::Email ToProto(const deal::Email& value) {
  v1::Email proto;
  AppendAll(value.to, proto.mutable_to());
  AppendAll(value.copy, proto.mutable_cc());
  Set(proto, &v1::Email::mutable_subject, value.subject);
  Set(proto, &v1::Email::mutable_body, value.body);
  AppendAll(value.claims, proto.mutable_claims());
  return proto;
}

deal::Email FromProto(const v1::Email& proto) {
  return {.to = CollectAll(proto.to()),
          .copy = CollectAll(proto.cc()),
          .subject = proto.subject(),
          .body = proto.body(),
          .claims = CollectAll(proto.claims())};
}

v1::CustomerProfile ToProto(const deal::CustomerProfile& value) {
  v1::CustomerProfile proto;
  Set(proto, &v1::CustomerProfile::mutable_customer_id, value.customer_id);
  AppendAll(value.buying_triggers, proto.mutable_buying_triggers());
  if (value.budget) *proto.mutable_budget() = ToProto(*value.budget);
  AppendAll(value.objections, proto.mutable_objections());
  AppendAll(value.preferences, proto.mutable_preferences());
  AppendAll(value.personal_details, proto.mutable_personal_details());
  AppendAll(value.channel_preference, proto.mutable_channel_preference());
  proto.set_journey_stage(static_cast<v1::JourneyStage>(value.journey_stage));
  if (value.last_interaction) *proto.mutable_last_interaction() = ToProto(*value.last_interaction);
  proto.set_version(value.version);
  return proto;
}

deal::CustomerProfile FromProto(const v1::CustomerProfile& proto) {
  deal::CustomerProfile value{.customer_id = proto.customer_id(),
                              .buying_triggers = CollectAll(proto.buying_triggers()),
                              .objections = CollectAll(proto.objections()),
                              .preferences = CollectAll(proto.preferences()),
                              .personal_details = CollectAll(proto.personal_details()),
                              .channel_preference = CollectAll(proto.channel_preference()),
                              .journey_stage = ToStage(proto.journey_stage()),
                              .version = proto.version()};
  if (proto.has_budget()) value.budget = FromProto(proto.budget());
  if (proto.has_last_interaction()) value.last_interaction = FromProto(proto.last_interaction());
  return value;
}

v1::TimelineEntry ToProto(const deal::TimelineEntry& value) {
  v1::TimelineEntry proto;
  Set(proto, &v1::TimelineEntry::mutable_call_id, value.call_id);
  *proto.mutable_occurred_at() = ToTimestamp(value.occurred_at);
  if (value.primary_blocker) *proto.mutable_primary_blocker() = ToProto(*value.primary_blocker);
  AppendAll(value.decision_makers, proto.mutable_decision_makers());
  proto.set_stage(static_cast<v1::JourneyStage>(value.stage));
  proto.set_facts_added(value.facts_added);
  Set(proto, &v1::TimelineEntry::mutable_summary, value.summary);
  return proto;
}

deal::TimelineEntry FromProto(const v1::TimelineEntry& proto) {
  deal::TimelineEntry value{.call_id = proto.call_id(),
                            .occurred_at = FromTimestamp(proto.occurred_at()),
                            .decision_makers = CollectAll(proto.decision_makers()),
                            .stage = ToStage(proto.stage()),
                            .facts_added = proto.facts_added(),
                            .summary = proto.summary()};
  if (proto.has_primary_blocker()) value.primary_blocker = FromProto(proto.primary_blocker());
  return value;
}

v1::DealState ToProto(const deal::DealState& value) {
  v1::DealState proto;
  AppendAll(value.blockers, proto.mutable_blockers());
  AppendAll(value.stakeholders, proto.mutable_stakeholders());
  proto.set_stage(static_cast<v1::JourneyStage>(value.stage));
  AppendAll(value.timeline, proto.mutable_timeline());
  Set(proto, &v1::DealState::mutable_primary_blocker_id, value.primary_blocker_id);
  proto.set_version(value.version);
  return proto;
}

deal::DealState FromProto(const v1::DealState& proto) {
  return {.blockers = CollectAll(proto.blockers()),
          .stakeholders = CollectAll(proto.stakeholders()),
          .stage = ToStage(proto.stage()),
          .timeline = CollectAll(proto.timeline()),
          .primary_blocker_id = proto.primary_blocker_id(),
          .version = proto.version()};
}

}  // namespace throughline::wire
