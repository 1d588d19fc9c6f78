#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/patience.h"
#include "common/base/status_macros.h"
#include "services/router/domain/extractive/analysis/authority.h"
#include "services/router/domain/extractive/analysis/call.h"
#include "services/router/domain/extractive/analysis/evidence.h"
#include "services/router/domain/extractive/analysis/follow_up.h"
#include "services/router/domain/extractive/analysis/founded.h"
#include "services/router/domain/extractive/analysis/judgement.h"
#include "services/router/domain/extractive/analysis/lifecycle.h"
#include "services/router/domain/extractive/analysis/next_step.h"
#include "services/router/domain/extractive/analysis/primary.h"
#include "services/router/domain/extractive/analysis/sales_call.h"
#include "services/router/domain/extractive/analysis/stage.h"
#include "services/router/domain/extractive/analysis/statements.h"
#include "services/router/domain/extractive/analysis/topics.h"
#include "services/router/domain/extractive/engine.h"
#include "services/router/domain/extractive/short_turns.h"

namespace throughline::router::extractive {
namespace {

constexpr std::ptrdiff_t kTellingSentences = 12;

std::string Describe(const deal::Blocker& blocker, const deal::Evidence& why) {
  const deal::Evidence& said = why.quote.empty() ? blocker.history.back().evidence : why;
  if (said.quote.empty()) return absl::StrCat(blocker.object, ".");
  return absl::StrCat(blocker.object, ": \"", said.quote, "\"");
}

deal::Blocker Finish(const Entry& entry) {
  deal::Blocker blocker = entry.blocker;
  blocker.id = entry.known && !blocker.id.empty()
                   ? blocker.id
                   : deal::BlockerId(blocker.category, blocker.object);
  const bool restated = !entry.why.quote.empty();
  if (blocker.description.empty() || (deal::IsOpen(blocker.status) && restated)) {
    blocker.description = Describe(blocker, entry.why);
  }
  return blocker;
}

// Certainty grows with explicit words: a pointer or gate, a known decider, two clear sides.
double Confidence(const CallView& call, const Entry* primary, const Authority& authority) {
  double confidence = 0.4;
  if (primary != nullptr && primary->mentioned) confidence += primary->strength >= 3 ? 0.25 : 0.1;
  if (!authority.decision_makers.empty()) confidence += 0.15;
  const bool sides = std::any_of(call.lines.begin(), call.lines.end(), [](const Line& line) {
    return line.side == transcript::Side::kSeller && line.speaker != kNobody;
  });
  if (sides) confidence += 0.15;
  if (!call.suspicious.empty()) confidence -= 0.1;
  return confidence;
}

// A few sentences are read by their cues alone: what share of them speaks of what says nothing.
bool SaysEnough(const std::vector<ScoredSentence>& sentences) {
  return std::count_if(sentences.begin(), sentences.end(),
                       [](const ScoredSentence& one) { return one.customer; }) >= kTellingSentences;
}

}  // namespace

absl::StatusOr<deal::Analysis> Analyze(const Context& context, Tier tier, const CallInput& input) {
  deal::Analysis analysis;
  Patience patience(context);
  const ShortTurns turns(input);
  CallView call = ReadCall(tier, *turns, patience);
  RETURN_IF_ERROR(patience.Check());
  analysis.suspicious_content = call.suspicious;
  if (call.lines.empty() || !IsSalesCall(call)) {
    analysis.is_sales_call = false;
    analysis.confidence = call.lines.empty() ? 0 : 0.7;
    return analysis;
  }
  const std::vector<std::vector<Topic>> topics = FindTopics(call);
  RETURN_IF_ERROR(patience.Check());
  const std::vector<BlockerStatement> statements = FindStatements(call, topics);
  RETURN_IF_ERROR(patience.Check());
  std::vector<Entry> entries = ApplyStatements(call, statements);
  const std::vector<ScoredSentence> sentences = ScoreSentences(call, BuiltinSentenceModel());
  RETURN_IF_ERROR(patience.Check());
  const bool telling = SaysEnough(sentences);
  const JudgementModel& model = BuiltinJudgementModel();
  CallJudgement judged;
  if (telling) {
    DropUnfounded(call, sentences, topics, entries);
    const CallScores whole = BuiltinCallModel().Score(call, sentences);
    judged = model.Judge(FeaturesOfSubjects(call, sentences, whole, statements, topics, entries));
    Reconcile(call, sentences, topics, judged, model.least_open(), entries);
  }
  std::vector<const Entry*> open = RankOpen(entries);
  if (telling) PutFirst(judged, open);
  const Entry* primary = open.empty() ? nullptr : open.front();
  for (const Entry* entry : open) analysis.open_blockers.push_back(Finish(*entry));
  for (const Entry& entry : entries) {
    if (!deal::IsOpen(entry.blocker.status)) analysis.resolved_blockers.push_back(Finish(entry));
  }
  if (primary != nullptr) {
    analysis.primary_blocker = analysis.open_blockers.front();
    analysis.primary_reason = PrimaryReason(*primary);
  }
  Authority authority = FindAuthority(call, entries);
  RETURN_IF_ERROR(patience.Check());
  if (telling) {
    const std::vector<SpokenOf> spoken_of = WhomSentencesMean(call, sentences);
    const std::vector<PersonFeatures> people =
        FeaturesOfPeople(call, BuiltinPersonModel(), sentences, spoken_of, entries, authority);
    ReconcileDeciders(call, sentences, spoken_of, people, model, authority);
  }
  analysis.decision_makers = authority.decision_makers;
  analysis.nominal_decision_makers = authority.nominal;
  analysis.stakeholders = authority.everybody;
  analysis.follow_up = FindFollowUp(call, authority, primary);
  analysis.next_step = FindNextStep(call);
  analysis.stage = FindStage(call, entries, primary);
  analysis.budget = FindBudget(call);
  analysis.timeline = FindTimeline(call);
  analysis.confidence = Confidence(call, primary, authority);
  RETURN_IF_ERROR(patience.Check());
  return analysis;
}

deal::Analysis Analyze(Tier tier, const CallInput& input) {
  return *Analyze(Context::Background(), tier, input);
}

}  // namespace throughline::router::extractive
