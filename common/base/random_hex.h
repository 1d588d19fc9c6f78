#ifndef THROUGHLINE_COMMON_BASE_RANDOM_HEX_H_
#define THROUGHLINE_COMMON_BASE_RANDOM_HEX_H_

#include <cstddef>
#include <string>

namespace throughline {

// `bytes` random bytes as lowercase hex. Unique enough for request and trace ids; not a secret.
// Thread-safe.
std::string RandomHex(size_t bytes);

}  // namespace throughline

#endif  // THROUGHLINE_COMMON_BASE_RANDOM_HEX_H_
