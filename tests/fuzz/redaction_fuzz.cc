// Personal data taken out of any text comes back, whole or in pieces, and is not there meanwhile.

#include <string>
#include <vector>

#include "services/router/domain/redaction/redaction.h"
#include "tests/fuzz/fuzz_input.h"

namespace throughline::router {
namespace {

void CheckRedaction(fuzz::Input input) {
  using fuzz::Expect;
  const size_t piece_bytes = input.Byte() % 32 + 1;
  const std::string text = input.Rest();
  const std::vector<PersonalData> kinds(kEveryPersonalData.begin(), kEveryPersonalData.end());

  size_t end = 0;
  for (const PersonalSpan& span : FindPersonalSpans(text, kinds)) {
    Expect(span.begin >= end && span.begin < span.end && span.end <= text.size(),
           "places in order, inside the text, apart from each other");
    end = span.end;
  }
  Redaction redaction(kinds);
  redaction.Avoid(text);
  const std::string redacted = redaction.Redact(text);
  Expect(redaction.Restore(redacted) == text, "what was taken out comes back");
  StreamedRestore streamed(redaction);
  std::string restored;
  for (size_t at = 0; at < redacted.size(); at += piece_bytes) {
    restored += streamed.Append(absl::string_view(redacted).substr(at, piece_bytes));
  }
  restored += streamed.Finish();
  Expect(restored == text, "in pieces, too");
}

}  // namespace
}  // namespace throughline::router

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  throughline::router::CheckRedaction(throughline::fuzz::Input(data, size));
  return 0;
}
