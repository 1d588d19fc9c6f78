#include "services/router/clients/openai_provider.h"

#include <algorithm>
#include <utility>

#include "absl/random/random.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "services/router/clients/chat_wire.h"

namespace throughline::router {
namespace {

constexpr absl::Duration kMaxBackoff = absl::Seconds(5);

// Full-width jitter keeps many routers from asking again in step.
absl::Duration Backoff(absl::Duration first, int tries) {
  absl::BitGen random;
  const absl::Duration wait = std::min(first * (1 << std::min(tries, 10)), kMaxBackoff);
  return wait * absl::Uniform(random, 0.8, 1.2);
}

// False when the caller's time ends before `wait` does.
bool Wait(const Context& context, absl::Duration wait) {
  if (wait >= context.Remaining()) return false;
  auto cancelled = std::make_shared<absl::Notification>();
  const OnCancel on_cancel(context, [cancelled] { cancelled->Notify(); });
  return !cancelled->WaitForNotificationWithTimeout(wait);
}

}  // namespace

// What came of one request.
struct OpenAiProvider::Try {
  absl::StatusOr<ModelReply> reply = absl::UnknownError("not asked");
  bool retry = false;
  bool counts_against_model = true;
  absl::Duration wait;  // what the provider asks for
};

OpenAiProvider::OpenAiProvider(Options options, http::Client& client, const Clock& clock)
    : options_(std::move(options)), client_(client), clock_(clock) {
  for (const std::string& model : options_.models) {
    breakers_[model] = std::make_unique<CircuitBreaker>();
  }
}

Task<ModelResult> OpenAiProvider::Ask(const Context& context, const ModelCall& call) {
  CircuitBreaker& breaker = *breakers_.at(call.model->name);
  if (!breaker.Admit(clock_.Now())) {
    co_return absl::UnavailableError(
        absl::StrCat(call.model->name, " failed too often lately; it is asked again within ",
                     absl::FormatDuration(CircuitBreaker::kOpenFor)));
  }
  co_return AskWithRetries(context, call, breaker);
}

absl::StatusOr<ModelReply> OpenAiProvider::AskWithRetries(const Context& context,
                                                          const ModelCall& call,
                                                          CircuitBreaker& breaker) const {
  const std::string body = ChatRequestBody(call);
  for (int tries = 0;; ++tries) {
    Try result = AskOnce(context, call, body);
    if (result.reply.ok()) {
      breaker.Succeeded();
      return std::move(result.reply);
    }
    const absl::Duration wait = std::max(result.wait, Backoff(options_.first_backoff, tries));
    const bool again = result.retry && tries + 1 < options_.max_tries && Wait(context, wait);
    if (again) continue;
    if (result.counts_against_model) {
      breaker.Failed(clock_.Now());
    } else {
      breaker.Abandoned();
    }
    return std::move(result.reply);
  }
}

OpenAiProvider::Try OpenAiProvider::AskOnce(const Context& context, const ModelCall& call,
                                            const std::string& body) const {
  http::Request request{.url = absl::StrCat(options_.base_url, "/chat/completions"),
                        .headers = {"Content-Type: application/json"},
                        .body = body};
  if (!options_.api_key.empty()) {
    request.headers.push_back(absl::StrCat("Authorization: Bearer ", options_.api_key));
  }
  const absl::StatusOr<http::Response> response = client_.Post(context, std::move(request));
  if (!response.ok()) {
    const bool is_callers = absl::IsCancelled(response.status());
    return {.reply = response.status(),
            .retry = absl::IsUnavailable(response.status()),
            .counts_against_model = !is_callers};
  }
  if (response->status == 200) return {.reply = ParseChatResponse(call, response->body)};
  ChatError error = ReadChatError(*response);
  return {.reply = std::move(error.status),
          .retry = error.retry,
          .counts_against_model = error.counts_against_model,
          .wait = RetryAfterOf(*response, clock_.Now())};
}

BreakerState OpenAiProvider::Breaker(absl::string_view model) const {
  const auto breaker = breakers_.find(model);
  return breaker == breakers_.end() ? BreakerState::kClosed : breaker->second->State(clock_.Now());
}

}  // namespace throughline::router
