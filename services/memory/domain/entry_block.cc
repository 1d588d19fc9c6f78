#include "services/memory/domain/entry_block.h"

#include <string>

namespace throughline::memory {

IndexEntry EntryOf(const EntryBlock& block, const EntryBlock::Row& row) {
  IndexEntry entry;
  static_cast<EntryNumbers&>(entry) = row;
  entry.calls = std::string(block.calls[row.calls]);
  entry.tags = std::string(block.tags[row.tags]);
  entry.names = std::string(block.names[row.names]);
  entry.terms.reserve(row.term_count);
  for (uint32_t k = row.first_term; k < row.first_term + row.term_count; ++k) {
    entry.terms.push_back({.term = block.terms[block.uses[k].term], .count = block.uses[k].count});
  }
  return entry;
}

void EntryVisitor::VisitBlock(const EntryBlock& block) {
  for (const EntryBlock::Row& row : block.rows) Visit(row.id, EntryOf(block, row));
}

}  // namespace throughline::memory
