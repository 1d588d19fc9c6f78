#include "services/router/domain/judge/judge.h"

#include <functional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/base/status_macros.h"
#include "services/router/domain/draft_scorer.h"
#include "services/router/domain/judge/call_score.h"
#include "services/router/domain/judge/checks.h"

namespace throughline::router {
namespace {

Score ScoreDraft(const Draft& draft) {
  const ReadPrompt* question = draft.sources.question();
  if (question == nullptr) return ScoreCallAnswer(draft);
  const DraftScore score = ScoreGeneralDraft(*question, draft.reply.text);
  return {.value = score.value, .explanation = score.explanation};
}

}  // namespace

absl::Status Judge::Validate(const OutputContract& contract) {
  if (contract.json_schema.empty()) return absl::OkStatus();
  return schemas_.Get(contract.json_schema).status();
}

Verdict Judge::Assess(const Request& request, const Sources& sources, const ModelReply& reply,
                      double threshold) {
  Draft draft{.request = request, .sources = sources, .reply = reply, .json = {}, .visible = {}};
  const std::function<Finding()> gates[] = {
      [&] { return CheckIntegrity(draft); }, [&] { return CheckSchema(schemas_, draft); },
      [&] { return CheckQuotes(draft); },    [&] { return CheckNumbers(draft); },
      [&] { return CheckNames(draft); },     [&] { return CheckKnownState(draft); },
      [&] { return CheckLeaks(draft); },     [&] { return CheckStyle(draft); },
  };
  Verdict verdict;
  size_t name = 0;
  for (const auto& gate : gates) {
    Finding finding = gate();
    verdict.checks.push_back({.name = std::string(kCheckNames[name++]),
                              .result = finding.result,
                              .explanation = finding.explanation});
    if (finding.result == CheckResult::kFailed) {
      verdict.reason = finding.reason;
      verdict.explanation = std::move(finding.explanation);
      return verdict;
    }
  }
  verdict.gates_passed = true;
  const Score score = ScoreDraft(draft);
  verdict.score = score.value;
  const bool enough = score.value >= threshold;
  verdict.reason = enough ? DecisionReason::kChecksPassed : DecisionReason::kLowScore;
  verdict.checks.push_back(
      {.name = std::string(kCheckNames[name]),
       .result = enough ? CheckResult::kPassed : CheckResult::kFailed,
       .explanation = absl::StrFormat("%.2f where %.2f is needed. %s", score.value, threshold,
                                      score.explanation)});
  verdict.explanation = verdict.checks.back().explanation;
  if (enough) verdict.explanation = absl::StrCat("Every check passed: ", verdict.explanation);
  return verdict;
}

}  // namespace throughline::router
