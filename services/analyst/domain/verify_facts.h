#ifndef THROUGHLINE_SERVICES_ANALYST_DOMAIN_VERIFY_FACTS_H_
#define THROUGHLINE_SERVICES_ANALYST_DOMAIN_VERIFY_FACTS_H_

#include <cstddef>
#include <vector>

#include "common/grounding/call_context.h"
#include "common/grounding/model_work.h"
#include "services/analyst/domain/model_router.h"

namespace throughline::analyst {

// What memory takes; longer texts and further facts are dropped with a reason.
inline constexpr size_t kMaxFacts = 2000;
inline constexpr size_t kMaxFactTextBytes = 8000;
inline constexpr size_t kMaxFactLabelBytes = 200;  // subject, attribute
inline constexpr size_t kMaxFactTags = 32;
inline constexpr size_t kMaxFactTagBytes = 100;

struct VerifiedFacts {
  CallFacts extracted;
  std::vector<grounding::DroppedClaim> dropped;
};

// Holds extracted facts and profile changes against the call: each keeps only evidence that stands
// in it, and those left without go, as do those that rest on the words of `instructions`, which try
// to instruct the software, or repeat them. Times default to the call's. What memory alone sets is
// unset. Pure and thread-safe.
VerifiedFacts VerifyFacts(const grounding::CallContext& call, CallFacts claimed,
                          const std::vector<deal::Evidence>& instructions);

}  // namespace throughline::analyst

#endif  // THROUGHLINE_SERVICES_ANALYST_DOMAIN_VERIFY_FACTS_H_
