#ifndef THROUGHLINE_COMMON_RPC_TARGET_H_
#define THROUGHLINE_COMMON_RPC_TARGET_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace throughline::rpc {

// What a channel can be made for: "HOST:PORT" (a name stands for all its addresses), or up to
// kMaxAddresses replicas as "10.0.0.1:50051,10.0.0.2:50051", IPv4 addresses. INVALID_ARGUMENT
// names `flag`.
inline constexpr int kMaxAddresses = 64;
absl::Status CheckTarget(absl::string_view text, absl::string_view flag);

// `target`, which has been checked, as gRPC's resolvers want it.
std::string GrpcTarget(absl::string_view target);

}  // namespace throughline::rpc

#endif  // THROUGHLINE_COMMON_RPC_TARGET_H_
