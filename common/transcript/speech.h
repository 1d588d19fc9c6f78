#ifndef THROUGHLINE_COMMON_TRANSCRIPT_SPEECH_H_
#define THROUGHLINE_COMMON_TRANSCRIPT_SPEECH_H_

#include <vector>

#include "common/transcript/draft.h"
#include "common/transcript/people.h"

namespace throughline::transcript {

// How each participant talks: above zero like somebody who sells ("I'll send you the proposal"),
// below like somebody who buys ("our budget", "your price"). Reads a bounded part of the call.
std::vector<int> SellingScores(const Draft& draft, const People& people);

}  // namespace throughline::transcript

#endif  // THROUGHLINE_COMMON_TRANSCRIPT_SPEECH_H_
