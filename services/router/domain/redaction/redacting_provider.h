#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_REDACTION_REDACTING_PROVIDER_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_REDACTION_REDACTING_PROVIDER_H_

#include <utility>
#include <vector>

#include "services/router/domain/ports.h"
#include "services/router/domain/redaction/personal_data.h"

namespace throughline::router {

// Keeps personal data from a provider: its models see stand-ins, and what they answer names the
// originals again before anybody judges, stores or streams it. Only messages reach a model, so only
// messages, and the answer to repair, are redacted. Thread-safe.
class RedactingProvider final : public ModelProvider {
 public:
  // Borrows `provider`.
  RedactingProvider(ModelProvider& provider, std::vector<PersonalData> kinds)
      : provider_(provider), kinds_(std::move(kinds)) {}

  Task<ModelResult> Ask(const Context& context, const ModelCall& call) override;
  BreakerState Breaker(absl::string_view model) const override { return provider_.Breaker(model); }
  bool ReadsMessages() const override { return provider_.ReadsMessages(); }
  ModelLoad Load(absl::string_view model) const override { return provider_.Load(model); }

 private:
  ModelProvider& provider_;
  const std::vector<PersonalData> kinds_;
};

}  // namespace throughline::router

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_REDACTION_REDACTING_PROVIDER_H_
