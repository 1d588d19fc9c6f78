#ifndef THROUGHLINE_SERVICES_ROUTER_CLIENTS_CHAT_WIRE_H_
#define THROUGHLINE_SERVICES_ROUTER_CLIENTS_CHAT_WIRE_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/http/client.h"
#include "services/router/domain/ports.h"

// OpenAI's chat completions as JSON: what is asked and what comes back. Pure; thread-safe.
namespace throughline::router {

// The body of a request for `call`.
std::string ChatRequestBody(const ModelCall& call);

// The reply in a response of status 200. UNAVAILABLE when the body is no answer: garbage, an error
// object, no choices.
absl::StatusOr<ModelReply> ParseChatResponse(const ModelCall& call, absl::string_view body);

// What a response of another status means. `retry` when the same request may succeed soon.
struct ChatError {
  absl::Status status;
  bool retry = false;
  bool counts_against_model = true;  // false for errors of this request alone
};
ChatError ReadChatError(const http::Response& response);

// How long Retry-After asks to wait, as seconds or as a date; zero when it does not.
absl::Duration RetryAfterOf(const http::Response& response, absl::Time now);

}  // namespace throughline::router

#endif  // THROUGHLINE_SERVICES_ROUTER_CLIENTS_CHAT_WIRE_H_
