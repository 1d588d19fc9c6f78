#ifndef THROUGHLINE_SERVICES_MEMORY_STORE_POSTGRES_SCHEMA_H_
#define THROUGHLINE_SERVICES_MEMORY_STORE_POSTGRES_SCHEMA_H_

#include "absl/types/span.h"
#include "common/storage/migration.h"

namespace throughline::memory::store {

inline constexpr char kPostgresSchema[] = "memory";

// The steps of memory's tables in PostgreSQL. Every key begins with tenant and customer, so that
// an administrator may partition any table by them.
absl::Span<const storage::Migration> PostgresMigrations();

}  // namespace throughline::memory::store

#endif  // THROUGHLINE_SERVICES_MEMORY_STORE_POSTGRES_SCHEMA_H_
