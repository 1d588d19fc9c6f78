#ifndef THROUGHLINE_SERVICES_ROUTER_CLIENTS_HTTP_PROVIDER_H_
#define THROUGHLINE_SERVICES_ROUTER_CLIENTS_HTTP_PROVIDER_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "common/base/clock.h"
#include "common/base/timers.h"
#include "common/http/client.h"
#include "services/router/clients/dialect.h"
#include "services/router/clients/key_ring.h"
#include "services/router/clients/limiter.h"
#include "services/router/domain/circuit_breaker.h"
#include "services/router/domain/ports.h"

namespace throughline::router {

// A provider reached over HTTP. Each model has a line of its own: limits, keys in turn, a breaker.
// What may pass (429, 408, 5xx, no connection, an answer that broke off) is tried again inside the
// deadline, after the time the provider asks for, with full jitter; billing and bad-request errors
// never are. A key that is refused or limited rests while the others go on. With hedge_after, a
// second call is made when the first takes long; the faster answer counts, both are billed. Once
// live text went out nothing is tried again. Thread-safe; holds no thread while it waits.
class HttpProvider final : public ModelProvider {
 public:
  struct Options {
    std::string base_url;  // "https://api.openai.com/v1", without a slash at the end
    std::vector<std::string> keys;
    std::vector<Model> models;  // those of this provider
    int max_tries = 3;          // of one call, at most kMaxTries
    absl::Duration first_backoff = absl::Milliseconds(200);
    absl::Duration stall_timeout = absl::Seconds(20);  // between two pieces of a stream
  };
  static constexpr int kMaxTries = 10;

  // Borrows `client`, `timers` and `clock`.
  HttpProvider(Options options, std::unique_ptr<Dialect> dialect, http::Client& client,
               Timers& timers, const Clock& clock);

  Task<ModelResult> Ask(const Context& context, const ModelCall& call) override;
  BreakerState Breaker(absl::string_view model) const override;
  ModelLoad Load(absl::string_view model) const override;

 private:
  struct Line {
    Line(const Model& model, const std::vector<std::string>& keys, Timers& timers)
        : limiter(model.limits, timers), keys(keys) {}
    CircuitBreaker breaker;
    Limiter limiter;
    KeyRing keys;
  };
  struct Try;
  struct Outcome;
  struct Race;

  Task<Outcome> AskAdmitted(const Context& context, const ModelCall& call, Line& line,
                            bool is_hedge);
  Task<Outcome> AskHedged(const Context& context, const ModelCall& call, Line& line);
  Task<Outcome> AskWithRetries(const Context& context, const ModelCall& call, Line& line,
                               bool is_hedge);
  Task<Try> AskOnce(const Context& context, const ModelCall& call, const std::string& body,
                    const std::string& key);
  // Whether and after which wait to try again; lets keys rest.
  std::optional<absl::Duration> WaitForNextTry(const Try& failed, const KeyRing::Key& key,
                                               int tries, Line& line) const;
  void Settle(const Outcome& outcome, Line& line) const;

  const Options options_;
  const std::unique_ptr<Dialect> dialect_;
  http::Client& client_;
  Timers& timers_;
  const Clock& clock_;
  absl::flat_hash_map<std::string, std::unique_ptr<Line>> lines_;
};

}  // namespace throughline::router

#endif  // THROUGHLINE_SERVICES_ROUTER_CLIENTS_HTTP_PROVIDER_H_
