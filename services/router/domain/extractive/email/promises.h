#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_EMAIL_PROMISES_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_EMAIL_PROMISES_H_

#include "services/router/domain/extractive/email/call.h"
#include "services/router/domain/extractive/email/material.h"

namespace throughline::router::extractive {

// What the seller said they would do, and its day where none is known.
void FindPromises(EmailCall& call, EmailMaterial& material);

// What was summed up in key words ("order form to you on Friday"); after the promises.
void FindRecaps(const EmailCall& call, EmailMaterial& material);

}  // namespace throughline::router::extractive

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_EMAIL_PROMISES_H_
