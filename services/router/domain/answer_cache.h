#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_ANSWER_CACHE_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_ANSWER_CACHE_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/base/context.h"
#include "services/router/domain/policy.h"
#include "services/router/domain/types.h"

// Answers that may be given again to exactly the same request, where a task's configuration says
// so (tasks.<task>.cache).
namespace throughline::router {

struct CachedAnswer {
  std::string text;
  std::string to_model;  // whose answer it was
  double draft_score = 0;
  Cost baseline_cost;  // what the strongest model would have cost again
};

// What the answer follows from, as a key of letters and digits: tenant, prompt, contract, limits
// and the models with the policy that chose among them. Empty when the request may not be cached:
// the task is not, or its typed input has no digest.
std::string CacheKey(const Context& context, const Request& request, const Policy& policy);

// Keeps answers for a while. Trouble is a miss, never an error. Thread-safe.
class AnswerCache {
 public:
  virtual ~AnswerCache() = default;
  virtual std::optional<CachedAnswer> Find(const Context& context, const std::string& key) = 0;
  virtual void Keep(const Context& context, const std::string& key, const CachedAnswer& answer,
                    absl::Duration time_to_live) = 0;
};

}  // namespace throughline::router

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_ANSWER_CACHE_H_
