#include "services/router/domain/extractive/analysis/person_model.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "common/base/status_macros.h"
#include "services/router/domain/extractive/language/embedded_lexicon.h"

namespace throughline::router::extractive {
namespace {

constexpr float kScale = 40;
// Sentences that are less likely to say who signs say nothing of it.
constexpr float kLeastSigning = 0.02F;
constexpr float kBeforeSigning = 0.3F;

float Signing(const ScoredSentence& one) {
  return one.scores.Of(Act::kSignSelf) + one.scores.Of(Act::kSignOther) +
         one.scores.Of(Act::kSignVeto) + one.scores.Of(Act::kSignNominal);
}

// How much sentence `at` tells of who signs: by its own words, and as the one before what does, as
// in "It goes to Kari Fosse. She signs."
float SigningAround(const std::vector<ScoredSentence>& sentences, size_t at) {
  const float own = Signing(sentences[at]);
  if (at + 1 == sentences.size() || sentences[at + 1].line > sentences[at].line + 1) return own;
  return std::max(own, kBeforeSigning * Signing(sentences[at + 1]));
}

// What the words of one person come to; in the order of their first use, so that sums are the same
// each time.
struct Words {
  std::vector<std::pair<float, float>> weights;  // of the table, and how much they count
  absl::flat_hash_map<const WeightTable::Weight*, size_t> places;
};

float LogOdds(const Words& words, float bias) {
  float sum = 0, squares = 0;
  for (const auto& [weight, count] : words.weights) {
    const float damped = std::log1p(count);
    sum += weight * damped;
    squares += damped * damped;
  }
  return squares > 0 ? bias + sum / std::sqrt(squares) : bias;
}

}  // namespace

void ForEachWordOfPeople(
    const CallView& call, const std::vector<ScoredSentence>& sentences,
    const std::vector<SpokenOf>& spoken_of,
    absl::FunctionRef<void(size_t person, absl::string_view word, float weight)> take) {
  for (size_t i = 0; i < sentences.size(); ++i) {
    const ScoredSentence& one = sentences[i];
    if (!one.customer) continue;
    const float signing = SigningAround(sentences, i);
    if (signing < kLeastSigning) continue;
    const float weight = one.counts * std::sqrt(signing);
    const auto read = [&](size_t person) {
      ForEachWordAbout(call, one.line, one.sentence, spoken_of[i], person,
                       [&](absl::string_view word) { take(person, word, weight); });
    };
    const Line& line = call.lines[one.line];
    const size_t voice = line.voice.empty() ? line.speaker : line.voice[one.sentence];
    if (voice != kNobody) read(voice);
    for (const size_t person : spoken_of[i].People()) {
      if (person != voice) read(person);
    }
  }
}

absl::StatusOr<PersonModel> PersonModel::Parse(absl::string_view text) {
  ASSIGN_OR_RETURN(WeightTable weights, WeightTable::Parse("people.model", text, 1, kScale));
  return PersonModel(std::move(weights));
}

std::vector<PersonScore> PersonModel::Score(const CallView& call,
                                            const std::vector<ScoredSentence>& sentences,
                                            const std::vector<SpokenOf>& spoken_of) const {
  std::vector<Words> people(call.people.all().size());
  const auto take = [&](size_t person, absl::string_view word, float weight) {
    const absl::Span<const WeightTable::Weight> found = weights_.Find(word);
    if (found.empty()) return;
    Words& words = people[person];
    const auto [place, is_new] = words.places.try_emplace(found.data(), words.weights.size());
    if (is_new) words.weights.emplace_back(found.front().value, 0.0F);
    words.weights[place->second].second += weight;
  };
  ForEachWordOfPeople(call, sentences, spoken_of, take);
  std::vector<PersonScore> scores;
  scores.reserve(people.size());
  for (const Words& words : people) {
    scores.push_back({LogOdds(words, weights_.bias().front()), !words.weights.empty()});
  }
  return scores;
}

const PersonModel& BuiltinPersonModel() {
  static const PersonModel* const kModel = [] {
    absl::StatusOr<PersonModel> parsed = PersonModel::Parse(EmbeddedModelFiles()[4].text);
    if (!parsed.ok()) {  // a broken file is a build defect; judgement_test names it first
      std::fprintf(stderr, "%s\n", std::string(parsed.status().message()).c_str());
      std::abort();
    }
    return new PersonModel(*std::move(parsed));
  }();
  return *kModel;
}

}  // namespace throughline::router::extractive
