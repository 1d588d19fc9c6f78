#include "services/router/domain/judge/field_rules.h"

#include <algorithm>

namespace throughline::router {
namespace {

std::vector<FieldConstraint> RulesOfTask(TaskKind task) {
  using enum FieldRule;
  switch (task) {
    case TaskKind::kAnalyzeCall:
      return {
          {"primaryBlocker.history[].evidence.quote", kQuote},
          {"openBlockers[].history[].evidence.quote", kQuote},
          {"resolvedBlockers[].history[].evidence.quote", kQuote},
          {"decisionMakers[].authorityEvidence[].quote", kQuote},
          {"nominalDecisionMakers[].authorityEvidence[].quote", kQuote},
          {"stakeholders[].authorityEvidence[].quote", kQuote},
          {"nextStep.evidence.quote", kQuote},
          {"followUp.evidence[].quote", kQuote},
          {"suspiciousContent[].quote", kQuote},
          {"nextStep.dueDate", kNumber},
          {"nextStep.description", kNumber},
          {"budget", kNumber},
          {"timeline", kNumber},
          {"decisionMakers[].name", kName},
          {"nominalDecisionMakers[].name", kName},
          {"stakeholders[].name", kName},
          {"followUp.recipient", kName},
          {"followUp.cc[]", kName},
      };
    case TaskKind::kExtractFacts:
      return {
          {"facts[].evidence[].quote", kQuote},
          {"profileChanges.buyingTriggers[].evidence.quote", kQuote},
          {"profileChanges.budget.evidence.quote", kQuote},
          {"profileChanges.objections[].evidence.quote", kQuote},
          {"profileChanges.preferences[].evidence.quote", kQuote},
          {"profileChanges.personalDetails[].evidence.quote", kQuote},
          {"profileChanges.channelPreference[].evidence.quote", kQuote},
          {"facts[].text", kNumber},
          {"facts[].subject", kName},
      };
    case TaskKind::kWriteEmail:
      return {
          {"claims[].evidence[].quote", kQuote},
          {"subject", kNumber},
          {"body", kNumber},
          {"to[].name", kName},
          {"cc[].name", kName},
      };
    case TaskKind::kGeneral:
      return {};
  }
  return {};
}

}  // namespace

std::vector<FieldConstraint> FieldRulesOf(const Request& request) {
  std::vector<FieldConstraint> rules = request.contract.fields;
  for (FieldConstraint& rule : RulesOfTask(request.task)) {
    const bool known = std::any_of(rules.begin(), rules.end(), [&](const FieldConstraint& other) {
      return other.path == rule.path && other.rule == rule.rule;
    });
    if (!known) rules.push_back(std::move(rule));
  }
  return rules;
}

}  // namespace throughline::router
