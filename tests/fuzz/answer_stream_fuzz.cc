// A model's answer as it comes over the wire: server-sent events cut anywhere, thinking in all its
// forms. However it is cut, the same comes out.

#include <string>
#include <vector>

#include "services/router/clients/sse.h"
#include "services/router/domain/reasoning.h"
#include "services/router/domain/streamed_text.h"
#include "tests/fuzz/fuzz_input.h"

namespace throughline::router {
namespace {

struct Collected final : TextSink {
  void Send(absl::string_view piece) override { text += std::string(piece); }
  std::string text;
};

std::vector<std::string> Events(absl::string_view stream, size_t piece_bytes) {
  std::vector<std::string> events;
  const auto add = [&](absl::string_view data) { events.emplace_back(data); };
  SseReader reader;
  for (size_t at = 0; at < stream.size(); at += piece_bytes) {
    reader.Append(stream.substr(at, piece_bytes), add);
  }
  reader.Finish(add);
  return events;
}

void CheckText(const std::string& whole, size_t piece_bytes) {
  const VisibleAnswer visible = StripReasoning(whole);
  fuzz::Expect(visible.text.size() <= whole.size(), "stripping adds nothing");
  StripFence(visible.text);
  for (const bool may_think_untagged : {false, true}) {
    Collected out;
    StreamedText text(may_think_untagged, out);
    for (size_t at = 0; at < whole.size(); at += piece_bytes) {
      text.Append(absl::string_view(whole).substr(at, piece_bytes));
    }
    const bool holds = text.Finish(visible.text);
    fuzz::Expect(!holds || out.text == visible.text, "what was streamed is what stripping leaves");
  }
}

void CheckStream(fuzz::Input input) {
  const size_t piece_bytes = input.Byte() % 16 + 1;
  const std::string stream = input.Rest();
  const std::vector<std::string> events = Events(stream, piece_bytes);
  fuzz::Expect(events == Events(stream, stream.size() + 1),
               "events do not depend on how the stream is cut");
  CheckText(stream, piece_bytes);
  for (const std::string& event : events) CheckText(event, piece_bytes);
}

}  // namespace
}  // namespace throughline::router

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  throughline::router::CheckStream(throughline::fuzz::Input(data, size));
  return 0;
}
