#ifndef THROUGHLINE_COMMON_GROUNDING_CALL_CONTEXT_H_
#define THROUGHLINE_COMMON_GROUNDING_CALL_CONTEXT_H_

#include <string>

#include "common/deal/types.h"
#include "common/transcript/transcript.h"

namespace throughline::grounding {

// A call and what was known before it: all that work on the call may rest on.
struct CallContext {
  std::string customer_id;            // for attribution; never shown to a model
  std::string call_id;                // used in evidence
  transcript::Transcript transcript;  // at least one turn, numbered from 0; occurred_at set
  std::string customer_name;          // the customer's organisation; empty when unknown
  std::string seller_name;            // the seller's organisation; empty when unknown
  deal::DealState known;              // with the recalled facts, best first; empty when new
};

}  // namespace throughline::grounding

#endif  // THROUGHLINE_COMMON_GROUNDING_CALL_CONTEXT_H_
