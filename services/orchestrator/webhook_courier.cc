#include "services/orchestrator/webhook_courier.h"

#include <netinet/in.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/base/await.h"
#include "common/base/random_hex.h"
#include "common/base/status_macros.h"

namespace throughline::orchestrator {
namespace {

// What an attempt's `outcome` says.
constexpr char kDelivered[] = "delivered";
constexpr char kRetried[] = "retried";
constexpr char kGivenUp[] = "given_up";

constexpr int kThreads = 4;
constexpr int kMaxErasedAtOnce = 1000;
constexpr absl::Duration kErasureInterval = absl::Minutes(10);
constexpr size_t kMaxResponseBytes = 64 * 1024;
constexpr int kGone = 410;  // the receiver wants no more of it

struct Range {
  uint32_t network;
  int bits;
};

// What the internet does not reach: RFC 6890 and its successors.
constexpr Range kPrivateRanges[] = {
    {0x00000000, 8},  {0x0A000000, 8},  {0x64400000, 10}, {0x7F000000, 8},  {0xA9FE0000, 16},
    {0xAC100000, 12}, {0xC0000000, 24}, {0xC0000200, 24}, {0xC0586300, 24}, {0xC0A80000, 16},
    {0xC6120000, 15}, {0xC6336400, 24}, {0xCB007100, 24}, {0xE0000000, 4},  {0xF0000000, 4}};

bool IsPublicV4(uint32_t address) {
  return std::none_of(std::begin(kPrivateRanges), std::end(kPrivateRanges), [&](const Range& one) {
    return (address >> (32 - one.bits)) == (one.network >> (32 - one.bits));
  });
}

uint32_t FourBytes(const uint8_t* bytes) {
  return uint32_t{bytes[0]} << 24 | uint32_t{bytes[1]} << 16 | uint32_t{bytes[2]} << 8 | bytes[3];
}

bool IsPublicV6(const uint8_t* bytes) {
  static constexpr uint8_t kMapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  static constexpr uint8_t kTranslated[12] = {0, 0x64, 0xff, 0x9b};
  if (std::memcmp(bytes, kMapped, sizeof(kMapped)) == 0) return IsPublicV4(FourBytes(bytes + 12));
  if (std::memcmp(bytes, kTranslated, sizeof(kTranslated)) == 0) {
    return IsPublicV4(FourBytes(bytes + 12));
  }
  if (bytes[0] == 0x20 && bytes[1] == 0x02) return IsPublicV4(FourBytes(bytes + 2));  // 6to4
  const bool documentation = FourBytes(bytes) == 0x20010db8;
  const bool teredo = FourBytes(bytes) == 0x20010000;
  // Global unicast is 2000::/3; all else is local, multicast or not given out.
  return (bytes[0] & 0xe0) == 0x20 && !documentation && !teredo;
}

http::Client::Options ClientOptions(bool public_only) {
  http::Client::Options options;
  options.max_response_bytes = kMaxResponseBytes;
  options.may_connect = [public_only](const sockaddr& address) {
    return !public_only || IsPublicAddress(address);
  };
  return options;
}

}  // namespace

bool IsPublicAddress(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    return IsPublicV4(ntohl(reinterpret_cast<const sockaddr_in&>(address).sin_addr.s_addr));
  }
  if (address.sa_family == AF_INET6) {
    return IsPublicV6(reinterpret_cast<const sockaddr_in6&>(address).sin6_addr.s6_addr);
  }
  return false;
}

std::string Signature(absl::string_view secret, absl::Time at, absl::string_view body) {
  const std::string seconds = absl::StrCat(absl::ToUnixSeconds(at));
  const std::string text = absl::StrCat(seconds, ".", body);
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int length = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest, &length);
  return absl::StrCat(
      "t=", seconds, ",v1=",
      absl::BytesToHexString(absl::string_view(reinterpret_cast<const char*>(digest), length)));
}

WebhookCourier::WebhookCourier(Options options, std::vector<Subscription> subscriptions,
                               DeliveryStore& store, MetricsRegistry& metrics)
    : options_(options),
      store_(store),
      attempts_(metrics.Counter("throughline_webhook_attempts_total",
                                "Attempts to deliver webhooks, by what came of them.")),
      public_client_(ClientOptions(true)),
      any_client_(ClientOptions(false)) {
  for (Subscription& one : subscriptions) {
    const std::string id = one.id;
    subscriptions_.emplace(id, std::move(one));
  }
  for (const char* outcome : {kDelivered, kRetried, kGivenUp}) {
    attempts_.Add({{"outcome", outcome}});
  }
}

