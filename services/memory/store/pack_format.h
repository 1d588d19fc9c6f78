#ifndef THROUGHLINE_SERVICES_MEMORY_STORE_PACK_FORMAT_H_
#define THROUGHLINE_SERVICES_MEMORY_STORE_PACK_FORMAT_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/memory/domain/entry_block.h"

// The bytes of a pack: a mark that older releases take for damage, the formats of pack and entries,
// the values that rows share, ids, rows, and at the end six bytes a row that say its place. Times
// and sequences stand as what they are more than those of the row before.
namespace throughline::memory::store {

// Of a place: the number of a block and that of a row in it, most significant byte first.
inline constexpr size_t kPlaceBytes = 6;

int64_t PlaceOf(absl::string_view bytes);
void AppendPlace(int64_t place, std::string* out);

class PackWriter {
 public:
  void Add(absl::string_view id, const IndexEntry& entry);

  size_t rows() const { return rows_; }
  // About as many bytes as the pack will have, places included.
  size_t size() const;
  // The pack but for its places. The writer is as new then.
  std::string Take();

 private:
  // Values, each once, with their numbers.
  struct Table {
    absl::flat_hash_map<std::string, uint32_t> numbers;
    std::string bytes;

    uint32_t Number(const std::string& value);
  };
  struct Before {
    absl::Time time = absl::InfiniteFuture();
    int64_t seconds = 0;
  };

  void AppendId(absl::string_view id);
  // Two bits that say how it stands; what else it takes goes to `bytes`.
  static uint8_t AppendTime(absl::Time time, Before* before, std::string* bytes);

  absl::flat_hash_map<TermHash, uint32_t> terms_;
  std::string term_bytes_;
  Table calls_;
  Table tags_;
  Table names_;
  std::string id_bytes_;
  size_t hashed_bytes_ = 0;  // of ids that stand as digits of a hash, once read
  std::string row_bytes_;
  size_t rows_ = 0;
  Before valid_from_;
  Before valid_to_;
  Before invalidated_at_;
  int64_t sequence_ = 0;
};

// Whether `bytes` are a pack of this format, rather than of the one before.
bool IsBlockPack(absl::string_view bytes);

// What a pack holds. `block` looks into the pack's bytes and into `ids`, which is filled.
struct ReadBlock {
  EntryBlock block;
  std::vector<char> ids;
  bool other_entries = false;  // they are of another release: only ids and places are of use
};
// False when `bytes` are damaged. Reuses what `read` holds.
bool ReadPack(absl::string_view bytes, ReadBlock* read);

}  // namespace throughline::memory::store

#endif  // THROUGHLINE_SERVICES_MEMORY_STORE_PACK_FORMAT_H_
