#include "services/gateway/problem.h"

#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/base/errors.h"
#include "common/json/json_text.h"

namespace throughline::gateway {
namespace {

using nlohmann::ordered_json;

absl::string_view Title(int http_status) {
  switch (http_status) {
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 409:
      return "Conflict";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 429:
      return "Too Many Requests";
    case 499:
      return "Client Closed Request";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    default:
      return "Internal Server Error";
  }
}

HttpResponse Render(ordered_json problem, int http_status, absl::string_view request_id) {
  problem["requestId"] = std::string(request_id);
  return {.status = http_status,
          .content_type = "application/problem+json",
          .headers = {},
          .body = json_text::Write(problem)};
}

ordered_json Outline(int http_status, absl::string_view detail) {
  return {{"type", "about:blank"},
          {"title", std::string(Title(http_status))},
          {"status", http_status},
          {"detail", std::string(detail)}};
}

}  // namespace

int HttpStatus(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kOk:
      return 200;
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kOutOfRange:
      return 400;
    case absl::StatusCode::kUnauthenticated:
      return 401;
    case absl::StatusCode::kPermissionDenied:
      return 403;
    case absl::StatusCode::kNotFound:
      return 404;
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kAborted:
    case absl::StatusCode::kFailedPrecondition:
      return 409;
    case absl::StatusCode::kResourceExhausted:
      return 429;
    case absl::StatusCode::kCancelled:
      return 499;
    case absl::StatusCode::kUnimplemented:
      return 501;
    case absl::StatusCode::kUnavailable:
      return 503;
    case absl::StatusCode::kDeadlineExceeded:
      return 504;
    default:
      return 500;
  }
}

HttpResponse Problem(const absl::Status& status, absl::string_view request_id) {
  const int http_status = HttpStatus(status.code());
  ordered_json problem =
      Outline(http_status, http_status == 500 ? "something went wrong on our side; quote requestId "
                                                "when you report it"
                                              : status.message());
  if (const auto reason = Reason(status)) problem["reason"] = *reason;
  ordered_json errors = ordered_json::array();
  for (const FieldViolation& violation : FieldViolations(status)) {
    errors.push_back({{"field", violation.field}, {"description", violation.description}});
  }
  if (!errors.empty()) problem["errors"] = std::move(errors);
  HttpResponse response = Render(std::move(problem), http_status, request_id);
  if (const auto delay = RetryAfter(status)) {
    const int64_t seconds = absl::ToInt64Seconds(absl::Ceil(*delay, absl::Seconds(1)));
    response.headers.emplace_back("Retry-After", absl::StrCat(seconds));
  }
  return response;
}

HttpResponse Problem(int http_status, absl::string_view detail, absl::string_view request_id) {
  return Render(Outline(http_status, detail), http_status, request_id);
}

}  // namespace throughline::gateway
