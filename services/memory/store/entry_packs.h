#ifndef THROUGHLINE_SERVICES_MEMORY_STORE_ENTRY_PACKS_H_
#define THROUGHLINE_SERVICES_MEMORY_STORE_ENTRY_PACKS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"

// Entries of many facts in one row: id, place and entry of each, one behind the other.
namespace throughline::memory::store {

struct PackedEntry {
  absl::string_view id;
  int64_t place = 0;
  absl::string_view entry;  // as EncodeEntry gives it, perhaps in the format of an older release
};

// Some of a customer's entries; what is written later replaces what was written before, by version
// and then by part.
struct EntryPack {
  int64_t version = 0;
  int64_t part = 0;
  absl::string_view entries;
};

void AppendEntry(const PackedEntry& entry, std::string* pack);

// The newest entry of each fact in `packs`. False when a pack is damaged; what has been visited
// counts for nothing then.
using PackedCallback = absl::FunctionRef<void(const PackedEntry&)>;
bool VisitPacks(std::vector<EntryPack> packs, PackedCallback visit);

// For PostgreSQL: a statement that makes packs, in the server, of `rows`, a relation of fact_id,
// ctid and entry, for customer $1, $2 at version $3, numbered from $4 on.
std::string InsertPacks(absl::string_view rows);

}  // namespace throughline::memory::store

#endif  // THROUGHLINE_SERVICES_MEMORY_STORE_ENTRY_PACKS_H_
