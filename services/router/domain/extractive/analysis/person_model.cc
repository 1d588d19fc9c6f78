#include "services/router/domain/extractive/analysis/person_model.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/types/span.h"
#include "common/base/status_macros.h"
#include "services/router/domain/extractive/language/embedded_lexicon.h"

namespace throughline::router::extractive {
namespace {

using transcript::Side;

constexpr float kScale = 40;
// Sentences that are less likely to say who signs say nothing of it.
constexpr float kLeastSigning = 0.02F;
constexpr float kBeforeSigning = 0.3F;
// What answers a question of who decides tells at least as much of it.
constexpr float kAnswering = 0.4F;
constexpr size_t kAskingSentences = 2;  // the last ones of the seller's turn
constexpr size_t kAnswerLines = 2;
constexpr size_t kAnswerSentences = 4;

// Of the file: of deciding, then of each act, and of none of them.
constexpr size_t kOutputs = 1 + kSigningActs + 1;
using Acts = std::array<float, kSigningActs + 1>;

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

  void Add(const WeightTable::Weight& weight, float count) {
    const auto [place, is_new] = places.try_emplace(&weight, weights.size());
    if (is_new) weights.emplace_back(weight.value, 0.0F);
    weights[place->second].second += count;
  }
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

void Hear(const Acts& acts, const ScoredSentence& one, SaidOfSigning& heard) {
  for (size_t act = 0; act < kSigningActs; ++act) {
    const float likely = one.counts * acts[act];
    heard.most[act] = std::max(heard.most[act], likely);
    heard.sum[act] += likely;
    heard.late[act] += likely * one.place;
  }
}

void Damp(SaidOfSigning& heard) {
  for (float& sum : heard.sum) sum = std::log1p(sum);
  for (float& late : heard.late) late = std::log1p(late);
}

// Per line: whether the seller asked just before who decides.
std::vector<bool> LinesThatAnswerWhoDecides(const CallView& call) {
  std::vector<bool> answers(call.lines.size(), false);
  for (size_t i = 0; i + 1 < call.lines.size(); ++i) {
    const Line& line = call.lines[i];
    if (line.side == Side::kCustomer) continue;
    const bool asks =
        std::any_of(line.matches.begin(), line.matches.end(), [&](const CueMatch& match) {
          if (!HasKind(match, "ask.authority") && !HasKind(match, "ask.decision")) return false;
          const size_t sentence = SentenceOf(line.reading, match.first_token);
          return line.reading.sentences[sentence].question &&
                 sentence + kAskingSentences >= line.reading.sentences.size();
        });
    for (size_t next = i + 1; asks && next < call.lines.size() && next <= i + kAnswerLines;
         ++next) {
      if (call.lines[next].side != Side::kCustomer) break;
      answers[next] = true;
    }
  }
  return answers;
}

}  // namespace

std::vector<PersonSaying> SayingsOfPeople(const CallView& call,
                                          const std::vector<ScoredSentence>& sentences,
                                          const std::vector<SpokenOf>& spoken_of) {
  const std::vector<bool> answers = LinesThatAnswerWhoDecides(call);
  std::vector<PersonSaying> sayings;
  for (size_t i = 0; i < sentences.size(); ++i) {
    const ScoredSentence& one = sentences[i];
    if (!one.customer) continue;
    float signing = SigningAround(sentences, i);
    if (answers[one.line] && one.sentence < kAnswerSentences) {
      signing = std::max(signing, kAnswering);
    }
    if (signing < kLeastSigning) continue;
    const float weight = one.counts * std::sqrt(signing);
    const Line& line = call.lines[one.line];
    const size_t voice = line.voice.empty() ? line.speaker : line.voice[one.sentence];
    if (voice != kNobody) sayings.push_back({voice, i, true, weight});
    for (const size_t person : spoken_of[i].People()) {
      if (person != voice) sayings.push_back({person, i, false, weight});
    }
  }
  return sayings;
}

absl::StatusOr<PersonModel> PersonModel::Parse(absl::string_view text) {
  ASSIGN_OR_RETURN(WeightTable weights, WeightTable::Parse("people.model", text, kOutputs, kScale));
  return PersonModel(std::move(weights));
}

std::vector<PersonScore> PersonModel::Score(const CallView& call,
                                            const std::vector<ScoredSentence>& sentences,
                                            const std::vector<SpokenOf>& spoken_of) const {
  std::vector<Words> people(call.people.all().size());
  std::vector<PersonScore> scores(people.size());
  for (const PersonSaying& saying : SayingsOfPeople(call, sentences, spoken_of)) {
    const ScoredSentence& one = sentences[saying.sentence];
    Acts acts;
    std::copy_n(weights_.bias().begin() + 1, acts.size(), acts.begin());
    ForEachWordAbout(call, one.line, one.sentence, spoken_of[saying.sentence], saying.person,
                     [&](absl::string_view word) {
                       for (const WeightTable::Weight& weight : weights_.Find(word)) {
                         if (weight.output == 0) {
                           people[saying.person].Add(weight, saying.weight);
                         } else {
                           acts[weight.output - 1] += weight.value;
                         }
                       }
                     });
    Softmax(absl::MakeSpan(acts));
    PersonScore& score = scores[saying.person];
    Hear(acts, one, saying.own ? score.says : score.said);
  }
  for (size_t i = 0; i < people.size(); ++i) {
    scores[i].log_odds = LogOdds(people[i], weights_.bias().front());
    scores[i].heard = !people[i].weights.empty();
    Damp(scores[i].says);
    Damp(scores[i].said);
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
