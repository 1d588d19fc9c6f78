#include "services/memory/domain/deal_validation.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/errors.h"
#include "common/base/status_macros.h"
#include "services/memory/domain/field_checks.h"
#include "services/memory/domain/validation.h"

namespace throughline::memory {
namespace {

// Evidence whose quote may be missing: a claim may rest on a call as a whole.
absl::Status CheckSource(const deal::Evidence& evidence, const std::string& field) {
  if (!evidence.quote.empty()) return CheckEvidence(evidence, field);
  RETURN_IF_ERROR(CheckLength(evidence.call_id, field + ".call_id", kMaxIdBytes));
  return CheckLength(evidence.speaker, field + ".speaker", kMaxIdBytes);
}

// Runs `check` on each entry under its own name.
template <typename Entry, typename Check>
absl::Status CheckEach(const std::vector<Entry>& entries, const std::string& field, Check check) {
  RETURN_IF_ERROR(CheckCount(entries.size(), field, kMaxEntriesPerList));
  for (size_t i = 0; i < entries.size(); ++i) {
    RETURN_IF_ERROR(check(entries[i], absl::StrCat(field, "[", i, "]")));
  }
  return absl::OkStatus();
}

absl::Status CheckPhrases(const std::vector<std::pair<const std::string*, const char*>>& phrases,
                          const std::string& field) {
  for (const auto& [phrase, name] : phrases) {
    RETURN_IF_ERROR(CheckLength(*phrase, absl::StrCat(field, ".", name), kMaxPhraseBytes));
  }
  return absl::OkStatus();
}

absl::Status CheckBlocker(const deal::Blocker& blocker, const std::string& field) {
  if (blocker.category == deal::BlockerCategory::kUnspecified) {
    return InvalidField(field + ".category", "a category", "name one");
  }
  if (blocker.history.empty()) {
    return InvalidField(field + ".history", "at least one transition",
                        "say when it took its status and by which words");
  }
  RETURN_IF_ERROR(CheckLength(blocker.id, field + ".id", kMaxPhraseBytes));
  RETURN_IF_ERROR(CheckPhrases({{&blocker.object, "object"},
                                {&blocker.description, "description"},
                                {&blocker.owner, "owner"},
                                {&blocker.clearing_condition, "clearing_condition"}},
                               field));
  return CheckEach(blocker.history, field + ".history",
                   [](const deal::BlockerTransition& transition, const std::string& name) {
                     return CheckSource(transition.evidence, name + ".evidence");
                   });
}

absl::Status CheckPerson(const deal::Stakeholder& person, const std::string& field) {
  RETURN_IF_ERROR(CheckRequired(person.name, field + ".name", kMaxIdBytes));
  RETURN_IF_ERROR(CheckPhrases({{&person.title, "title"},
                                {&person.organization, "organization"},
                                {&person.email, "email"},
                                {&person.nominal_reason, "nominal_reason"}},
                               field));
  const double decides = person.decides_probability.value_or(0);
  if (!(decides >= 0 && decides <= 1)) {
    return InvalidField(field + ".decides_probability", "0 to 1", "leave it unset if unknown");
  }
  return CheckEach(person.authority_evidence, field + ".authority_evidence", CheckSource);
}

absl::Status CheckEntry(const deal::ProfileEntry& entry, const std::string& field) {
  RETURN_IF_ERROR(CheckRequired(entry.text, field + ".text", kMaxPhraseBytes));
  return CheckSource(entry.evidence, field + ".evidence");
}

absl::Status CheckObjection(const deal::Objection& objection, const std::string& field) {
  RETURN_IF_ERROR(CheckRequired(objection.text, field + ".text", kMaxPhraseBytes));
  RETURN_IF_ERROR(CheckPhrases(
      {{&objection.how_addressed, "how_addressed"}, {&objection.blocker_id, "blocker_id"}}, field));
  return CheckSource(objection.evidence, field + ".evidence");
}

}  // namespace

absl::Status ValidateAnalysis(const deal::Analysis& analysis, const std::string& field) {
  if (analysis.primary_blocker.has_value() &&
      analysis.primary_blocker->category != deal::BlockerCategory::kNone) {
    RETURN_IF_ERROR(CheckBlocker(*analysis.primary_blocker, field + ".primary_blocker"));
  }
  RETURN_IF_ERROR(CheckEach(analysis.open_blockers, field + ".open_blockers", CheckBlocker));
  RETURN_IF_ERROR(
      CheckEach(analysis.resolved_blockers, field + ".resolved_blockers", CheckBlocker));
  RETURN_IF_ERROR(CheckEach(analysis.decision_makers, field + ".decision_makers", CheckPerson));
  RETURN_IF_ERROR(
      CheckEach(analysis.nominal_decision_makers, field + ".nominal_decision_makers", CheckPerson));
  RETURN_IF_ERROR(CheckEach(analysis.stakeholders, field + ".stakeholders", CheckPerson));
  RETURN_IF_ERROR(
      CheckEach(analysis.suspicious_content, field + ".suspicious_content", CheckSource));
  return CheckPhrases({{&analysis.primary_reason, "primary_reason"},
                       {&analysis.budget, "budget"},
                       {&analysis.timeline, "timeline"},
                       {&analysis.follow_up.recipient, "follow_up.recipient"},
                       {&analysis.follow_up.reason, "follow_up.reason"}},
                      field);
}

absl::Status ValidateProfile(const deal::CustomerProfile& profile, const std::string& field) {
  RETURN_IF_ERROR(CheckEach(profile.buying_triggers, field + ".buying_triggers", CheckEntry));
  RETURN_IF_ERROR(CheckEach(profile.preferences, field + ".preferences", CheckEntry));
  RETURN_IF_ERROR(CheckEach(profile.personal_details, field + ".personal_details", CheckEntry));
  RETURN_IF_ERROR(CheckEach(profile.channel_preference, field + ".channel_preference", CheckEntry));
  RETURN_IF_ERROR(CheckEach(profile.objections, field + ".objections", CheckObjection));
  if (profile.budget.has_value()) RETURN_IF_ERROR(CheckEntry(*profile.budget, field + ".budget"));
  if (!profile.last_interaction.has_value()) return absl::OkStatus();
  return CheckEntry(*profile.last_interaction, field + ".last_interaction");
}

}  // namespace throughline::memory
