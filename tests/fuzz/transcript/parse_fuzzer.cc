// libFuzzer's way in: any bytes, parsed, must come out sound.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "tests/fuzz/transcript/sound_parse.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string unsound =
      throughline::fuzz::UnsoundnessOfParsing({reinterpret_cast<const char*>(data), size});
  if (!unsound.empty()) {
    std::fprintf(stderr, "%s\n", unsound.c_str());
    std::abort();
  }
  return 0;
}
