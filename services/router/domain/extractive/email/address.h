#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_EMAIL_ADDRESS_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_EMAIL_ADDRESS_H_

#include <string>

#include "absl/strings/string_view.h"
#include "services/router/domain/extractive/engine.h"
#include "services/router/domain/extractive/facts/text.h"

namespace throughline::router::extractive {

// The address of `name`: from the participants, from people known before, or as somebody wrote or
// spelled it in the call ("sarah.chen at meridian dot com"). Empty when nobody gave one that
// carries the person's name.
std::string AddressOf(absl::string_view name, const EmailInput& input);

// Who signs: the seller who speaks most; empty when nobody has a name.
std::string SenderOf(const EmailInput& input, const Cast& cast);

}  // namespace throughline::router::extractive

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_EMAIL_ADDRESS_H_
