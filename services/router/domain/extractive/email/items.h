#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_EMAIL_ITEMS_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_EMAIL_ITEMS_H_

#include <vector>

#include "services/router/domain/extractive/email/material.h"
#include "services/router/domain/extractive/engine.h"
#include "services/router/domain/extractive/facts/text.h"

namespace throughline::router::extractive {

// What is open as noun phrases of the customer's, the primary matter first, and others with it that
// the same gate holds; four at most, none when nothing is open.
std::vector<EmailLine> OpenItems(const EmailInput& input, const Cast& cast);

}  // namespace throughline::router::extractive

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_EMAIL_ITEMS_H_
