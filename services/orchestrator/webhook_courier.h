#ifndef THROUGHLINE_SERVICES_ORCHESTRATOR_WEBHOOK_COURIER_H_
#define THROUGHLINE_SERVICES_ORCHESTRATOR_WEBHOOK_COURIER_H_

#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/base/context.h"
#include "common/http/client.h"
#include "common/observability/json_log.h"
#include "common/observability/metrics.h"
#include "services/orchestrator/domain/webhooks.h"

namespace throughline::orchestrator {

// Whether an address is neither this machine's nor of a network that the internet does not reach.
bool IsPublicAddress(const sockaddr& address);

// "t=SECONDS,v1=HEX": HMAC-SHA-256 of "SECONDS.BODY" under the subscription's secret.
std::string Signature(absl::string_view secret, absl::Time at, absl::string_view body);

// Makes deliveries as they fall due: at least once each, a failed one again with growing pauses.
// Connects to public addresses only, whatever a name leads to, unless the subscription allows
// others. Counts throughline_webhook_attempts_total{outcome}: delivered, retried or given_up. Ends
// when destroyed. Borrows store and metrics.
class WebhookCourier {
 public:
  struct Options {
    int max_attempts = 12;
    absl::Duration first_retry_delay = absl::Seconds(2);  // doubled with each attempt
    absl::Duration max_retry_delay = absl::Hours(1);
    absl::Duration budget = absl::Seconds(10);  // of an attempt
    absl::Duration poll_interval = absl::Seconds(1);
    absl::Duration keep_made = absl::Hours(24 * 7);  // to be looked at
  };

  WebhookCourier(Options options, std::vector<Subscription> subscriptions, DeliveryStore& store,
                 MetricsRegistry& metrics);
  ~WebhookCourier();
  WebhookCourier(const WebhookCourier&) = delete;
  WebhookCourier& operator=(const WebhookCourier&) = delete;

  // Makes one delivery that is due. False when there is none. Errors are the store's.
  absl::StatusOr<bool> DeliverOne(const Context& context);
  // Takes away some deliveries that were made longer than `keep_made` ago. False when there are no
  // more. Errors are the store's.
  absl::StatusOr<bool> EraseOld(const Context& context);

  // From now on delivers on threads of its own, so that one slow receiver holds up few others.
  void Start();

 private:
  // What became of an attempt, and whether another may do better.
  struct Sent {
    Attempt attempt;
    bool is_final = false;
  };
  Sent Send(const Context& context, const Subscription& subscription, const Delivery& delivery);
  void Run() ABSL_LOCKS_EXCLUDED(mutex_);

  const Options options_;
  std::map<std::string, Subscription> subscriptions_;
  DeliveryStore& store_;
  CounterFamily& attempts_;
  http::Client public_client_;
  http::Client any_client_;
  OutageLog outage_{"the store of deliveries"};
  const std::shared_ptr<CancellationSource> cancellation_ = std::make_shared<CancellationSource>();
  absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace throughline::orchestrator

#endif  // THROUGHLINE_SERVICES_ORCHESTRATOR_WEBHOOK_COURIER_H_
