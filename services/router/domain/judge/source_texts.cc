#include "services/router/domain/judge/source_texts.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/strip.h"
#include "services/router/domain/text/fold.h"

namespace throughline::router {
namespace {

// Shorter name parts must match exactly: one letter makes another name of them.
constexpr size_t kFuzzyNameLength = 5;

absl::CivilDay Day(absl::Time time) { return absl::ToCivilDay(time, absl::UTCTimeZone()); }

bool IsFinite(absl::Time time) {
  return time != absl::InfinitePast() && time != absl::InfiniteFuture() &&
         time != absl::UnixEpoch();
}

absl::Time Or(absl::Time time, absl::Time fallback) { return IsFinite(time) ? time : fallback; }

}  // namespace

bool SourceTexts::HasPhrase(absl::string_view folded) const {
  return (!folded.empty() && wholes_.contains(folded)) ||
         std::any_of(folded_.begin(), folded_.end(), [&](const std::string& source) {
           return text::ContainsPhrase(source, folded);
         });
}

bool SourceTexts::HasWordLike(absl::string_view folded) const {
  if (folded.size() < kFuzzyNameLength) return false;
  return std::any_of(words_.begin(), words_.end(), [&](const std::string& word) {
    return word.size() >= kFuzzyNameLength && text::WithinOneEdit(word, folded);
  });
}

void SourceTexts::AddText(absl::string_view text, absl::Time said_at) {
  if (text.empty() || !seen_.emplace(text, said_at).second) return;
  folded_.push_back(text::Fold(text));
  wholes_.insert(folded_.back());
  AddWords(folded_.back());
  AddOwners(text);
  for (const text::NumberMention& number : text::FindNumbers(text)) numbers_.Add(number.value);
  const text::DateText days(text);
  for (const int ordinal : days.Ordinals()) numbers_.Add(ordinal);
  if (IsFinite(said_at)) {
    days_.AddFrom(days, Day(said_at));
    return;
  }
  for (const text::DateMention& date : days.Dates()) days_.Add(date.day);
}

// Of "Aunt Win's back" also "win": folded, its apostrophe vanishes.
void SourceTexts::AddOwners(absl::string_view text) {
  constexpr absl::string_view kCurved = "\xE2\x80\x99";
  for (size_t at = 0; (at = text.find_first_of("'\xE2", at)) != absl::string_view::npos; ++at) {
    absl::string_view rest = text.substr(at);
    if (!absl::ConsumePrefix(&rest, "'") && !absl::ConsumePrefix(&rest, kCurved)) continue;
    const bool owns = absl::ConsumePrefix(&rest, "s") &&
                      (rest.empty() || !absl::ascii_isalnum(static_cast<unsigned char>(rest[0])));
    if (!owns) continue;
    const size_t before = text.substr(0, at).find_last_of(" \t\n\"(");
    const size_t begin = before == absl::string_view::npos ? 0 : before + 1;
    AddWords(text::Fold(text.substr(begin, at - begin)));
  }
}

void SourceTexts::AddWords(absl::string_view folded) {
  text::ForEachFoldedWord(folded, [this](absl::string_view word) {
    if (!words_.contains(word)) words_.emplace(word);
  });
}

void SourceTexts::AddCall(const extractive::CallInput& call) {
  const absl::Time now = call.occurred_at;
  for (const transcript::Turn& turn : call.transcript.turns) {
    AddText(turn.text, now);
    ++turns_;
    // A turn that adds nothing still takes its place, so that turn numbers are indexes.
    if (folded_.size() < turns_) folded_.push_back(text::Fold(turn.text));
  }
  absl::flat_hash_set<absl::string_view> speakers;
  for (const transcript::Turn& turn : call.transcript.turns) {
    if (speakers.insert(turn.speaker).second) AddWords(text::Fold(turn.speaker));
  }
  for (const transcript::Participant& person : call.transcript.participants) {
    for (const std::string* words :
         {&person.name, &person.title, &person.organization, &person.email}) {
      AddText(*words, now);
    }
  }
  AddText(call.transcript.title, now);
  AddText(call.customer_name, now);
  AddText(call.seller_name, now);
  if (IsFinite(now)) days_.Add(Day(now));
  AddKnown(call.known, now);
}

void SourceTexts::AddKnown(const deal::DealState& known, absl::Time now) {
  for (const deal::Blocker& blocker : known.blockers) AddBlocker(blocker, now);
  for (const deal::Stakeholder& person : known.stakeholders) AddPerson(person, now);
  for (const deal::Fact& fact : known.facts) {
    const absl::Time said_at = Or(fact.valid_from, now);
    AddText(fact.text, said_at);
    AddText(fact.subject, said_at);
    AddText(fact.value, said_at);
    for (const deal::Evidence& evidence : fact.evidence) AddEvidence(evidence, said_at);
    if (IsFinite(said_at)) days_.Add(Day(said_at));
  }
}

void SourceTexts::AddEmailInput(const extractive::EmailInput& email) {
  const absl::Time now = email.call.occurred_at;
  AddAnalysis(email.analysis, now);
  AddProfile(email.profile, now);
}

void SourceTexts::AddAnalysis(const deal::Analysis& analysis, absl::Time now) {
  if (analysis.primary_blocker.has_value()) AddBlocker(*analysis.primary_blocker, now);
  for (const deal::Blocker& blocker : analysis.open_blockers) AddBlocker(blocker, now);
  for (const deal::Blocker& blocker : analysis.resolved_blockers) AddBlocker(blocker, now);
  for (const auto* people :
       {&analysis.decision_makers, &analysis.nominal_decision_makers, &analysis.stakeholders}) {
    for (const deal::Stakeholder& person : *people) AddPerson(person, now);
  }
  if (analysis.next_step.has_value()) {
    AddText(analysis.next_step->description, now);
    AddText(analysis.next_step->owner, now);
    AddEvidence(analysis.next_step->evidence, now);
    if (analysis.next_step->due_date.has_value()) days_.Add(*analysis.next_step->due_date);
  }
  AddText(analysis.follow_up.recipient, now);
  for (const std::string& name : analysis.follow_up.copy) AddText(name, now);
  AddText(analysis.budget, now);
  AddText(analysis.timeline, now);
}

void SourceTexts::AddProfile(const deal::CustomerProfile& profile, absl::Time now) {
  const auto add_entry = [&](const deal::ProfileEntry& entry) {
    const absl::Time said_at = Or(entry.at, now);
    AddText(entry.text, said_at);
    AddEvidence(entry.evidence, said_at);
  };
  for (const auto* entries : {&profile.buying_triggers, &profile.preferences,
                              &profile.personal_details, &profile.channel_preference}) {
    for (const deal::ProfileEntry& entry : *entries) add_entry(entry);
  }
  if (profile.budget.has_value()) add_entry(*profile.budget);
  for (const deal::Objection& objection : profile.objections) {
    const absl::Time said_at = Or(objection.at, now);
    AddText(objection.text, said_at);
    AddEvidence(objection.evidence, said_at);
  }
}

void SourceTexts::AddBlocker(const deal::Blocker& blocker, absl::Time now) {
  AddText(blocker.object, now);
  AddText(blocker.description, now);
  AddText(blocker.owner, now);
  AddText(blocker.clearing_condition, now);
  for (const deal::BlockerTransition& step : blocker.history) {
    const absl::Time said_at = Or(step.at, now);
    AddEvidence(step.evidence, said_at);
    if (IsFinite(said_at)) days_.Add(Day(said_at));
  }
}

void SourceTexts::AddPerson(const deal::Stakeholder& person, absl::Time now) {
  for (const std::string* words :
       {&person.name, &person.title, &person.organization, &person.email}) {
    AddText(*words, now);
  }
  for (const deal::Evidence& evidence : person.authority_evidence) AddEvidence(evidence, now);
}

void SourceTexts::AddEvidence(const deal::Evidence& evidence, absl::Time said_at) {
  AddText(evidence.speaker, said_at);
  AddText(evidence.quote, said_at);
}

const SourceTexts& CallSources::Of(const extractive::CallInput& call) const {
  std::call_once(state_->once, [&] {
    state_->texts.AddCall(call);
    state_->texts.Close();
  });
  return state_->texts;
}

}  // namespace throughline::router
