#include "services/router/domain/extractive/analysis/stage.h"

#include <algorithm>
#include <string>

namespace throughline::router::extractive {
namespace {

using deal::BlockerCategory;
using deal::JourneyStage;
using transcript::Side;

bool CustomerSays(const CallView& call, absl::string_view kind) {
  for (const Line& line : call.lines) {
    if (line.side == Side::kSeller) continue;
    for (const CueMatch& match : line.matches) {
      if (match.cue->kind != kind) continue;
      const Guards& guards = GuardsAt(line, match.first_token);
      if (guards.Plain() && !guards.reported &&
          !NegatedBefore(line.reading, match.first_token, 3)) {
        return true;
      }
    }
  }
  return false;
}

bool SomebodySays(const CallView& call, absl::string_view kind) {
  return std::any_of(call.lines.begin(), call.lines.end(),
                     [&](const Line& line) { return FindCue(line, kind) != nullptr; });
}

// Said as a condition too: "once the letter is here I sign".
bool CustomerCommits(const CallView& call) {
  for (const Line& line : call.lines) {
    if (line.side == Side::kSeller) continue;
    for (const CueMatch& match : line.matches) {
      if (match.cue->kind != "commit") continue;
      const Guards& guards = GuardsAt(line, match.first_token);
      const bool said = !guards.question && !guards.anecdote && !guards.third_party &&
                        !guards.reported && !NegatedBefore(line.reading, match.first_token, 3);
      if (said) return true;
    }
  }
  return false;
}

bool IsSettled(const Entry& entry) { return !deal::IsOpen(entry.blocker.status); }

bool WasReopened(const Entry& entry) {
  return std::any_of(entry.blocker.history.begin(), entry.blocker.history.end(),
                     [](const deal::BlockerTransition& transition) {
                       return transition.status == deal::BlockerStatus::kReopened;
                     });
}

// Whether the thing works and is wanted is out of the way: what is left is how to agree.
bool IsWanted(const std::vector<Entry>& entries) {
  return std::any_of(entries.begin(), entries.end(), [](const Entry& entry) {
    const BlockerCategory category = entry.blocker.category;
    return IsSettled(entry) &&
           (category == BlockerCategory::kPrice || category == BlockerCategory::kTechnical ||
            category == BlockerCategory::kIntegration || category == BlockerCategory::kNeed ||
            category == BlockerCategory::kCompetition);
  });
}

JourneyStage WithOpenPrice(const CallView& call, const std::vector<Entry>& entries,
                           const Entry& price) {
  const bool late = WasReopened(price) || std::any_of(entries.begin(), entries.end(), IsSettled);
  if (late) return JourneyStage::kNegotiation;
  return SomebodySays(call, "proposal") ? JourneyStage::kProposal : JourneyStage::kEvaluation;
}

JourneyStage WithNothingOpen(const CallView& call, const std::vector<Entry>& entries) {
  if (CustomerSays(call, "stalled")) return JourneyStage::kStalled;
  if (CustomerCommits(call)) return JourneyStage::kCommit;
  if (SomebodySays(call, "pilot")) return JourneyStage::kPilot;
  if (std::any_of(entries.begin(), entries.end(), IsSettled)) return JourneyStage::kCommit;
  if (SomebodySays(call, "proposal")) return JourneyStage::kProposal;
  return std::max(call.input->known.stage, JourneyStage::kDiscovery);
}

}  // namespace

JourneyStage FindStage(const CallView& call, const std::vector<Entry>& entries,
                       const Entry* primary) {
  if (CustomerSays(call, "lost")) return JourneyStage::kClosedLost;
  if (CustomerSays(call, "won") && primary == nullptr) return JourneyStage::kClosedWon;
  if (primary == nullptr) return WithNothingOpen(call, entries);
  switch (primary->blocker.category) {
    case BlockerCategory::kProcurement:
      return JourneyStage::kProcurement;
    case BlockerCategory::kLegal:
      return JourneyStage::kNegotiation;
    case BlockerCategory::kPrice:
      return WithOpenPrice(call, entries, *primary);
    case BlockerCategory::kBudget:
      return CustomerSays(call, "stalled") && !call.input->known.blockers.empty()
                 ? JourneyStage::kStalled
                 : JourneyStage::kEvaluation;
    case BlockerCategory::kChangeManagement:
      return SomebodySays(call, "pilot") ? JourneyStage::kPilot : JourneyStage::kEvaluation;
    case BlockerCategory::kTiming:
    case BlockerCategory::kCompliance:
    case BlockerCategory::kAuthority:
      if (!IsWanted(entries)) return JourneyStage::kEvaluation;
      return CustomerCommits(call) ? JourneyStage::kCommit : JourneyStage::kNegotiation;
    default:
      return JourneyStage::kEvaluation;
  }
}

}  // namespace throughline::router::extractive
