#ifndef THROUGHLINE_COMMON_TRANSCRIPT_SIDES_H_
#define THROUGHLINE_COMMON_TRANSCRIPT_SIDES_H_

#include "common/transcript/draft.h"
#include "common/transcript/parse.h"
#include "common/transcript/people.h"

namespace throughline::transcript {

// Decides who sells and who buys, strongest evidence first: what the caller knows, organisations
// and e-mail domains, titles of people who sell, what people say. Whoever stays unclear stays
// kUnknown.
void InferSides(const Draft& draft, const ParseOptions& options, People* people);

}  // namespace throughline::transcript

#endif  // THROUGHLINE_COMMON_TRANSCRIPT_SIDES_H_
