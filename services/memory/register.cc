#include "services/memory/register.h"

#include <algorithm>
#include <thread>
#include <utility>
#include <vector>

#include "common/base/status_macros.h"
#include "common/storage/redis.h"
#include "services/memory/domain/memory.h"
#include "services/memory/memory_service.h"
#include "services/memory/store/cached_recall.h"
#include "services/memory/store/open_store.h"
#include "services/memory/store/recall_cache.h"

namespace throughline::memory {
namespace {

// A cache is worth asking only while it answers faster than the store.
constexpr absl::Duration kRedisCommandTimeout = absl::Milliseconds(20);
constexpr absl::Duration kRedisConnectTimeout = absl::Milliseconds(50);
constexpr size_t kMaxRedisConnections = 16;

int ConcurrentRecalls() {
  return static_cast<int>(std::max(2U, std::thread::hardware_concurrency()));
}

absl::StatusOr<std::unique_ptr<store::RecallCache>> MakeCache(const MemoryOptions& options,
                                                              const Clock& clock) {
  if (!options.redis.has_value()) {
    return std::make_unique<store::LocalRecallCache>(options.local_cache_bytes,
                                                     options.cache_time_to_live, clock);
  }
  ASSIGN_OR_RETURN(std::unique_ptr<storage::RedisClient> redis,
                   storage::RedisClient::Create({.host = options.redis->host,
                                                 .port = options.redis->port,
                                                 .password_file = options.redis_password_file,
                                                 .connect_timeout = kRedisConnectTimeout,
                                                 .command_timeout = kRedisCommandTimeout,
                                                 .max_connections = kMaxRedisConnections}));
  return std::make_unique<store::RedisRecallCache>(std::move(redis), options.cache_time_to_live);
}

}  // namespace

struct MemoryModule::Parts {
  Parts(const MemoryOptions& options, MetricsRegistry& registry, const Clock& the_clock,
        std::unique_ptr<MemoryStore> opened, std::unique_ptr<store::RecallCache> cache)
      : metrics(registry),
        clock(the_clock),
        store(std::move(opened)),
        memory(*store, the_clock,
               {.max_snapshot_bytes = options.index_cache_bytes,
                .max_concurrent_recalls = ConcurrentRecalls()}),
        cached(std::move(cache), registry) {}

  MetricsRegistry& metrics;
  const Clock& clock;
  std::unique_ptr<MemoryStore> store;
  Memory memory;
  store::CachedRecall cached;
  std::vector<std::unique_ptr<MemoryServiceImpl>> services;
};

MemoryModule::MemoryModule(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
MemoryModule::~MemoryModule() = default;

absl::StatusOr<std::unique_ptr<MemoryModule>> MemoryModule::Make(const MemoryOptions& options,
                                                                 MetricsRegistry& metrics,
                                                                 const Clock& clock) {
  ASSIGN_OR_RETURN(std::unique_ptr<MemoryStore> store, store::OpenStore(options.store));
  ASSIGN_OR_RETURN(std::unique_ptr<store::RecallCache> cache, MakeCache(options, clock));
  return std::unique_ptr<MemoryModule>(new MemoryModule(
      std::make_unique<Parts>(options, metrics, clock, std::move(store), std::move(cache))));
}

void MemoryModule::Register(rpc::ServiceHost& host) {
  Parts& parts = *parts_;
  parts.services.push_back(std::make_unique<MemoryServiceImpl>(
      parts.memory, parts.cached, parts.metrics, parts.clock, host.runtime()));
  host.AddService(v1::MemoryService::service_full_name(), *parts.services.back(),
                  [&parts](const Context& context) { return parts.memory.Ready(context); });
}

}  // namespace throughline::memory
