#include "common/storage/pool_metrics.h"

#include <string>

namespace throughline::storage {

PoolMetrics::PoolMetrics(MetricsRegistry* registry, absl::string_view database,
                         size_t max_connections) {
  if (registry == nullptr) return;
  MetricsRegistry& metrics = *registry;
  prometheus::Labels labels = {{"database", std::string(database)}};
  metrics
      .Gauge("throughline_postgres_max_connections",
             "Connections to PostgreSQL that this process may have open.")
      .Add(labels)
      .Set(static_cast<double>(max_connections));
  open_ = &metrics
               .Gauge("throughline_postgres_connections",
                      "Connections to PostgreSQL that this process has open.")
               .Add(labels);
  wait_seconds_ = &metrics
                       .Histogram("throughline_postgres_wait_seconds",
                                  "How long work waited for a connection to PostgreSQL.")
                       .Add(labels);
  CounterFamily& missed =
      metrics.Counter("throughline_postgres_missed_connections_total",
                      "Work that got no connection to PostgreSQL: busy, all were in use until its "
                      "deadline; connect, the server took no further one.");
  labels["cause"] = "busy";
  busy_ = &missed.Add(labels);
  labels["cause"] = "connect";
  refused_ = &missed.Add(labels);
}

void PoolMetrics::SetOpen(size_t connections) {
  if (open_ != nullptr) open_->Set(static_cast<double>(connections));
}

void PoolMetrics::Had(absl::Duration wait) {
  if (wait_seconds_ != nullptr) wait_seconds_->Observe(absl::ToDoubleSeconds(wait));
}

void PoolMetrics::MissedBusy() {
  if (busy_ != nullptr) busy_->Increment();
}

void PoolMetrics::MissedConnect() {
  if (refused_ != nullptr) refused_->Increment();
}

}  // namespace throughline::storage
