#ifndef THROUGHLINE_COMMON_RPC_CONNECTION_OPTIONS_H_
#define THROUGHLINE_COMMON_RPC_CONNECTION_OPTIONS_H_

#include <grpcpp/server_builder.h>
#include <grpcpp/support/channel_arguments.h>

#include "absl/time/time.h"

namespace throughline::rpc {

// What both ends of a connection must agree on: a client that pings more often than the server
// allows is sent away with too_many_pings.
inline constexpr int kMaxMessageBytes = 16 * 1024 * 1024;
inline constexpr absl::Duration kKeepaliveTime = absl::Seconds(30);
inline constexpr absl::Duration kKeepaliveTimeout = absl::Seconds(10);
inline constexpr absl::Duration kMinPingInterval = absl::Seconds(15);

// Connections are renewed so that clients find new servers; calls under way get the grace.
inline constexpr absl::Duration kMaxConnectionAge = absl::Minutes(5);
inline constexpr absl::Duration kMaxConnectionAgeGrace = absl::Minutes(1);

void ApplyConnectionOptions(grpc::ServerBuilder& builder);
void ApplyConnectionOptions(grpc::ChannelArguments& arguments);

}  // namespace throughline::rpc

#endif  // THROUGHLINE_COMMON_RPC_CONNECTION_OPTIONS_H_
