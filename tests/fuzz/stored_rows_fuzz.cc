// Rows as a store may hand them back after years, or after a disk has rotted: decoding takes any
// message, and what it made of one stays the same when it is stored again.

#include <string>

#include "services/memory/store/codec.h"
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

void CheckRow(fuzz::Input input) {
  const int kind = input.Byte() % 6;
  const std::string bytes = input.Rest();
  if (kind == 0) Check<pb::StoredFact>(bytes);
  if (kind == 1) Check<pb::StoredContribution>(bytes);
  if (kind == 2) Check<pb::StoredState>(bytes);
  if (kind == 3) Check<pb::StoredProfile>(bytes);
  if (kind == 4) Check<pb::StoredReply>(bytes);
  if (kind == 5) Check<pb::StoredHead>(bytes);
}

}  // namespace
}  // namespace throughline::memory::store

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  throughline::memory::store::CheckRow(throughline::fuzz::Input(data, size));
  return 0;
}