WebhookCourier::~WebhookCourier() {
  cancellation_->Cancel();
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  for (std::thread& thread : threads_) thread.join();
}

void WebhookCourier::Start() {
  for (int i = 0; i < kThreads; ++i) threads_.emplace_back([this] { Run(); });
}

WebhookCourier::Sent WebhookCourier::Send(const Context& context, const Subscription& subscription,
                                          const Delivery& delivery) {
  http::Client& client = subscription.allow_private ? any_client_ : public_client_;
  http::Request request{.url = subscription.url, .body = delivery.body};
  request.headers = {
      "Content-Type: application/json", absl::StrCat("X-Throughline-Event-Id: ", delivery.event_id),
      absl::StrCat("X-Throughline-Signature: ",
                   Signature(subscription.secret, context.clock().Now(), delivery.body))};
  const absl::StatusOr<http::Response> response = client.Post(context, std::move(request));
  if (!response.ok()) {
    return {.attempt = {.error = std::string(response.status().message())},
            .is_final = absl::IsFailedPrecondition(response.status())};
  }
  if (response->status >= 200 && response->status < 300) {
    return {.attempt = {.http_status = response->status}};
  }
  return {.attempt = {.http_status = response->status,
                      .error = absl::StrCat("the receiver answered ", response->status)},
          .is_final = response->status == kGone};
}

absl::StatusOr<bool> WebhookCourier::DeliverOne(const Context& context) {
  const absl::Time now = context.clock().Now();
  ASSIGN_OR_RETURN(const std::optional<Delivery> delivery,
                   store_.Claim(context, now + 2 * options_.budget));
  if (!delivery) return false;
  const auto found = subscriptions_.find(delivery->subscription);
  const Sent sent =
      found == subscriptions_.end() || found->second.tenant != delivery->tenant
          ? Sent{.attempt = {.error = "nobody subscribes under this id any more"}, .is_final = true}
          : Send(context.WithBudget(options_.budget), found->second, *delivery);
  if (sent.attempt.error.empty()) {
    attempts_.Add({{"outcome", kDelivered}}).Increment();
    RETURN_IF_ERROR(store_.Made(context, *delivery, sent.attempt));
    return true;
  }
  std::optional<absl::Time> again;
  if (!sent.is_final && delivery->attempts < options_.max_attempts) {
    absl::Duration delay = options_.first_retry_delay;
    for (int i = 1; i < delivery->attempts && delay < options_.max_retry_delay; ++i) delay *= 2;
    again = now + std::min(delay, options_.max_retry_delay);
  }
  attempts_.Add({{"outcome", again ? kRetried : kGivenUp}}).Increment();
  Log(Severity::kWarning, again ? "webhook not delivered yet" : "webhook given up",
      {{"subscription", delivery->subscription},
       {"event_id", delivery->event_id},
       {"attempt", delivery->attempts},
       {"why", sent.attempt.error}});
  RETURN_IF_ERROR(store_.Failed(context, *delivery, sent.attempt, again));
  return true;
}

absl::StatusOr<bool> WebhookCourier::EraseOld(const Context& context) {
  const absl::Time before = context.clock().Now() - options_.keep_made;
  ASSIGN_OR_RETURN(const int64_t erased, store_.EraseMade(context, before, kMaxErasedAtOnce));
  return erased == kMaxErasedAtOnce;
}

void WebhookCourier::Run() {
  absl::Time next_erasure = absl::InfinitePast();
  while (true) {
    const Context context({.request_id = RandomHex(8), .cancellation = cancellation_});
    absl::StatusOr<bool> delivered = DeliverOne(context);
    if (delivered.ok() && context.clock().SteadyNow() >= next_erasure) {
      const absl::StatusOr<bool> more = EraseOld(context);
      if (!more.ok()) delivered = more;
      next_erasure = context.clock().SteadyNow() +
                     (more.ok() && *more ? options_.poll_interval : kErasureInterval);
    }
    if (delivered.ok()) {
      outage_.Succeeded();
    } else if (!absl::IsCancelled(delivered.status())) {
      outage_.Failed(delivered.status());
    }
    absl::MutexLock lock(&mutex_);
    if (stopping_) return;
    if (delivered.ok() && *delivered) continue;
    if (AwaitFor(mutex_, absl::Condition(&stopping_), options_.poll_interval)) return;
  }
}

}  // namespace throughline::orchestrator
