#include "common/base/host_port.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/base/errors.h"

namespace throughline {
namespace {

constexpr int kMaxPort = 65535;
constexpr absl::string_view::size_type kNotFound = absl::string_view::npos;

absl::Status Malformed(absl::string_view text, absl::string_view field, absl::string_view why) {
  return InvalidField(field, absl::StrCat("HOST:PORT, got \"", text, "\": ", why),
                      "write it like 127.0.0.1:6379 or [::1]:6379");
}

}  // namespace

std::string HostPort::ToString() const {
  if (host.find(':') != std::string::npos) return absl::StrCat("[", host, "]:", port);
  return absl::StrCat(host, ":", port);
}

absl::StatusOr<HostPort> ParseHostPort(absl::string_view text, absl::string_view field) {
  const auto colon = text.rfind(':');
  if (colon == kNotFound) return Malformed(text, field, "the port is missing");
  absl::string_view host = text.substr(0, colon);
  const absl::string_view port_text = text.substr(colon + 1);
  if (absl::ConsumePrefix(&host, "[")) {
    if (!absl::ConsumeSuffix(&host, "]")) {
      return Malformed(text, field, "the closing bracket is missing");
    }
  } else if (host.find(':') != kNotFound) {
    return Malformed(text, field, "an IPv6 host needs brackets");
  }
  if (host.empty()) return Malformed(text, field, "the host is missing");
  if (host.find_first_of("[]/ \t\n@") != kNotFound) {
    return Malformed(text, field, "the host holds a character that no host name has");
  }
  int port = 0;
  if (!absl::SimpleAtoi(port_text, &port) || port < 0 || port > kMaxPort) {
    return Malformed(text, field, "the port is not a number from 0 to 65535");
  }
  return HostPort{std::string(host), port};
}

}  // namespace throughline
