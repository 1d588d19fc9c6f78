#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_CASCADE_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_CASCADE_H_

#include <functional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "common/base/context.h"
#include "common/base/task.h"
#include "services/router/domain/answer_cache.h"
#include "services/router/domain/budget.h"
#include "services/router/domain/judge/judge.h"
#include "services/router/domain/policy.h"
#include "services/router/domain/ports.h"
#include "services/router/domain/recent_drafts.h"
#include "services/router/domain/recent_economics.h"
#include "services/router/domain/types.h"

namespace throughline::router {

// What became of one request. `decision` is complete, whatever became of it.
struct CascadeResult {
  absl::Status status;  // OK: `answer` stood up to the checks
  Answer answer;
};

// What routing can do without. Borrowed.
struct RoutingServices {
  BudgetBook* budgets = nullptr;        // nullptr: the configuration's budgets do not bind
  RecentEconomics* recent = nullptr;    // nullptr: drafts are never skipped for losing money
  RecentDrafts* drafts = nullptr;       // nullptr: drafts are never skipped for losing time
  AnswerCache* cache = nullptr;         // nullptr: no answer is given twice
  std::function<std::string()> new_id;  // a different decision id at every call, from any thread
};

// Asks the models of a task's cascade from the cheapest up until an answer stands up to the checks:
// draft, judge, then accept, have the same model repair it once, or escalate. When the strongest
// model fails a gate too, the result is an error: a rejected draft is never an answer. When it only
// falls short of the score, its answer is used and says so (LOW_SCORE).
//
// Errors: FAILED_PRECONDITION when no model is configured for the task or no answer held;
// UNAVAILABLE when the last provider asked failed; RESOURCE_EXHAUSTED when the request's budget
// does not cover an attempt, or with the time to retry when a provider's limits are used up;
// INVALID_ARGUMENT when the last model cannot take the request; NOT_FOUND for a requested model
// that is not configured; DEADLINE_EXCEEDED and CANCELLED of the context. Thread-safe; borrows
// everything.
class CascadeRunner {
 public:
  CascadeRunner(const Policy& policy, const Providers& providers, Judge& judge,
                RoutingServices services = {})
      : policy_(policy), providers_(providers), judge_(judge), services_(std::move(services)) {}

  // With `live`, models are asked for streams, and the text of a model behind which no other stands
  // goes there while it is written, unless the request has a contract to meet: nothing is tried
  // again once text went out.
  Task<CascadeResult> Run(const Context& context, const Request& request,
                          TextSink* live = nullptr) const;

 private:
  const Policy& policy_;
  const Providers& providers_;
  Judge& judge_;
  const RoutingServices services_;
};

}  // namespace throughline::router

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_CASCADE_H_
