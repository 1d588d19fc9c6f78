#ifndef THROUGHLINE_SERVICES_MEMORY_STORE_SCHEMA_H_
#define THROUGHLINE_SERVICES_MEMORY_STORE_SCHEMA_H_

#include "absl/types/span.h"
#include "common/storage/sqlite.h"

namespace throughline::memory::store {

// The SQLite schema's steps. Every table is keyed by tenant and customer first, so that one
// customer's rows lie together and a query without them cannot be written by mistake.
absl::Span<const storage::Migration> Migrations();

}  // namespace throughline::memory::store

#endif  // THROUGHLINE_SERVICES_MEMORY_STORE_SCHEMA_H_
