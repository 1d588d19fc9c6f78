#include "services/analyst/domain/contracts.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"

namespace throughline::analyst {
namespace {

using grounding::FieldRule;
using Properties = std::vector<std::pair<absl::string_view, std::string>>;

constexpr char kText[] = R"({"type":"string"})";
constexpr char kFlag[] = R"({"type":"boolean"})";
constexpr char kTexts[] = R"({"type":"array","items":{"type":"string"}})";
constexpr char kShare[] = R"({"type":"number","minimum":0,"maximum":1})";
constexpr char kTime[] = R"({"type":"string","description":"RFC 3339, UTC"})";
constexpr char kDay[] = R"({"type":"string","pattern":"^(\\d{4}-\\d{2}-\\d{2})?$"})";

constexpr absl::string_view kCategories[] = {"UNSPECIFIED", "PRICE",
                                             "BUDGET",      "AUTHORITY",
                                             "NEED",        "TIMING",
                                             "SECURITY",    "COMPLIANCE",
                                             "LEGAL",       "TECHNICAL",
                                             "INTEGRATION", "COMPETITION",
                                             "PROCUREMENT", "CHANGE_MANAGEMENT",
                                             "NONE"};
constexpr absl::string_view kStatuses[] = {"UNSPECIFIED", "RAISED",    "BEING_ADDRESSED",
                                           "RESOLVED",    "WITHDRAWN", "REOPENED"};
constexpr absl::string_view kRoles[] = {"UNSPECIFIED", "ECONOMIC_BUYER", "CO_SIGNER", "APPROVER",
                                        "CHAMPION",    "INFLUENCER",     "USER",      "GATEKEEPER"};
constexpr absl::string_view kStages[] = {"UNSPECIFIED", "DISCOVERY",   "EVALUATION",  "PILOT",
                                         "PROPOSAL",    "NEGOTIATION", "PROCUREMENT", "COMMIT",
                                         "CLOSED_WON",  "CLOSED_LOST", "STALLED"};
constexpr absl::string_view kFactKinds[] = {
    "UNSPECIFIED", "STATEMENT", "PREFERENCE", "PERSONAL",    "COMMITMENT", "TRIGGER", "OBJECTION",
    "BUDGET",      "TIMELINE",  "DECISION",   "STAKEHOLDER", "COMPETITOR", "VERBATIM"};
constexpr absl::string_view kObjectionStatuses[] = {"UNSPECIFIED", "OPEN", "ADDRESSED"};

template <size_t size>
std::string OneOf(absl::string_view prefix, const absl::string_view (&names)[size]) {
  std::vector<std::string> quoted;
  quoted.reserve(size);
  for (const absl::string_view name : names)
    quoted.push_back(absl::StrCat("\"", prefix, name, "\""));
  return absl::StrCat(R"({"type":"string","enum":[)", absl::StrJoin(quoted, ","), "]}");
}

std::string ListOf(absl::string_view item) {
  return absl::StrCat(R"({"type":"array","items":)", item, "}");
}

// No further keys; those in `required` must be there.
std::string Object(const Properties& properties, const std::vector<std::string>& required = {}) {
  std::string text = R"({"type":"object","additionalProperties":false,)";
  if (!required.empty()) {
    absl::StrAppend(&text, "\"required\":[\"", absl::StrJoin(required, "\",\""), "\"],");
  }
  absl::StrAppend(&text, "\"properties\":{");
  absl::StrAppend(&text, absl::StrJoin(properties, ",", [](std::string* out, const auto& property) {
    absl::StrAppend(out, "\"", property.first, "\":", property.second);
  }));
  return absl::StrCat(text, "}}");
}

std::string Ref(absl::string_view name) {
  return absl::StrCat(R"({"$ref":"#/definitions/)", name, "\"}");
}

std::string Evidence() {
  return Object({{"callId", kText},
                 {"turn", R"({"type":"integer","minimum":0})"},
                 {"speaker", kText},
                 {"quote", R"({"type":"string","description":"verbatim words of the turn"})"}});
}

std::string Blocker() {
  const std::string status = OneOf("BLOCKER_STATUS_", kStatuses);
  const std::string transition = Object(
      {{"status", status}, {"at", kTime}, {"evidence", Ref("evidence")}}, {"status", "evidence"});
  return Object({{"id", kText},
                 {"category", OneOf("BLOCKER_CATEGORY_", kCategories)},
                 {"object", kText},
                 {"description", kText},
                 {"status", status},
                 {"owner", kText},
                 {"clearingCondition", kText},
                 {"history", ListOf(transition)}},
                {"category", "object", "status", "history"});
}

std::string Stakeholder() {
  return Object({{"name", kText},
                 {"title", kText},
                 {"organization", kText},
                 {"email", kText},
                 {"role", OneOf("STAKEHOLDER_ROLE_", kRoles)},
                 {"authorityEvidence", ListOf(Ref("evidence"))},
                 {"nominal", kFlag},
                 {"nominalReason", kText},
                 {"decidesProbability", kShare}},
                {"name"});
}

std::string ProfileEntry() {
  return Object({{"text", kText}, {"evidence", Ref("evidence")}, {"at", kTime}}, {"text"});
}

std::string Objection() {
  return Object({{"text", kText},
                 {"status", OneOf("OBJECTION_STATUS_", kObjectionStatuses)},
                 {"howAddressed", kText},
                 {"blockerId", kText},
                 {"evidence", Ref("evidence")},
                 {"at", kTime}},
                {"text"});
}

std::string Profile() {
  const std::string entries = ListOf(Ref("entry"));
  return Object({{"customerId", kText},
                 {"buyingTriggers", entries},
                 {"budget", Ref("entry")},
                 {"objections", ListOf(Objection())},
                 {"preferences", entries},
                 {"personalDetails", entries},
                 {"channelPreference", entries},
                 {"journeyStage", OneOf("JOURNEY_STAGE_", kStages)},
                 {"lastInteraction", Ref("entry")},
                 {"version", R"({"type":["string","integer"]})"}});
}

std::string Fact() {
  return Object({{"id", kText},
                 {"kind", OneOf("FACT_KIND_", kFactKinds)},
                 {"text", kText},
                 {"subject", kText},
                 {"attribute", kText},
                 {"value", kText},
                 {"evidence", ListOf(Ref("evidence"))},
                 {"confidence", kShare},
                 {"validFrom", kTime},
                 {"validTo", kTime},
                 {"recordedAt", kTime},
                 {"supersededBy", kText},
                 {"invalidationReason", kText},
                 {"tags", kTexts}},
                {"kind", "text", "evidence"});
}

// `object` with the definitions its references name.
std::string Schema(std::string object, const Properties& definitions) {
  object.pop_back();
  absl::StrAppend(&object, R"(,"definitions":{)",
                  absl::StrJoin(definitions, ",",
                                [](std::string* out, const auto& definition) {
                                  absl::StrAppend(out, "\"", definition.first,
                                                  "\":", definition.second);
                                }),
                  R"(},"$schema":"http://json-schema.org/draft-07/schema#"})");
  return object;
}

}  // namespace

grounding::OutputContract AnalysisContract() {
  const std::string next_step = Object(
      {{"description", kText}, {"owner", kText}, {"dueDate", kDay}, {"evidence", Ref("evidence")}},
      {"description"});
  const std::string follow_up = Object({{"recipient", kText},
                                        {"cc", kTexts},
                                        {"reason", kText},
                                        {"evidence", ListOf(Ref("evidence"))}});
  const std::string people = ListOf(Ref("stakeholder"));
  const std::string blockers = ListOf(Ref("blocker"));
  grounding::OutputContract contract;
  contract.json_schema =
      Schema(Object({{"primaryBlocker", Ref("blocker")},
                     {"primaryReason", kText},
                     {"openBlockers", blockers},
                     {"resolvedBlockers", blockers},
                     {"decisionMakers", people},
                     {"nominalDecisionMakers", people},
                     {"stakeholders", people},
                     {"nextStep", next_step},
                     {"followUp", follow_up},
                     {"stage", OneOf("JOURNEY_STAGE_", kStages)},
                     {"budget", kText},
                     {"timeline", kText},
                     {"confidence", kShare},
                     {"notASalesCall", kFlag},
                     {"suspiciousContent", ListOf(Ref("evidence"))}}),
             {{"evidence", Evidence()}, {"blocker", Blocker()}, {"stakeholder", Stakeholder()}});
  contract.fields = {{"primaryBlocker.history[].evidence.quote", FieldRule::kQuote},
                     {"openBlockers[].history[].evidence.quote", FieldRule::kQuote},
                     {"resolvedBlockers[].history[].evidence.quote", FieldRule::kQuote},
                     {"decisionMakers[].authorityEvidence[].quote", FieldRule::kQuote},
                     {"nominalDecisionMakers[].authorityEvidence[].quote", FieldRule::kQuote},
                     {"stakeholders[].authorityEvidence[].quote", FieldRule::kQuote},
                     {"nextStep.evidence.quote", FieldRule::kQuote},
                     {"followUp.evidence[].quote", FieldRule::kQuote},
                     {"suspiciousContent[].quote", FieldRule::kQuote},
                     {"decisionMakers[].name", FieldRule::kName},
                     {"nominalDecisionMakers[].name", FieldRule::kName},
                     {"stakeholders[].name", FieldRule::kName},
                     {"followUp.recipient", FieldRule::kName},
                     {"followUp.cc[]", FieldRule::kName}};
  return contract;
}

grounding::OutputContract FactsContract() {
  grounding::OutputContract contract;
  contract.json_schema = Schema(Object({{"facts", ListOf(Fact())}, {"profileChanges", Profile()}}),
                                {{"evidence", Evidence()}, {"entry", ProfileEntry()}});
  contract.fields = {{"facts[].evidence[].quote", FieldRule::kQuote},
                     {"profileChanges.buyingTriggers[].evidence.quote", FieldRule::kQuote},
                     {"profileChanges.budget.evidence.quote", FieldRule::kQuote},
                     {"profileChanges.objections[].evidence.quote", FieldRule::kQuote},
                     {"profileChanges.preferences[].evidence.quote", FieldRule::kQuote},
                     {"profileChanges.personalDetails[].evidence.quote", FieldRule::kQuote},
                     {"profileChanges.channelPreference[].evidence.quote", FieldRule::kQuote},
                     {"profileChanges.lastInteraction.evidence.quote", FieldRule::kQuote}};
  return contract;
}

}  // namespace throughline::analyst
