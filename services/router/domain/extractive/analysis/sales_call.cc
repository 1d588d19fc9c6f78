#include "services/router/domain/extractive/analysis/sales_call.h"

#include <algorithm>

#include "absl/container/flat_hash_set.h"

namespace throughline::router::extractive {
namespace {

using transcript::Side;

// Words of an offer between two companies ("your proposal") say more than words of business.
constexpr double kOfferWeight = 1.5;
constexpr double kDecidingWeight = 0.5;
// Somebody is known to sell.
constexpr double kKnownSeller = 2;
// A deal is under way with this customer.
constexpr double kKnownDeal = 3;
constexpr double kLeast = 2;
// Words of a stand-up or an interview are rare in sales calls: so many tell more than the words
// of business that all talk at work shares.
constexpr double kClearlyOther = 3;
constexpr double kOtherTelling = 2.5;
// The words of business that other talk shares count no more than so much.
constexpr double kMostBusiness = 8;

// The weights of the different cues of that kind, each counted once.
double Evidence(const CallView& call, absl::string_view kind) {
  absl::flat_hash_set<const Cue*> seen;
  double sum = 0;
  for (const Line& line : call.lines) {
    for (const CueMatch& match : line.matches) {
      if (HasKind(match, kind) && seen.insert(match.cue).second) sum += match.cue->weight;
    }
  }
  return sum;
}

}  // namespace

bool IsSalesCall(const CallView& call) {
  const double offer = Evidence(call, "sales.offer");
  double sales = std::min(kMostBusiness, Evidence(call, "sales.business")) + kOfferWeight * offer;
  if (call.sides_known) sales += kKnownSeller;
  if (!call.input->known.blockers.empty()) sales += kKnownDeal;
  const double deciding = Evidence(call, "gate") + Evidence(call, "pointer") +
                          Evidence(call, "sign.") + Evidence(call, "veto.");
  sales += kDecidingWeight * deciding;
  const double other =
      std::max({Evidence(call, "not_sales.work"), Evidence(call, "not_sales.support"),
                Evidence(call, "not_sales.interview"), Evidence(call, "not_sales.social")});
  const bool clearly_other = other >= kClearlyOther && other * kOtherTelling > sales;
  return sales >= kLeast && sales > other && !clearly_other;
}

}  // namespace throughline::router::extractive
