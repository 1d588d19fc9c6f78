#include "common/rpc/target.h"

#include <arpa/inet.h>

#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/errors.h"
#include "common/base/host_port.h"
#include "common/base/status_macros.h"

namespace throughline::rpc {
namespace {

bool IsIpv4(const std::string& host) {
  in_addr address{};
  return inet_pton(AF_INET, host.c_str(), &address) == 1;
}

}  // namespace

absl::Status CheckTarget(absl::string_view text, absl::string_view flag) {
  const std::vector<absl::string_view> addresses = absl::StrSplit(text, ',');
  if (addresses.size() == 1) return ParseHostPort(text, flag).status();
  if (addresses.size() > kMaxAddresses) {
    return InvalidField(flag, absl::StrCat("at most ", kMaxAddresses, " addresses"),
                        "use a name that stands for them all");
  }
  for (const absl::string_view address : addresses) {
    ASSIGN_OR_RETURN(const HostPort parsed, ParseHostPort(address, flag));
    if (IsIpv4(parsed.host)) continue;
    return InvalidField(flag, absl::StrCat("IPv4 addresses between commas, got \"", address, "\""),
                        "write them like 10.0.0.1:50051,10.0.0.2:50051, or use one name");
  }
  return absl::OkStatus();
}

std::string GrpcTarget(absl::string_view target) {
  return absl::StrCat(absl::StrContains(target, ',') ? "ipv4:" : "", target);
}

}  // namespace throughline::rpc
