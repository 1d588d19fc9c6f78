#ifndef THROUGHLINE_COMMON_TRANSCRIPT_INTRODUCTIONS_H_
#define THROUGHLINE_COMMON_TRANSCRIPT_INTRODUCTIONS_H_

#include "common/transcript/draft.h"
#include "common/transcript/people.h"

namespace throughline::transcript {

// Fills titles and organizations that nothing written gives from what people say near the start:
// "I'm Ana Rivera, from Northgate", "Ana here, plant manager", "Ben, our CFO". Looks at the first
// kMaxIntroductionTurns turns.
inline constexpr size_t kMaxIntroductionTurns = 80;
void ReadIntroductions(const Draft& draft, People* people);

// Gives people known only by an e-mail address the name that the address and the call's words
// agree on: "dkline@…" with "Deborah Kline" or a recurring "Deborah".
void NameInvitees(const Draft& draft, People* people);

}  // namespace throughline::transcript

#endif  // THROUGHLINE_COMMON_TRANSCRIPT_INTRODUCTIONS_H_
