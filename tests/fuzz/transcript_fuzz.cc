// Calls in any format and none: whatever is parsed is sound, whatever is refused is told why.

#include <set>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/transcript/parse.h"
#include "common/transcript/text.h"
#include "tests/fuzz/fuzz_input.h"

namespace {

using throughline::fuzz::Expect;
using throughline::transcript::Format;

constexpr int kFormats = static_cast<int>(Format::kUnattributed) + 1;

// A control byte in front asks for a format; without one it is detected.
Format TakeFormat(absl::string_view* bytes) {
  if (bytes->empty() || static_cast<unsigned char>(bytes->front()) >= kFormats) {
    return Format::kUnknown;
  }
  const auto format = static_cast<Format>(bytes->front());
  bytes->remove_prefix(1);
  return format;
}

void ExpectSound(const throughline::transcript::Transcript& call) {
  Expect(!call.turns.empty(), "a turn");
  Expect(call.turns.size() <= throughline::transcript::kMaxTurns, "no more turns than allowed");
  Expect(call.participants.size() <= throughline::transcript::kMaxParticipants,
         "no more participants than allowed");
  std::set<std::string> names = {""};
  for (const auto& person : call.participants) {
    Expect(!person.name.empty(), "participants with names");
    names.insert(person.name);
  }
  int32_t index = 0;
  for (const auto& turn : call.turns) {
    Expect(turn.index == index++, "turns numbered from 0");
    Expect(!turn.text.empty(), "turns with words");
    Expect(turn.text == throughline::transcript::Folded(turn.text), "white space that is folded");
    Expect(names.contains(turn.speaker), absl::StrCat("a participant for ", turn.speaker));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  throughline::transcript::ParseOptions options;
  options.format = TakeFormat(&bytes);
  const auto call = throughline::transcript::Parse(bytes, options);
  if (call.ok()) {
    ExpectSound(*call);
  } else {
    Expect(absl::IsInvalidArgument(call.status()) &&
               absl::StrContains(call.status().message(), "transcript: "),
           absl::StrCat("an error that names the field, not ", call.status().ToString()));
  }
  return 0;
}
