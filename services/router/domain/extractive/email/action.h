#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_EMAIL_ACTION_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_EMAIL_ACTION_H_

#include "services/router/domain/extractive/email/ask.h"
#include "services/router/domain/extractive/email/context.h"
#include "services/router/domain/extractive/email/draft.h"

namespace throughline::router::extractive {

// What they listed as needed, in their words. Written before anything else, so that it is said in
// no other way.
Paragraph WriteNeeds(const EmailContext& context, Draft& draft);

// The second paragraph: what they want done, `needs`, what we do by when, and the days; all but the
// question at its end.
void WriteAction(const EmailContext& context, const Asking& asking, const Paragraph& needs,
                 Draft& draft);

}  // namespace throughline::router::extractive

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_EMAIL_ACTION_H_
