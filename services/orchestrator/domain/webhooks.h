#ifndef THROUGHLINE_SERVICES_ORCHESTRATOR_DOMAIN_WEBHOOKS_H_
#define THROUGHLINE_SERVICES_ORCHESTRATOR_DOMAIN_WEBHOOKS_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/context.h"
#include "services/orchestrator/domain/call.h"

// What subscribers are told over HTTP.
namespace throughline::orchestrator {

// Somebody's endpoint.
struct Subscription {
  std::string id;
  std::string tenant;
  std::string url;
  std::string secret;  // signs what is sent
  std::set<std::string> events;
  bool allow_private = false;  // the address may be on this machine or in a private network
};

// One event for one subscription.
struct Delivery {
  int64_t sequence = 0;  // the store's
  std::string tenant;
  std::string subscription;
  std::string event_id;  // the same for every attempt, and for every crash in between
  std::string body;      // JSON
  int attempts = 0;
};

// The deliveries of a call that has been saved.
using Announcer =
    std::function<std::vector<Delivery>(const ComputedCall&, const CallResult&, absl::Time now)>;

// Keeps deliveries until they are made. They are added by CallStore::SaveFinished. Thread-safe.
class DeliveryStore {
 public:
  virtual ~DeliveryStore() = default;
  // The delivery that is due longest, and nobody else's until `retry_at`. Empty when none is.
  virtual absl::StatusOr<std::optional<Delivery>> Claim(const Context& context,
                                                        absl::Time retry_at) = 0;
  virtual absl::Status Made(const Context& context, const Delivery& delivery) = 0;
  // To be tried again at `due`; never again when unset.
  virtual absl::Status Failed(const Context& context, const Delivery& delivery,
                              const std::string& error, std::optional<absl::Time> due) = 0;
};

}  // namespace throughline::orchestrator

#endif  // THROUGHLINE_SERVICES_ORCHESTRATOR_DOMAIN_WEBHOOKS_H_
