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
#include "absl/strings/string_view.h"
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
  std::string event;     // "call.processed"
  std::string customer_id;
  std::string call_id;
  std::string body;  // JSON
  int attempts = 0;
};

enum class DeliveryState { kWaiting = 1, kGivenUp = 2, kDelivered = 3 };

// What an attempt came to.
struct Attempt {
  int http_status = 0;  // 0: the receiver did not answer
  std::string error;    // empty: it took the delivery
};

// A delivery as it is looked at later, without its body.
struct DeliveryRecord {
  Delivery delivery;
  DeliveryState state = DeliveryState::kWaiting;
  Attempt last;
  absl::Time created_at;
  absl::Time due_at;  // while it waits
  std::optional<absl::Time> finished_at;
};

struct DeliveryFilter {
  std::string subscription;  // empty: all
  std::optional<DeliveryState> state;
  std::string customer_id;  // empty: all
};

struct DeliveryPage {
  std::vector<DeliveryRecord> deliveries;  // newest first
  std::string next_page_token;
};

// The deliveries of a call that has been saved.
using Announcer =
    std::function<std::vector<Delivery>(const ComputedCall&, const CallResult&, absl::Time now)>;

// Keeps deliveries until they are made, and for a while what became of them. They are added by
// CallStore::SaveFinished. Thread-safe.
class DeliveryStore {
 public:
  virtual ~DeliveryStore() = default;
  // The delivery that is due longest, and nobody else's until `retry_at`. Empty when none is.
  virtual absl::StatusOr<std::optional<Delivery>> Claim(const Context& context,
                                                        absl::Time retry_at) = 0;
  // The receiver has taken it: its body goes.
  virtual absl::Status Made(const Context& context, const Delivery& delivery,
                            const Attempt& attempt) = 0;
  // To be tried again at `due`; never again when unset.
  virtual absl::Status Failed(const Context& context, const Delivery& delivery,
                              const Attempt& attempt, std::optional<absl::Time> due) = 0;
  // The context's tenant's.
  virtual absl::StatusOr<DeliveryPage> List(const Context& context, const DeliveryFilter& filter,
                                            int page_size, absl::string_view page_token) = 0;
  // kGivenUp becomes kWaiting, due now, with no attempts. NOT_FOUND names `delivery_id`;
  // FAILED_PRECONDITION when it was not given up.
  virtual absl::StatusOr<DeliveryRecord> Redeliver(const Context& context, int64_t sequence) = 0;
  // Takes away at most `limit` deliveries, of all tenants, that were made before `before`, and says
  // how many those were.
  virtual absl::StatusOr<int64_t> EraseMade(const Context& context, absl::Time before,
                                            int limit) = 0;
};

}  // namespace throughline::orchestrator

#endif  // THROUGHLINE_SERVICES_ORCHESTRATOR_DOMAIN_WEBHOOKS_H_
