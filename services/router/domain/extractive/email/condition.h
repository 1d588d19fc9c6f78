#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_EMAIL_CONDITION_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_EMAIL_CONDITION_H_

#include "services/router/domain/extractive/email/call.h"
#include "services/router/domain/extractive/email/material.h"

namespace throughline::router::extractive {

// What the objector said of the primary matter in this call, the most telling sentence of it.
void FindCondition(const EmailCall& call, EmailMaterial& material);

// "I'm good with four sixty on twenty-four months": the figures of the paper to be signed. Only
// where the paper is what is open; elsewhere settled figures stay out.
void FindTerms(const EmailCall& call, EmailMaterial& material);

}  // namespace throughline::router::extractive

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_EMAIL_CONDITION_H_
