#include "services/memory/store/open_store.h"

#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/base/errors.h"
#include "common/base/status_macros.h"
#include "services/memory/store/in_memory_store.h"
#include "services/memory/store/postgres_store.h"
#include "services/memory/store/sqlite_store.h"

namespace throughline::memory::store {
namespace {

absl::StatusOr<std::unique_ptr<MemoryStore>> OpenSqlite(absl::string_view folder) {
  const std::string path(folder);
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) {
    return InvalidField(
        "--store",
        absl::StrCat("a folder that can be made, not \"", path, "\" (", error.message(), ")"),
        "choose a writable place");
  }
  return SqliteStore::Open(absl::StrCat(path, "/memory.db"));
}

absl::StatusOr<std::unique_ptr<MemoryStore>> OpenPostgres(absl::string_view file,
                                                          const StoreOptions& options) {
  ASSIGN_OR_RETURN(std::string primary, storage::ReadConninfo(std::string(file)));
  std::optional<storage::PostgresOptions> replica;
  if (!options.replica_file.empty()) {
    ASSIGN_OR_RETURN(std::string conninfo, storage::ReadConninfo(options.replica_file));
    replica = storage::PostgresOptions{.conninfo = std::move(conninfo),
                                       .max_connections = options.max_connections,
                                       .metrics = options.metrics};
  }
  return PostgresStore::Open({.conninfo = std::move(primary),
                              .max_connections = options.max_connections,
                              .metrics = options.metrics},
                             std::move(replica));
}

}  // namespace

absl::StatusOr<std::unique_ptr<MemoryStore>> OpenStore(const StoreOptions& options) {
  absl::string_view rest = options.store;
  if (absl::ConsumePrefix(&rest, "postgres:") && !rest.empty()) return OpenPostgres(rest, options);
  if (!options.replica_file.empty()) {
    return InvalidField("--postgres-replica", "a --store of postgres:FILE beside it",
                        "name the primary, or leave the replica out");
  }
  if (absl::ConsumePrefix(&rest, "sqlite:") && !rest.empty()) return OpenSqlite(rest);
  if (rest == "memory") return std::make_unique<InMemoryStore>();
  return InvalidField("--store", "sqlite:FOLDER, postgres:FILE or memory",
                      absl::StrCat("\"", options.store, "\" is none of them"));
}

}  // namespace throughline::memory::store
