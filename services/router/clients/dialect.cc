#include "services/router/clients/dialect.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/json/json_text.h"
#include "services/router/clients/json_access.h"
#include "services/router/domain/pricing.h"
#include "services/router/domain/reasoning.h"

namespace throughline::router {
namespace {

using Json = nlohmann::json;

// How much of a provider's own words an error shows.
constexpr size_t kShownBytes = 200;
constexpr int kMaxAnswerLevels = 100;
constexpr absl::Duration kMaxRetryAfter = absl::Minutes(10);

int64_t PromptBytes(const ModelCall& call) {
  int64_t bytes = static_cast<int64_t>(call.last_answer.size() + call.repair_note.size());
  for (const Message& message : call.request->messages) {
    bytes += static_cast<int64_t>(message.content.size());
  }
  return bytes;
}

std::string Shown(absl::string_view text) {
  std::string shown(text.substr(0, kShownBytes));
  std::replace_if(
      shown.begin(), shown.end(), [](unsigned char c) { return c < 0x20 || c >= 0x7F; }, ' ');
  return shown;
}

// An error as providers word it: {"error":{"message","type","code"}}, {"error":"text"}, or the
// members at the top.
struct ErrorWords {
  std::string message;
  std::string type;
  std::string code;
};

ErrorWords ReadErrorWords(const Json& json) {
  const Json& nested = At(json, "error");
  if (nested.is_string()) return {.message = nested.get<std::string>()};
  const Json& error = nested.is_object() ? nested : json;
  return {.message = TextAt(error, "message"),
          .type = TextAt(error, "type"),
          .code = TextAt(error, "code")};
}

template <size_t N>
bool IsOneOf(absl::string_view word, const absl::string_view (&words)[N]) {
  return std::find(std::begin(words), std::end(words), word) != std::end(words);
}

bool IsBilling(const ErrorWords& words) {
  static constexpr absl::string_view kBilling[] = {"insufficient_quota", "credit_balance_exhausted",
                                                   "billing_hard_limit_reached", "billing_error",
                                                   "insufficient_balance"};
  return IsOneOf(words.code, kBilling) || IsOneOf(words.type, kBilling) ||
         absl::StrContains(words.message, "credit balance is too low");
}

bool IsTooLong(const ErrorWords& words) {
  static constexpr absl::string_view kTooLong[] = {
      "context_length_exceeded", "exceed_context_size_error", "string_above_max_length"};
  static constexpr absl::string_view kPhrases[] = {"maximum context length", "prompt is too long",
                                                   "context window",
                                                   "exceeds the available context"};
  if (IsOneOf(words.code, kTooLong) || IsOneOf(words.type, kTooLong)) return true;
  return std::any_of(std::begin(kPhrases), std::end(kPhrases), [&](absl::string_view phrase) {
    return absl::StrContains(words.message, phrase);
  });
}

bool IsModelGone(int status, const ErrorWords& words) {
  static constexpr absl::string_view kGone[] = {"model_not_found", "model_decommissioned",
                                                "not_found_error", "model_not_available"};
  return status == 404 || status == 410 || IsOneOf(words.code, kGone) || IsOneOf(words.type, kGone);
}

// How long "try again in 5.289s" asks to wait, for those who say it in words only.
absl::Duration RetryAfterInWords(absl::string_view message) {
  constexpr absl::string_view kPhrase = "try again in ";
  const size_t at = message.find(kPhrase);
  if (at == absl::string_view::npos) return absl::ZeroDuration();
  absl::string_view rest = message.substr(at + kPhrase.size());
  size_t end = 0;
  while (end < rest.size() && (absl::ascii_isalnum(rest[end]) || rest[end] == '.')) ++end;
  while (end > 0 && rest[end - 1] == '.') --end;
  absl::Duration wait;
  if (!absl::ParseDuration(rest.substr(0, end), &wait)) return absl::ZeroDuration();
  return std::clamp(wait, absl::ZeroDuration(), kMaxRetryAfter);
}

}  // namespace

Usage UsageOf(const ModelCall& call, const RawAnswer& answer) {
  if (answer.usage.has_value()) return *answer.usage;
  const int64_t visible = static_cast<int64_t>(StripReasoning(answer.content).text.size());
  const int64_t all = static_cast<int64_t>(answer.content.size());
  return {.input_uncached_tokens = EstimateTokens(PromptBytes(call)),
          .output_visible_tokens = EstimateTokens(visible),
          .output_reasoning_tokens = EstimateTokens(all - visible + answer.reasoning_bytes),
          .estimated = true};
}

absl::StatusOr<ModelReply> ToReply(const ModelCall& call, RawAnswer&& answer) {
  if (!answer.error.ok()) return answer.error;
  if (!answer.finish.has_value()) {
    return absl::UnavailableError("the answer broke off: no reason is given for its end");
  }
  ModelReply reply;
  reply.finish = *answer.finish;
  reply.usage = UsageOf(call, answer);
  VisibleAnswer visible = StripReasoning(std::move(answer.content));
  reply.unclosed_reasoning = visible.unclosed;
  reply.stripped_reasoning = visible.stripped || answer.reasoning_bytes > 0;
  const bool wants_json = !call.request->contract.json_schema.empty();
  reply.text = wants_json ? std::string(StripFence(visible.text)) : std::move(visible.text);
  return reply;
}

void ReadWholeBody(const Dialect& dialect, absl::string_view body, RawAnswer& answer) {
  auto read = json_text::Read<Json>(body, kMaxAnswerLevels);
  if (!read.ok() || !read->is_object()) {
    answer.error = absl::UnavailableError("the provider's answer is not JSON in UTF-8");
    return;
  }
  Json& json = *read;
  const Json& error = At(json, "error");
  if (error.is_object() || error.is_string()) {
    answer.is_reported = true;
    answer.error = absl::UnavailableError(
        absl::StrCat("the provider reports: ", Shown(ReadErrorWords(json).message)));
    return;
  }
  dialect.ReadWhole(json, answer);
}

ProviderError ReadError(const http::Response& response, absl::Time now) {
  const ErrorWords words =
      ReadErrorWords(Json::parse(response.body, nullptr, /*allow_exceptions=*/false));
  const std::string message =
      absl::StrCat("the provider answered ", response.status, ": ", Shown(words.message));
  ProviderError error{.status = absl::UnavailableError(message),
                      .retry_after = RetryAfterOf(response, now)};
  const int status = response.status;
  const bool is_refused = status == 401 || status == 402 || status == 403;
  if (IsBilling(words) || is_refused) {
    error.status = status == 429 ? absl::ResourceExhaustedError(message)
                                 : absl::FailedPreconditionError(message);
    error.blame = Blame::kKey;
  } else if (status == 429) {
    error.status = absl::ResourceExhaustedError(message);
    error.blame = Blame::kLimit;
    if (error.retry_after <= absl::ZeroDuration()) {
      error.retry_after = RetryAfterInWords(words.message);
    }
  } else if (status == 408 || status == 498 || status >= 500) {
    error.blame = Blame::kPassing;
  } else if (IsTooLong(words)) {
    error.status = absl::InvalidArgumentError(message);
    error.blame = Blame::kTooLong;
  } else if (IsModelGone(status, words) || (status >= 300 && status < 400)) {
    error.status = absl::FailedPreconditionError(message);
    error.blame = Blame::kModel;
  } else {
    error.status = absl::InvalidArgumentError(message);
    error.blame = Blame::kRequest;
  }
  return error;
}

absl::Duration RetryAfterOf(const http::Response& response, absl::Time now) {
  const auto header = response.headers.find("retry-after");
  if (header == response.headers.end()) return absl::ZeroDuration();
  double seconds = 0;
  absl::Duration wait;
  absl::Time date;
  if (absl::SimpleAtod(header->second, &seconds)) {
    wait = absl::Seconds(seconds);
  } else if (absl::ParseTime("%a, %d %b %Y %H:%M:%S GMT", header->second, &date, nullptr)) {
    wait = date - now;
  }
  return std::clamp(wait, absl::ZeroDuration(), kMaxRetryAfter);
}

}  // namespace throughline::router
