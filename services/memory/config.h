#ifndef THROUGHLINE_SERVICES_MEMORY_CONFIG_H_
#define THROUGHLINE_SERVICES_MEMORY_CONFIG_H_

#include <CLI/App.hpp>
#include <string>

#include "absl/status/statusor.h"
#include "services/memory/register.h"

namespace throughline::memory {

// What the memory process takes from its command line, or from THROUGHLINE_* in the environment.
struct Config {
  std::string data_dir = "data";
  std::string store;             // as StoreOptions has it; empty: sqlite in data_dir
  std::string postgres_replica;  // connection file; empty: none
  int postgres_connections = 8;
  std::string redis;  // HOST:PORT; empty: cache in the process
  std::string redis_password_file;
  std::string redis_tls_ca_file;  // empty: plain text
  double cache_seconds = 600;
  int index_cache_mib = 128;
  std::string retention;  // a YAML file; empty: everything is kept
  EmbeddingOptions embeddings;
};

// Adds --data-dir, --store, --postgres-replica, --postgres-connections, --redis,
// --redis-password-file, --redis-tls-ca, --cache-seconds, --index-cache-mib, --retention and those
// of AddEmbeddingFlags.
void AddFlags(CLI::App& app, Config& config);

// INVALID_ARGUMENT names the flag.
absl::StatusOr<MemoryOptions> ToOptions(const Config& config);

}  // namespace throughline::memory

#endif  // THROUGHLINE_SERVICES_MEMORY_CONFIG_H_
