#ifndef THROUGHLINE_COMMON_WIRE_DEAL_H_
#define THROUGHLINE_COMMON_WIRE_DEAL_H_

#include "common/deal/types.h"
#include "common/transcript/transcript.h"
#include "throughline/deal/v1/deal.pb.h"

// throughline.deal.v1 messages to domain values and back. Both directions keep everything the
// other side can hold; enum values out of range become UNSPECIFIED. Pure and thread-safe.
namespace throughline::wire {

throughline::deal::v1::Participant ToProto(const transcript::Participant& value);
transcript::Participant FromProto(const throughline::deal::v1::Participant& proto);

throughline::deal::v1::Turn ToProto(const transcript::Turn& value);
transcript::Turn FromProto(const throughline::deal::v1::Turn& proto);

throughline::deal::v1::Transcript ToProto(const transcript::Transcript& value);
transcript::Transcript FromProto(const throughline::deal::v1::Transcript& proto);

throughline::deal::v1::Evidence ToProto(const deal::Evidence& value);
deal::Evidence FromProto(const throughline::deal::v1::Evidence& proto);

throughline::deal::v1::BlockerTransition ToProto(const deal::BlockerTransition& value);
deal::BlockerTransition FromProto(const throughline::deal::v1::BlockerTransition& proto);

throughline::deal::v1::Blocker ToProto(const deal::Blocker& value);
deal::Blocker FromProto(const throughline::deal::v1::Blocker& proto);

throughline::deal::v1::Stakeholder ToProto(const deal::Stakeholder& value);
deal::Stakeholder FromProto(const throughline::deal::v1::Stakeholder& proto);

throughline::deal::v1::NextStep ToProto(const deal::NextStep& value);
deal::NextStep FromProto(const throughline::deal::v1::NextStep& proto);

throughline::deal::v1::FollowUp ToProto(const deal::FollowUp& value);
deal::FollowUp FromProto(const throughline::deal::v1::FollowUp& proto);

throughline::deal::v1::Analysis ToProto(const deal::Analysis& value);
deal::Analysis FromProto(const throughline::deal::v1::Analysis& proto);

throughline::deal::v1::Fact ToProto(const deal::Fact& value);
deal::Fact FromProto(const throughline::deal::v1::Fact& proto);

throughline::deal::v1::EmailAddress ToProto(const deal::EmailAddress& value);
deal::EmailAddress FromProto(const throughline::deal::v1::EmailAddress& proto);

throughline::deal::v1::EmailClaim ToProto(const deal::EmailClaim& value);
deal::EmailClaim FromProto(const throughline::deal::v1::EmailClaim& proto);

throughline::deal::v1::Email ToProto(const deal::Email& value);
deal::Email FromProto(const throughline::deal::v1::Email& proto);

throughline::deal::v1::ProfileEntry ToProto(const deal::ProfileEntry& value);
deal::ProfileEntry FromProto(const throughline::deal::v1::ProfileEntry& proto);

throughline::deal::v1::Objection ToProto(const deal::Objection& value);
deal::Objection FromProto(const throughline::deal::v1::Objection& proto);

throughline::deal::v1::CustomerProfile ToProto(const deal::CustomerProfile& value);
deal::CustomerProfile FromProto(const throughline::deal::v1::CustomerProfile& proto);

throughline::deal::v1::TimelineEntry ToProto(const deal::TimelineEntry& value);
deal::TimelineEntry FromProto(const throughline::deal::v1::TimelineEntry& proto);

// DealState::facts travels beside the message and is left empty.
throughline::deal::v1::DealState ToProto(const deal::DealState& value);
deal::DealState FromProto(const throughline::deal::v1::DealState& proto);

}  // namespace throughline::wire

#endif  // THROUGHLINE_COMMON_WIRE_DEAL_H_
