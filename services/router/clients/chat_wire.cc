#include "services/router/clients/chat_wire.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/json/json_text.h"
#include "services/router/clients/json_access.h"

namespace throughline::router {
namespace {

using Json = nlohmann::json;

constexpr char kSchemaName[] = "answer";

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

// A prompt may be long: it is written at once, not by way of a value of JSON.
void AppendMessage(Role role, absl::string_view content, std::string& list) {
  absl::StrAppend(&list, list.empty() ? "" : ",", R"({"role":")", RoleName(role),
                  R"(","content":)");
  json_text::AppendQuoted(content, list);
  list += '}';
}

FinishReason ReadFinish(const std::string& reason) {
  if (reason == "length") return FinishReason::kLength;
  if (reason == "content_filter") return FinishReason::kContentFilter;
  return FinishReason::kStop;
}

// Cached tokens are part of the prompt's, reasoning tokens part of the completion's: never summed.
std::optional<Usage> ReadUsage(const Json& usage) {
  if (!usage.is_object() || !usage.contains("prompt_tokens")) return std::nullopt;
  const int64_t input = CountAt(usage, "prompt_tokens");
  const int64_t output = CountAt(usage, "completion_tokens");
  const int64_t cached =
      std::min(CountAt(At(usage, "prompt_tokens_details"), "cached_tokens"), input);
  const int64_t reasoning =
      std::min(CountAt(At(usage, "completion_tokens_details"), "reasoning_tokens"), output);
  return Usage{.input_uncached_tokens = input - cached,
               .input_cached_tokens = cached,
               .output_visible_tokens = output - reasoning,
               .output_reasoning_tokens = reasoning};
}

// What comes beside text: `words` is a message, or the delta of one.
void ReadChoice(const Json& choice, const Json& words, RawAnswer& answer) {
  const std::string reasoning = TextAt(words, "reasoning");
  answer.reasoning_bytes += static_cast<int64_t>(
      reasoning.empty() ? TextAt(words, "reasoning_content").size() : reasoning.size());
  const std::string finish = TextAt(choice, "finish_reason");
  if (!finish.empty()) answer.finish = ReadFinish(finish);
}

void ReadUsageOf(const Json& json, RawAnswer& answer) {
  std::optional<Usage> usage = ReadUsage(At(json, "usage"));
  if (!usage.has_value()) usage = ReadUsage(At(At(json, "x_groq"), "usage"));
  if (usage.has_value()) answer.usage = usage;
}

class ChatDialect final : public Dialect {
 public:
  explicit ChatDialect(const Flavor& flavor) : flavor_(flavor) {}

  absl::string_view path() const override { return "/chat/completions"; }

  std::vector<std::string> Headers(const std::string& key) const override {
    if (key.empty()) return {};
    return {absl::StrCat("Authorization: Bearer ", key)};
  }

  std::string Body(const ModelCall& call) const override {
    const Request& request = *call.request;
    Json body = {
        {"model", call.model->provider_id},
        {std::string(flavor_.token_limit_field), call.max_output_tokens + call.reasoning_tokens}};
    if (request.temperature.has_value()) body["temperature"] = *request.temperature;
    if (!request.contract.json_schema.empty()) {
      body["response_format"] = ResponseFormat(request.contract.json_schema);
    }
    if (call.stream) {
      body["stream"] = true;
      if (flavor_.takes_stream_options) body["stream_options"] = {{"include_usage", true}};
    }
    AddThinking(call, body);
    const std::string members = json_text::Write(body);
    return absl::StrCat(R"({"messages":[)", Messages(call), "],", members.substr(1));
  }

  void ReadWhole(Json& body, RawAnswer& answer) const override {
    const Json& choices = At(body, "choices");
    if (!choices.is_array() || choices.empty()) {
      answer.error = absl::UnavailableError("the provider's answer has no choices");
      return;
    }
    ReadChoice(choices[0], At(choices[0], "message"), answer);
    if (At(choices[0], "message").is_object()) {
      answer.content = TakeText(body["choices"][0]["message"], "content");
    }
    ReadUsageOf(body, answer);
  }

  void ReadEvent(const Json& event, RawAnswer& answer) const override {
    const Json& choices = At(event, "choices");
    if (choices.is_array() && !choices.empty()) {
      const Json& delta = At(choices[0], "delta");
      const Json& content = At(delta, "content");
      if (content.is_string()) answer.content += content.get_ref<const std::string&>();
      ReadChoice(choices[0], delta, answer);
    }
    ReadUsageOf(event, answer);
  }

  bool MayThinkUntagged(const Model& model) const override {
    return flavor_.thinks_in_content && model.reasoning_tokens > 0;
  }

 private:
  static std::string Messages(const ModelCall& call) {
    size_t bytes = call.last_answer.size();
    for (const Message& message : call.request->messages) bytes += message.content.size();
    std::string list;
    list.reserve(json_text::RoomForQuoted(bytes));
    for (const Message& message : call.request->messages) {
      AppendMessage(message.role, message.content, list);
    }
    if (!call.repair_note.empty()) {
      AppendMessage(Role::kAssistant, call.last_answer, list);
      AppendMessage(Role::kUser, RepairWords(call), list);
    }
    return list;
  }

  static std::string RepairWords(const ModelCall& call) {
    return absl::StrCat("That answer cannot be used: ", call.repair_note,
                        " Give the whole answer again with this put right.");
  }

  Json ResponseFormat(const std::string& schema_text) const {
    const Json schema = Json::parse(schema_text, nullptr, /*allow_exceptions=*/false);
    switch (flavor_.json_mode) {
      case JsonMode::kObject:
        break;
      case JsonMode::kSchema:
        return {{"type", "json_schema"},
                {"json_schema", {{"name", kSchemaName}, {"schema", schema}}}};
      case JsonMode::kObjectSchema:
        return {{"type", "json_object"}, {"schema", schema}};
    }
    return {{"type", "json_object"}};
  }

  void AddThinking(const ModelCall& call, Json& body) const {
    const Model& model = *call.model;
    if (model.reasoning_tokens > 0) {
      const bool is_gpt_oss = absl::StrContains(model.provider_id, "gpt-oss");
      if (!is_gpt_oss) Merge(flavor_.thinking_members, body);
      if (call.think_less && model.reasoning_effort.empty()) {
        Merge(flavor_.think_less_members, body);
      }
    }
    if (model.reasoning_effort.empty()) return;
    const std::string effort = call.think_less ? "low" : model.reasoning_effort;
    if (flavor_.effort_field == "reasoning.effort") {
      body["reasoning"] = {{"effort", effort}};
    } else {
      body[std::string(flavor_.effort_field)] = effort;
    }
  }

  static void Merge(absl::string_view members, Json& body) {
    if (!members.empty()) body.update(Json::parse(members.begin(), members.end()));
  }

  const Flavor& flavor_;
};

}  // namespace

std::unique_ptr<Dialect> MakeChatDialect(const Flavor& flavor) {
  return std::make_unique<ChatDialect>(flavor);
}

}  // namespace throughline::router
