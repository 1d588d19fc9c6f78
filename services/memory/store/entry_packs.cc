#include "services/memory/store/entry_packs.h"

#include <algorithm>
#include <tuple>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"

namespace throughline::memory::store {
namespace {

// So many entries of usual size fill a page without running over.
constexpr int kEntriesEach = 24;
// Of a place: the number of a block and that of a row in it.
constexpr size_t kPlaceBytes = 6;
constexpr size_t kSizeBytes = 4;

// Takes the `size` bytes in front off `bytes`; false when there are fewer.
bool Take(size_t size, absl::string_view* bytes, absl::string_view* taken) {
  if (bytes->size() < size) return false;
  *taken = bytes->substr(0, size);
  bytes->remove_prefix(size);
  return true;
}

uint64_t BigEndian(absl::string_view bytes) {
  uint64_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<unsigned char>(byte);
  return value;
}

// Takes bytes behind their size.
bool TakeSized(absl::string_view* bytes, absl::string_view* taken) {
  absl::string_view size;
  return Take(kSizeBytes, bytes, &size) && Take(BigEndian(size), bytes, taken);
}

}  // namespace

std::string InsertPacks(absl::string_view rows) {
  return absl::StrCat(
      "INSERT INTO memory.entry_packs (tenant, customer_id, version, part, entries) "
      "SELECT $1, $2, $3, $4 + number / ",
      kEntriesEach,
      ", "
      "string_agg(tidsend(ctid) || int4send(octet_length(fact_id)) || convert_to(fact_id, 'UTF8') "
      "|| int4send(octet_length(entry)) || entry, ''::bytea) "
      "FROM (SELECT *, row_number() OVER () - 1 AS number FROM ",
      rows,
      ") AS numbered "
      "GROUP BY number / ",
      kEntriesEach);
}

bool VisitPacks(std::vector<EntryPack> packs, CustomerView::EntryCallback visit) {
  // The newest first: an entry that comes again has been replaced.
  std::sort(packs.begin(), packs.end(), [](const EntryPack& a, const EntryPack& b) {
    return std::tie(a.version, a.part) > std::tie(b.version, b.part);
  });
  absl::flat_hash_set<absl::string_view> seen;
  seen.reserve(packs.size() * kEntriesEach);
  IndexEntry entry;
  for (const EntryPack& pack : packs) {
    absl::string_view left = pack.entries;
    while (!left.empty()) {
      absl::string_view place, id, bytes;
      if (!Take(kPlaceBytes, &left, &place) || !TakeSized(&left, &id) ||
          !TakeSized(&left, &bytes)) {
        return false;
      }
      if (!seen.insert(id).second) continue;
      if (!DecodeEntry(bytes, &entry)) return false;
      entry.place = static_cast<int64_t>(BigEndian(place));
      visit(id, entry);
    }
  }
  return true;
}

}  // namespace throughline::memory::store
