#include "services/router/domain/extractive/email_quotes.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "services/router/domain/extractive/analysis/call.h"
#include "services/router/domain/extractive/analysis/evidence.h"
#include "services/router/domain/extractive/email_checks.h"
#include "services/router/domain/extractive/email_words.h"
#include "services/router/domain/extractive/facts_statements.h"

namespace throughline::router::extractive {
namespace {

using deal::BlockerCategory;

constexpr size_t kLeastWords = 6;
constexpr size_t kMostWords = 30;
// A sentence that names what comes next says more than one that complains.
constexpr float kPointingWorth = 2.5F;
constexpr float kLateWorth = 1.0F;
constexpr float kLeastWorth = 0.25F;

bool IsMoney(BlockerCategory category) {
  return category == BlockerCategory::kPrice || category == BlockerCategory::kBudget;
}

// Fit for an e-mail: no question, no rough words, no money unless money is open, no rival.
class Fitness {
 public:
  explicit Fitness(const EmailInput& input) : input_(input) {
    for (const deal::Blocker& open : input.analysis.open_blockers) {
      money_ = money_ || IsMoney(open.category);
      if (open.category == BlockerCategory::kCompetition) rivals_.push_back(open.object);
    }
    for (const deal::Blocker& settled : input.analysis.resolved_blockers) {
      if (settled.category == BlockerCategory::kCompetition) rivals_.push_back(settled.object);
    }
  }

  bool Of(const Sentence& sentence, const deal::Evidence& words) const {
    const size_t count = sentence.span.last_token - sentence.span.first_token;
    if (sentence.question || count < kLeastWords || count > kMostWords) return false;
    if (!IsCivil(words.quote) || (!money_ && SpeaksOfMoney(words.quote))) return false;
    if (absl::StrContains(words.quote, '"')) return false;
    const bool names_rival = std::any_of(rivals_.begin(), rivals_.end(), [&](const auto& rival) {
      return !rival.empty() && absl::StrContains(words.quote, rival);
    });
    return !names_rival &&
           !IsSuspicious(input_.analysis.suspicious_content, input_.call.transcript, words);
  }

 private:
  const EmailInput& input_;
  std::vector<std::string> rivals_;
  bool money_ = false;
};

}  // namespace

std::vector<deal::Evidence> TellingQuotes(const EmailInput& input) {
  if (!input.analysis.primary_blocker) return {};
  const size_t subject = SubjectOf(input.analysis.primary_blocker->category);
  if (subject == kSubjects) return {};
  const CallView call = ReadCall(Tier::kDeep, input.call);
  const Fitness fitness(input);
  std::vector<std::pair<float, deal::Evidence>> telling;
  for (const ScoredSentence& one : ScoreSentences(call, BuiltinSentenceModel())) {
    if (!one.customer || one.counts < 1) continue;
    const Sentence& sentence = call.lines[one.line].reading.sentences[one.sentence];
    const float said = kPointingWorth * one.Pointing() + one.Against();
    const float worth = said * one.subject[subject] * (1 + kLateWorth * one.place);
    if (worth < kLeastWorth) continue;
    deal::Evidence words = EvidenceOf(call, one.line, sentence.span);
    if (fitness.Of(sentence, words)) telling.emplace_back(worth, std::move(words));
  }
  std::stable_sort(telling.begin(), telling.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<deal::Evidence> quotes;
  for (size_t i = 0; i < std::min(kMaxEmailQuotes, telling.size()); ++i) {
    quotes.push_back(std::move(telling[i].second));
  }
  return quotes;
}

}  // namespace throughline::router::extractive
