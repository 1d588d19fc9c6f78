#ifndef THROUGHLINE_SERVICES_ROUTER_CLIENTS_DIALECT_H_
#define THROUGHLINE_SERVICES_ROUTER_CLIENTS_DIALECT_H_

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/http/client.h"
#include "services/router/domain/ports.h"

namespace throughline::router {

// An answer as it came over the wire, whole or growing.
struct RawAnswer {
  std::string content;          // may still hold reasoning
  int64_t reasoning_bytes = 0;  // of reasoning that came in a field of its own
  std::optional<FinishReason> finish;
  std::optional<Usage> usage;  // the last one given counts, never a sum
  absl::Status error;          // why a response of status 200 is no answer
  bool is_reported = false;    // the error is the provider's own
};

// How a family of providers words requests and answers. Stateless and thread-safe.
class Dialect {
 public:
  virtual ~Dialect() = default;

  virtual absl::string_view path() const = 0;  // below the base URL
  // Beside Content-Type. `key` may be empty.
  virtual std::vector<std::string> Headers(const std::string& key) const = 0;
  virtual std::string Body(const ModelCall& call) const = 0;
  // A response of status 200 that came whole; its text may be moved out of `body`.
  virtual void ReadWhole(nlohmann::json& body, RawAnswer& answer) const = 0;
  // The data of one event of a stream.
  virtual void ReadEvent(const nlohmann::json& event, RawAnswer& answer) const = 0;
  // Whether reasoning may begin the text without a tag.
  virtual bool MayThinkUntagged(const Model& model) const = 0;
};

// The reply in a whole answer: reasoning stripped, usage estimated where none was given.
// UNAVAILABLE when it is none: an error, no end; then `answer` is as before.
absl::StatusOr<ModelReply> ToReply(const ModelCall& call, RawAnswer&& answer);

// What an answer that broke off is billed as: the usage given, or an estimate of what was read.
Usage UsageOf(const ModelCall& call, const RawAnswer& answer);

// Reads a whole body of status 200 into `answer`; its error says what is wrong with the body.
void ReadWholeBody(const Dialect& dialect, absl::string_view body, RawAnswer& answer);

// What a failure is to be blamed on; decides what is tried next.
enum class Blame {
  kPassing,  // the same may succeed soon: tried again
  kLimit,    // this key's rate limit: another key, or later
  kKey,      // this key is refused or its account used up: another key
  kModel,    // the model is gone: another model
  kRequest,  // this request alone: another model may take it
  kTooLong,  // the prompt is over the model's context: another model may take it
  kCaller,   // nobody waits any more
};

struct ProviderError {
  absl::Status status;
  Blame blame = Blame::kPassing;
  absl::Duration retry_after;  // what the provider asks for; zero when it does not
};

// What a response of a status other than 200 means, in any of the providers' shapes.
ProviderError ReadError(const http::Response& response, absl::Time now);

// How long Retry-After asks to wait, as seconds or as a date; zero when it does not.
absl::Duration RetryAfterOf(const http::Response& response, absl::Time now);

std::unique_ptr<Dialect> MakeAnthropicDialect();

}  // namespace throughline::router

#endif  // THROUGHLINE_SERVICES_ROUTER_CLIENTS_DIALECT_H_
