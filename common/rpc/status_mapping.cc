#include "common/rpc/status_mapping.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/base/errors.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace throughline::rpc {
namespace {

// Trailers beyond some 8 KiB are refused by many clients, which would hide the error.
constexpr size_t kMaxErrorMessageBytes = 1024;
constexpr size_t kMaxDescriptionBytes = 256;
constexpr size_t kMaxWireViolations = 8;

struct CodeNames {
  const char* label;   // go-grpc-prometheus
  const char* reason;  // ErrorInfo's default
};
constexpr CodeNames kCodeNames[] = {
    {"OK", "OK"},
    {"Canceled", "CANCELLED"},
    {"Unknown", "UNKNOWN"},
    {"InvalidArgument", "INVALID_ARGUMENT"},
    {"DeadlineExceeded", "DEADLINE_EXCEEDED"},
    {"NotFound", "NOT_FOUND"},
    {"AlreadyExists", "ALREADY_EXISTS"},
    {"PermissionDenied", "PERMISSION_DENIED"},
    {"ResourceExhausted", "RESOURCE_EXHAUSTED"},
    {"FailedPrecondition", "FAILED_PRECONDITION"},
    {"Aborted", "ABORTED"},
    {"OutOfRange", "OUT_OF_RANGE"},
    {"Unimplemented", "UNIMPLEMENTED"},
    {"Internal", "INTERNAL"},
    {"Unavailable", "UNAVAILABLE"},
    {"DataLoss", "DATA_LOSS"},
    {"Unauthenticated", "UNAUTHENTICATED"},
};

const CodeNames& NamesOf(absl::StatusCode code) {
  const auto index = static_cast<size_t>(code);
  return index < std::size(kCodeNames) ? kCodeNames[index] : NamesOf(absl::StatusCode::kUnknown);
}

bool MayQuoteADriver(absl::StatusCode code) {
  return code == absl::StatusCode::kInternal || code == absl::StatusCode::kUnknown ||
         code == absl::StatusCode::kDataLoss;
}

// At most `limit` bytes, cut before a whole UTF-8 character.
std::string Shorten(absl::string_view text, size_t limit) {
  if (text.size() <= limit) return std::string(text);
  while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xC0) == 0x80) --limit;
  return absl::StrCat(text.substr(0, limit), "…");
}

std::string WireMessage(const absl::Status& status, absl::string_view request_id) {
  if (!MayQuoteADriver(status.code())) return Shorten(status.message(), kMaxErrorMessageBytes);
  if (request_id.empty()) return "internal error; the server's log has the details";
  return absl::StrCat("internal error; the server's log has the details under request_id ",
                      request_id);
}

void AddDetails(const absl::Status& status, google::rpc::Status& wire) {
  google::rpc::ErrorInfo info;
  info.set_reason(Reason(status).value_or(NamesOf(status.code()).reason));
  info.set_domain(kErrorDomain);
  wire.add_details()->PackFrom(info);

  google::rpc::BadRequest bad_request;
  std::vector<FieldViolation> violations = FieldViolations(status);
  violations.resize(std::min(violations.size(), kMaxWireViolations));
  for (const FieldViolation& violation : violations) {
    auto* added = bad_request.add_field_violations();
    added->set_field(Shorten(violation.field, kMaxDescriptionBytes));
    added->set_description(Shorten(violation.description, kMaxDescriptionBytes));
  }
  if (!violations.empty()) wire.add_details()->PackFrom(bad_request);

  if (const std::optional<absl::Duration> delay = RetryAfter(status); delay.has_value()) {
    google::rpc::RetryInfo retry;
    absl::Duration rest;
    retry.mutable_retry_delay()->set_seconds(absl::IDivDuration(*delay, absl::Seconds(1), &rest));
    retry.mutable_retry_delay()->set_nanos(static_cast<int>(absl::ToInt64Nanoseconds(rest)));
    wire.add_details()->PackFrom(retry);
  }
}

absl::Status WithViolations(absl::Status status, const google::rpc::BadRequest& bad_request) {
  std::vector<FieldViolation> violations;
  for (const auto& violation : bad_request.field_violations()) {
    violations.push_back({violation.field(), violation.description()});
  }
  if (violations.empty()) return status;
  const absl::Status carrier = InvalidFields(violations);
  carrier.ForEachPayload(
      [&](absl::string_view url, const absl::Cord& payload) { status.SetPayload(url, payload); });
  return status;
}

}  // namespace

grpc::Status ToGrpc(const absl::Status& status, absl::string_view request_id) {
  if (status.ok()) return grpc::Status::OK;
  google::rpc::Status wire;
  wire.set_code(static_cast<int>(status.code()));
  wire.set_message(WireMessage(status, request_id));
  AddDetails(status, wire);
  return grpc::Status(static_cast<grpc::StatusCode>(status.code()), wire.message(),
                      wire.SerializeAsString());
}

absl::Status FromGrpc(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  absl::Status result(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
  google::rpc::Status wire;
  if (status.error_details().empty() || !wire.ParseFromString(status.error_details())) {
    return result;
  }
  for (const google::protobuf::Any& detail : wire.details()) {
    google::rpc::ErrorInfo info;
    google::rpc::BadRequest bad_request;
    google::rpc::RetryInfo retry;
    if (detail.UnpackTo(&info)) {
      result = WithReason(std::move(result), info.reason());
    } else if (detail.UnpackTo(&bad_request)) {
      result = WithViolations(std::move(result), bad_request);
    } else if (detail.UnpackTo(&retry)) {
      result =
          WithRetryAfter(std::move(result), absl::Seconds(retry.retry_delay().seconds()) +
                                                absl::Nanoseconds(retry.retry_delay().nanos()));
    }
  }
  return result;
}

absl::string_view CodeLabel(absl::StatusCode code) { return NamesOf(code).label; }

}  // namespace throughline::rpc
