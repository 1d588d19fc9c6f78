#include "services/memory/config.h"

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "absl/strings/str_cat.h"
#include "common/base/errors.h"
#include "common/base/status_macros.h"

namespace throughline::memory {
namespace {

constexpr double kMinCacheSeconds = 1;
constexpr double kMaxCacheSeconds = 86400;
constexpr int kMaxIndexCacheMib = 65536;
constexpr int kMaxPostgresConnections = 200;

}  // namespace

void AddFlags(CLI::App& app, Config& config) {
  app.add_option("--data-dir", config.data_dir, "Folder of the database, made when missing")
      ->envname("THROUGHLINE_DATA_DIR")
      ->capture_default_str();
  app.add_option("--store", config.store,
                 "sqlite:FOLDER, postgres:FILE (which holds libpq's connection string) or memory; "
                 "sqlite in --data-dir by default")
      ->envname("THROUGHLINE_STORE");
  app.add_option("--postgres-replica", config.postgres_replica,
                 "File with the connection string of a read replica")
      ->envname("THROUGHLINE_POSTGRES_REPLICA");
  app.add_option("--postgres-connections", config.postgres_connections,
                 "Connections to each PostgreSQL")
      ->envname("THROUGHLINE_POSTGRES_CONNECTIONS")
      ->check(CLI::Range(1, kMaxPostgresConnections))
      ->capture_default_str();
  app.add_option("--redis", config.redis,
                 "Redis for recalled context, HOST:PORT; without it a cache in this process")
      ->envname("THROUGHLINE_REDIS");
  app.add_option("--redis-tls-ca", config.redis_tls_ca_file,
                 "Speak TLS with Redis; file of CAs that its certificate must be signed by")
      ->envname("THROUGHLINE_REDIS_TLS_CA");
  app.add_option("--redis-password-file", config.redis_password_file,
                 "File that holds the password of Redis")
      ->envname("THROUGHLINE_REDIS_PASSWORD_FILE");
  app.add_option("--cache-seconds", config.cache_seconds, "How long recalled context is kept")
      ->envname("THROUGHLINE_CACHE_SECONDS")
      ->check(CLI::Range(kMinCacheSeconds, kMaxCacheSeconds))
      ->capture_default_str();
  app.add_option("--index-cache-mib", config.index_cache_mib,
                 "Memory for customers kept ready to be recalled from")
      ->envname("THROUGHLINE_INDEX_CACHE_MIB")
      ->check(CLI::Range(1, kMaxIndexCacheMib))
      ->capture_default_str();
  app.add_option("--retention", config.retention,
                 "How long each tenant's verbatim texts are kept, a YAML file")
      ->envname("THROUGHLINE_RETENTION");
  AddEmbeddingFlags(app, config.embeddings);
}

absl::StatusOr<MemoryOptions> ToOptions(const Config& config) {
  if (config.data_dir.empty()) return InvalidField("--data-dir", "a folder", "name one");
  MemoryOptions options{
      .store = {.store =
                    config.store.empty() ? absl::StrCat("sqlite:", config.data_dir) : config.store,
                .replica_file = config.postgres_replica,
                .max_connections = static_cast<size_t>(config.postgres_connections)},
      .redis_password_file = config.redis_password_file,
      .redis_tls_ca_file = config.redis_tls_ca_file,
      .cache_time_to_live = absl::Seconds(config.cache_seconds),
      .index_cache_bytes = static_cast<size_t>(config.index_cache_mib) << 20};
  options.retention = config.retention;
  options.embeddings = config.embeddings;
  options.embeddings_path = absl::StrCat(config.data_dir, "/embeddings.db");
  if (!config.redis.empty()) {
    ASSIGN_OR_RETURN(options.redis, ParseHostPort(config.redis, "--redis"));
  }
  return options;
}

}  // namespace throughline::memory
