#include "services/router/domain/judge/call_score.h"

#include <algorithm>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/str_format.h"
#include "services/router/domain/judge/answer.h"
#include "services/router/domain/text/fold.h"

namespace throughline::router {
namespace {

using Json = nlohmann::json;

constexpr double kConfidenceWeight = 0.5;
constexpr double kCoverageWeight = 0.35;
constexpr double kOriginalityWeight = 0.15;
// For an answer that does not say how sure it is.
constexpr double kUnstatedConfidence = 0.8;

// Folded phrases by which a customer raises something in the way.
constexpr absl::string_view kBlockerCues[] = {
    " too expensive ", " over budget ", " over our budget ", " no budget ",       " too high ",
    " concern ",       " concerns ",    " concerned ",       " worried ",         " blocker ",
    " deal breaker ",  " dealbreaker ", " we cant ",         " we cannot ",       " i cant sign ",
    " wont sign ",     " cant move ",   " cannot move ",     " not comfortable ", " requirement ",
    " required ",      " need to see ", " sign off ",        " signoff ",         " approval ",
    " competitor ",    " compliance ",  " until we ",        " push back ",
};
// Folded phrases by which somebody takes something on.
constexpr absl::string_view kCommitmentCues[] = {
    " ill send ",      " i will send ",      " well send ",         " we will send ",
    " ill get ",       " i will get ",       " ill follow ",        " ill share ",
    " ill have ",      " ill put together ", " well put together ", " ill introduce ",
    " lets schedule ", " lets meet ",        " talk again ",        " send me ",
    " send us ",       " send it to ",       " send that to ",      " next step ",
    " next steps ",
};

template <size_t N>
bool HasCue(absl::string_view folded, const absl::string_view (&cues)[N]) {
  return std::any_of(std::begin(cues), std::end(cues),
                     [&](absl::string_view cue) { return text::ContainsPhrase(folded, cue); });
}

struct Cues {
  bool blocker = false;
  bool commitment = false;
  size_t customer_turns = 0;
};

Cues FindCues(const Draft& draft, const extractive::CallInput& call) {
  Cues cues;
  absl::flat_hash_set<std::string> sellers;
  for (const auto& person : call.transcript.participants) {
    if (person.side == transcript::Side::kSeller) sellers.insert(person.name);
  }
  const std::vector<transcript::Turn>& turns = call.transcript.turns;
  for (size_t i = 0; i < turns.size(); ++i) {
    const absl::string_view folded = draft.sources.FoldedTurn(i);
    cues.commitment = cues.commitment || HasCue(folded, kCommitmentCues);
    if (sellers.contains(turns[i].speaker)) continue;
    ++cues.customer_turns;
    cues.blocker = cues.blocker || HasCue(folded, kBlockerCues);
  }
  return cues;
}

bool IsPresent(const Json& answer, const char* key) {
  const auto found = answer.find(key);
  return found != answer.end() && !found->empty() && !found->is_null();
}

double NumberOr(const Json& object, const char* key, double fallback) {
  const auto found = object.find(key);
  return found != object.end() && found->is_number() ? std::clamp(found->get<double>(), 0.0, 1.0)
                                                     : fallback;
}

// Collects yes/no expectations; their share that holds is the coverage.
class Coverage {
 public:
  void Expect(bool holds) {
    ++expected_;
    held_ += holds ? 1 : 0;
  }
  double Share() const { return expected_ == 0 ? 1.0 : static_cast<double>(held_) / expected_; }

 private:
  int expected_ = 0;
  int held_ = 0;
};

// Share of the strings at `path` that are not said before.
double Originality(const Json& answer, absl::string_view path) {
  const std::vector<FoundString> strings = StringsAt(answer, path);
  if (strings.empty()) return 1;
  absl::flat_hash_set<std::string> distinct;
  for (const FoundString& string : strings) distinct.insert(text::Fold(*string.value));
  return static_cast<double>(distinct.size()) / static_cast<double>(strings.size());
}

Score Combine(double confidence, double coverage, double originality) {
  return {
      .value = kConfidenceWeight * confidence + kCoverageWeight * coverage +
               kOriginalityWeight * originality,
      .explanation = absl::StrFormat("Own confidence %.2f, cues reflected %.2f, said once %.2f.",
                                     confidence, coverage, originality)};
}

Score ScoreAnalysis(const Draft& draft, const extractive::CallInput& call) {
  const Json& answer = *draft.json;
  const Cues cues = FindCues(draft, call);
  Coverage coverage;
  if (cues.blocker) {
    coverage.Expect(IsPresent(answer, "openBlockers") || IsPresent(answer, "resolvedBlockers"));
  }
  if (cues.commitment) coverage.Expect(IsPresent(answer, "nextStep"));
  if (IsPresent(answer, "openBlockers")) coverage.Expect(IsPresent(answer, "primaryBlocker"));
  if (cues.customer_turns > 0) coverage.Expect(IsPresent(answer, "stakeholders"));
  return Combine(NumberOr(answer, "confidence", kUnstatedConfidence), coverage.Share(),
                 Originality(answer, "openBlockers[].object"));
}

Score ScoreFacts(const Draft& draft, const extractive::CallInput& call) {
  const Json& answer = *draft.json;
  const Cues cues = FindCues(draft, call);
  Coverage coverage;
  if (cues.customer_turns > 0) coverage.Expect(IsPresent(answer, "facts"));
  if (cues.blocker || cues.commitment) coverage.Expect(IsPresent(answer, "profileChanges"));
  double confidence = kUnstatedConfidence;
  if (const auto facts = answer.find("facts"); facts != answer.end() && facts->is_array()) {
    double sum = 0;
    for (const Json& fact : *facts) sum += NumberOr(fact, "confidence", kUnstatedConfidence);
    if (!facts->empty()) confidence = sum / static_cast<double>(facts->size());
  }
  return Combine(confidence, coverage.Share(), Originality(answer, "facts[].text"));
}

Score ScoreEmail(const Draft& draft, const extractive::EmailInput& input) {
  const Json& answer = *draft.json;
  Coverage coverage;
  if (!input.analysis.follow_up.recipient.empty()) {
    coverage.Expect(IsPresent(answer, "to"));
    coverage.Expect(IsPresent(answer, "subject"));
    coverage.Expect(IsPresent(answer, "body"));
    coverage.Expect(IsPresent(answer, "claims"));
  }
  if (input.analysis.primary_blocker.has_value() && IsPresent(answer, "body")) {
    const std::string visible = text::Fold(draft.visible);
    const std::string object = text::Fold(input.analysis.primary_blocker->object);
    const std::vector<absl::string_view> words = text::FoldedWords(object);
    const bool named = std::any_of(words.begin(), words.end(), [&](absl::string_view word) {
      return word.size() > 3 && absl::StrContains(visible, word);
    });
    coverage.Expect(named || words.empty());
  }
  return Combine(kUnstatedConfidence, coverage.Share(), Originality(answer, "claims[].text"));
}

}  // namespace

Score ScoreCallAnswer(const Draft& draft) {
  const Json& answer = *draft.json;
  if (!answer.is_object()) return {.value = 0, .explanation = "The answer is not an object."};
  const Request& request = draft.request;
  if (request.email.has_value()) return ScoreEmail(draft, *request.email);
  if (!request.call.has_value()) return Combine(kUnstatedConfidence, 1, 1);
  return request.task == TaskKind::kExtractFacts ? ScoreFacts(draft, *request.call)
                                                 : ScoreAnalysis(draft, *request.call);
}

}  // namespace throughline::router
