#include "common/grounding/evidence.h"

#include <algorithm>

#include "absl/strings/match.h"

namespace throughline::grounding {
namespace {

bool Same(const deal::Evidence& a, const deal::Evidence& b) {
  return a.call_id == b.call_id && a.turn == b.turn && a.quote == b.quote;
}

}  // namespace

EvidenceChecker::EvidenceChecker(const CallContext& context) : context_(context) {
  for (const deal::Blocker& blocker : context.known.blockers) {
    for (const deal::BlockerTransition& step : blocker.history) Remember(step.evidence);
  }
  for (const deal::Stakeholder& person : context.known.stakeholders) {
    for (const deal::Evidence& evidence : person.authority_evidence) Remember(evidence);
  }
  for (const deal::Fact& fact : context.known.facts) {
    for (const deal::Evidence& evidence : fact.evidence) Remember(evidence);
  }
}

void EvidenceChecker::Remember(const deal::Evidence& evidence) {
  known_.emplace(evidence.call_id, evidence.turn, evidence.quote);
}

std::optional<deal::Evidence> EvidenceChecker::Check(const deal::Evidence& evidence) const {
  if (evidence.quote.empty() || evidence.quote.size() > kMaxQuoteBytes) return std::nullopt;
  if (evidence.call_id.empty() || evidence.call_id == context_.call_id) {
    return FindInCall(evidence);
  }
  if (!known_.contains({evidence.call_id, evidence.turn, evidence.quote})) return std::nullopt;
  return evidence;
}

std::optional<deal::Evidence> EvidenceChecker::FindInCall(const deal::Evidence& evidence) const {
  const std::vector<transcript::Turn>& turns = context_.transcript.turns;
  const auto has_quote = [&](size_t turn) {
    return absl::StrContains(turns[turn].text, evidence.quote);
  };
  const auto found = [&](size_t turn) {
    return deal::Evidence{.call_id = context_.call_id,
                          .turn = static_cast<int32_t>(turn),
                          .speaker = turns[turn].speaker,
                          .quote = evidence.quote};
  };
  if (turns.empty()) return std::nullopt;
  const size_t last = turns.size() - 1;
  const size_t named = evidence.turn < 0 ? 0 : std::min<size_t>(evidence.turn, last);
  for (size_t distance = 0; distance <= last; ++distance) {
    if (named >= distance && has_quote(named - distance)) return found(named - distance);
    if (named + distance <= last && has_quote(named + distance)) return found(named + distance);
  }
  return std::nullopt;
}

std::vector<deal::Evidence> EvidenceChecker::Keep(
    const std::vector<deal::Evidence>& evidence) const {
  std::vector<deal::Evidence> kept;
  for (const deal::Evidence& one : evidence) {
    const std::optional<deal::Evidence> held = Check(one);
    if (!held) continue;
    const bool repeated = std::any_of(kept.begin(), kept.end(),
                                      [&](const deal::Evidence& e) { return Same(e, *held); });
    if (!repeated) kept.push_back(*held);
  }
  return kept;
}

bool EvidenceChecker::IsKnownPerson(absl::string_view name) const {
  if (name.empty()) return false;
  for (const transcript::Participant& person : context_.transcript.participants) {
    if (person.name == name) return true;
  }
  for (const deal::Stakeholder& person : context_.known.stakeholders) {
    if (person.name == name) return true;
  }
  return std::any_of(context_.transcript.turns.begin(), context_.transcript.turns.end(),
                     [&](const transcript::Turn& turn) {
                       return turn.speaker == name || absl::StrContains(turn.text, name);
                     });
}

}  // namespace throughline::grounding
