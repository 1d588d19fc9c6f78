#ifndef THROUGHLINE_SERVICES_WRITER_DOMAIN_VERIFY_EMAIL_H_
#define THROUGHLINE_SERVICES_WRITER_DOMAIN_VERIFY_EMAIL_H_

#include <vector>

#include "common/deal/types.h"
#include "common/grounding/model_work.h"
#include "services/writer/domain/model_router.h"

namespace throughline::writer {

struct VerifiedEmail {
  deal::Email email;
  std::vector<grounding::DroppedClaim> dropped;
};

// Who wrote a draft: the built-in engine promises only what it quotes, models are checked for it.
enum class DraftedBy { kEngine, kModel };

// Holds a draft against the call, memory and the analysis. What is left:
//   goes to the analysis' recipient, or to nobody when there is none; copies go to those to whom
//   the analysis sends them, when they are known; addresses are those a call gave;
//   has no sentence with a number or date that nobody gave, none whose claimed words nobody said,
//   none that repeats words which try to instruct the software, and, when a model drafted it, none
//   with an address that no call gave or a promise that the seller's side did not make;
//   says no day twice in a row;
//   claims only what stands in the body, each with words that were said;
//   says the next step, when the engine drafted it (next_step.h).
// After a call in another language than English, nothing is left of the engine's draft.
// Pure and thread-safe.
VerifiedEmail VerifyEmail(const EmailTask& task, deal::Email draft, DraftedBy by);

}  // namespace throughline::writer

#endif  // THROUGHLINE_SERVICES_WRITER_DOMAIN_VERIFY_EMAIL_H_
