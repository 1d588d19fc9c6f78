#ifndef THROUGHLINE_SERVICES_WRITER_DOMAIN_VERIFY_EMAIL_H_
#define THROUGHLINE_SERVICES_WRITER_DOMAIN_VERIFY_EMAIL_H_

#include <vector>

#include "absl/strings/string_view.h"
#include "common/deal/types.h"
#include "common/grounding/model_work.h"
#include "services/writer/domain/model_router.h"

namespace throughline::writer {

struct VerifiedEmail {
  deal::Email email;
  std::vector<grounding::DroppedClaim> dropped;
};

// Holds a draft against the call, memory and the analysis. What is left:
//   goes to the analysis' recipient, or to nobody when there is none; copies go to people who are
//   known; addresses are those a call gave;
//   has no sentence with a number or date that nobody gave, and none whose claimed words nobody
//   said;
//   claims only what stands in the body, each with words that were said.
// Pure and thread-safe.
VerifiedEmail VerifyEmail(const EmailTask& task, deal::Email draft);

// Words as people count them: runs without white space.
int CountWords(absl::string_view text);

}  // namespace throughline::writer

#endif  // THROUGHLINE_SERVICES_WRITER_DOMAIN_VERIFY_EMAIL_H_
