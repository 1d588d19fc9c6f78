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

void AppendBigEndian(uint64_t value, size_t bytes, std::string* out) {
  for (size_t left = bytes; left > 0; --left) {
    out->push_back(static_cast<char>(value >> (8 * (left - 1)) & 0xFF));
  }
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

void AppendEntry(const PackedEntry& entry, std::string* pack) {
  AppendBigEndian(static_cast<uint64_t>(entry.place), kPlaceBytes, pack);
  for (const absl::string_view bytes : {entry.id, entry.entry}) {
    AppendBigEndian(bytes.size(), kSizeBytes, pack);
    pack->append(bytes.data(), bytes.size());
  }
}

bool VisitPacks(std::vector<EntryPack> packs, PackedCallback visit) {
  // The newest first: an entry that comes again has been replaced.
  std::sort(packs.begin(), packs.end(), [](const EntryPack& a, const EntryPack& b) {
    return std::tie(a.version, a.part) > std::tie(b.version, b.part);
  });
  absl::flat_hash_set<absl::string_view> seen;
  seen.reserve(packs.size() * kEntriesEach);
  for (const EntryPack& pack : packs) {
    absl::string_view left = pack.entries;
    while (!left.empty()) {
      PackedEntry entry;
      absl::string_view place;
      if (!Take(kPlaceBytes, &left, &place) || !TakeSized(&left, &entry.id) ||
          !TakeSized(&left, &entry.entry)) {
        return false;
      }
      if (!seen.insert(entry.id).second) continue;
      entry.place = static_cast<int64_t>(BigEndian(place));
      visit(entry);
    }
  }
  return true;
}

}  // namespace throughline::memory::store
