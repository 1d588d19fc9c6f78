#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_ANALYSIS_AUTHORITY_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_ANALYSIS_AUTHORITY_H_

#include <vector>

#include "common/deal/types.h"
#include "services/router/domain/extractive/analysis/call.h"
#include "services/router/domain/extractive/analysis/lifecycle.h"

namespace throughline::router::extractive {

struct Authority {
  std::vector<deal::Stakeholder> decision_makers;  // sign-off holders, then live vetoes
  std::vector<deal::Stakeholder> nominal;
  std::vector<deal::Stakeholder> everybody;  // the customer's side
  std::vector<size_t> gone;                  // people who have left: nobody to write to
};

// Who may say yes and who can say no, by what customers say of themselves and of each other.
// A claim ("it's my call") holds until somebody contradicts it; an approver counts while
// something they raised or own is open; what earlier calls showed carries over.
Authority FindAuthority(CallView& call, const std::vector<Entry>& entries);

}  // namespace throughline::router::extractive

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_ANALYSIS_AUTHORITY_H_
