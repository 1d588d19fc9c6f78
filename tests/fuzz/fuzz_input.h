#ifndef THROUGHLINE_TESTS_FUZZ_FUZZ_INPUT_H_
#define THROUGHLINE_TESTS_FUZZ_FUZZ_INPUT_H_

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "absl/strings/string_view.h"

namespace throughline::fuzz {

// What a target demands of the code under it: ends the process, which the fuzzer takes for a find.
inline void Expect(bool holds, absl::string_view what) {
  if (holds) return;
  std::fprintf(stderr, "expected: %s\n", std::string(what).c_str());
  std::abort();
}

// Takes an input apart from its front.
class Input {
 public:
  Input(const uint8_t* data, size_t size) : rest_(reinterpret_cast<const char*>(data), size) {}

  // The next byte; 0 at the end.
  uint8_t Byte() {
    if (rest_.empty()) return 0;
    const auto byte = static_cast<uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return byte;
  }
  // Up to the next line of "---", or the rest.
  std::string Part() {
    constexpr absl::string_view kSeparator = "\n---\n";
    const size_t end = rest_.find(kSeparator);
    const std::string part(rest_.substr(0, end));
    rest_.remove_prefix(end == absl::string_view::npos ? rest_.size() : end + kSeparator.size());
    return part;
  }
  std::string Rest() { return std::string(rest_); }

 private:
  absl::string_view rest_;
};

}  // namespace throughline::fuzz

#endif  // THROUGHLINE_TESTS_FUZZ_FUZZ_INPUT_H_
