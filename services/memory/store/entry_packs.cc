#include "services/memory/store/entry_packs.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <deque>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "services/memory/store/pack_format.h"

namespace throughline::memory::store {
namespace {

// Of packs as the release before wrote them: place, id and entry of each, one behind the other.
constexpr size_t kSizeBytes = 4;
// An entry of a pack takes no less, mostly.
constexpr size_t kEntryBytes = 50;

// Takes the `size` bytes in front off `bytes`; false when there are fewer.
bool Take(size_t size, absl::string_view* bytes, absl::string_view* taken) {
  if (bytes->size() < size) return false;
  *taken = bytes->substr(0, size);
  bytes->remove_prefix(size);
  return true;
}

// Takes bytes behind their size.
bool TakeSized(absl::string_view* bytes, absl::string_view* taken) {
  absl::string_view size;
  return Take(kSizeBytes, bytes, &size) && Take(static_cast<size_t>(PlaceOf(size)), bytes, taken);
}

// Of an id, with a seed that differs from process to process: of thousands of ids for each customer
// that is brought into memory, and one of twenty bytes costs Abseil's hash ten times as much.
struct IdHash {
  size_t operator()(absl::string_view id) const {
    static constexpr uint64_t kFactor = 0x9E3779B97F4A7C15U;
    uint64_t hash = reinterpret_cast<uintptr_t>(&kSeed) ^ id.size();
    for (; id.size() > sizeof(uint64_t); id.remove_prefix(sizeof(uint64_t))) {
      hash = Mixed(hash ^ Load(id), kFactor);
    }
    return static_cast<size_t>(Mixed(hash ^ Load(id), kFactor));
  }

 private:
  static constexpr char kSeed = 0;  // its address is the seed

  // The first eight bytes, or all there are.
  static uint64_t Load(absl::string_view bytes) {
    uint64_t value = 0;
    if (bytes.size() >= sizeof(value)) {
      std::memcpy(&value, bytes.data(), sizeof(value));
    } else {
      for (const char byte : bytes) value = value << 8 | static_cast<unsigned char>(byte);
    }
    return value;
  }
  // Both halves of the product.
  static uint64_t Mixed(uint64_t value, uint64_t factor) {
    __extension__ using Wide = unsigned __int128;
    const Wide product = static_cast<Wide>(value) * factor;
    return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
  }
};

// Visits packs, the newest first: an entry that comes again has been replaced.
class PackVisit {
 public:
  // The packs have so many bytes.
  PackVisit(size_t bytes, EntryVisitor& visitor, std::vector<RowPlace>* unread)
      : visitor_(visitor), unread_(unread) {
    seen_.reserve(bytes / kEntryBytes);
  }

  bool Visit(absl::string_view bytes) {
    return IsBlockPack(bytes) ? VisitBlock(bytes) : VisitEntries(bytes);
  }

 private:
  bool VisitBlock(absl::string_view bytes) {
    if (!ReadPack(bytes, &read_)) return false;
    std::vector<EntryBlock::Row>& rows = read_.block.rows;
    rows.erase(
        std::remove_if(rows.begin(), rows.end(),
                       [this](const EntryBlock::Row& row) { return !seen_.insert(row.id).second; }),
        rows.end());
    if (!read_.other_entries) {
      visitor_.VisitBlock(read_.block);
    } else {
      for (const EntryBlock::Row& row : rows) unread_->push_back({std::string(row.id), row.place});
    }
    ids_.push_back(std::move(read_.ids));
    return true;
  }

  bool VisitEntries(absl::string_view left) {
    while (!left.empty()) {
      absl::string_view place;
      absl::string_view id;
      absl::string_view entry;
      if (!Take(kPlaceBytes, &left, &place) || !TakeSized(&left, &id) ||
          !TakeSized(&left, &entry)) {
        return false;
      }
      if (!seen_.insert(id).second) continue;
      if (DecodeEntry(entry, &entry_)) {
        entry_.place = PlaceOf(place);
        visitor_.Visit(id, entry_);
      } else {
        unread_->push_back({std::string(id), PlaceOf(place)});
      }
    }
    return true;
  }

  EntryVisitor& visitor_;
  std::vector<RowPlace>* const unread_;
  absl::flat_hash_set<absl::string_view, IdHash> seen_;
  std::deque<std::vector<char>> ids_;  // which those seen look at
  ReadBlock read_;
  IndexEntry entry_;
};

}  // namespace

bool VisitPacks(std::vector<EntryPack> packs, EntryVisitor& visitor,
                std::vector<RowPlace>* unread) {
  std::sort(packs.begin(), packs.end(), [](const EntryPack& a, const EntryPack& b) {
    return std::tie(a.version, a.part) > std::tie(b.version, b.part);
  });
  size_t bytes = 0;
  for (const EntryPack& pack : packs) bytes += pack.entries.size();
  PackVisit visit(bytes, visitor, unread);
  return std::all_of(packs.begin(), packs.end(),
                     [&visit](const EntryPack& pack) { return visit.Visit(pack.entries); });
}

void SortForPacks(std::vector<PendingEntry>* entries) {
  std::sort(entries->begin(), entries->end(), [](const PendingEntry& a, const PendingEntry& b) {
    const auto standing = [](const IndexEntry& entry) {
      const absl::string_view call = FirstPacked(entry.calls);
      return std::make_tuple(entry.kind != deal::FactKind::kVerbatim, call,
                             call.empty() ? 0 : entry.turn, entry.valid_from, entry.sequence);
    };
    return standing(a.entry) < standing(b.entry);
  });
}

std::vector<OpenPack> OpenPacks(const std::vector<PendingEntry>& entries, size_t max_bytes) {
  std::vector<OpenPack> packs;
  PackWriter writer;
  const auto end_pack = [&] {
    const size_t rows = writer.rows();
    if (rows > 0) packs.push_back({.bytes = writer.Take(), .rows = rows});
  };
  for (const PendingEntry& pending : entries) {
    writer.Add(pending.id, pending.entry);
    if (writer.size() >= max_bytes) end_pack();
  }
  end_pack();
  return packs;
}

std::vector<std::string> MakePacks(const std::vector<PendingEntry>& entries, size_t max_bytes) {
  std::vector<std::string> packs;
  auto next = entries.begin();
  for (OpenPack& open : OpenPacks(entries, max_bytes)) {
    for (size_t row = 0; row < open.rows; ++row) AppendPlace((next++)->entry.place, &open.bytes);
    packs.push_back(std::move(open.bytes));
  }
  return packs;
}

}  // namespace throughline::memory::store
