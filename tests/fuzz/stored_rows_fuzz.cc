// Rows as a store may hand them back after years, or after a disk has rotted: decoding takes any
// message and any pack of entries, and what it made of one stays the same when it is stored again.

#include <map>
#include <string>
#include <vector>

#include "services/memory/store/codec.h"
#include "services/memory/store/entry_packs.h"
#include "services/memory/store/fact_reader.h"
#include "tests/fuzz/fuzz_input.h"

namespace throughline::memory::store {
namespace {

// One row of one kind.
template <typename Stored>
void Check(const std::string& bytes) {
  Stored stored;
  if (!stored.ParseFromString(bytes)) return;
  const std::string once = Encode(Decode(stored)).SerializeAsString();
  Stored again;
  fuzz::Expect(again.ParseFromString(once), "what was encoded can be read");
  fuzz::Expect(Encode(Decode(again)).SerializeAsString() == once, "and stays as it is");
}

// The shorter way to a fact leads to the same row.
void CheckFact(const std::string& bytes) {
  pb::StoredFact stored;
  FactRow row;
  const bool parsed = stored.ParseFromString(bytes);
  fuzz::Expect(ReadFact(bytes, &row) == parsed, "what can be parsed can be read");
  if (!parsed) return;
  const std::string once = Encode(Decode(stored)).SerializeAsString();
  fuzz::Expect(Encode(row).SerializeAsString() == once, "and is the same");
}

void CheckStatements(const std::string& bytes) {
  pb::StoredStatements stored;
  std::vector<Statement> statements;
  const bool parsed = stored.ParseFromString(bytes);
  fuzz::Expect(ReadStatements(bytes, &statements) == parsed, "what can be parsed can be read");
  if (!parsed) return;
  const std::string once = EncodeStatements(DecodeStatements(stored)).SerializeAsString();
  fuzz::Expect(EncodeStatements(statements).SerializeAsString() == once, "and is the same");
}

class Collected final : public EntryVisitor {
 public:
  void Visit(absl::string_view id, const IndexEntry& entry) override {
    entries.push_back({std::string(id), entry});
  }

  std::vector<PendingEntry> entries;
};

// By id, what stands in `entries`.
std::map<std::string, std::string> Contents(const std::vector<PendingEntry>& entries) {
  std::map<std::string, std::string> contents;
  for (const PendingEntry& pending : entries) {
    const std::string place = std::to_string(pending.entry.place);
    fuzz::Expect(contents.emplace(pending.id, place + " " + EncodeEntry(pending.entry)).second,
                 "each fact comes once");
  }
  return contents;
}

void CheckPack(const std::string& bytes) {
  Collected collected;
  std::vector<RowPlace> unread;
  if (!VisitPacks({{.entries = bytes}}, collected, &unread)) return;
  const std::map<std::string, std::string> once = Contents(collected.entries);
  SortForPacks(&collected.entries);
  constexpr size_t kMaxBytes = 200;
  const std::vector<std::string> packs = MakePacks(collected.entries, kMaxBytes);
  std::vector<EntryPack> listed;
  for (const std::string& pack : packs) {
    listed.push_back({.part = static_cast<int64_t>(listed.size()), .entries = pack});
  }
  Collected again;
  fuzz::Expect(VisitPacks(listed, again, &unread), "what was packed can be read");
  fuzz::Expect(Contents(again.entries) == once, "and stays as it is");
}

void CheckRow(fuzz::Input input) {
  const int kind = input.Byte() % 7;
  const std::string bytes = input.Rest();
  if (kind == 0) {
    Check<pb::StoredFact>(bytes);
    CheckFact(bytes);
    CheckStatements(bytes);
  }
  if (kind == 1) Check<pb::StoredContribution>(bytes);
  if (kind == 2) Check<pb::StoredState>(bytes);
  if (kind == 3) Check<pb::StoredProfile>(bytes);
  if (kind == 4) Check<pb::StoredReply>(bytes);
  if (kind == 5) Check<pb::StoredHead>(bytes);
  if (kind == 6) CheckPack(bytes);
}

}  // namespace
}  // namespace throughline::memory::store

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  throughline::memory::store::CheckRow(throughline::fuzz::Input(data, size));
  return 0;
}
