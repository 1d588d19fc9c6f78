#ifndef THROUGHLINE_SERVICES_MEMORY_CONVERT_H_
#define THROUGHLINE_SERVICES_MEMORY_CONVERT_H_

#include <string>

#include "absl/status/statusor.h"
#include "services/memory/domain/commands.h"
#include "throughline/memory/v1/memory_service.pb.h"

// memory.v1 messages to domain values and back. What a message cannot say in domain terms (an enum
// value out of range) is INVALID_ARGUMENT; limits are the domain's to check.
namespace throughline::memory {

// With request_digest set from everything but the idempotency key.
RetainCommand FromProto(const v1::RetainRequest& request);
v1::RetainResponse ToProto(const RetainResult& result);

absl::StatusOr<RowFilter> FromProto(const v1::RowFilter& filter);
absl::StatusOr<RecallQuery> FromProto(const v1::RecallRequest& request);
// cache_hit stays unset.
v1::RecallResponse ToProto(const Recollection& found, bool explain);

v1::CustomerSummary ToProto(const CustomerSummary& summary);
v1::ProfileVersion ToProto(const ProfileRecord& record);
v1::ForgetResponse ToProto(const ForgetReceipt& receipt);

// The page size asked for, `otherwise` for 0. INVALID_ARGUMENT outside 1 to kMaxPageSize.
absl::StatusOr<int> PageSize(int asked, int otherwise);

// What the keys of a customer's recalls begin with: {tenant:customer}:
std::string RecallKeyPrefix(const std::string& tenant, const std::string& customer_id);

// Names a recall in the cache: prefix, version, digest. `today` stands for the time of a
// query that names none, so that "last week" is answered anew each day.
std::string RecallKey(const std::string& tenant, const v1::RecallRequest& request, int64_t version,
                      absl::CivilDay today);

}  // namespace throughline::memory

#endif  // THROUGHLINE_SERVICES_MEMORY_CONVERT_H_
