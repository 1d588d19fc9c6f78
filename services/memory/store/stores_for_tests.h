#ifndef THROUGHLINE_SERVICES_MEMORY_STORE_STORES_FOR_TESTS_H_
#define THROUGHLINE_SERVICES_MEMORY_STORE_STORES_FOR_TESTS_H_

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "common/testing/pg_bouncer.h"
#include "common/testing/postgres_server.h"
#include "common/testing/temp_directory.h"
#include "services/memory/domain/memory_store.h"
#include "services/memory/store/in_memory_store.h"
#include "services/memory/store/postgres_store.h"
#include "services/memory/store/sqlite_store.h"

namespace throughline::memory::store {

// One kind of store, for suites that every store must pass.
struct StoreKind {
  std::string name;
  std::function<std::unique_ptr<MemoryStore>(const TempDirectory&)> make;

  friend std::ostream& operator<<(std::ostream& out, const StoreKind& kind) {
    return out << kind.name;
  }
};

// The one PostgreSQL of a test program, started when first asked for: each test gets a database of
// its own there.
class SharedPostgres {
 public:
  static SharedPostgres& Get() {
    static SharedPostgres shared;
    return shared;
  }

  PostgresServer& server() { return *server_; }
  // A connection string to an empty database, through PgBouncer when `pooled`.
  std::string NewDatabase(bool pooled) {
    const std::string name = absl::StrCat("memory", ++databases_);
    std::string direct = server_->CreateDatabase(name).value();
    if (!pooled) return direct;
    if (pooler_ == nullptr) pooler_ = PgBouncer::Start(*server_, kPooledSessions).value();
    return pooler_->Conninfo(name);
  }

 private:
  static constexpr int kPooledSessions = 4;

  std::unique_ptr<PostgresServer> server_ = PostgresServer::Start().value();
  std::unique_ptr<PgBouncer> pooler_;
  int databases_ = 0;
};

inline std::unique_ptr<MemoryStore> NewPostgresStore(bool pooled) {
  return PostgresStore::Open({.conninfo = SharedPostgres::Get().NewDatabase(pooled)}, std::nullopt)
      .value();
}

inline std::vector<StoreKind> AllStores() {
  std::vector<StoreKind> kinds = {
      {"InMemory", [](const TempDirectory&) { return std::make_unique<InMemoryStore>(); }},
      {"Sqlite",
       [](const TempDirectory& directory) -> std::unique_ptr<MemoryStore> {
         return SqliteStore::Open(directory.File("memory.db")).value();
       }},
      {"Postgres", [](const TempDirectory&) { return NewPostgresStore(false); }}};
  if (PgBouncer::Installed()) {
    kinds.push_back({"PgBouncer", [](const TempDirectory&) { return NewPostgresStore(true); }});
  }
  return kinds;
}

inline std::string StoreName(const ::testing::TestParamInfo<StoreKind>& info) {
  return info.param.name;
}

}  // namespace throughline::memory::store

#endif  // THROUGHLINE_SERVICES_MEMORY_STORE_STORES_FOR_TESTS_H_
