#ifndef THROUGHLINE_SERVICES_MEMORY_REGISTER_H_
#define THROUGHLINE_SERVICES_MEMORY_REGISTER_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/base/host_port.h"
#include "common/observability/metrics.h"
#include "common/rpc/service_runner.h"
#include "services/memory/store/open_store.h"

namespace throughline::memory {

struct MemoryOptions {
  store::StoreOptions store;
  // Where recalled context is cached; unset: in this process.
  std::optional<HostPort> redis;
  std::string redis_password_file;  // empty: no password
  absl::Duration cache_time_to_live = absl::Minutes(10);
  size_t local_cache_bytes = size_t{32} << 20;   // without Redis
  size_t index_cache_bytes = size_t{128} << 20;  // customers kept ready to be recalled from
  // An OpenAI-compatible server for the meaning of texts: "http://127.0.0.1:8080/v1". Empty: none.
  std::string embeddings_url;
  std::string embeddings_model;
  std::string embeddings_key_file;  // empty: no key
  std::string embeddings_path;      // where vectors are kept; its directory exists
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
