#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_ROUTER_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_ROUTER_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/base/context.h"
#include "common/base/task.h"
#include "services/router/domain/cascade.h"
#include "services/router/domain/in_flight_keys.h"
#include "services/router/domain/judge/judge.h"
#include "services/router/domain/policy.h"
#include "services/router/domain/ports.h"
#include "services/router/domain/types.h"

namespace throughline::router {

// What the router would do with a prompt, and with a draft if one is given.
struct Outlook {
  double difficulty = 0;
  double draft_score = 0;
  DecisionOutcome decision = DecisionOutcome::kAccepted;
  DecisionReason reason = DecisionReason::kUnspecified;
  std::string explanation;
  std::string from_model;
  std::string to_model;
  double threshold = 0;
  std::vector<Check> checks;
};

// A configured model and its health.
struct ModelStatus {
  Model model;
  double threshold = 0;  // of the first task it serves, or the default
  BreakerState breaker = BreakerState::kClosed;
  ModelLoad load;
  std::vector<TaskKind> tasks;
};

// Answers requests through cascades and keeps the record of it. Thread-safe.
class Router {
 public:
  // Borrows what the pointers and references point to; it outlives the router. `services`
  // has a new_id.
  Router(Policy policy, Providers providers, DecisionLog& log, DecisionObserver& observer,
         RoutingServices services);

  // The answer and its decision, which is on record when this returns, whether or not an answer was
  // found. The same idempotency key gives the stored answer; INVALID_ARGUMENT when the request
  // differs. Other errors: see CascadeRunner; UNAVAILABLE when the record cannot be kept.
  // With `live`, text may go there before the answer is complete: see CascadeRunner::Run; what went
  // there is the beginning of the answer's text, or of no answer. Holds no thread while it waits
  // for models.
  Task<absl::StatusOr<Answer>> Route(const Context& context, const Request& request,
                                     TextSink* live = nullptr);
  // Whether Route for such a request goes to a model without a blocking step before it: nothing to
  // look up, nothing to reserve.
  bool AsksAtOnce(TaskKind task, bool has_key) const;
  // Route for callers that may block.
  absl::StatusOr<Answer> Complete(const Context& context, const Request& request) {
    return Wait(Route(context, request));
  }

  // Calls no model, bills and records nothing.
  absl::StatusOr<Outlook> Decide(const Request& request, const std::optional<std::string>& draft);

  // All models, or those of one task's cascade, in order.
  std::vector<ModelStatus> Models(std::optional<TaskKind> task) const;

  // The budgets that bind the context's tenant and, when it is named, the customer.
  absl::StatusOr<std::vector<BudgetState>> Budgets(const Context& context,
                                                   const std::string& customer_id);

  DecisionLog& log() { return log_; }
  const Policy& policy() const { return policy_; }

 private:
  // The first model for `request` that reads its messages; empty when none does.
  std::string ReaderOfMessages(const Request& request) const;
  // Once for each key.
  Task<absl::StatusOr<Answer>> RouteOnce(const Context& context, const Request& request,
                                         TextSink* live);
  absl::StatusOr<std::optional<Answer>> FindEarlier(const Context& context, const Request& request);
  Task<absl::StatusOr<Answer>> RunAndRecord(const Context& context, const Request& request,
                                            TextSink* live);
  // The answer that an earlier request left in the cache, as this one's.
  std::optional<CascadeResult> FromCache(const Context& context, const Request& request,
                                         const std::string& key) const;
  void ToCache(const Context& context, const Request& request, const std::string& key,
               const CascadeResult& result) const;
  Task<absl::StatusOr<Answer>> Settle(const Context& context, const Request& request,
                                      CascadeResult result);
  void Report(const Context& context, const Request& request, const Decision& decision);
  // What a failing store cannot say is told after the next decision.
  void ReportBudgets(const Context& context, const Request& request);
  Task<absl::Status> Record(const Context& context, const Request& request,
                            const CascadeResult& result);

  const Policy policy_;
  const Providers providers_;
  DecisionLog& log_;
  DecisionObserver& observer_;
  const RoutingServices services_;
  Judge judge_;
  const CascadeRunner cascade_;
  InFlightKeys in_flight_;
};

}  // namespace throughline::router

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_ROUTER_H_
