#include "services/router/domain/answer_cache.h"

#include "absl/strings/str_cat.h"
#include "common/digest/sha256.h"
#include "services/router/domain/names.h"

namespace throughline::router {
namespace {

// Appends a part so that no two lists of parts look alike.
void Add(std::string& text, absl::string_view part) {
  absl::StrAppend(&text, part.size(), ":", part);
}

std::string Prompt(const Request& request) {
  std::string text;
  for (const Message& message : request.messages) {
    absl::StrAppend(&text, static_cast<int>(message.role));
    Add(text, message.content);
  }
  return text;
}

std::string Contract(const OutputContract& contract) {
  std::string text;
  Add(text, contract.json_schema);
  absl::StrAppend(&text, "|", contract.sources.size());
  for (const std::string& source : contract.sources) Add(text, source);
  absl::StrAppend(&text, "|", contract.fields.size());
  for (const FieldConstraint& field : contract.fields) {
    absl::StrAppend(&text, static_cast<int>(field.rule));
    Add(text, field.path);
  }
  absl::StrAppend(&text, "|", contract.forbidden_phrases.size());
  for (const std::string& phrase : contract.forbidden_phrases) Add(text, phrase);
  absl::StrAppend(&text, "|", contract.required_phrases.size());
  for (const std::string& phrase : contract.required_phrases) Add(text, phrase);
  Add(text, contract.language);
  absl::StrAppend(&text, "|", contract.max_words, "|", contract.ground_numbers);
  return text;
}

std::string Limits(const Request& request) {
  std::string text = absl::StrCat(request.max_output_tokens, "|");
  if (request.temperature.has_value()) absl::StrAppend(&text, *request.temperature);
  for (const Capability capability : request.required_capabilities) {
    absl::StrAppend(&text, "|", static_cast<int>(capability));
  }
  return text;
}

}  // namespace

std::string CacheKey(const Context& context, const Request& request, const Policy& policy) {
  if (policy.CascadeOf(request.task).cache_ttl <= absl::ZeroDuration()) return "";
  if (request.task != TaskKind::kGeneral && (request.email || request.call_digest.empty()))
    return "";
  // The policy's version stands for its models, thresholds and everything else that decides.
  return absl::StrCat("throughline:answer:",
                      Sha256Hex({context.tenant(), Name(request.task), policy.version,
                                 request.model, Prompt(request), request.call_digest,
                                 Contract(request.contract), Limits(request)}));
}

}  // namespace throughline::router
