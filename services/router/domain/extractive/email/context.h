#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_EMAIL_CONTEXT_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_EMAIL_CONTEXT_H_

#include <optional>
#include <string>

#include "absl/time/civil_time.h"
#include "services/router/domain/extractive/email/asides.h"
#include "services/router/domain/extractive/email/material.h"
#include "services/router/domain/extractive/email/quotes.h"
#include "services/router/domain/extractive/email/voice.h"
#include "services/router/domain/extractive/engine.h"
#include "services/router/domain/extractive/facts/text.h"

namespace throughline::router::extractive {

// What every part of one e-mail is written from. All of it outlives the writing.
struct EmailContext {
  Tier tier;
  const EmailInput& input;
  const Cast& cast;
  const Asides& asides;
  const EmailMaterial& material;
  const EmailQuotes& quotes;
  const Voice& voice;

  bool Lost() const { return input.analysis.stage == deal::JourneyStage::kClosedLost; }
  bool Won() const { return input.analysis.stage == deal::JourneyStage::kClosedWon; }
  const std::string& Recipient() const { return input.analysis.follow_up.recipient; }
  absl::CivilDay Today() const {
    return absl::ToCivilDay(input.call.occurred_at, absl::UTCTimeZone());
  }

  // The words stand in a request that the e-mail repeats.
  bool IsPartOfRequest(const deal::Evidence& words) const;
};

}  // namespace throughline::router::extractive

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_EMAIL_CONTEXT_H_
