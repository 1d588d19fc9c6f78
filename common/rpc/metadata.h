#ifndef THROUGHLINE_COMMON_RPC_METADATA_H_
#define THROUGHLINE_COMMON_RPC_METADATA_H_

// The metadata keys that travel with every call between services.
namespace throughline::rpc {

inline constexpr char kRequestIdKey[] = "x-request-id";
inline constexpr char kTraceParentKey[] = "traceparent";
inline constexpr char kTenantKey[] = "x-throughline-tenant";
// Who asked at the edge, for the audit log; believed where the tenant is.
inline constexpr char kActorKey[] = "x-throughline-actor";

// A longer actor is left out.
inline constexpr int kMaxActorLength = 128;

// A longer request id is replaced by one of ours.
inline constexpr int kMaxRequestIdLength = 128;

}  // namespace throughline::rpc

#endif  // THROUGHLINE_COMMON_RPC_METADATA_H_
