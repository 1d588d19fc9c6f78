#include "services/router/domain/extractive/analysis/call_model.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "absl/types/span.h"
#include "common/base/status_macros.h"
#include "services/router/domain/extractive/analysis/call_words.h"
#include "services/router/domain/extractive/language/embedded_lexicon.h"

namespace throughline::router::extractive {
namespace {

constexpr float kScale = 20;
constexpr size_t kClasses = kSubjects + 1;

// Which words: everything the customer says, their words at the end, the seller's at the end, then
// what the customer says is in the way and what is settled, as far as the sentences say so.
constexpr size_t kGroups = kMaxWordGroups;

GroupWeights GroupsOfSentence(const Line& line, float place, const ScoredSentence& scored) {
  if (line.side == transcript::Side::kSeller) return {0, 0, place >= kSellersEnd ? 1.0F : 0.0F};
  return {1, place >= kCallEnd ? 1.0F : 0.0F, 0, scored.SaysAgainst(), scored.SaysClosing()};
}

}  // namespace

absl::StatusOr<CallModel> CallModel::Parse(absl::string_view text) {
  ASSIGN_OR_RETURN(WeightTable weights,
                   WeightTable::Parse("calls.model", text, kGroups * kClasses, kScale));
  return CallModel(std::move(weights));
}

CallScores CallModel::Score(const CallView& call,
                            const std::vector<ScoredSentence>& sentences) const {
  CallScores scores;
  std::copy_n(weights_.bias().begin(), kClasses, scores.begin());
  WeighWords(
      call, weights_,
      [&](const Line& line, size_t number, float place) {
        return GroupsOfSentence(line, place, sentences[number]);
      },
      absl::MakeSpan(scores));
  Softmax(absl::MakeSpan(scores));
  return scores;
}

const CallModel& BuiltinCallModel() {
  static const CallModel* const kModel = [] {
    absl::StatusOr<CallModel> parsed = CallModel::Parse(EmbeddedModelFiles()[1].text);
    if (!parsed.ok()) {  // a broken file is a build defect; judgement_test names it first
      std::fprintf(stderr, "%s\n", std::string(parsed.status().message()).c_str());
      std::abort();
    }
    return new CallModel(*std::move(parsed));
  }();
  return *kModel;
}

}  // namespace throughline::router::extractive
