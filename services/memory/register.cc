#include "services/memory/register.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "common/base/errors.h"
#include "common/base/status_macros.h"
#include "common/http/client.h"
#include "common/storage/redis.h"
#include "services/memory/clients/openai_embedder.h"
#include "services/memory/domain/memory.h"
#include "services/memory/memory_service.h"
#include "services/memory/retention.h"
#include "services/memory/store/cached_recall.h"
#include "services/memory/store/embedding_cache.h"
#include "services/memory/store/open_store.h"
#include "services/memory/store/recall_cache.h"

namespace throughline::memory {
namespace {

// A cache is worth asking only while it answers faster than the store.
constexpr absl::Duration kRedisCommandTimeout = absl::Milliseconds(20);
constexpr absl::Duration kRedisConnectTimeout = absl::Milliseconds(50);
constexpr size_t kMaxRedisConnections = 16;

int Processors() { return static_cast<int>(std::max(2U, std::thread::hardware_concurrency())); }

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
                                                 .tls_ca_file = options.redis_tls_ca_file,
                                                 .connect_timeout = kRedisConnectTimeout,
                                                 .command_timeout = kRedisCommandTimeout,
                                                 .max_connections = kMaxRedisConnections}));
  return std::make_unique<store::RedisRecallCache>(std::move(redis), options.cache_time_to_live);
}

// The embedder with everything it stands on; empty when none is asked for.
struct Embeddings {
  std::unique_ptr<http::Client> client;
  std::unique_ptr<OpenAiEmbedder> server;
  std::unique_ptr<store::EmbeddingCache> cache;
};

absl::StatusOr<Embeddings> MakeEmbeddings(const MemoryOptions& options) {
  Embeddings embeddings;
  if (options.embeddings.url.empty()) return embeddings;
  if (options.embeddings.model.empty()) {
    return InvalidField("--embeddings-model", "a model's name with --embeddings-url", "name it");
  }
  std::error_code ignored;  // opening the file says what is wrong
  std::filesystem::create_directories(std::filesystem::path(options.embeddings_path).parent_path(),
                                      ignored);
  std::string key;
  if (!options.embeddings.key_file.empty()) {
    std::ifstream file(options.embeddings.key_file);
    if (!std::getline(file, key) || key.empty()) {
      return InvalidField("--embeddings-key-file", "a file whose first line is the key",
                          "name a readable one");
    }
  }
  embeddings.client = std::make_unique<http::Client>();
  embeddings.server =
      std::make_unique<OpenAiEmbedder>(OpenAiEmbedder::Options{.base_url = options.embeddings.url,
                                                               .model = options.embeddings.model,
                                                               .api_key = std::move(key)},
                                       *embeddings.client);
  ASSIGN_OR_RETURN(embeddings.cache,
                   store::EmbeddingCache::Open(options.embeddings_path, options.embeddings.model,
                                               *embeddings.server));
  return embeddings;
}

}  // namespace

void AddEmbeddingFlags(CLI::App& app, EmbeddingOptions& options) {
  app.add_option("--embeddings-url", options.url,
                 "OpenAI-compatible server for meaning, http://HOST:PORT/v1; none by default")
      ->envname("THROUGHLINE_EMBEDDINGS_URL");
  app.add_option("--embeddings-model", options.model, "Its model")
      ->envname("THROUGHLINE_EMBEDDINGS_MODEL");
  app.add_option("--embeddings-key-file", options.key_file, "File with its key")
      ->envname("THROUGHLINE_EMBEDDINGS_KEY_FILE");
}

struct MemoryModule::Parts {
  Parts(const MemoryOptions& options, MetricsRegistry& registry, const Clock& the_clock,
        std::unique_ptr<MemoryStore> opened, std::unique_ptr<store::RecallCache> cache,
        Embeddings the_embeddings)
      : metrics(registry),
        clock(the_clock),
        audit(options.audit),
        store(std::move(opened)),
        embeddings(std::move(the_embeddings)),
        memory(*store, the_clock,
               {.max_snapshot_bytes = options.index_cache_bytes,
                .processors = Processors(),
                .embedder = embeddings.cache.get()}),
        cached(std::move(cache), registry),
        erasable(memory, cached) {}

  MetricsRegistry& metrics;
  const Clock& clock;
  audit::AuditLog* const audit;
  std::unique_ptr<MemoryStore> store;
  Embeddings embeddings;
  Memory memory;
  store::CachedRecall cached;
  MemoryRetention erasable;
  std::unique_ptr<retention::Sweeper> sweeper;
  std::vector<std::unique_ptr<MemoryServiceImpl>> services;
};

MemoryModule::MemoryModule(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
MemoryModule::~MemoryModule() = default;

absl::StatusOr<std::unique_ptr<MemoryModule>> MemoryModule::Make(const MemoryOptions& options,
                                                                 MetricsRegistry& metrics,
                                                                 const Clock& clock) {
  store::StoreOptions shown = options.store;
  shown.metrics = &metrics;
  ASSIGN_OR_RETURN(std::unique_ptr<MemoryStore> store, store::OpenStore(shown));
  ASSIGN_OR_RETURN(std::unique_ptr<store::RecallCache> cache, MakeCache(options, clock));
  ASSIGN_OR_RETURN(Embeddings embeddings, MakeEmbeddings(options));
  auto parts = std::make_unique<Parts>(options, metrics, clock, std::move(store), std::move(cache),
                                       std::move(embeddings));
  ASSIGN_OR_RETURN(parts->sweeper,
                   retention::Sweeper::Make({.path = options.retention}, parts->erasable, metrics,
                                            clock, options.audit));
  parts->sweeper->Start();
  return std::unique_ptr<MemoryModule>(new MemoryModule(std::move(parts)));
}

void MemoryModule::Register(rpc::ServiceHost& host) {
  Parts& parts = *parts_;
  parts.services.push_back(
      std::make_unique<MemoryServiceImpl>(parts.memory, parts.cached, parts.metrics, parts.clock,
                                          parts.audit, *parts.sweeper, host.runtime()));
  parts.services.back()->OfferTo(host.local_methods());
  host.AddService(v1::MemoryService::service_full_name(), *parts.services.back(),
                  [&parts](const Context& context) { return parts.memory.Ready(context); });
}

}  // namespace throughline::memory
