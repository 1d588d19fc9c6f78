#ifndef THROUGHLINE_SERVICES_ANALYST_DOMAIN_PARTS_H_
#define THROUGHLINE_SERVICES_ANALYST_DOMAIN_PARTS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "common/grounding/call_context.h"

namespace throughline::analyst {

// The most parts a call is read in; of a longer one the words between the parts that open and close
// it are left out.
inline constexpr size_t kMaxParts = 24;

// A stretch of a call, with turns numbered from 0 as every call's are.
struct CallPart {
  grounding::CallContext call;
  std::vector<int32_t> whole_turn;  // by turn of the part: its turn in the whole call
};

// Cuts a call at turn borders into parts of at most `max_bytes` of words and speakers (0: as many
// as there are). Each part but the first begins with the last turns of the one before, up to an
// eighth of max_bytes, so that an answer keeps its question. A turn that alone is longer is cut at
// a space. The same call gives the same parts. Pure and thread-safe.
std::vector<CallPart> SplitCall(const grounding::CallContext& call, size_t max_bytes);

}  // namespace throughline::analyst

#endif  // THROUGHLINE_SERVICES_ANALYST_DOMAIN_PARTS_H_
