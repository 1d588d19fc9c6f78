#include "services/router/clients/http_provider.h"

#include <algorithm>
#include <utility>

#include "absl/random/random.h"
#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/base/errors.h"
#include "services/router/clients/answer_stream.h"
#include "services/router/domain/pricing.h"

namespace throughline::router {
namespace {

constexpr absl::Duration kMaxBackoff = absl::Seconds(5);
// How long a key that was refused is left alone.
constexpr absl::Duration kRefusedKeyRest = absl::Minutes(10);
// How much of a model's timeout may be missing when its deadline is held against the model.
constexpr absl::Duration kTimeoutSlack = absl::Milliseconds(20);
// With less time left, another try could only be cut off: a timeout may end a try that much early.
constexpr absl::Duration kLeastTry = absl::Milliseconds(20);

// Full jitter: many routers that failed together do not come back together.
absl::Duration Backoff(absl::Duration first, int tries) {
  absl::BitGen random;
  const absl::Duration most = std::min(first * (1 << std::min(tries, 10)), kMaxBackoff);
  return most * absl::Uniform(random, 0.0, 1.0);
}

int64_t EstimatedUse(const ModelCall& call) {
  int64_t bytes = static_cast<int64_t>(call.last_answer.size());
  for (const Message& message : call.request->messages) {
    bytes += static_cast<int64_t>(message.content.size());
  }
  return EstimateTokens(bytes) + call.max_output_tokens + call.reasoning_tokens;
}

int64_t TokensOf(const Usage& usage) { return usage.InputTokens() + usage.OutputTokens(); }

// How a failed exchange, or a response that is no answer, stands in the record.
UnusedCall Recorded(const ModelCall& call, const http::Exchange& exchange, const RawAnswer& answer,
                    const absl::Status& error) {
  UnusedCall unused{.explanation = std::string(error.message())};
  const bool answered = exchange.response.status == 200;
  const bool is_refused = exchange.response.status != 0 && !answered;
  // An error in the place of an answer costs nothing; what may have been worked on does.
  const bool is_error_only =
      answer.is_reported && answer.content.empty() && !answer.usage.has_value();
  if (exchange.sent && !is_refused && !is_error_only) unused.usage = UsageOf(call, answer);
  const bool broke_off = answered && answer.error.ok() && !answer.finish.has_value();
  if (broke_off || (answered && !exchange.status.ok())) {
    unused.reason = DecisionReason::kTruncated;
    unused.empty_cause = "stream_cut";
  }
  return unused;
}

}  // namespace

// What came of one request.
struct HttpProvider::Try {
  absl::StatusOr<ModelReply> reply = absl::UnknownError("not asked");
  Blame blame = Blame::kPassing;
  absl::Duration retry_after;
  bool began = false;  // text went out live
  UnusedCall unused;   // how a failure is recorded
};

// What came of a call with all its tries.
struct HttpProvider::Outcome {
  ModelResult result = ModelResult(absl::UnknownError("not asked"));
  Blame blame = Blame::kPassing;
};

// Two calls of which the faster counts.
struct HttpProvider::Race {
  void End(size_t leg, Outcome outcome) {
    {
      absl::MutexLock lock(&mutex);
      legs[leg].emplace(std::move(outcome));
      ++ended;
    }
    Wake();
  }
  void Wake() {
    std::function<void(bool)> waiting;
    {
      absl::MutexLock lock(&mutex);
      waiting = std::exchange(waiter, nullptr);
    }
    if (waiting != nullptr) waiting(true);
  }
  // Until `count` legs have ended, or Wake is called.
  Task<bool> Wait(int count) {
    auto begin = [&](std::function<void(bool)> done) {
      {
        absl::MutexLock lock(&mutex);
        if (ended < count) {
          waiter = std::move(done);
          return;
        }
      }
      done(true);
    };
    co_return co_await Completion<bool>(begin);
  }
  bool Won(size_t leg) const { return legs[leg].has_value() && legs[leg]->result.reply.ok(); }

