#include "services/router/domain/judge/schema_patterns.h"

#include <re2/re2.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/errors.h"
#include "common/base/status_macros.h"

namespace throughline::router {
namespace {

using Json = nlohmann::json;

constexpr char kField[] = "contract.json_schema";
// RE2 needs memory for a pattern; contracts need little ones.
constexpr int64_t kMaxPatternMemoryBytes = 1 << 20;

bool IsConditional(const std::string& keyword) {
  return keyword == "anyOf" || keyword == "oneOf" || keyword == "not" || keyword == "if" ||
         keyword == "then" || keyword == "else" || keyword == "contains" ||
         keyword == "dependencies";
}

void Strip(Json& schema) {
  if (schema.is_object()) {
    const auto pattern = schema.find("pattern");
    if (pattern != schema.end() && pattern->is_string()) schema.erase(pattern);
  }
  if (!schema.is_structured()) return;
  for (Json& child : schema) Strip(child);
}

const Json* Find(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found == object.end() ? nullptr : &*found;
}

}  // namespace

SchemaPatterns::SchemaPatterns() = default;
SchemaPatterns::SchemaPatterns(SchemaPatterns&&) noexcept = default;
SchemaPatterns::~SchemaPatterns() = default;

absl::StatusOr<SchemaPatterns> SchemaPatterns::TakeFrom(Json& schema) {
  SchemaPatterns patterns;
  RETURN_IF_ERROR(patterns.Collect(schema, /*conditional=*/false));
  if (patterns.compiled_.empty()) return patterns;
  patterns.document_ = schema;
  for (const Json& part : patterns.document_) patterns.NoteWhetherItLeads(part);
  Strip(schema);
  return patterns;
}

absl::Status SchemaPatterns::Collect(const Json& schema, bool conditional) {
  if (schema.is_object()) {
    const Json* pattern = Find(schema, "pattern");
    if (pattern != nullptr && pattern->is_string()) {
      const std::string& text = pattern->get_ref<const std::string&>();
      if (conditional) {
        return InvalidField(kField, "no \"pattern\" below anyOf, oneOf, not, if or contains",
                            absl::StrCat("move \"", text, "\" out of it"));
      }
      RE2::Options options(RE2::Quiet);
      options.set_max_mem(kMaxPatternMemoryBytes);
      auto compiled = std::make_unique<RE2>(text, options);
      if (!compiled->ok()) {
        return InvalidField(kField, "patterns in RE2's syntax",
                            absl::StrCat("correct \"", text, "\": ", compiled->error()));
      }
      compiled_[text] = std::move(compiled);
    }
    for (const auto& [keyword, child] : schema.items()) {
      RETURN_IF_ERROR(Collect(child, conditional || IsConditional(keyword)));
    }
  } else if (schema.is_array()) {
    for (const Json& child : schema) RETURN_IF_ERROR(Collect(child, conditional));
  }
  return absl::OkStatus();
}

const Json& SchemaPatterns::TargetOf(const Json& reference) const {
  return document_.at(Json::json_pointer(reference.get_ref<const std::string&>().substr(1)));
}

bool SchemaPatterns::NoteWhetherItLeads(const Json& schema) {
  if (!schema.is_structured()) return false;
  // What refers back to itself counts as leading somewhere.
  const auto [found, fresh] = leads_to_pattern_.try_emplace(&schema, true);
  if (!fresh) return found->second;
  bool leads = false;
  if (schema.is_object()) {
    const Json* pattern = Find(schema, "pattern");
    const Json* reference = Find(schema, "$ref");
    leads = pattern != nullptr && pattern->is_string();
    if (reference != nullptr && reference->is_string()) {
      leads = NoteWhetherItLeads(TargetOf(*reference)) || leads;
    }
  }
  for (const Json& child : schema) leads = NoteWhetherItLeads(child) || leads;
  leads_to_pattern_[&schema] = leads;
  return leads;
}

std::string SchemaPatterns::Violation(const Json& json) const {
  return compiled_.empty() ? "" : Check(document_, json, "");
}

// Goes down as deep as the answer does: a reference that goes no deeper is known not to circle.
std::string SchemaPatterns::Check(const Json& schema, const Json& value,
                                  const std::string& place) const {
  if (!schema.is_object()) return "";
  const auto leads = leads_to_pattern_.find(&schema);
  if (leads != leads_to_pattern_.end() && !leads->second) return "";
  if (const Json* reference = Find(schema, "$ref"); reference && reference->is_string()) {
    const std::string problem = Check(TargetOf(*reference), value, place);
    if (!problem.empty()) return problem;
  }
  if (const Json* parts = Find(schema, "allOf"); parts && parts->is_array()) {
    for (const Json& part : *parts) {
      const std::string problem = Check(part, value, place);
      if (!problem.empty()) return problem;
    }
  }
  if (const Json* pattern = Find(schema, "pattern"); pattern && value.is_string()) {
    const auto compiled = compiled_.find(pattern->get<std::string>());
    if (compiled != compiled_.end() &&
        !RE2::PartialMatch(value.get_ref<const std::string&>(), *compiled->second)) {
      return absl::StrCat("At ", place, ": does not match ", compiled->first);
    }
  }
  if (const Json* properties = Find(schema, "properties"); properties && value.is_object()) {
    for (const auto& [key, child] : value.items()) {
      const Json* below = Find(*properties, key.c_str());
      if (below == nullptr) below = Find(schema, "additionalProperties");
      if (below == nullptr) continue;
      const std::string problem = Check(*below, child, absl::StrCat(place, "[", key, "]"));
      if (!problem.empty()) return problem;
    }
  }
  if (const Json* items = Find(schema, "items"); items && items->is_object() && value.is_array()) {
    for (size_t i = 0; i < value.size(); ++i) {
      const std::string problem = Check(*items, value[i], absl::StrCat(place, "[", i, "]"));
      if (!problem.empty()) return problem;
    }
  }
  return "";
}

}  // namespace throughline::router
