// Rules of retention that anybody may have written: taken as they stand, or refused in one line
// that says where.

#include <string>

#include "absl/strings/match.h"
#include "common/retention/rules.h"
#include "tests/fuzz/fuzz_input.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using throughline::fuzz::Expect;
  using throughline::retention::Rules;
  // Longer than what is wrong with any file takes to say.
  constexpr size_t kMaxMessageBytes = 400;
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  const auto rules = Rules::Parse(text, "fuzz.yaml");
  if (!rules.ok()) {
    const absl::string_view message = rules.status().message();
    Expect(absl::StartsWith(message, "fuzz.yaml"), "an error says where it is");
    Expect(message.find_first_of("\r\n") == absl::string_view::npos, "in one line");
    Expect(message.size() <= kMaxMessageBytes, "that can be read");
    return 0;
  }
  Expect(rules->sweep_every() >= absl::Minutes(1) && rules->sweep_every() <= absl::Hours(24 * 7),
         "sweeps come in time");
  for (const absl::string_view tenant : {"acme", "globex", "nobody", ""}) {
    for (const absl::string_view kind :
         {throughline::retention::kCalls, throughline::retention::kTexts,
          throughline::retention::kDecisions, throughline::retention::kJobs,
          throughline::retention::kDeliveries}) {
      const auto days = rules->KeepDays(tenant, kind);
      Expect(!days.has_value() || (*days >= 1 && *days <= throughline::retention::kMaxKeepDays),
             "days are days");
    }
  }
  return 0;
}
