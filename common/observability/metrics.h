#ifndef THROUGHLINE_COMMON_OBSERVABILITY_METRICS_H_
#define THROUGHLINE_COMMON_OBSERVABILITY_METRICS_H_

#include <prometheus/counter.h>
#include <prometheus/exposer.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/labels.h>
#include <prometheus/registry.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/base/host_port.h"

namespace throughline {

// Families hand out one metric per label set with `family.Add({{"label", "value"}})`: the same
// labels give the same metric. Label values must come from closed sets: never ids or user text.
using CounterFamily = prometheus::Family<prometheus::Counter>;
using GaugeFamily = prometheus::Family<prometheus::Gauge>;

// A histogram family with the buckets every member shares.
class HistogramFamily {
 public:
  HistogramFamily(prometheus::Family<prometheus::Histogram>& family,
                  prometheus::Histogram::BucketBoundaries buckets)
      : family_(family), buckets_(std::move(buckets)) {}

  prometheus::Histogram& Add(const prometheus::Labels& labels) const {
    return family_.Add(labels, buckets_);
  }

 private:
  prometheus::Family<prometheus::Histogram>& family_;
  prometheus::Histogram::BucketBoundaries buckets_;
};

// Seconds, from half a millisecond to a minute: RPCs, queries and model calls alike.
const prometheus::Histogram::BucketBoundaries& LatencyBuckets();

// The metrics of one process, passed by reference to whoever counts. Asking twice for a name with
// the same help gives the same family; names follow Prometheus' rules (a wrong one is a bug and
// ends the process). Families live as long as the registry. Thread-safe.
class MetricsRegistry {
 public:
  MetricsRegistry();
  MetricsRegistry(const MetricsRegistry&) = delete;
  MetricsRegistry& operator=(const MetricsRegistry&) = delete;

  // `name` ends in _total.
  CounterFamily& Counter(absl::string_view name, absl::string_view help);
  GaugeFamily& Gauge(absl::string_view name, absl::string_view help);
  // `buckets` are upper bounds in ascending order, in the unit the name ends with.
  HistogramFamily Histogram(absl::string_view name, absl::string_view help,
                            prometheus::Histogram::BucketBoundaries buckets = LatencyBuckets());

  // Everything in Prometheus' text format, as /metrics answers it.
  std::string Render() const;

  const std::shared_ptr<prometheus::Registry>& registry() const { return registry_; }

 private:
  std::shared_ptr<prometheus::Registry> registry_;
};

// Serves /metrics over HTTP until destroyed.
class MetricsServer {
 public:
  // `port` 0 lets the system choose. UNAVAILABLE names the address when it cannot be bound.
  static absl::StatusOr<std::unique_ptr<MetricsServer>> Start(absl::string_view host, int port,
                                                              const MetricsRegistry& metrics);

  ~MetricsServer();

  // The port in use.
  int port() const { return address_.port; }

  // Waits until /metrics has been asked for once more, for what a process has to say at its end.
  // At once when nobody has asked before, and after `timeout` at the latest.
  void AwaitScrape(absl::Duration timeout);

 private:
  class Scrapes;

  MetricsServer(std::unique_ptr<prometheus::Exposer> exposer, std::shared_ptr<Scrapes> scrapes,
                HostPort address);

  std::shared_ptr<Scrapes> scrapes_;
  std::unique_ptr<prometheus::Exposer> exposer_;
  const HostPort address_;
};

}  // namespace throughline

#endif  // THROUGHLINE_COMMON_OBSERVABILITY_METRICS_H_
