#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_EMAIL_OPENING_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_EMAIL_OPENING_H_

#include <cstddef>

#include "services/router/domain/extractive/email/context.h"
#include "services/router/domain/extractive/email/draft.h"

namespace throughline::router::extractive {

// The first paragraph: thanks, what this call settled, what is open and what they said of it.
void WriteOpening(const EmailContext& context, Draft& draft);

// One more sentence of theirs on the open matter at its end, where that takes at most `room` words.
void UseRoom(const EmailContext& context, size_t room, Draft& draft);

}  // namespace throughline::router::extractive

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_EMAIL_OPENING_H_
