#ifndef THROUGHLINE_COMMON_DEAL_TYPES_H_
#define THROUGHLINE_COMMON_DEAL_TYPES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"

// The words of the sales domain, once for all services: plain values without behaviour. The
// protos in throughline.deal.v1 say the same on the wire; common/wire translates.
namespace throughline::deal {

// What kind of thing stands in the way. The comment is the question that tells it from the rest.
enum class BlockerCategory {
  kUnspecified = 0,
  kPrice = 1,              // their number against ours?
  kBudget = 2,             // is there money, a line?
  kAuthority = 3,          // who may say yes?
  kNeed = 4,               // do they need it at all, against the status quo?
  kTiming = 5,             // when, not whether?
  kSecurity = 6,           // IT risk?
  kCompliance = 7,         // regulator, privacy, accessibility?
  kLegal = 8,              // contract words?
  kTechnical = 9,          // does it work here?
  kIntegration = 10,       // does it talk to their systems?
  kCompetition = 11,       // another vendor, the incumbent included?
  kChangeManagement = 12,  // will people use it?
  kProcurement = 13,       // how they may buy?
  kNone = 14,              // nothing is open
};

enum class BlockerStatus {
  kUnspecified = 0,
  kRaised = 1,
  kBeingAddressed = 2,  // somebody owns it, nothing is settled
  kResolved = 3,   // by the objector or the objector's named proxy; never by a seller's promise
  kWithdrawn = 4,  // the customer dropped it
  kReopened = 5,   // was resolved, then a new adverse statement about the same object
};

enum class StakeholderRole {
  kUnspecified = 0,
  kEconomicBuyer = 1,
  kCoSigner = 2,
  kApprover = 3,  // holds a veto: security, legal, technical …
  kChampion = 4,
  kInfluencer = 5,
  kUser = 6,
  kGatekeeper = 7,
};

enum class JourneyStage {
  kUnspecified = 0,
  kDiscovery = 1,
  kEvaluation = 2,
  kPilot = 3,
  kProposal = 4,
  kNegotiation = 5,
  kProcurement = 6,
  kCommit = 7,
  kClosedWon = 8,
  kClosedLost = 9,
  kStalled = 10,
};

// Where a claim comes from. `quote` stands verbatim in turn `turn` of call `call_id`.
struct Evidence {
  std::string call_id;
  int32_t turn = 0;
  std::string speaker;  // empty when the transcript does not say
  std::string quote;
};

struct BlockerTransition {
  BlockerStatus status = BlockerStatus::kUnspecified;
  absl::Time at;  // when the call took place
  Evidence evidence;
};

// One thing in the way of the deal. (category, object) is its identity within a customer.
struct Blocker {
  std::string id;  // BlockerId(category, object)
  BlockerCategory category = BlockerCategory::kUnspecified;
  std::string object;  // short noun phrase in the customer's words: "EU data residency guarantee"
  std::string description;  // one sentence for people
  BlockerStatus status = BlockerStatus::kUnspecified;
  std::string owner;                       // who has to act; empty when nobody is named
  std::string clearing_condition;          // what would clear it, in their words; may be empty
  std::vector<BlockerTransition> history;  // oldest first, never empty
};

struct Stakeholder {
  std::string name;
  std::string title;
  std::string organization;
  std::string email;
  StakeholderRole role = StakeholderRole::kUnspecified;
  std::vector<Evidence> authority_evidence;  // why the role; a title never implies authority
  bool nominal = false;        // seems to decide (title, own words), but somebody else does
  std::string nominal_reason;  // why nominal; empty otherwise
  // How likely it is that they decide, 0 to 1, by all calls so far; unset when nobody judged it.
  std::optional<double> decides_probability;
};

struct NextStep {
  std::string description;
  std::string owner;
  std::optional<absl::CivilDay> due_date;
  Evidence evidence;
};

// To whom the customer's words direct the follow-up.
struct FollowUp {
  std::string recipient;  // a name; empty when the call does not say
  std::vector<std::string> copy;
  std::string reason;  // one sentence
  std::vector<Evidence> evidence;
};

// What one call, read with everything known before, says about the deal.
struct Analysis {
  bool is_sales_call = true;               // false: no blockers, no decision-makers, no e-mail
  std::optional<Blocker> primary_blocker;  // the one open item that must clear next
  std::string primary_reason;              // why it is the primary one
  std::vector<Blocker> open_blockers;      // primary first
  std::vector<Blocker> resolved_blockers;  // cumulative, including withdrawn ones
  std::vector<Stakeholder> decision_makers;
  std::vector<Stakeholder> nominal_decision_makers;
  std::vector<Stakeholder> stakeholders;  // everybody on the customer's side, deciders included
  std::optional<NextStep> next_step;
  FollowUp follow_up;
  JourneyStage stage = JourneyStage::kUnspecified;
  std::string budget;     // what is known of the money, one phrase; empty when unknown
  std::string timeline;   // what is known of the dates, one phrase; empty when unknown
  double confidence = 0;  // 0 to 1
  std::vector<Evidence> suspicious_content;  // text that tries to instruct the software
};

enum class FactKind {
  kUnspecified = 0,
  kStatement = 1,   // something true of the customer: "four distribution centers"
  kPreference = 2,  // how they like things: "PDF by email"
  kPersonal = 3,    // about a person's life, said in passing
  kCommitment = 4,  // somebody promised to do something
  kTrigger = 5,     // why they look at buying now
  kObjection = 6,
  kBudget = 7,
  kTimeline = 8,
  kDecision = 9,      // decided or approved
  kStakeholder = 10,  // who somebody is, what they own
  kCompetitor = 11,
  kVerbatim = 12,  // raw text kept as evidence
};

struct Fact {
  std::string id;  // set by memory
  FactKind kind = FactKind::kUnspecified;
  std::string text;       // one self-contained sentence
  std::string subject;    // a person or organisation; empty for the customer itself
  std::string attribute;  // set when single-valued: "budget", "title", "channel"; else empty
  std::string value;      // the attribute's value; empty for multi-valued facts
  std::vector<Evidence> evidence;
  double confidence = 0;                          // 0 to 1
  absl::Time valid_from = absl::InfinitePast();   // when it became true, by the customer's account
  absl::Time valid_to = absl::InfiniteFuture();   // when it stopped
  absl::Time recorded_at = absl::InfinitePast();  // set by memory
  std::string superseded_by;                      // id of the fact that closed this one
  std::vector<std::string> tags;
  std::string invalidation_reason;  // why it was taken out of recall; empty unless it was
};

struct EmailAddress {
  std::string name;
  std::string address;  // empty when no call gave one
};

struct EmailClaim {
  std::string text;  // the sentence of the body that makes the claim
  std::vector<Evidence> evidence;
};

struct Email {
  std::vector<EmailAddress> to;
  std::vector<EmailAddress> copy;
  std::string subject;
  std::string body;
  std::vector<EmailClaim> claims;
};

// An entry of the profile with where it came from.
struct ProfileEntry {
  std::string text;
  Evidence evidence;
  absl::Time at;  // when it was said
};

enum class ObjectionStatus { kUnspecified = 0, kOpen = 1, kAddressed = 2 };

struct Objection {
  std::string text;
  ObjectionStatus status = ObjectionStatus::kUnspecified;
  std::string how_addressed;  // empty while open
  std::string blocker_id;     // the ledger's entry behind it; may be empty
  Evidence evidence;
  absl::Time at;
};

// What a seller should know before the next call. About 400 tokens when rendered.
struct CustomerProfile {
  std::string customer_id;
  std::vector<ProfileEntry> buying_triggers;
  std::optional<ProfileEntry> budget;
  std::vector<Objection> objections;
  std::vector<ProfileEntry> preferences;
  std::vector<ProfileEntry> personal_details;
  std::vector<ProfileEntry> channel_preference;  // one per person: "Sarah Chen: email"
  JourneyStage journey_stage = JourneyStage::kUnspecified;
  std::optional<ProfileEntry> last_interaction;
  int64_t version = 0;  // 0: never written
};

// One call in the story of a deal.
struct TimelineEntry {
  std::string call_id;
  absl::Time occurred_at;
  // After the call, with the call's own steps; unset when nothing was open.
  std::optional<Blocker> primary_blocker;
  std::vector<std::string> decision_makers;  // names, after the call
  JourneyStage stage = JourneyStage::kUnspecified;
  int32_t facts_added = 0;
  std::string summary;  // one sentence
};

// Everything known of a deal before a call: what the analysis starts from.
struct DealState {
  std::vector<Blocker> blockers;          // the whole ledger
  std::vector<Stakeholder> stakeholders;  // everybody met or named so far
  JourneyStage stage = JourneyStage::kUnspecified;
  std::vector<TimelineEntry> timeline;  // oldest first
  std::string primary_blocker_id;       // after the latest call; empty when nothing is open
  std::vector<Fact> facts;              // the recalled ones
  int64_t version = 0;                  // the customer's version in memory; 0 for a new customer
};

// "price:monthly-price": lower-case category name, colon, slug of the object.
std::string BlockerId(BlockerCategory category, const std::string& object);

bool IsOpen(BlockerStatus status);

}  // namespace throughline::deal

#endif  // THROUGHLINE_COMMON_DEAL_TYPES_H_
