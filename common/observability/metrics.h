#ifndef THROUGHLINE_COMMON_OBSERVABILITY_METRICS_H_
#define THROUGHLINE_COMMON_OBSERVABILITY_METRICS_H_

#include <prometheus/counter.h>
#include <prometheus/exposer.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/labels.h>
#include <prometheus/registry.h>

#include <algorithm>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/node_hash_map.h"
#include "absl/hash/hash.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
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

// What there is for each set of label values, found by the values alone, in the order of the names:
// most looks make no labels, nor a member of a family that would be dropped again. Thread-safe.
template <typename Value>
class ByLabels {
 public:
  using Make = std::function<Value(const prometheus::Labels&)>;

  // `make` is called once for each set of values.
  ByLabels(std::vector<std::string> names, Make make)
      : names_(std::move(names)), make_(std::move(make)) {}

  // As many values as names. Valid as long as this.
  Value& At(std::initializer_list<absl::string_view> values) ABSL_LOCKS_EXCLUDED(mutex_) {
    const absl::Span<const absl::string_view> key(values.begin(), values.size());
    absl::MutexLock lock(&mutex_);
    const auto found = values_.find(key);
    if (found != values_.end()) return found->second;
    prometheus::Labels labels;
    for (size_t i = 0; i < names_.size(); ++i) labels.emplace(names_[i], key[i]);
    return values_.emplace(Key(key.begin(), key.end()), make_(labels)).first->second;
  }

  template <typename Use>
  void ForEach(const Use& use) ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    for (auto& [key, value] : values_) use(value);
  }

 private:
  using Key = std::vector<std::string>;
  struct Hash {
    using is_transparent = void;
    template <typename Texts>
    size_t operator()(const Texts& texts) const {
      size_t hash = 0;
      for (const absl::string_view text : texts) hash = absl::HashOf(hash, text);
      return hash;
    }
  };
  struct Same {
    using is_transparent = void;
    template <typename A, typename B>
    bool operator()(const A& a, const B& b) const {
      return std::equal(a.begin(), a.end(), b.begin(), b.end());
    }
  };

  const std::vector<std::string> names_;
  const Make make_;
  absl::Mutex mutex_;
  absl::node_hash_map<Key, Value, Hash, Same> values_ ABSL_GUARDED_BY(mutex_);
};

// A family whose members are asked for often:
//
//   LabelledCounter handled_(registry.Counter("…", "…"), {"method", "code"});
//   handled_.With({"Recall", "OK"}).Increment();
template <typename Metric>
class Labelled {
 public:
  // Borrows the family.
  Labelled(prometheus::Family<Metric>& family, std::vector<std::string> names)
      : members_(std::move(names),
                 [&family](const prometheus::Labels& labels) { return &family.Add(labels); }) {}
  Labelled(const HistogramFamily& family, std::vector<std::string> names)
      : members_(std::move(names),
                 [family](const prometheus::Labels& labels) { return &family.Add(labels); }) {}

  // The member of these values, in the order of the names.
  Metric& With(std::initializer_list<absl::string_view> values) { return *members_.At(values); }

 private:
  ByLabels<Metric*> members_;
};
using LabelledCounter = Labelled<prometheus::Counter>;
using LabelledGauge = Labelled<prometheus::Gauge>;
using LabelledHistogram = Labelled<prometheus::Histogram>;

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
