#ifndef THROUGHLINE_SERVICES_ROUTER_CLIENTS_OPENAI_PROVIDER_H_
#define THROUGHLINE_SERVICES_ROUTER_CLIENTS_OPENAI_PROVIDER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "common/base/clock.h"
#include "common/http/client.h"
#include "services/router/domain/circuit_breaker.h"
#include "services/router/domain/ports.h"

namespace throughline::router {

// A provider that speaks OpenAI's chat completions over HTTP: OpenAI, Groq, vLLM, llama.cpp, Ollama
// and the like. Retries what may pass (429, 408, 5xx, no connection) with jitter and Retry-After
// inside the deadline; never billing or bad-request errors. One breaker a model. Thread-safe.
class OpenAiProvider final : public ModelProvider {
 public:
  struct Options {
    std::string base_url;  // "https://api.openai.com/v1", without a slash at the end
    std::string api_key;   // empty: none is sent
    std::vector<std::string> models;
    int max_tries = 3;
    absl::Duration first_backoff = absl::Milliseconds(200);
  };

  // Borrows `client` and `clock`.
  OpenAiProvider(Options options, http::Client& client, const Clock& clock);

  // UNAVAILABLE, RESOURCE_EXHAUSTED (429), FAILED_PRECONDITION (key, model or account) or
  // INVALID_ARGUMENT (this request) as the provider answers; UNAVAILABLE while the breaker is open.
  Task<ModelResult> Ask(const Context& context, const ModelCall& call) override;
  BreakerState Breaker(absl::string_view model) const override;

 private:
  struct Try;

  Try AskOnce(const Context& context, const ModelCall& call, const std::string& body) const;
  absl::StatusOr<ModelReply> AskWithRetries(const Context& context, const ModelCall& call,
                                            CircuitBreaker& breaker) const;

  const Options options_;
  http::Client& client_;
  const Clock& clock_;
  absl::flat_hash_map<std::string, std::unique_ptr<CircuitBreaker>> breakers_;
};

}  // namespace throughline::router

#endif  // THROUGHLINE_SERVICES_ROUTER_CLIENTS_OPENAI_PROVIDER_H_
