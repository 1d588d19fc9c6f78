#ifndef THROUGHLINE_COMMON_RPC_METADATA_H_
#define THROUGHLINE_COMMON_RPC_METADATA_H_

// The metadata keys that travel with every call between services.
namespace throughline::rpc {

inline constexpr char kRequestIdKey[] = "x-request-id";
inline constexpr char kTraceParentKey[] = "traceparent";
inline constexpr char kTenantKey[] = "x-throughline-tenant";

// A longer request id is replaced by one of ours.
inline constexpr int kMaxRequestIdLength = 128;

}  // namespace throughline::rpc

#endif  // THROUGHLINE_COMMON_RPC_METADATA_H_
