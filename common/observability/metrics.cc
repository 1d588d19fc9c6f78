#include "common/observability/metrics.h"

#include <netdb.h>
#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <exception>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "common/base/await.h"
#include "common/base/host_port.h"

namespace throughline {
namespace {

// Scrapes are rare and small; a slow scraper must not hold up a second one.
constexpr char kHttpThreads[] = "2";
// What was collected is on its way for some time yet.
constexpr absl::Duration kAnswerTime = absl::Milliseconds(250);
constexpr absl::Duration kWakeInterval = absl::Milliseconds(5);

// Connects and hangs up, without waiting for either.
void Touch(const HostPort& address) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const std::string port = absl::StrCat(address.port);
  if (getaddrinfo(address.host.c_str(), port.c_str(), &hints, &found) != 0) return;
  const int socket_fd = socket(found->ai_family, SOCK_STREAM | SOCK_NONBLOCK, 0);
  static_cast<void>(connect(socket_fd, found->ai_addr, found->ai_addrlen));
  close(socket_fd);
  freeaddrinfo(found);
}

}  // namespace

const prometheus::Histogram::BucketBoundaries& LatencyBuckets() {
  static const auto& buckets = *new prometheus::Histogram::BucketBoundaries{
      0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60};
  return buckets;
}

MetricsRegistry::MetricsRegistry() : registry_(std::make_shared<prometheus::Registry>()) {}

CounterFamily& MetricsRegistry::Counter(absl::string_view name, absl::string_view help) {
  return prometheus::BuildCounter()
      .Name(std::string(name))
      .Help(std::string(help))
      .Register(*registry_);
}

GaugeFamily& MetricsRegistry::Gauge(absl::string_view name, absl::string_view help) {
  return prometheus::BuildGauge()
      .Name(std::string(name))
      .Help(std::string(help))
      .Register(*registry_);
}

HistogramFamily MetricsRegistry::Histogram(absl::string_view name, absl::string_view help,
                                           prometheus::Histogram::BucketBoundaries buckets) {
  return HistogramFamily(prometheus::BuildHistogram()
                             .Name(std::string(name))
                             .Help(std::string(help))
                             .Register(*registry_),
                         std::move(buckets));
}

std::string MetricsRegistry::Render() const {
  return prometheus::TextSerializer().Serialize(registry_->Collect());
}

// The registry, and how often it was asked for.
class MetricsServer::Scrapes final : public prometheus::Collectable {
 public:
  explicit Scrapes(std::shared_ptr<prometheus::Registry> registry)
      : registry_(std::move(registry)) {}

  std::vector<prometheus::MetricFamily> Collect() const override {
    std::vector<prometheus::MetricFamily> families = registry_->Collect();
    absl::MutexLock lock(&mutex_);
    ++count_;
    return families;
  }

  // Whether one was begun.
  bool AwaitNext(absl::Duration timeout) {
    absl::MutexLock lock(&mutex_);
    if (count_ == 0) return false;
    const int64_t before = count_;
    const auto is_next = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return count_ > before; };
    return AwaitFor(mutex_, absl::Condition(&is_next), timeout);
  }

 private:
  const std::shared_ptr<prometheus::Registry> registry_;
  mutable absl::Mutex mutex_;
  mutable int64_t count_ ABSL_GUARDED_BY(mutex_) = 0;
};

MetricsServer::MetricsServer(std::unique_ptr<prometheus::Exposer> exposer,
                             std::shared_ptr<Scrapes> scrapes, HostPort address)
    : scrapes_(std::move(scrapes)), exposer_(std::move(exposer)), address_(std::move(address)) {}

void MetricsServer::AwaitScrape(absl::Duration timeout) {
  if (scrapes_->AwaitNext(timeout)) absl::SleepFor(kAnswerTime);
}

MetricsServer::~MetricsServer() {
  std::atomic<bool> stopped = false;
  std::thread stopper([&] {
    exposer_ = nullptr;
    stopped = true;
  });
  // civetweb looks at its stop flag only every other second unless a connection wakes it.
  while (!stopped) {
    Touch(address_);
    absl::SleepFor(kWakeInterval);
  }
  stopper.join();
}

absl::StatusOr<std::unique_ptr<MetricsServer>> MetricsServer::Start(
    absl::string_view host, int port, const MetricsRegistry& metrics) {
  const std::string address = HostPort{std::string(host), port}.ToString();
  try {
    auto exposer = std::make_unique<prometheus::Exposer>(
        std::vector<std::string>{"listening_ports", address, "num_threads", kHttpThreads});
    auto scrapes = std::make_shared<Scrapes>(metrics.registry());
    exposer->RegisterCollectable(scrapes);
    const std::vector<int> ports = exposer->GetListeningPorts();
    if (!ports.empty()) {
      return std::unique_ptr<MetricsServer>(new MetricsServer(
          std::move(exposer), std::move(scrapes), HostPort{std::string(host), ports.front()}));
    }
  } catch (const std::exception&) {
    // civetweb says no more than that it could not start.
  }
  return absl::UnavailableError(
      absl::StrCat("cannot serve metrics on ", address,
                   ": the port is taken or the address is not this machine's; stop the other "
                   "process or choose another --metrics-port"));
}

}  // namespace throughline
