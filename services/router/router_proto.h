#ifndef THROUGHLINE_SERVICES_ROUTER_ROUTER_PROTO_H_
#define THROUGHLINE_SERVICES_ROUTER_ROUTER_PROTO_H_

#include <string>

#include "absl/status/statusor.h"
#include "services/router/domain/extractive/analysis/agreed_days.h"
#include "services/router/domain/extractive/clean_sentences.h"
#include "services/router/domain/extractive/language/turn_readings.h"
#include "services/router/domain/judge/source_texts.h"
#include "services/router/domain/ports.h"
#include "services/router/domain/recent_values.h"
#include "services/router/domain/router.h"
#include "services/router/domain/types.h"
#include "throughline/router/v1/router_service.pb.h"

// throughline.router.v1 to the router's own words and back. Pure and thread-safe.
namespace throughline::router {

inline constexpr size_t kMaxMessages = 1000;
inline constexpr size_t kMaxMessageBytes = 4 * 1024 * 1024;
inline constexpr size_t kMaxPhrases = 100;
inline constexpr size_t kMaxFieldRules = 1000;
inline constexpr size_t kMaxIdBytes = 200;
inline constexpr int kMaxPageSize = 1000;

// INVALID_ARGUMENT when the id is longer than kMaxIdBytes.
absl::Status CheckId(absl::string_view value, absl::string_view field);

// What is read of the calls that were asked about last: several requests are about each.
// Thread-safe.
struct RecentCalls {
  RecentValues<extractive::TurnReadings, 16> readings;  // by the transcript's digest
  RecentValues<CallSources, 16> sources;                // by the call's
  RecentValues<extractive::CleanSentences, 16> clean_sentences;
  RecentValues<extractive::SharedAgreedDays, 16> agreed_days;
};

// INVALID_ARGUMENT names the first field that is out of its documented limits.
absl::StatusOr<Request> ReadRequest(const v1::CompleteRequest& proto, RecentCalls& recent);
// The request that a Decide judges; the draft is read by the caller.
absl::StatusOr<Request> ReadRequest(const v1::DecideRequest& proto);
absl::StatusOr<DecisionFilter> ReadFilter(const v1::ListDecisionsRequest& proto);
absl::StatusOr<SpendQuery> ReadSpendQuery(const v1::GetSpendRequest& proto);

v1::Cost ToProto(const Cost& cost);
v1::Usage ToProto(const Usage& usage);
v1::Check ToProto(const Check& check);
v1::Attempt ToProto(const Attempt& attempt);
v1::Decision ToProto(const Decision& decision);
v1::CompleteResponse ToProto(Answer&& answer);
v1::DecideResponse ToProto(const Outlook& outlook);
v1::SpendRow ToProto(const SpendRow& row);
v1::GetSpendResponse ToProto(const Spend& spend);
v1::Budget ToProto(const BudgetState& state);
v1::Model ToProto(const ModelStatus& status);

}  // namespace throughline::router

#endif  // THROUGHLINE_SERVICES_ROUTER_ROUTER_PROTO_H_
