#include "common/grounding/evidence.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace throughline::grounding {
namespace {

bool Same(const deal::Evidence& a, const deal::Evidence& b) {
  return a.call_id == b.call_id && a.turn == b.turn && a.quote == b.quote;
}

bool IsWordByte(char c) { return absl::ascii_isalnum(static_cast<unsigned char>(c)); }

// Whether no word is cut at either end of text[begin, end). Scripts without spaces may be cut.
bool AreWholeWords(absl::string_view text, size_t begin, size_t end) {
  const bool cut_before = begin > 0 && IsWordByte(text[begin - 1]) && IsWordByte(text[begin]);
  const bool cut_after = end < text.size() && IsWordByte(text[end]) && IsWordByte(text[end - 1]);
  return !cut_before && !cut_after;
}

bool SaysSomething(absl::string_view quote) {
  return std::any_of(quote.begin(), quote.end(),
                     [](char c) { return IsWordByte(c) || static_cast<unsigned char>(c) >= 0x80; });
}

}  // namespace

EvidenceChecker::EvidenceChecker(const CallContext& context, InstructedWords instructed)
    : context_(context), instructed_(std::move(instructed)) {
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
  if (!SaysSomething(evidence.quote) || evidence.quote.size() > kMaxQuoteBytes) return std::nullopt;
  if (evidence.call_id.empty() || evidence.call_id == context_.call_id) {
    return FindInCall(evidence);
  }
  if (!known_.contains({evidence.call_id, evidence.turn, evidence.quote})) return std::nullopt;
  return evidence;
}

bool EvidenceChecker::StandsIn(const transcript::Turn& turn, absl::string_view words) const {
  const absl::string_view text(turn.text);
  const size_t counts = std::min(instructed_.BeginIn(turn.index), text.size());
  for (size_t at = text.find(words); at != absl::string_view::npos; at = text.find(words, at + 1)) {
    if (at + words.size() > counts) return false;
    if (AreWholeWords(text, at, at + words.size())) return true;
  }
  return false;
}

std::optional<deal::Evidence> EvidenceChecker::FindInCall(const deal::Evidence& evidence) const {
  const std::vector<transcript::Turn>& turns = context_.transcript.turns;
  const auto has_quote = [&](size_t turn) { return StandsIn(turns[turn], evidence.quote); };
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
  if (name.empty() || absl::StrContains(name, '@')) return false;
  for (const transcript::Participant& person : context_.transcript.participants) {
    if (person.name == name) return true;
  }
  for (const deal::Stakeholder& person : context_.known.stakeholders) {
    if (person.name == name) return true;
  }
  return std::any_of(
      context_.transcript.turns.begin(), context_.transcript.turns.end(),
      [&](const transcript::Turn& turn) { return turn.speaker == name || StandsIn(turn, name); });
}

bool EvidenceChecker::IsGivenAddress(absl::string_view address) const {
  if (address.empty()) return false;
  const auto is_same = [&](const auto& person) {
    return absl::EqualsIgnoreCase(person.email, address);
  };
  const std::vector<transcript::Turn>& turns = context_.transcript.turns;
  const auto& present = context_.transcript.participants;
  const auto& known = context_.known.stakeholders;
  return std::any_of(present.begin(), present.end(), is_same) ||
         std::any_of(known.begin(), known.end(), is_same) ||
         std::any_of(turns.begin(), turns.end(),
                     [&](const transcript::Turn& turn) { return StandsIn(turn, address); });
}

}  // namespace throughline::grounding
