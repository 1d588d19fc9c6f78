#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_PLANNER_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_PLANNER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/router/domain/policy.h"
#include "services/router/domain/ports.h"
#include "services/router/domain/types.h"

namespace throughline::router {

// The models to ask for one request.
struct Plan {
  std::vector<const Model*> models;     // in order; the last one is the strongest that can
  std::vector<const Model*> fallbacks;  // weaker ones that were passed over, strongest first
  std::string from_model;               // the first model considered
  // Why the first ones were passed over; kUnspecified when they were not.
  DecisionReason passed_over = DecisionReason::kUnspecified;
  std::string explanation;
};

// What is known before any model is asked.
struct Outset {
  double difficulty = 0;
  int64_t prompt_tokens = 0;
  bool draft_loses = false;   // drafts of this task have cost more than they saved, of late
  bool draft_delays = false;  // drafts of such requests have taken more time than they saved
};

// Tokens of the request's prompt, or of the call it reads, estimated.
int64_t PromptTokens(const Request& request);

// Straight to a stronger model where a draft would be wasted: the cheap one lacks a capability or
// room for the prompt, the prompt looks too hard, its breaker is open, the request's budget covers
// the strongest or a draft but not both, or drafts have lost money or, where all is free, time of
// late.
//
// Errors: FAILED_PRECONDITION when no model is configured for the task or none has the
// capabilities; INVALID_ARGUMENT naming "messages" when the prompt is longer than every model's
// context; NOT_FOUND for a requested model that is not configured.
absl::StatusOr<Plan> PlanModels(const Request& request, const Policy& policy,
                                const Providers& providers, const Outset& outset);

}  // namespace throughline::router

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_PLANNER_H_
