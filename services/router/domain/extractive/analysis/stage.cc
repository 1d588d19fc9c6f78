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

}  // namespace

JourneyStage FindStage(const CallView& call, const std::vector<Entry>& entries,
                       const Entry* primary) {
  if (CustomerSays(call, "lost")) return JourneyStage::kClosedLost;
  if (CustomerSays(call, "won") && primary == nullptr) return JourneyStage::kClosedWon;
  if (primary == nullptr && CustomerSays(call, "stalled")) return JourneyStage::kStalled;
  const bool settled = std::any_of(entries.begin(), entries.end(), [](const Entry& entry) {
    return entry.blocker.status == deal::BlockerStatus::kResolved;
  });
  if (primary == nullptr) {
    return settled ? JourneyStage::kCommit
                   : std::max(call.input->known.stage, JourneyStage::kDiscovery);
  }
  const BlockerCategory category = primary->blocker.category;
  if (category == BlockerCategory::kProcurement) return JourneyStage::kProcurement;
  const size_t open = std::count_if(entries.begin(), entries.end(), [](const Entry& entry) {
    return deal::IsOpen(entry.blocker.status);
  });
  const bool will_sign = CustomerSays(call, "sign.self") || FindCue(call.lines.back(), "won");
  if (open == 1 && settled && will_sign && category != BlockerCategory::kPrice &&
      category != BlockerCategory::kLegal) {
    return JourneyStage::kCommit;
  }
  if (settled || category == BlockerCategory::kLegal) return JourneyStage::kNegotiation;
  return std::max(call.input->known.stage, JourneyStage::kEvaluation);
}

}  // namespace throughline::router::extractive
