#ifndef THROUGHLINE_SERVICES_ROUTER_CLIENTS_BUILTIN_PROVIDER_H_
#define THROUGHLINE_SERVICES_ROUTER_CLIENTS_BUILTIN_PROVIDER_H_

#include "services/router/domain/ports.h"

namespace throughline::router {

// The extractive engine as a model: reads a request's typed input instead of its messages and
// writes what a model would, throughline.deal.v1 as JSON. Never fails for outside reasons, so its
// breaker is always closed. Thread-safe.
class BuiltinProvider final : public ModelProvider {
 public:
  // INVALID_ARGUMENT for a request without typed input. Usage is estimated from the bytes read and
  // written.
  absl::StatusOr<ModelReply> Ask(const Context& context, const ModelCall& call) override;
  BreakerState Breaker(absl::string_view model) const override;
};

}  // namespace throughline::router

#endif  // THROUGHLINE_SERVICES_ROUTER_CLIENTS_BUILTIN_PROVIDER_H_
