#ifndef THROUGHLINE_SERVICES_MEMORY_STORE_ENTRY_PACKS_H_
#define THROUGHLINE_SERVICES_MEMORY_STORE_ENTRY_PACKS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "services/memory/domain/memory_store.h"

// Entries of many facts in one row of PostgreSQL: id, place and entry of each, made by the server
// from rows that it has at hand anyway.
namespace throughline::memory::store {

// What an INSERT takes to add packs of `rows`, a relation of fact_id, ctid and entry, for customer
// $1, $2 at version $3, numbered from $4 on.
std::string InsertPacks(absl::string_view rows);

struct EntryPack {
  int64_t version = 0;
  int64_t part = 0;
  absl::string_view entries;
};

// Visits the newest entry of each fact in `packs`. False when an entry is of another format or a
// pack is damaged; what has been visited counts for nothing then.
bool VisitPacks(std::vector<EntryPack> packs, CustomerView::EntryCallback visit);

}  // namespace throughline::memory::store

#endif  // THROUGHLINE_SERVICES_MEMORY_STORE_ENTRY_PACKS_H_
