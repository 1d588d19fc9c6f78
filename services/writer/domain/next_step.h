#ifndef THROUGHLINE_SERVICES_WRITER_DOMAIN_NEXT_STEP_H_
#define THROUGHLINE_SERVICES_WRITER_DOMAIN_NEXT_STEP_H_

#include "common/deal/types.h"
#include "services/writer/domain/model_router.h"

namespace throughline::writer {

// The e-mail with what the seller's side promised as the next step, word for word and with its
// evidence, when the body does not say it: a reader holds the sender to it. The e-mail as it is
// where that was said to somebody else, says nothing by itself, or leaves no room. Pure and
// thread-safe.
deal::Email WithNextStep(const EmailTask& task, deal::Email email);

}  // namespace throughline::writer

#endif  // THROUGHLINE_SERVICES_WRITER_DOMAIN_NEXT_STEP_H_
