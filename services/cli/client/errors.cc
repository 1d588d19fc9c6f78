#include "services/cli/client/errors.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/errors.h"
#include "services/cli/output/text.h"

namespace throughline::cli {
namespace {

absl::Status WithMessage(const absl::Status& status, absl::string_view message) {
  absl::Status renamed(status.code(), message);
  status.ForEachPayload([&renamed](absl::string_view type, const absl::Cord& payload) {
    renamed.SetPayload(type, payload);
  });
  return renamed;
}

std::string NextStep(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kDeadlineExceeded:
      return "allow more time with --timeout, or look at the server's log";
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kResourceExhausted: {
      const std::optional<absl::Duration> delay = RetryAfter(status);
      return delay.has_value() ? absl::StrCat("repeat the command in ", Short(*delay))
                               : "repeat the command when less is under way";
    }
    case absl::StatusCode::kUnimplemented:
      return "use a server of this version; see `throughline version`";
    case absl::StatusCode::kNotFound:
      return "check the id; `throughline calls --customer ID` lists the calls of a customer";
    default:
      return "repeat the command, or look at the server's log";
  }
}

}  // namespace

std::string ErrorLine(const absl::Status& status) {
  const std::string message = OneLine(status.message());
  return absl::StrCat("throughline: ",
                      message.empty() ? absl::StatusCodeToString(status.code()) : message);
}

absl::Status Explain(const absl::Status& status, absl::string_view flag,
                     absl::string_view address) {
  if (status.ok()) return status;
  // A server that names a time has answered.
  if (status.code() == absl::StatusCode::kUnavailable && !RetryAfter(status).has_value()) {
    return WithMessage(
        status,
        absl::StrCat(flag, ": expected a Throughline server at ", address, " (", status.message(),
                     "); start one with `throughline serve`, name another with ", flag,
                     ", or its CA with --tls-ca if it speaks TLS"));
  }
  if (absl::StrContains(OneLine(status.message()), "; ")) return status;
  return WithMessage(status, absl::StrCat(status.message(), "; ", NextStep(status)));
}

}  // namespace throughline::cli
