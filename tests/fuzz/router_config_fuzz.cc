// A router configuration that anybody may have written: taken or refused in one line that says
// where.

#include <string>

#include "absl/strings/match.h"
#include "services/router/config.h"
#include "tests/fuzz/fuzz_input.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using throughline::fuzz::Expect;
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  const auto config = throughline::router::ParseConfig(text, "fuzz.yaml");
  if (config.ok()) {
    for (const auto& [task, cascade] : config->policy.cascades) {
      for (const std::string& model : cascade.models) {
        Expect(config->policy.FindModel(model) != nullptr, "cascades name models that are there");
      }
    }
    return 0;
  }
  Expect(absl::StartsWith(config.status().message(), "fuzz.yaml"), "an error says where it is");
  Expect(config.status().message().find_first_of("\r\n") == absl::string_view::npos, "in one line");
  return 0;
}
