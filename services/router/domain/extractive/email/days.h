#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_EMAIL_DAYS_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_EMAIL_DAYS_H_

#include "services/router/domain/extractive/email/call.h"
#include "services/router/domain/extractive/email/material.h"

namespace throughline::router::extractive {

// The day of what was promised and the other days that were agreed on, with what they are for.
void FindDays(const EmailCall& call, EmailMaterial& material);

// The next conversation, and with whom; then the day of the next step where none was promised.
void FindMeeting(const EmailCall& call, EmailMaterial& material);

// The customer's own date on the open matter ("they need it by …", "the window shuts on …"), and
// "give us a shout in January": the last such words.
void FindDeadline(const EmailCall& call, EmailMaterial& material);
void FindLater(const EmailCall& call, EmailMaterial& material);

}  // namespace throughline::router::extractive

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_EMAIL_DAYS_H_
