#ifndef THROUGHLINE_SERVICES_MEMORY_DOMAIN_INDEX_ENTRY_H_
#define THROUGHLINE_SERVICES_MEMORY_DOMAIN_INDEX_ENTRY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/memory/domain/records.h"
#include "services/memory/domain/text.h"

// What filters and ranking need of a row, without its words: worked out once, when the row is
// written, and kept beside it, so that bringing a customer into memory stems nothing.
namespace throughline::memory {

// A stem as it stands in an index: 64 bits of it, the same in every process and release.
using TermHash = uint64_t;
TermHash HashOfTerm(absl::string_view stem);

// Raised whenever words are read in another way, so that older entries are made anew.
inline constexpr uint8_t kEntryFormat = 2;

// What of an entry is numbers.
struct EntryNumbers {
  enum Flag : uint8_t {
    kAsks = 1,          // holds a question
    kEndsAsking = 2,    // ends with one
    kSpeaksOfTime = 4,  // "yesterday", "in 2024"
    kSuperseded = 8,    // a newer value stands in its place
  };

  deal::FactKind kind = deal::FactKind::kUnspecified;
  uint8_t flags = 0;
  uint8_t names_inside = 0;  // capitalised words inside a sentence; 255 stands for more
  absl::Time valid_from;
  absl::Time valid_to = absl::InfiniteFuture();
  absl::Time invalidated_at = absl::InfiniteFuture();  // never: InfiniteFuture
  int32_t turn = 0;
  int64_t sequence = 0;
  uint32_t length = 0;      // terms, repeats included
  uint32_t text_bytes = 0;  // of the row's text
  uint64_t text = 0;        // hash of the text: the same text has the same
  int64_t place = 0;        // where its store finds the row; 0: by id. Not among the bytes

  bool Has(Flag flag) const { return (flags & flag) != 0; }
};

struct IndexEntry : EntryNumbers {
  struct TermCount {
    TermHash term = 0;
    uint8_t count = 0;  // 255 stands for more
  };

  // Packed lists, to be compared as they are or opened by UnpackStrings and UnpackHashes.
  std::string calls;  // the row's own call, empty when it has none; then others it has evidence of
  std::string tags;
  std::string names;             // stems of the names of those whose words these are, ascending
  std::vector<TermCount> terms;  // each once
};

std::string PackStrings(const std::vector<std::string>& strings);
std::vector<std::string> UnpackStrings(absl::string_view packed);
// The first of them; empty when there is none.
absl::string_view FirstPacked(absl::string_view packed);
std::vector<TermHash> UnpackHashes(absl::string_view packed);

// Reads rows. Remembers the words it has stemmed; one thread at a time.
class RowAnalyser {
 public:
  IndexEntry Analyse(const FactRow& row);

 private:
  // The hash of a word's stem; 0 for a stop word.
  TermHash TermOf(const std::string& word);

  static constexpr size_t kMaxRememberedWords = 20000;

  Stemmer stemmer_;
  absl::flat_hash_map<std::string, TermHash> words_;
};

// Bytes for a store, in a format that says which it is.
std::string EncodeEntry(const IndexEntry& entry);
// False when `bytes` are of another format, or damaged: the row has to be analysed anew. Reuses
// what `entry` holds.
bool DecodeEntry(absl::string_view bytes, IndexEntry* entry);

}  // namespace throughline::memory

#endif  // THROUGHLINE_SERVICES_MEMORY_DOMAIN_INDEX_ENTRY_H_
