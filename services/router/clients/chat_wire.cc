#include "services/router/clients/chat_wire.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "services/router/domain/pricing.h"
#include "services/router/domain/reasoning.h"

namespace throughline::router {
namespace {

using Json = nlohmann::json;

// How much of a provider's own words an error shows.
constexpr size_t kShownBytes = 200;
constexpr absl::Duration kMaxRetryAfter = absl::Minutes(10);

const char* RoleName(Role role) {
  switch (role) {
    case Role::kSystem:
      return "system";
    case Role::kUser:
      return "user";
    case Role::kAssistant:
      return "assistant";
  }
  return "user";
}

Json Text(Role role, const std::string& content) {
  return {{"role", RoleName(role)}, {"content", content}};
}

const Json& At(const Json& object, const char* key) {
  static const Json& kNull = *new Json();
  if (!object.is_object()) return kNull;
  const auto found = object.find(key);
  return found == object.end() ? kNull : *found;
}

std::string TextAt(const Json& object, const char* key) {
  const Json& value = At(object, key);
  return value.is_string() ? value.get<std::string>() : "";
}

int64_t CountAt(const Json& object, const char* key) {
  const Json& value = At(object, key);
  return value.is_number_integer() ? std::max<int64_t>(value.get<int64_t>(), 0) : 0;
}

FinishReason ReadFinish(const Json& choice) {
  const std::string reason = TextAt(choice, "finish_reason");
  if (reason == "length") return FinishReason::kLength;
  if (reason == "content_filter") return FinishReason::kContentFilter;
  // Without a reason the answer was not ended by the model.
  return reason.empty() ? FinishReason::kCut : FinishReason::kStop;
}

int64_t PromptBytes(const Request& request) {
  int64_t bytes = 0;
  for (const Message& message : request.messages) bytes += message.content.size();
  return bytes;
}

// Cached tokens are part of the prompt's, reasoning tokens part of the completion's: never summed.
Usage ReadUsage(const Json& usage, const ModelCall& call, int64_t visible_bytes,
                int64_t reasoning_bytes) {
  if (!usage.is_object()) {
    return {.input_uncached_tokens = EstimateTokens(PromptBytes(*call.request)),
            .output_visible_tokens = EstimateTokens(visible_bytes),
            .output_reasoning_tokens = EstimateTokens(reasoning_bytes),
            .estimated = true};
  }
  const int64_t input = CountAt(usage, "prompt_tokens");
  const int64_t output = CountAt(usage, "completion_tokens");
  const int64_t cached =
      std::min(CountAt(At(usage, "prompt_tokens_details"), "cached_tokens"), input);
  const int64_t reasoning =
      std::min(CountAt(At(usage, "completion_tokens_details"), "reasoning_tokens"), output);
  return {.input_uncached_tokens = input - cached,
          .input_cached_tokens = cached,
          .output_visible_tokens = output - reasoning,
          .output_reasoning_tokens = reasoning};
}

std::string Shown(absl::string_view text) {
  std::string shown(text.substr(0, kShownBytes));
  std::replace_if(
      shown.begin(), shown.end(), [](unsigned char c) { return c < 0x20 || c >= 0x7F; }, ' ');
  return shown;
}

bool IsBilling(const std::string& code, const std::string& type) {
  return code == "insufficient_quota" || type == "insufficient_quota" ||
         code == "credit_balance_exhausted" || code == "billing_hard_limit_reached";
}

}  // namespace

std::string ChatRequestBody(const ModelCall& call) {
  const Request& request = *call.request;
  Json messages = Json::array();
  for (const Message& message : request.messages) {
    messages.push_back(Text(message.role, message.content));
  }
  if (!call.repair_note.empty()) {
    messages.push_back(Text(Role::kAssistant, call.last_answer));
    messages.push_back(
        Text(Role::kUser, absl::StrCat("That answer cannot be used: ", call.repair_note,
                                       " Give the whole answer again with this put right.")));
  }
  Json body = {{"model", call.model->provider_id},
               {"messages", std::move(messages)},
               {"max_tokens", call.max_output_tokens + call.model->reasoning_tokens}};
  if (request.temperature.has_value()) body["temperature"] = *request.temperature;
  if (!request.contract.json_schema.empty()) body["response_format"] = {{"type", "json_object"}};
  return body.dump(-1, ' ', false, Json::error_handler_t::replace);
}

absl::StatusOr<ModelReply> ParseChatResponse(const ModelCall& call, absl::string_view body) {
  const Json json = Json::parse(body.begin(), body.end(), nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) return absl::UnavailableError("the provider's answer is not JSON");
  if (At(json, "error").is_object()) {
    return absl::UnavailableError(
        absl::StrCat("the provider reports: ", Shown(TextAt(At(json, "error"), "message"))));
  }
  const Json& choices = At(json, "choices");
  if (!choices.is_array() || choices.empty()) {
    return absl::UnavailableError("the provider's answer has no choices");
  }
  const Json& message = At(choices[0], "message");
  const std::string content = TextAt(message, "content");
  std::string reasoning = TextAt(message, "reasoning");
  if (reasoning.empty()) reasoning = TextAt(message, "reasoning_content");
  VisibleAnswer visible = StripReasoning(content);
  ModelReply reply;
  reply.finish = ReadFinish(choices[0]);
  reply.unclosed_reasoning = visible.unclosed;
  const int64_t stripped = static_cast<int64_t>(content.size() - visible.text.size());
  reply.usage = ReadUsage(At(json, "usage"), call, static_cast<int64_t>(visible.text.size()),
                          static_cast<int64_t>(reasoning.size()) + stripped);
  const bool wants_json = !call.request->contract.json_schema.empty();
  reply.text = wants_json ? std::string(StripFence(visible.text)) : std::move(visible.text);
  return reply;
}

ChatError ReadChatError(const http::Response& response) {
  const Json json = Json::parse(response.body, nullptr, /*allow_exceptions=*/false);
  const Json& error = At(json, "error");
  const std::string code = TextAt(error, "code");
  const std::string type = TextAt(error, "type");
  const std::string message = absl::StrCat("the provider answered ", response.status, ": ",
                                           Shown(TextAt(error, "message")));
  ChatError read{.status = absl::UnavailableError(message)};
  if (response.status == 429) {
    read.status = absl::ResourceExhaustedError(message);
    read.retry = !IsBilling(code, type);
    return read;
  }
  if (response.status == 408 || response.status >= 500) {
    read.retry = true;
    return read;
  }
  if (response.status == 401 || response.status == 402 || response.status == 403 ||
      response.status == 404) {
    read.status = absl::FailedPreconditionError(message);
    return read;
  }
  read.status = absl::InvalidArgumentError(message);
  read.counts_against_model = false;
  return read;
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
