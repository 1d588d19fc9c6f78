#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_EMAIL_OPENING_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_EMAIL_OPENING_H_

#include "services/router/domain/extractive/email_context.h"
#include "services/router/domain/extractive/email_draft.h"

namespace throughline::router::extractive {

// The first paragraph: thanks, what this call settled, what is open and what they said of it.
void WriteOpening(const EmailContext& context, Draft& draft);

}  // namespace throughline::router::extractive

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_EMAIL_OPENING_H_
