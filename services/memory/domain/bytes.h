#ifndef THROUGHLINE_SERVICES_MEMORY_DOMAIN_BYTES_H_
#define THROUGHLINE_SERVICES_MEMORY_DOMAIN_BYTES_H_

#include <cstdint>
#include <cstring>
#include <string>

#include "absl/strings/string_view.h"

// Numbers and strings as index entries keep them: numbers of fixed size as the processor has them,
// others seven bits a byte.
namespace throughline::memory {

template <typename T>
void AppendFixed(T value, std::string* out) {
  char bytes[sizeof(T)];
  std::memcpy(bytes, &value, sizeof(T));
  out->append(bytes, sizeof(T));
}

inline void AppendVarint(uint64_t value, std::string* out) {
  while (value >= 0x80) {
    out->push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out->push_back(static_cast<char>(value));
}

// Small numbers of either sign are short.
inline void AppendSigned(int64_t value, std::string* out) {
  const uint64_t twice = static_cast<uint64_t>(value) << 1;
  AppendVarint(value < 0 ? ~twice : twice, out);
}

// Behind their size.
inline void AppendBytes(absl::string_view bytes, std::string* out) {
  AppendVarint(bytes.size(), out);
  out->append(bytes.data(), bytes.size());
}

// Takes values off the front of `bytes`; once one is missing, failed() says so and all are 0.
class ByteReader {
 public:
  explicit ByteReader(absl::string_view bytes)
      : next_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  template <typename T>
  T Fixed() {
    T value{};
    if (left() < sizeof(T)) {
      Fail();
      return value;
    }
    std::memcpy(&value, next_, sizeof(T));
    next_ += sizeof(T);
    return value;
  }
  uint64_t Varint() {
    if (next_ != end_ && static_cast<uint8_t>(*next_) < 0x80) return static_cast<uint8_t>(*next_++);
    return LongVarint();
  }
  int64_t Signed() {
    const uint64_t value = Varint();
    return static_cast<int64_t>(value >> 1 ^ (~(value & 1) + 1));
  }
  // A number that is at most `max`.
  uint32_t Varint32(uint64_t max = UINT32_MAX) {
    const uint64_t value = Varint();
    if (value > max) Fail();
    return failed_ ? 0 : static_cast<uint32_t>(value);
  }
  // So many bytes.
  absl::string_view Take(uint64_t size) {
    if (size > left()) Fail();
    if (failed_) return "";
    const absl::string_view taken(next_, size);
    next_ += size;
    return taken;
  }
  // Bytes behind their size.
  absl::string_view Bytes() { return Take(Varint()); }

  size_t left() const { return static_cast<size_t>(end_ - next_); }
  absl::string_view rest() const { return {next_, left()}; }
  bool failed() const { return failed_; }

 private:
  void Fail() {
    failed_ = true;
    next_ = end_;
  }
  uint64_t LongVarint() {
    uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const auto byte = Fixed<uint8_t>();
      value |= static_cast<uint64_t>(byte & 0x7F) << shift;
      if (byte < 0x80) return failed_ ? 0 : value;
    }
    Fail();
    return 0;
  }

  const char* next_;
  const char* end_;
  bool failed_ = false;
};

}  // namespace throughline::memory

#endif  // THROUGHLINE_SERVICES_MEMORY_DOMAIN_BYTES_H_
