#ifndef THROUGHLINE_SERVICES_MEMORY_REGISTER_H_
#define THROUGHLINE_SERVICES_MEMORY_REGISTER_H_

#include <CLI/App.hpp>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/audit/audit_log.h"
#include "common/base/clock.h"
#include "common/base/host_port.h"
#include "common/observability/metrics.h"
#include "common/rpc/service_runner.h"
#include "services/memory/store/open_store.h"

namespace throughline::memory {

// A server that turns texts into vectors, so that recall finds what is meant in other words.
struct EmbeddingOptions {
  std::string url;    // OpenAI-compatible: "http://127.0.0.1:8080/v1"; empty: recalls go by words
  std::string model;  // wanted with a url
  std::string key_file;  // empty: no key
};

// Adds --embeddings-url, --embeddings-model and --embeddings-key-file, each with its THROUGHLINE_*
// variable.
void AddEmbeddingFlags(CLI::App& app, EmbeddingOptions& options);

struct MemoryOptions {
  store::StoreOptions store;
  // Where recalled context is cached; unset: in this process.
  std::optional<HostPort> redis;
  std::string redis_password_file;  // empty: no password
  std::string redis_tls_ca_file;    // empty: plain text
  absl::Duration cache_time_to_live = absl::Minutes(10);
  size_t local_cache_bytes = size_t{32} << 20;   // without Redis
  size_t index_cache_bytes = size_t{128} << 20;  // customers kept ready to be recalled from
  EmbeddingOptions embeddings;
  audit::AuditLog* audit = nullptr;  // borrowed; null: nothing is recorded
  std::string retention;             // file of rules; empty: everything is kept
  std::string embeddings_path;       // the file where vectors are kept; its directory is made
};

// Memory, ready to be hosted by its own process or beside others.
class MemoryModule {
 public:
  // Opens the store. Borrows `metrics` and `clock`. Errors name the flag, file or server and a next
  // step; a Redis that is down is none.
  static absl::StatusOr<std::unique_ptr<MemoryModule>> Make(const MemoryOptions& options,
                                                            MetricsRegistry& metrics,
                                                            const Clock& clock);
  // Closes the store; after every host has shut down.
  ~MemoryModule();

  // Adds the service to `host`, which starts later and shuts down before this goes. May be called
  // for several hosts. Healthy while the store answers.
  void Register(rpc::ServiceHost& host);

 private:
  struct Parts;
  explicit MemoryModule(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace throughline::memory

#endif  // THROUGHLINE_SERVICES_MEMORY_REGISTER_H_
