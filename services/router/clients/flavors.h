#ifndef THROUGHLINE_SERVICES_ROUTER_CLIENTS_FLAVORS_H_
#define THROUGHLINE_SERVICES_ROUTER_CLIENTS_FLAVORS_H_

#include "absl/strings/string_view.h"

// What differs among servers that all speak OpenAI's chat completions, as data.
namespace throughline::router {

// How a server takes the JSON schema of an answer. Answers are validated here whatever it does.
enum class JsonMode {
  kObject,        // {"type":"json_object"}
  kSchema,        // {"type":"json_schema","json_schema":{"name","schema"}}
  kObjectSchema,  // {"type":"json_object","schema"}
};

struct Flavor {
  absl::string_view name;
  absl::string_view host;  // tells it by its address; empty: only by its name
  absl::string_view token_limit_field;
  JsonMode json_mode;
  bool takes_stream_options;  // {"include_usage":true}
  bool thinks_in_content;     // reasoning may stand in the text, tagged or before a lone closer
  // Members for models that think: always; and to make them think less. JSON objects or empty.
  absl::string_view thinking_members;
  absl::string_view think_less_members;
  // What takes a model's reasoning_effort: "reasoning_effort", or "reasoning.effort".
  absl::string_view effort_field;
};

inline constexpr absl::string_view kThinkingOff =
    R"({"chat_template_kwargs":{"enable_thinking":false}})";

inline constexpr Flavor kFlavors[] = {
    {"generic", "", "max_tokens", JsonMode::kObject, true, true, "", "", "reasoning_effort"},
    {"openai", "api.openai.com", "max_completion_tokens", JsonMode::kSchema, true, false, "", "",
     "reasoning_effort"},
    // Groq takes reasoning_format for every thinking model but gpt-oss, which always gives its
    // reasoning in a field of its own.
    {"groq", "api.groq.com", "max_completion_tokens", JsonMode::kObject, true, false,
     R"({"reasoning_format":"parsed"})", "", "reasoning_effort"},
    {"openrouter", "openrouter.ai", "max_tokens", JsonMode::kSchema, true, false, "", "",
     "reasoning.effort"},
    {"together", "api.together.xyz", "max_tokens", JsonMode::kObjectSchema, true, true, "", "",
     "reasoning_effort"},
    {"vllm", "", "max_tokens", JsonMode::kSchema, true, true, "", kThinkingOff, "reasoning_effort"},
    // It takes no notice of a schema beside the type, though its manual gives that form, too.
    {"llama.cpp", "", "max_tokens", JsonMode::kSchema, true, true, "", kThinkingOff,
     "reasoning_effort"},
    {"ollama", "", "max_tokens", JsonMode::kSchema, true, true, "", "", "reasoning_effort"},
};

// The flavor of that name; nullptr when there is none.
constexpr const Flavor* FindFlavor(absl::string_view name) {
  for (const Flavor& flavor : kFlavors) {
    if (flavor.name == name) return &flavor;
  }
  return nullptr;
}

// The flavor of the server at `base_url`; the generic one when its host tells nothing.
constexpr const Flavor& FlavorOf(absl::string_view base_url) {
  for (const Flavor& flavor : kFlavors) {
    if (!flavor.host.empty() && base_url.find(flavor.host) != absl::string_view::npos) {
      return flavor;
    }
  }
  return kFlavors[0];
}

}  // namespace throughline::router

#endif  // THROUGHLINE_SERVICES_ROUTER_CLIENTS_FLAVORS_H_
