#include "services/router/domain/extractive/analysis/stage.h"

#include <algorithm>
#include <string>

#include "absl/container/flat_hash_set.h"

namespace throughline::router::extractive {
namespace {

using deal::BlockerCategory;
using deal::JourneyStage;
using transcript::Side;

// So many different sales words make a sales call of any talk; fewer need a known seller.
constexpr size_t kClearlySales = 5;
constexpr size_t kSalesWithoutSides = 2;
constexpr size_t kPossiblySales = 2;
// In a running deal only clearly different talk is something else.
constexpr size_t kClearlyOther = 3;

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

size_t Distinct(const CallView& call, absl::string_view kind) {
  absl::flat_hash_set<const Cue*> cues;
  for (const Line& line : call.lines) {
    for (const CueMatch& match : line.matches) {
      if (HasKind(match, kind)) cues.insert(match.cue);
    }
  }
  return cues.size();
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

bool IsSalesCall(const CallView& call) {
  const size_t sales = Distinct(call, "sales");
  const size_t other =
      std::max({Distinct(call, "not_sales.work"), Distinct(call, "not_sales.support"),
                Distinct(call, "not_sales.interview")});
  if (sales >= kClearlySales && sales > other) return true;
  if (!call.input->known.blockers.empty()) return other < kClearlyOther || sales > other;
  if (!call.sides_known) return sales >= kSalesWithoutSides && sales > other;
  const size_t deciding = Distinct(call, "gate") + Distinct(call, "pointer") +
                          Distinct(call, "sign.") + Distinct(call, "veto.");
  if (deciding >= kPossiblySales && other < kClearlyOther) return true;
  return sales + deciding > other && other < kClearlyOther;
}

}  // namespace throughline::router::extractive
