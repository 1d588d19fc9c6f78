#ifndef THROUGHLINE_SERVICES_MEMORY_DOMAIN_ENTRY_BLOCK_H_
#define THROUGHLINE_SERVICES_MEMORY_DOMAIN_ENTRY_BLOCK_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"
#include "services/memory/domain/index_entry.h"

namespace throughline::memory {

// Entries of many rows as a store may keep them: what rows share stands once, and rows hold its
// number. All numbers are within what they count; views are of bytes that outlive the block.
struct EntryBlock {
  struct Row : EntryNumbers {
    absl::string_view id;
    uint32_t calls = 0;  // of calls, tags and names
    uint32_t tags = 0;
    uint32_t names = 0;
    uint32_t first_term = 0;  // of uses
    uint32_t term_count = 0;
  };
  struct TermUse {
    uint32_t term = 0;  // of terms
    uint8_t count = 0;  // as in IndexEntry
  };

  std::vector<TermHash> terms;
  // Packed lists, as in IndexEntry.
  std::vector<absl::string_view> calls;
  std::vector<absl::string_view> tags;
  std::vector<absl::string_view> names;
  std::vector<Row> rows;
  std::vector<TermUse> uses;
};

// A row of `block` by itself.
IndexEntry EntryOf(const EntryBlock& block, const EntryBlock::Row& row);

// Takes in entries, one by one or many at a time, in no particular order, each row once.
class EntryVisitor {
 public:
  virtual ~EntryVisitor() = default;

  // About so many rows will come; said before they do, if at all.
  virtual void Expect(size_t /*rows*/) {}
  virtual void Visit(absl::string_view id, const IndexEntry& entry) = 0;
  // Visits every row, unless there is a shorter way.
  virtual void VisitBlock(const EntryBlock& block);
};

}  // namespace throughline::memory

#endif  // THROUGHLINE_SERVICES_MEMORY_DOMAIN_ENTRY_BLOCK_H_
