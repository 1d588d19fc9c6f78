#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_EMAIL_HABITS_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_EMAIL_HABITS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "services/router/domain/extractive/email/material.h"
#include "services/router/domain/extractive/facts/statements.h"

namespace throughline::router::extractive {

// True for words of a channel for short messages: "text", "Slack".
bool IsMessageChannel(absl::string_view words);

// How `reader` wants to be written to and when to be met, said on this call: fills `form`, `brief`
// and `not_before` of `material`. Thread-safe.
void FindHabits(const std::vector<Statement>& statements, const std::string& reader,
                EmailMaterial& material);

}  // namespace throughline::router::extractive

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_EMAIL_HABITS_H_
