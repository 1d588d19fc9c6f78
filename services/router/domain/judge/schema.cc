#include "absl/strings/str_cat.h"
#include "common/json/json_text.h"
#include "services/router/domain/judge/answer.h"
#include "services/router/domain/judge/checks.h"

namespace throughline::router {

Finding CheckSchema(SchemaCache& schemas, Draft& draft) {
  const OutputContract& contract = draft.request.contract;
  const bool wants_json = !contract.json_schema.empty() || !contract.fields.empty() ||
                          draft.request.task != TaskKind::kGeneral;
  draft.visible = draft.reply.text;
  if (!wants_json) return Finding::Skipped();
  absl::StatusOr<nlohmann::json> json =
      json_text::Read<nlohmann::json>(draft.reply.text, kMaxJsonDepth);
  if (!json.ok()) {
    return Finding::Failed(DecisionReason::kSchemaViolation,
                           absl::StrCat("The answer is ", json.status().message(), "."));
  }
  draft.json = *std::move(json);
  draft.from_json = VisibleText(draft.request.task, *draft.json);
  draft.visible = draft.from_json;
  if (contract.json_schema.empty()) {
    if (draft.json->is_object() || draft.json->is_array()) return Finding::Passed("Valid JSON.");
    return Finding::Failed(DecisionReason::kSchemaViolation,
                           "The answer is a bare value, not a JSON object or list.");
  }
  const auto schema = schemas.Get(contract.json_schema);
  if (!schema.ok()) {
    return Finding::Failed(DecisionReason::kSchemaViolation,
                           std::string(schema.status().message()));
  }
  const std::string violation = (*schema)->Violation(*draft.json);
  if (!violation.empty()) return Finding::Failed(DecisionReason::kSchemaViolation, violation);
  return Finding::Passed();
}

}  // namespace throughline::router
