#ifndef THROUGHLINE_SERVICES_MEMORY_STORE_ENTRY_PACKS_H_
#define THROUGHLINE_SERVICES_MEMORY_STORE_ENTRY_PACKS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "services/memory/domain/entry_block.h"
#include "services/memory/domain/memory_store.h"

// Entries of many facts in one row: ids, places and entries.
namespace throughline::memory::store {

// Some of a customer's entries; what is written later replaces what was written before, by version
// and then by part.
struct EntryPack {
  int64_t version = 0;
  int64_t part = 0;
  absl::string_view entries;
};

// Shows `visitor` the newest entry of each fact in `packs`; facts whose entry is of another
// release, and has to be made anew, go to `unread` instead. False when a pack is damaged; what has
// been visited counts for nothing then.
bool VisitPacks(std::vector<EntryPack> packs, EntryVisitor& visitor, std::vector<RowPlace>* unread);

// The entry of a fact on its way into a pack; its place is in it.
struct PendingEntry {
  std::string id;
  IndexEntry entry;
};

// A pack without the places of its facts, which follow in the order of the entries.
struct OpenPack {
  std::string bytes;
  size_t rows = 0;
};

// Brings `entries` into the order that an index has them in, which makes packs small and loading
// them fast.
void SortForPacks(std::vector<PendingEntry>* entries);
// `entries` as packs of about `max_bytes`, in their order.
std::vector<OpenPack> OpenPacks(const std::vector<PendingEntry>& entries, size_t max_bytes);
// The same with places.
std::vector<std::string> MakePacks(const std::vector<PendingEntry>& entries, size_t max_bytes);

}  // namespace throughline::memory::store

#endif  // THROUGHLINE_SERVICES_MEMORY_STORE_ENTRY_PACKS_H_
