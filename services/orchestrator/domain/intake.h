#ifndef THROUGHLINE_SERVICES_ORCHESTRATOR_DOMAIN_INTAKE_H_
#define THROUGHLINE_SERVICES_ORCHESTRATOR_DOMAIN_INTAKE_H_

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/context.h"
#include "services/orchestrator/domain/call.h"

namespace throughline::orchestrator {

inline constexpr size_t kMaxIdBytes = 200;

// INVALID_ARGUMENT naming `customer_id` unless it is 1 to kMaxIdBytes bytes without control
// characters.
absl::Status CheckCustomerId(const std::string& customer_id);
// The same for `call_id`.
absl::Status CheckCallId(const std::string& call_id);

// Checks and reads a call: its id and day are settled, its parties named where that can be known.
// INVALID_ARGUMENT names customer_id, call_id, transcript or a party's name. Uses the context's
// tenant and clock only.
absl::StatusOr<AcceptedCall> Accept(const Context& context, const CallSource& source);

}  // namespace throughline::orchestrator

#endif  // THROUGHLINE_SERVICES_ORCHESTRATOR_DOMAIN_INTAKE_H_
