#ifndef THROUGHLINE_COMMON_BASE_HOST_PORT_H_
#define THROUGHLINE_COMMON_BASE_HOST_PORT_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace throughline {

struct HostPort {
  std::string host;  // name or address, without brackets
  int port = 0;      // 0..65535

  // "host:port", an IPv6 host in brackets.
  std::string ToString() const;
  friend bool operator==(const HostPort&, const HostPort&) = default;
};

// Reads "localhost:6379", "10.0.0.1:6379" or "[::1]:6379". INVALID_ARGUMENT says which part of
// `text` is wrong and names `field` (the flag or configuration key it came from).
absl::StatusOr<HostPort> ParseHostPort(absl::string_view text, absl::string_view field);

}  // namespace throughline

#endif  // THROUGHLINE_COMMON_BASE_HOST_PORT_H_
