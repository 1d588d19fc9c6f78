#ifndef THROUGHLINE_SERVICES_ORCHESTRATOR_WEBHOOK_EVENTS_H_
#define THROUGHLINE_SERVICES_ORCHESTRATOR_WEBHOOK_EVENTS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/orchestrator/domain/webhooks.h"

namespace throughline::orchestrator {

inline constexpr char kCallProcessed[] = "call.processed";    // once a call
inline constexpr char kBlockerChanged[] = "blocker.changed";  // once a blocker the call moved
inline constexpr char kProfileUpdated[] = "profile.updated";  // when the call adds to the profile

// The subscriptions in a YAML file, with their secrets, which stand in files of their own. Errors
// name the file and the field.
absl::StatusOr<std::vector<Subscription>> ReadSubscriptions(const std::string& path);

// What a saved call means for each of its tenant's subscriptions. Pure.
std::vector<Delivery> Announce(const std::vector<Subscription>& subscriptions,
                               const ComputedCall& call, const CallResult& result, absl::Time now);

}  // namespace throughline::orchestrator

#endif  // THROUGHLINE_SERVICES_ORCHESTRATOR_WEBHOOK_EVENTS_H_
