#include "services/router/domain/judge/schema_cache.h"

#include <deque>
#include <exception>
#include <vector>

#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/errors.h"
#include "common/base/status_macros.h"
#include "common/json/json_text.h"
#include "services/router/domain/judge/answer.h"
#include "services/router/domain/judge/schema_patterns.h"

namespace throughline::router {
namespace {

using Json = nlohmann::json;

constexpr char kField[] = "contract.json_schema";

class ValijsonSchema final : public CompiledSchema {
 public:
  // Throws what valijson throws for a document that is no schema.
  ValijsonSchema(const Json& document, SchemaPatterns patterns) : patterns_(std::move(patterns)) {
    valijson::SchemaParser parser(valijson::SchemaParser::kDraft7);
    parser.populateSchema(valijson::adapters::NlohmannJsonAdapter(document), schema_);
  }

  std::string Violation(const Json& json) const override {
    try {
      valijson::Validator validator;
      valijson::ValidationResults results;
      const valijson::adapters::NlohmannJsonAdapter adapter(json);
      if (validator.validate(schema_, adapter, &results)) return patterns_.Violation(json);
      valijson::ValidationResults::Error error;
      if (!results.popError(error)) return "The answer does not match the schema.";
      std::string place;
      for (const std::string& step : error.context) place += step;
      return absl::StrCat("At ", place, ": ", error.description);
    } catch (const std::exception& error) {
      return absl::StrCat("The answer could not be checked: ", error.what());
    }
  }

 private:
  valijson::Schema schema_;
  SchemaPatterns patterns_;
};

// Keywords whose subschemas apply to the same part of the answer as the schema that holds them.
constexpr absl::string_view kInPlace[] = {"allOf", "anyOf", "oneOf", "not", "if", "then", "else"};

// Finds what makes a schema unsafe to run. Walks each schema object once.
class SchemaInspector {
 public:
  explicit SchemaInspector(const Json& document) : document_(document) {}

  absl::Status Inspect() {
    RETURN_IF_ERROR(InspectKeywords(document_));
    for (const Json* schema : schemas_) RETURN_IF_ERROR(FollowInPlace(*schema));
    return absl::OkStatus();
  }

 private:
  absl::Status InspectKeywords(const Json& node) {
    if (node.is_array()) {
      for (const Json& element : node) RETURN_IF_ERROR(InspectKeywords(element));
    }
    if (!node.is_object()) return absl::OkStatus();
    schemas_.push_back(&node);
    for (const auto& [key, value] : node.items()) {
      if (key == "patternProperties" && value.is_object()) {
        return InvalidField(kField, absl::StrCat("a schema without \"", key, "\""),
                            "name the properties instead");
      }
      const bool is_reference = key == "$ref" && value.is_string();
      if (is_reference && !absl::StartsWith(value.get<std::string>(), "#")) {
        return InvalidField(kField, "references within the schema only",
                            absl::StrCat("replace $ref \"", value.get<std::string>(), "\""));
      }
      RETURN_IF_ERROR(InspectKeywords(value));
    }
    return absl::OkStatus();
  }

  // Depth-first over the schemas that apply to the same part of the answer as `schema`.
  absl::Status FollowInPlace(const Json& schema) {
    if (!schema.is_object() || finished_.contains(&schema)) return absl::OkStatus();
    if (!under_way_.insert(&schema).second || under_way_.size() > kMaxChain) {
      return InvalidField(kField, "a schema that does not refer to itself for the same value",
                          "break the cycle of $ref");
    }
    if (const auto ref = schema.find("$ref"); ref != schema.end() && ref->is_string()) {
      ASSIGN_OR_RETURN(const Json* target, Resolve(ref->get<std::string>()));
      RETURN_IF_ERROR(FollowInPlace(*target));
    }
    for (const absl::string_view keyword : kInPlace) {
      const auto found = schema.find(std::string(keyword));
      if (found == schema.end()) continue;
      if (found->is_array()) {
        for (const Json& part : *found) RETURN_IF_ERROR(FollowInPlace(part));
      } else {
        RETURN_IF_ERROR(FollowInPlace(*found));
      }
    }
    under_way_.erase(&schema);
    finished_.insert(&schema);
    return absl::OkStatus();
  }

  absl::StatusOr<const Json*> Resolve(const std::string& reference) const {
    try {
      const Json::json_pointer pointer(reference.substr(1));
      return &document_.at(pointer);
    } catch (const Json::exception&) {
      return InvalidField(kField, "references to existing places",
                          absl::StrCat("correct $ref \"", reference, "\""));
    }
  }

  static constexpr size_t kMaxChain = 256;

  const Json& document_;
  std::vector<const Json*> schemas_;
  absl::flat_hash_set<const Json*> under_way_;
  absl::flat_hash_set<const Json*> finished_;
};

}  // namespace

absl::StatusOr<std::shared_ptr<const CompiledSchema>> CompileSchema(absl::string_view text) {
  if (text.size() > kMaxSchemaBytes) {
    return InvalidField(kField, absl::StrCat("at most ", kMaxSchemaBytes, " bytes"),
                        "shorten the schema");
  }
  absl::StatusOr<Json> document = json_text::Read<Json>(text, kMaxJsonDepth);
  if (!document.ok()) {
    return InvalidField(kField, "a JSON schema (draft 7)",
                        absl::StrCat("it is ", document.status().message()));
  }
  if (!document->is_object()) {
    return InvalidField(kField, "a JSON object", "send the schema itself");
  }
  RETURN_IF_ERROR(SchemaInspector(*document).Inspect());
  try {
    ASSIGN_OR_RETURN(SchemaPatterns patterns, SchemaPatterns::TakeFrom(*document));
    return std::make_shared<const ValijsonSchema>(*document, std::move(patterns));
  } catch (const std::exception& error) {
    return InvalidField(kField, "a JSON schema (draft 7)", error.what());
  }
}

absl::StatusOr<std::shared_ptr<const CompiledSchema>> SchemaCache::Get(const std::string& text) {
  {
    absl::MutexLock lock(&mutex_);
    const auto found = schemas_.find(text);
    if (found != schemas_.end()) return found->second;
  }
  ASSIGN_OR_RETURN(std::shared_ptr<const CompiledSchema> schema, CompileSchema(text));
  absl::MutexLock lock(&mutex_);
  // Callers that make up a new schema for every request must not grow the process.
  if (schemas_.size() >= kMaxSchemas) schemas_.clear();
  return schemas_.emplace(text, std::move(schema)).first->second;
}

}  // namespace throughline::router