  absl::Mutex mutex;
  std::function<void(bool)> waiter;
  int ended = 0;
  std::optional<Outcome> legs[2];
};

HttpProvider::HttpProvider(Options options, std::unique_ptr<Dialect> dialect, http::Client& client,
                           Timers& timers, const Clock& clock)
    : options_(std::move(options)),
      dialect_(std::move(dialect)),
      client_(client),
      timers_(timers),
      clock_(clock) {
  for (const Model& model : options_.models) {
    lines_[model.name] = std::make_unique<Line>(model, options_.keys, timers_);
  }
}

Task<ModelResult> HttpProvider::Ask(const Context& context, const ModelCall& call) {
  Line& line = *lines_.at(call.model->name);
  if (!line.breaker.Admit(clock_.Now())) {
    co_return absl::UnavailableError(
        absl::StrCat(call.model->name, " failed too often lately; it is asked again within ",
                     absl::FormatDuration(CircuitBreaker::kOpenFor)));
  }
  const bool hedges = call.model->hedge_after > absl::ZeroDuration() && call.live == nullptr;
  // Not as one conditional expression: g++ 12 destroys what co_await gives there twice.
  Outcome outcome;
  if (hedges) {
    outcome = co_await AskHedged(context, call, line);
  } else {
    outcome = co_await AskAdmitted(context, call, line, /*is_hedge=*/false);
  }
  Settle(outcome, line);
  co_return std::move(outcome.result);
}

void HttpProvider::Settle(const Outcome& outcome, Line& line) const {
  if (outcome.result.reply.ok()) {
    line.breaker.Succeeded();
    return;
  }
  switch (outcome.blame) {
    case Blame::kPassing:
    case Blame::kKey:
      line.breaker.Failed(clock_.Now());
      break;
    case Blame::kModel:
      line.breaker.Trip(clock_.Now());
      break;
    case Blame::kLimit:
    case Blame::kRequest:
    case Blame::kTooLong:
    case Blame::kCaller:
      line.breaker.Abandoned();
      break;
  }
}

Task<HttpProvider::Outcome> HttpProvider::AskAdmitted(const Context& context, const ModelCall& call,
                                                      Line& line, bool is_hedge) {
  const int64_t estimated = EstimatedUse(call);
  absl::Status admitted = co_await line.limiter.Enter(context, estimated);
  if (!admitted.ok()) {
    co_return Outcome{.result = ModelResult(std::move(admitted)), .blame = Blame::kLimit};
  }
  Outcome outcome = co_await AskWithRetries(context, call, line, is_hedge);
  int64_t used = outcome.result.reply.ok() ? TokensOf(outcome.result.reply->usage) : 0;
  for (const UnusedCall& unused : outcome.result.unused) used += TokensOf(unused.usage);
  line.limiter.Leave(estimated, used);
  co_return outcome;
}

Task<HttpProvider::Outcome> HttpProvider::AskHedged(const Context& context, const ModelCall& call,
                                                    Line& line) {
  Executor& executor = co_await Here();
  const auto race = std::make_shared<Race>();
  const auto stop = std::make_shared<CancellationSource>();
  const OnCancel forward(context, [stop] { stop->Cancel(); });
  const Context leg_context = context.WithCancellation(stop);
  Start<Outcome>(executor, AskAdmitted(leg_context, call, line, /*is_hedge=*/false),
                 [race](Outcome outcome) { race->End(0, std::move(outcome)); });
  const Timers::Id timer = timers_.After(call.model->hedge_after, [race] { race->Wake(); });
  co_await race->Wait(1);
  timers_.Cancel(timer);
  {
    absl::MutexLock lock(&race->mutex);
    if (race->ended > 0) co_return *std::move(race->legs[0]);
  }
  Start<Outcome>(executor, AskAdmitted(leg_context, call, line, /*is_hedge=*/true),
                 [race](Outcome outcome) { race->End(1, std::move(outcome)); });
  co_await race->Wait(1);
  bool is_won = false;
  {
    absl::MutexLock lock(&race->mutex);
    is_won = race->Won(0) || race->Won(1);
  }
  if (is_won) stop->Cancel();
  co_await race->Wait(2);
  const size_t winner = race->Won(1) && !race->Won(0) ? 1 : 0;
  Outcome used = *std::move(race->legs[winner]);
  Outcome spare = *std::move(race->legs[1 - winner]);
  for (UnusedCall& unused : spare.result.unused) used.result.unused.push_back(std::move(unused));
  if (spare.result.reply.ok()) {
    used.result.unused.push_back({.is_hedge = winner == 0,
                                  .outcome = AttemptOutcome::kRejected,
                                  .reason = DecisionReason::kUnspecified,
                                  .usage = spare.result.reply->usage,
                                  .explanation = "The other of two hedged calls was faster."});
  }
  co_return used;
}

Task<HttpProvider::Outcome> HttpProvider::AskWithRetries(const Context& context,
                                                         const ModelCall& call, Line& line,
                                                         bool is_hedge) {
  const std::string body = dialect_->Body(call);
  Outcome outcome;
  for (int tries = 0; tries < std::min(options_.max_tries, kMaxTries);) {
    const std::optional<KeyRing::Key> key = line.keys.Next(Clock::Real().SteadyNow());
    if (!key.has_value()) {
      const KeyRing::Resting resting = line.keys.First();
      const absl::Duration wait = resting.until - Clock::Real().SteadyNow();
      outcome.blame = absl::IsResourceExhausted(resting.why) ? Blame::kLimit : Blame::kKey;
      outcome.result.reply = WithRetryAfter(resting.why, std::max(wait, absl::ZeroDuration()));
      if (outcome.blame == Blame::kKey || wait + kLeastTry >= context.Remaining()) {
        co_return outcome;
      }
      const bool slept = co_await SleepFor(timers_, context, wait);
      if (!slept) co_return outcome;
      continue;
    }
    Try result = co_await AskOnce(context, call, body, key->value);
    if (result.reply.ok()) {
      outcome.result.reply = std::move(result.reply);
      co_return outcome;
    }
    result.unused.is_hedge = is_hedge;
    outcome.blame = result.blame;
    outcome.result.unused.push_back(result.unused);
    const std::optional<absl::Duration> wait = WaitForNextTry(result, *key, tries, line);
    outcome.result.reply = std::move(result.reply);
    if (!wait.has_value() || *wait + kLeastTry >= context.Remaining()) co_return outcome;
    if (result.blame != Blame::kKey) ++tries;  // of keys there are as many as there are
    if (*wait > absl::ZeroDuration()) {
      const bool slept = co_await SleepFor(timers_, context, *wait);
      if (!slept) co_return outcome;
    }
  }
  co_return outcome;
}

std::optional<absl::Duration> HttpProvider::WaitForNextTry(const Try& failed,
                                                           const KeyRing::Key& key, int tries,
                                                           Line& line) const {
  // Those told to come back at the same time do not all do so.
  const absl::Duration wait = failed.retry_after > absl::ZeroDuration()
                                  ? failed.retry_after + Backoff(options_.first_backoff, 0)
                                  : Backoff(options_.first_backoff, tries);
  const bool is_last = tries + 1 >= std::min(options_.max_tries, kMaxTries);
  switch (failed.blame) {
    case Blame::kPassing:
      if (is_last || failed.began) return std::nullopt;
      return wait;
    case Blame::kLimit:
      // Others with this key wait, too; another key is tried at once.
      line.keys.Rest(key.slot, Clock::Real().SteadyNow() + wait, failed.reply.status());
      if (is_last) return std::nullopt;
      return absl::ZeroDuration();
    case Blame::kKey:
      line.keys.Rest(key.slot, Clock::Real().SteadyNow() + kRefusedKeyRest, failed.reply.status());
      return absl::ZeroDuration();
    case Blame::kModel:
    case Blame::kRequest:
    case Blame::kTooLong:
    case Blame::kCaller:
      return std::nullopt;
  }
  return std::nullopt;
}

Task<HttpProvider::Try> HttpProvider::AskOnce(const Context& context, const ModelCall& call,
                                              const std::string& body, const std::string& key) {
  http::Request request{.url = absl::StrCat(options_.base_url, dialect_->path()),
                        .headers = dialect_->Headers(key),
                        .body = body};
  request.headers.push_back("Content-Type: application/json");
  std::optional<AnswerStream> stream;
  if (call.stream) {
    stream.emplace(*dialect_, call);
    request.on_piece = [&stream](absl::string_view piece) { stream->Append(piece); };
    request.stall_timeout = options_.stall_timeout;
  }
  const absl::Time started = Clock::Real().SteadyNow();
  const http::Exchange exchange = co_await client_.Send(context, std::move(request));
  Try result;
  RawAnswer answer;
  if (exchange.response.status == 200 && stream.has_value()) {
    result.reply = stream->Finish();
    answer = stream->raw();
    result.began = stream->began();
    // Whole is what has an end, even if the connection went before [DONE] came.
    if (result.reply.ok()) co_return result;
  } else if (exchange.response.status == 200 && exchange.status.ok()) {
    ReadWholeBody(*dialect_, exchange.response.body, answer);
    result.reply = ToReply(call, std::move(answer));
    if (result.reply.ok()) co_return result;
  }
  if (!exchange.status.ok()) {
    result.reply = exchange.status;
    const bool in_time = Clock::Real().SteadyNow() - started < call.model->timeout - kTimeoutSlack;
    const bool is_callers = absl::IsCancelled(exchange.status) ||
                            (absl::IsDeadlineExceeded(exchange.status) && in_time);
    if (is_callers || absl::IsInvalidArgument(exchange.status)) result.blame = Blame::kCaller;
  } else if (exchange.response.status != 200) {
    ProviderError error = ReadError(exchange.response, Clock::Real().Now());
    result.reply = std::move(error.status);
    result.blame = error.blame;
    result.retry_after = error.retry_after;
  }
  result.unused = Recorded(call, exchange, answer, result.reply.status());
  result.unused.latency = Clock::Real().SteadyNow() - started;
  if (result.blame == Blame::kTooLong) result.unused.reason = DecisionReason::kCapabilityMissing;
  if (result.blame == Blame::kCaller) result.unused.outcome = AttemptOutcome::kCancelled;
  co_return result;
}

BreakerState HttpProvider::Breaker(absl::string_view model) const {
  const auto line = lines_.find(model);
  return line == lines_.end() ? BreakerState::kClosed : line->second->breaker.State(clock_.Now());
}

ModelLoad HttpProvider::Load(absl::string_view model) const {
  const auto line = lines_.find(model);
  return line == lines_.end() ? ModelLoad{} : line->second->limiter.Load();
}

}  // namespace throughline::router
