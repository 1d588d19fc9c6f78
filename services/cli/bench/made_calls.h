#ifndef THROUGHLINE_SERVICES_CLI_BENCH_MADE_CALLS_H_
#define THROUGHLINE_SERVICES_CLI_BENCH_MADE_CALLS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "throughline/orchestrator/v1/orchestrator_service.pb.h"
#include "throughline/router/v1/router_service.pb.h"

namespace throughline::cli {

// The calls a load run sends: of each customer a series of sales calls, one a day, every one with
// figures of its own. Pure, and the same for the same number.

// Day of the customer's call `number`.
absl::CivilDay DayOfCall(int64_t number);
// The call as a plain transcript; `texts` instead, in turn, when there are any.
std::string MadeTranscript(int64_t number, const std::vector<std::string>& texts);
// The same call as a conversation; customer and conversation id are left to the caller.
throughline::orchestrator::v1::IngestRequest MadeConversation(int64_t number);
// Work for the router: reading the call's facts.
throughline::router::v1::CompleteRequest MadeCompletion(int64_t number);
// A question about the customer.
std::string MadeQuestion(int64_t number);

}  // namespace throughline::cli

#endif  // THROUGHLINE_SERVICES_CLI_BENCH_MADE_CALLS_H_
