// Anthropic's messages: system text apart from the messages, content in blocks, thinking as blocks
// of its own, tokens read from the cache counted beside the prompt's, not in them.
#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/json/json_text.h"
#include "services/router/clients/dialect.h"
#include "services/router/clients/json_access.h"

namespace throughline::router {
namespace {

using Json = nlohmann::json;

constexpr char kVersion[] = "2023-06-01";
constexpr int kMinThinkingTokens = 1024;

FinishReason ReadFinish(const std::string& reason) {
  if (reason == "max_tokens" || reason == "model_context_window_exceeded") {
    return FinishReason::kLength;
  }
  if (reason == "refusal") return FinishReason::kContentFilter;
  return FinishReason::kStop;
}

// Later counts of a stream replace earlier ones member by member.
void ReadUsage(const Json& usage, RawAnswer& answer) {
  if (!usage.is_object()) return;
  Usage read = answer.usage.value_or(Usage{});
  if (usage.contains("input_tokens")) {
    // Written to the cache is billed with the prompt; the price of writing is close to it.
    read.input_uncached_tokens =
        CountAt(usage, "input_tokens") + CountAt(usage, "cache_creation_input_tokens");
    read.input_cached_tokens = CountAt(usage, "cache_read_input_tokens");
  }
  if (usage.contains("output_tokens")) {
    read.output_visible_tokens = CountAt(usage, "output_tokens");
  }
  answer.usage = read;
}

void AppendMessage(Role role, const std::string& content, Json& messages) {
  const char* name = role == Role::kAssistant ? "assistant" : "user";
  // Two messages of one role in a row are refused.
  if (!messages.empty() && messages.back()["role"] == name) {
    messages.back()["content"] =
        absl::StrCat(messages.back()["content"].get<std::string>(), "\n\n", content);
    return;
  }
  messages.push_back({{"role", name}, {"content", content}});
}

class AnthropicDialect final : public Dialect {
 public:
  absl::string_view path() const override { return "/messages"; }

  std::vector<std::string> Headers(const std::string& key) const override {
    std::vector<std::string> headers = {absl::StrCat("anthropic-version: ", kVersion)};
    if (!key.empty()) headers.push_back(absl::StrCat("x-api-key: ", key));
    return headers;
  }

  std::string Body(const ModelCall& call) const override {
    const Request& request = *call.request;
    Json messages = Json::array();
    std::string system;
    for (const Message& message : request.messages) {
      if (message.role == Role::kSystem) {
        absl::StrAppend(&system, system.empty() ? "" : "\n\n", message.content);
      } else {
        AppendMessage(message.role, message.content, messages);
      }
    }
    if (!request.contract.json_schema.empty()) {
      absl::StrAppend(&system, system.empty() ? "" : "\n\n",
                      "Answer with one JSON object that matches this schema and nothing else:\n",
                      request.contract.json_schema);
    }
    if (!call.repair_note.empty()) {
      AppendMessage(Role::kAssistant, call.last_answer, messages);
      AppendMessage(Role::kUser,
                    absl::StrCat("That answer cannot be used: ", call.repair_note,
                                 " Give the whole answer again with this put right."),
                    messages);
    }
    Json body = {{"model", call.model->provider_id},
                 {"max_tokens", call.max_output_tokens + call.reasoning_tokens},
                 {"messages", std::move(messages)}};
    if (!system.empty()) body["system"] = system;
    if (call.stream) body["stream"] = true;
    const bool thinks = call.reasoning_tokens >= kMinThinkingTokens && !call.think_less;
    if (thinks) {
      body["thinking"] = {{"type", "enabled"}, {"budget_tokens", call.reasoning_tokens}};
    } else if (request.temperature.has_value()) {
      body["temperature"] = std::min(*request.temperature, 1.0);  // a thinking model takes none
    }
    return json_text::Write(body);
  }

  void ReadWhole(Json& body, RawAnswer& answer) const override {
    const Json& content = At(body, "content");
    if (!content.is_array()) {
      answer.error = absl::UnavailableError("the provider's answer has no content");
      return;
    }
    for (const Json& block : content) ReadBlock(block, answer);
    ReadStop(body, answer);
    ReadUsage(At(body, "usage"), answer);
  }

  void ReadEvent(const Json& event, RawAnswer& answer) const override {
    const std::string type = TextAt(event, "type");
    if (type == "message_start") {
      ReadUsage(At(At(event, "message"), "usage"), answer);
    } else if (type == "content_block_start") {
      ReadBlock(At(event, "content_block"), answer);
    } else if (type == "content_block_delta") {
      ReadBlock(At(event, "delta"), answer);
    } else if (type == "message_delta") {
      ReadStop(At(event, "delta"), answer);
      ReadUsage(At(event, "usage"), answer);
    }
  }

  bool MayThinkUntagged(const Model&) const override { return false; }

 private:
  static void ReadBlock(const Json& block, RawAnswer& answer) {
    answer.content += TextAt(block, "text");
    answer.reasoning_bytes += static_cast<int64_t>(TextAt(block, "thinking").size());
  }

  static void ReadStop(const Json& object, RawAnswer& answer) {
    const std::string reason = TextAt(object, "stop_reason");
    if (!reason.empty()) answer.finish = ReadFinish(reason);
  }
};

}  // namespace

std::unique_ptr<Dialect> MakeAnthropicDialect() { return std::make_unique<AnthropicDialect>(); }

}  // namespace throughline::router
