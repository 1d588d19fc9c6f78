#ifndef THROUGHLINE_SERVICES_ROUTER_CLIENTS_BUILTIN_PROVIDER_H_
#define THROUGHLINE_SERVICES_ROUTER_CLIENTS_BUILTIN_PROVIDER_H_

#include <memory>
#include <string>

#include "common/deal/types.h"
#include "services/router/clients/builtin_answer.h"
#include "services/router/domain/extractive/engine.h"
#include "services/router/domain/ports.h"
#include "services/router/domain/recent_values.h"

namespace throughline::router {

// The extractive engine as a model: reads a request's typed input instead of its messages and
// writes what a model would, throughline.deal.v1 as JSON. Never fails for outside reasons, so its
// breaker is always closed. Thread-safe.
class BuiltinProvider final : public ModelProvider {
 public:
  // INVALID_ARGUMENT for a request without typed input; CANCELLED or DEADLINE_EXCEEDED some
  // milliseconds after the context ends. Usage is estimated from the bytes read and
  // written.
  Task<ModelResult> Ask(const Context& context, const ModelCall& call) override;
  bool ReadsMessages() const override { return false; }
  BreakerState Breaker(absl::string_view model) const override;

 private:
  // Calls are analysed and have their facts extracted at the same time, and both need the analysis.
  static constexpr size_t kMaxRecentAnalyses = 16;

  absl::StatusOr<ModelReply> Answer(const Context& context, const ModelCall& call);
  absl::StatusOr<std::shared_ptr<BuiltinAnswer>> Run(const Context& context, extractive::Tier tier,
                                                     const Request& request);
  absl::StatusOr<std::shared_ptr<const deal::Analysis>> Analyze(const Context& context,
                                                                extractive::Tier tier,
                                                                const Request& request);

  RecentValues<deal::Analysis, kMaxRecentAnalyses> analyses_;
};

}  // namespace throughline::router

#endif  // THROUGHLINE_SERVICES_ROUTER_CLIENTS_BUILTIN_PROVIDER_H_
