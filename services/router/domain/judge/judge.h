#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_JUDGE_JUDGE_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_JUDGE_JUDGE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "services/router/domain/judge/schema_cache.h"
#include "services/router/domain/judge/sources.h"
#include "services/router/domain/ports.h"
#include "services/router/domain/types.h"

namespace throughline::router {

// Names of the checks, in the order they are made. A closed set: metrics use them as labels.
inline constexpr absl::string_view kCheckNames[] = {
    "integrity", "schema", "quotes", "numbers", "names", "known_state", "leaks", "style", "score"};

struct Verdict {
  bool gates_passed = false;
  // Why the first failed gate failed; kChecksPassed or kLowScore otherwise.
  DecisionReason reason = DecisionReason::kUnspecified;
  double score = 0;  // 0 to 1; 0 when a gate failed
  std::vector<Check> checks;
  std::string explanation;  // one sentence

  bool Accepted() const { return reason == DecisionReason::kChecksPassed; }
};

// Tells by evidence whether an answer can be used. Asks the gates in order and stops at the first
// that fails: what follows would be judged on a broken answer. Thread-safe.
class Judge {
 public:
  // INVALID_ARGUMENT naming the field of a contract that no answer could be checked against.
  absl::Status Validate(const OutputContract& contract);

  // `sources` are the request's. An answer needs `threshold` once its gates have passed.
  Verdict Assess(const Request& request, const Sources& sources, const ModelReply& reply,
                 double threshold);

 private:
  SchemaCache schemas_;
};

}  // namespace throughline::router

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_JUDGE_JUDGE_H_
