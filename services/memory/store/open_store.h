#ifndef THROUGHLINE_SERVICES_MEMORY_STORE_OPEN_STORE_H_
#define THROUGHLINE_SERVICES_MEMORY_STORE_OPEN_STORE_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "common/observability/metrics.h"
#include "services/memory/domain/memory_store.h"

namespace throughline::memory::store {

// Which store, as people write it.
struct StoreOptions {
  // "sqlite:FOLDER" (made when missing), "postgres:FILE" (the file holds libpq's connection
  // string, for it may hold a password) or "memory" (gone with the process).
  std::string store = "sqlite:data";
  // Connection file of a read replica, for postgres alone; empty: none.
  std::string replica_file;
  // Connections to each PostgreSQL, 1 or more.
  size_t max_connections = 8;
  MetricsRegistry* metrics = nullptr;  // borrowed, for PostgreSQL's pools; null: not shown
};

// INVALID_ARGUMENT names --store or --postgres-replica; other errors name the file or the server.
absl::StatusOr<std::unique_ptr<MemoryStore>> OpenStore(const StoreOptions& options);

}  // namespace throughline::memory::store

#endif  // THROUGHLINE_SERVICES_MEMORY_STORE_OPEN_STORE_H_
