#ifndef THROUGHLINE_COMMON_RPC_CONNECTION_OPTIONS_H_
#define THROUGHLINE_COMMON_RPC_CONNECTION_OPTIONS_H_

#include <grpcpp/server_builder.h>
#include <grpcpp/support/channel_arguments.h>

#include "absl/time/time.h"

namespace throughline::rpc {

// What both ends of a connection must agree on: a client that pings more often than the server
// allows is sent away with too_many_pings.
inline constexpr int kMaxMessageBytes = 16 * 1024 * 1024;

// Who stands still is found out after both together; whose packets vanish, while there is something
// to send, after the second: it is TCP's own patience as well.
inline constexpr absl::Duration kKeepaliveTime = absl::Seconds(10);
inline constexpr absl::Duration kKeepaliveTimeout = absl::Seconds(10);
inline constexpr absl::Duration kMinPingInterval = absl::Seconds(5);

// Clients look a name up when a connection ends, so this is how soon they find new servers. Calls
// under way stay on the old connection to their end: the grace is longer than any may take.
inline constexpr absl::Duration kMaxConnectionAge = absl::Seconds(20);
inline constexpr absl::Duration kMaxConnectionAgeGrace = absl::Minutes(61);

void ApplyConnectionOptions(grpc::ServerBuilder& builder);
void ApplyConnectionOptions(grpc::ChannelArguments& arguments);

}  // namespace throughline::rpc

#endif  // THROUGHLINE_COMMON_RPC_CONNECTION_OPTIONS_H_
