#include "services/memory/store/entry_packs.h"

#include <algorithm>
#include <deque>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "services/memory/store/pack_format.h"

namespace throughline::memory::store {
namespace {

// Of packs as the release before wrote them: place, id and entry of each, one behind the other.
constexpr size_t kSizeBytes = 4;
// About as many entries as a pack holds.
constexpr size_t kEntriesEach = 64;

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

// Visits packs, the newest first: an entry that comes again has been replaced.
class PackVisit {
 public:
  PackVisit(size_t packs, EntryVisitor& visitor, std::vector<RowPlace>* unread)
      : visitor_(visitor), unread_(unread) {
    seen_.reserve(packs * kEntriesEach);
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
  absl::flat_hash_set<absl::string_view> seen_;
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
  PackVisit visit(packs.size(), visitor, unread);
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
