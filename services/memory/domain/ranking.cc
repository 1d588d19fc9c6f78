#include "services/memory/domain/ranking.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <initializer_list>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "services/memory/domain/best_rows.h"
#include "services/memory/domain/meaning.h"
#include "services/memory/domain/query_dates.h"
#include "services/memory/domain/text.h"

namespace throughline::memory {
namespace {

constexpr float kSaturation = 0.9F;  // k1 of BM25
constexpr float kAbsoluteScale = 20;
// A term in more than this share of a customer's rows, when there are enough to tell, is common.
constexpr double kCommonShare = 0.9;
constexpr size_t kMinRowsForCommon = 200;
// As many standard deviations nearer than the mean row are as near as can be; and so many are near
// enough to bear on the question without any word in common.
constexpr float kNearest = 4;
constexpr float kNear = 2;
constexpr double kLeastDeviation = 1e-6;
constexpr absl::CivilDay kFirstDay(1970, 1, 1);
constexpr float kDropped = BestRows::kDropped;
// A row is announced while so many are still to be looked at before it.
constexpr size_t kAhead = 3;

// What one unit of each feature adds to a score. Round numbers near the fit of a listwise softmax
// over conversations with known answers, chosen by leave-one-conversation-out.
constexpr Features MakeWeights() {
  Features weights{};
  weights[kTurnAbsolute] = 2.35F;
  weights[kWide] = 2.5F;
  weights[kPair] = 1.95F;
  weights[kSession] = 0.55F;
  weights[kPrevious] = -1.6F;  // what kPair counts for the turn before alone
  weights[kNext] = 0.35F;
  weights[kSecondPrevious] = 1.1F;
  weights[kAnswers] = 2.25F;
  weights[kSpeaker] = 1.1F;
  weights[kDates] = 7.3F;
  weights[kTimeWords] = 0.3F;
  weights[kTimeAsked] = 1.95F;
  weights[kAsks] = -0.75F;
  weights[kLength] = 0.15F;
  weights[kNamesInside] = 0.3F;
  weights[kRecency] = 0.05F;
  weights[kKind] = 0.6F;
  weights[kMeaning] = 2;
  return weights;
}
constexpr Features kWeights = MakeWeights();

// For the words of a row alone, fitted likewise.
constexpr Features MakeWordWeights() {
  Features weights{};
  weights[kTurn] = 2.2F;
  weights[kTurnAbsolute] = 5.0F;
  weights[kTimeWords] = 0.5F;
  weights[kAsks] = -1.2F;
  weights[kNamesInside] = 0.25F;
  return weights;
}
constexpr Features kWordWeights = MakeWordWeights();

// A typed fact is worth more than the raw turn it came from.
float KindPrior(deal::FactKind kind) {
  switch (kind) {
    case deal::FactKind::kVerbatim:
    case deal::FactKind::kUnspecified:
      return 0;
    case deal::FactKind::kPersonal:
    case deal::FactKind::kPreference:
      return 0.5;
    case deal::FactKind::kDecision:
    case deal::FactKind::kCommitment:
    case deal::FactKind::kObjection:
      return 1;
    default:
      return 0.8F;
  }
}

// A question, read against one customer's vocabulary.
struct ParsedQuery {
  absl::flat_hash_map<TermHash, int> terms;  // names of speakers left out
  std::vector<TermHash> named;               // stems of names in the question
  QueryDates dates;
  bool has_content = false;
};

// Takes out what nearly every row holds, as long as something else is left that some row holds:
// such words tell rows apart no better than stop words do, and cost the most.
void DropCommonTerms(const CustomerIndex& index, absl::flat_hash_map<TermHash, int>* terms) {
  if (index.size() < kMinRowsForCommon) return;
  const auto rows = static_cast<double>(index.size());
  const auto holding = [&index](const auto& term) {
    return static_cast<double>(index.postings(term.first).positions.size());
  };
  const auto is_common = [&](const auto& term) { return holding(term) > kCommonShare * rows; };
  const bool others = std::any_of(terms->begin(), terms->end(), [&](const auto& term) {
    return holding(term) > 0 && !is_common(term);
  });
  if (others) absl::erase_if(*terms, is_common);
}

ParsedQuery Parse(const CustomerIndex& index, const RankingQuery& query) {
  ParsedQuery parsed;
  Stemmer stemmer;
  for (const std::string& stem : stemmer.Terms(query.text)) {
    parsed.has_content = true;
    const TermHash term = HashOfTerm(stem);
    if (index.IsName(term)) {
      parsed.named.push_back(term);
    } else {
      ++parsed.terms[term];
    }
  }
  DropCommonTerms(index, &parsed.terms);
  parsed.dates = ParseQueryDates(query.text, query.today);
  return parsed;
}

// What a term that stands `weight` times in the question and in `holding` of `documents` is worth.
float GainOf(int weight, size_t documents, float holding) {
  const auto n = static_cast<float>(documents);
  const float idf = std::log(1 + (n - holding + 0.5F) / (holding + 0.5F));
  return static_cast<float>(weight) * idf * (kSaturation + 1);
}

float Saturated(float count, float normaliser) {
  return count / (count + kSaturation * normaliser);
}

// BM25 over documents that are runs of rows. Counts of a term are gathered per document, then
// scored, term by term, over the stretches that hold it: tight loops over plain arrays. A document
// that is one row alone needs no gathering.
class SpanScorer {
 public:
  // Borrows `normaliser`, one number a document. Only the first `spans` documents are of several
  // rows; unless they are `wanted`, how many of them hold a term is all that is found out of them.
  SpanScorer(size_t spans, bool wanted, absl::Span<const float> normaliser)
      : scores_(normaliser.size(), 0),
        counts_(spans, 0),
        wanted_(wanted),
        normaliser_(normaliser) {}

  // The documents of `span` hold the term `count` times more. Spans come in order of their first.
  void Count(CustomerIndex::Span span, float count) {
    for (uint32_t k = span.first; wanted_ && k <= span.last; ++k) counts_[k] += count;
    if (!touched_.empty() && span.first <= touched_.back().last + 1) {
      touched_.back().last = std::max(touched_.back().last, span.last);
    } else {
      touched_.push_back(span);
    }
  }
  // Ends a term that stands `weight` times in the question, and in `single` besides.
  void EndTerm(int weight, CustomerIndex::Postings single) {
    auto holding = static_cast<float>(single.positions.size());
    for (const CustomerIndex::Span& run : touched_) {
      holding += static_cast<float>(run.last - run.first + 1);
    }
    const float gain = GainOf(weight, scores_.size(), holding);
    for (const CustomerIndex::Span& run : touched_) {
      for (uint32_t k = run.first; wanted_ && k <= run.last; ++k) {
        scores_[k] += gain * Saturated(counts_[k], normaliser_[k]);
        counts_[k] = 0;
      }
    }
    touched_.clear();
    for (size_t k = 0; k < single.positions.size(); ++k) {
      const uint32_t at = single.positions[k];
      scores_[at] += gain * Saturated(single.counts[k], normaliser_[at]);
    }
  }
  std::vector<float> Take() { return std::move(scores_); }

 private:
  std::vector<float> scores_;
  std::vector<float> counts_;
  const bool wanted_;
  const absl::Span<const float> normaliser_;
  std::vector<CustomerIndex::Span> touched_;
};

// How many of `postings` are turns, which stand first.
size_t CountTurns(const CustomerIndex& index, const CustomerIndex::Postings& postings) {
  return static_cast<size_t>(std::lower_bound(postings.positions.begin(), postings.positions.end(),
                                              index.verbatim_rows()) -
                             postings.positions.begin());
}

// Scores every row's span, `before` and `after` turns wide. Unless `turns` are wanted, theirs are
// 0.
std::vector<float> ScoreSpans(const CustomerIndex& index, const ParsedQuery& query, uint32_t before,
                              uint32_t after, bool turns_wanted,
                              absl::Span<const float> normaliser) {
  SpanScorer scorer(index.verbatim_rows(), turns_wanted, normaliser);
  for (const auto& [term, weight] : query.terms) {
    const CustomerIndex::Postings postings = index.postings(term);
    const size_t turns = CountTurns(index, postings);
    for (size_t k = 0; k < turns; ++k) {
      // The spans that hold a row are those of the rows as far before it as spans reach after.
      scorer.Count(index.Around(postings.positions[k], after, before), postings.counts[k]);
    }
    scorer.EndTerm(weight, {postings.positions.subspan(turns), postings.counts.subspan(turns)});
  }
  return scorer.Take();
}

// Scores every row by itself, all counting as equally long. Unless turns are wanted, theirs are 0.
std::vector<float> ScoreRows(const CustomerIndex& index, const ParsedQuery& query,
                             bool turns_wanted) {
  std::vector<float> scores(index.size(), 0);
  for (const auto& [term, weight] : query.terms) {
    const CustomerIndex::Postings postings = index.postings(term);
    const float gain = GainOf(weight, scores.size(), static_cast<float>(postings.positions.size()));
    const size_t first = turns_wanted ? 0 : CountTurns(index, postings);
    for (size_t k = first; k < postings.positions.size(); ++k) {
      scores[postings.positions[k]] += gain * Saturated(postings.counts[k], 1);
    }
  }
  return scores;
}

// Scores every conversation.
std::vector<float> ScoreSessions(const CustomerIndex& index, const ParsedQuery& query) {
  const std::vector<float>& normaliser = index.tables().session_normaliser;
  std::vector<float> scores(index.session_count(), 0);
  for (const auto& [term, weight] : query.terms) {
    const CustomerIndex::Postings postings = index.postings(term);
    std::vector<float> counts(scores.size(), 0);
    for (size_t k = 0; k < postings.positions.size(); ++k) {
      const uint32_t session = index.session(postings.positions[k]);
      if (session != CustomerIndex::kNoSession) counts[session] += postings.counts[k];
    }
    const auto holding = std::count_if(counts.begin(), counts.end(), [](float c) { return c > 0; });
    const float gain = GainOf(weight, scores.size(), static_cast<float>(holding));
    for (size_t k = 0; k < scores.size(); ++k) {
      if (counts[k] > 0) scores[k] += gain * Saturated(counts[k], normaliser[k]);
    }
  }
  return scores;
}

// By position, what `by_session` says of the row's conversation; 0 for a row without one.
std::vector<float> ByRow(const CustomerIndex& index, const std::vector<float>& by_session) {
  std::vector<float> by_row(index.size());
  const uint32_t* const sessions = index.sessions().data();
  for (size_t i = 0; i < by_row.size(); ++i) {
    by_row[i] = sessions[i] == CustomerIndex::kNoSession ? 0 : by_session[sessions[i]];
  }
  return by_row;
}

// Scores of every row, and what makes the best eligible one 1.
struct Scaled {
  std::vector<float> scores;
  float scale = 0;

  float at(size_t i) const { return std::min(1.0F, scores[i] * scale); }
};

Scaled ScaleByBest(std::vector<float> scores, const std::vector<uint8_t>& eligible) {
  // No score is below 0, and 1 says that a row is eligible: what is not counts as 0.
  float best = 0;
  const float* const score = scores.data();
  const uint8_t* const share = eligible.data();
  for (size_t i = 0; i < scores.size(); ++i) {
    best = std::max(best, score[i] * static_cast<float>(share[i]));
  }
  return {.scores = std::move(scores), .scale = best > 0 ? 1 / best : 0};
}

// By position, how far rows lie nearer to the question than the mean of the eligible ones: 0 for
// the mean and what lies farther, 1 for kNearest standard deviations. Cosines of one model lie
// elsewhere than those of another; this does not.
std::vector<float> NearnessOf(const std::vector<float>& closeness,
                              const std::vector<uint8_t>& eligible) {
  double sum = 0;
  double squares = 0;
  double count = 0;
  for (size_t i = 0; i < closeness.size(); ++i) {
    if (eligible[i] == 0 || closeness[i] == Meaning::kUnknown) continue;
    sum += closeness[i];
    squares += static_cast<double>(closeness[i]) * closeness[i];
    ++count;
  }
  std::vector<float> nearness(closeness.size(), 0);
  if (count < 2) return nearness;
  const double mean = sum / count;
  const double deviation = std::sqrt(std::max(0.0, squares / count - mean * mean));
  if (deviation < kLeastDeviation) return nearness;
  for (size_t i = 0; i < closeness.size(); ++i) {
    if (closeness[i] == Meaning::kUnknown) continue;
    const auto deviations = static_cast<float>((closeness[i] - mean) / deviation);
    nearness[i] = std::clamp(deviations / kNearest, 0.0F, 1.0F);
  }
  return nearness;
}

bool HasTurn(const CustomerIndex& index, const std::vector<uint8_t>& eligible) {
  const size_t turns = std::min<size_t>(eligible.size(), index.verbatim_rows());
  return turns > 0 && std::memchr(eligible.data(), 1, turns) != nullptr;
}

// What a question finds in an index: everything the features of the eligible rows are made of. A
// typed fact has nothing of the turns but the rarity of words and its conversation.
class Signals {
 public:
  // Borrows `index` and `query`.
  Signals(const CustomerIndex& index, const ParsedQuery& query, RecallBudget budget,
          const std::vector<float>& closeness, const std::vector<uint8_t>& eligible)
      : index_(index),
        dates_(query.dates),
        around_(budget != RecallBudget::kLow),
        turns_wanted_(HasTurn(index, eligible)),
        turn_(ScaleByBest(ScoreRows(index, query, turns_wanted_), eligible)),
        nearness_(NearnessOf(closeness, eligible)) {
    if (!around_) return;
    const CustomerIndex::Tables& tables = index.tables();
    constexpr uint32_t kWideSpan = CustomerIndex::kWideSpan;
    wide_ = ScaleByBest(
        ScoreSpans(index, query, kWideSpan, kWideSpan, turns_wanted_, tables.wide_normaliser),
        eligible);
    if (index.verbatim_rows() > 0) {
      pair_ = ScaleByBest(ScoreSpans(index, query, 1, 0, turns_wanted_, tables.pair_normaliser),
                          eligible);
    }
    session_ = ScaleByBest(ByRow(index, ScoreSessions(index, query)), eligible);
    FindSpeakers(query);
  }

  // Of the row at `i`.
  Features At(size_t i) const {
    const CustomerIndex::Row& row = index_.row(i);
    const bool speaks_of_time = row.Has(IndexEntry::kSpeaksOfTime);
    Features features{};
    features[kTurn] = turn_.at(i);
    features[kTurnAbsolute] = turn_.scores[i] / kAbsoluteScale;
    features[kDates] = DateFit(row);
    features[kTimeWords] = speaks_of_time ? 1 : 0;
    features[kTimeAsked] = speaks_of_time && dates_.asks_when ? 1 : 0;
    features[kAsks] = row.Has(IndexEntry::kEndsAsking) ? 1 : 0;
    features[kLength] = index_.tables().log_length[i];
    features[kNamesInside] = row.names_inside;
    features[kRecency] = index_.tables().recency[i];
    features[kKind] = KindPrior(row.kind);
    if (!nearness_.empty()) features[kMeaning] = nearness_[i];
    if (around_) AddAround(i, row, &features);
    return features;
  }

  // The weighted sums of At() of all rows, by position: the same numbers in another order, so that
  // most of the work is done by loops over plain arrays.
  std::vector<float> ScoreAll(const Features& weights) const {
    const size_t n = index_.size();
    const CustomerIndex::Tables& tables = index_.tables();
    std::vector<float> scores(n);
    for (size_t i = 0; i < n; ++i) {
      scores[i] = weights[kTurn] * turn_.at(i) +
                  weights[kTurnAbsolute] / kAbsoluteScale * turn_.scores[i] +
                  weights[kLength] * tables.log_length[i] + weights[kRecency] * tables.recency[i];
    }
    AddOwn(weights, &scores);
    for (size_t i = 0; i < nearness_.size(); ++i) scores[i] += weights[kMeaning] * nearness_[i];
    if (!around_) return scores;
    const Scaled& pair = Pair();
    for (size_t i = 0; i < n; ++i) {
      scores[i] += weights[kWide] * wide_.at(i) + weights[kPair] * pair.at(i);
      scores[i] += weights[kSession] * session_.at(i);
    }
    LendToNeighbours(weights, &scores);
    return scores;
  }

  // Says that the row at `i` will be looked at soon.
  void Announce(size_t i) const { __builtin_prefetch(&index_.row(i)); }

  // Takes out of `scores`, by position, the rows that have nothing to do with the question.
  void DropUnrelated(std::vector<float>* scores) const {
    const auto keep_if = [scores](auto bears) {
      for (size_t i = 0; i < scores->size(); ++i) {
        (*scores)[i] = bears(i) ? (*scores)[i] : kDropped;
      }
    };
    const bool speaks = !speakers_.empty();
    if (!nearness_.empty() || (around_ && (speaks || dates_.Any()))) {
      keep_if([this, speaks](size_t i) {
        return WordsBear(i) || (!nearness_.empty() && nearness_[i] >= kNear / kNearest) ||
               (around_ && ((speaks && SpeakerFit(index_.row(i)) > 0) ||
                            (dates_.Any() && DateFit(index_.row(i)) > 0)));
      });
    } else if (around_) {
      const float* const turn = turn_.scores.data();
      const float* const wide = wide_.scores.data();
      const float* const session = session_.scores.data();
      float* const score = scores->data();
      for (size_t i = 0; i < scores->size(); ++i) {
        const float words = std::max(std::max(turn[i], wide[i]), session[i]);
        score[i] = words > 0 ? score[i] : kDropped;
      }
    } else {
      keep_if([this](size_t i) { return turn_.scores[i] > 0; });
    }
  }

 private:
  // What the rows themselves are, and their days and speakers.
  void AddOwn(const Features& weights, std::vector<float>* scores) const {
    std::array<float, 256> by_flags{};
    std::array<float, 256> by_kind{};
    for (size_t value = 0; value < by_flags.size(); ++value) {
      by_kind[value] = weights[kKind] * KindPrior(static_cast<deal::FactKind>(value));
      if ((value & IndexEntry::kEndsAsking) != 0) by_flags[value] += weights[kAsks];
      if ((value & IndexEntry::kSpeaksOfTime) == 0) continue;
      by_flags[value] += weights[kTimeWords] + (dates_.asks_when ? weights[kTimeAsked] : 0);
    }
    std::vector<float> own;  // of rows that are alike
    for (const CustomerIndex::Traits& traits : index_.tables().traits) {
      own.push_back(by_flags[traits.flags] + weights[kNamesInside] * traits.names_inside +
                    by_kind[traits.kind]);
    }
    const uint32_t* const number = index_.tables().traits_number.data();
    float* const score = scores->data();
    for (size_t i = 0; i < scores->size(); ++i) score[i] += own[number[i]];
    for (size_t i = 0; !speakers_.empty() && i < scores->size(); ++i) {
      (*scores)[i] += weights[kSpeaker] * SpeakerFit(index_.row(i));
    }
    for (size_t i = 0; dates_.Any() && i < scores->size(); ++i) {
      (*scores)[i] += weights[kDates] * DateFit(index_.row(i));
    }
  }

  // Turns with words of the question, to those after and before them.
  void LendToNeighbours(const Features& weights, std::vector<float>* scores) const {
    for (size_t i = 0; turns_wanted_ && i < index_.verbatim_rows(); ++i) {
      if (turn_.scores[i] <= 0) continue;
      const float turn = turn_.at(i);
      const CustomerIndex::Span near = index_.Around(i, 1, 2);
      if (near.first < i) (*scores)[i - 1] += weights[kNext] * turn;
      if (near.last > i) {
        const bool asks = index_.row(i).Has(IndexEntry::kAsks);
        (*scores)[i + 1] += (weights[kPrevious] + (asks ? weights[kAnswers] : 0)) * turn;
      }
      if (near.last > i + 1) (*scores)[i + 2] += weights[kSecondPrevious] * turn;
    }
  }

  // Without turns, either span is the row alone.
  const Scaled& Pair() const { return index_.verbatim_rows() > 0 ? pair_ : wide_; }

  float SpeakerFit(const CustomerIndex::Row& row) const {
    return speakers_.empty() ? 0.0F : speakers_[row.names];
  }

  // Whether the row, those around it or its conversation hold a word of the question.
  bool WordsBear(size_t i) const {
    if (!around_) return turn_.scores[i] > 0;
    return std::max({turn_.scores[i], wide_.scores[i], session_.scores[i]}) > 0;
  }

  float DateFit(const CustomerIndex::Row& row) const {
    if (!dates_.Any()) return 0;
    return static_cast<float>(DateScore(dates_, kFirstDay + row.day));
  }

  void AddAround(size_t i, const CustomerIndex::Row& row, Features* features) const {
    const CustomerIndex::Span near = index_.Around(i, 2, 1);
    (*features)[kWide] = wide_.at(i);
    (*features)[kPair] = Pair().at(i);
    (*features)[kSession] = session_.at(i);
    if (near.first + 1 <= i) {
      (*features)[kPrevious] = turn_.at(i - 1);
      if (index_.row(i - 1).Has(IndexEntry::kAsks)) (*features)[kAnswers] = turn_.at(i - 1);
    }
    if (near.first + 2 <= i) (*features)[kSecondPrevious] = turn_.at(i - 2);
    if (near.last > i) (*features)[kNext] = turn_.at(i + 1);
    (*features)[kSpeaker] = SpeakerFit(row);
  }

  // Only when the question names exactly one of those whose turns are kept.
  void FindSpeakers(const ParsedQuery& query) {
    if (query.named.empty()) return;
    std::vector<float> speakers(index_.names().size(), 0);
    for (uint32_t number = 1; number < speakers.size(); ++number) {
      const std::vector<TermHash> names = UnpackHashes(index_.names().value(number));
      const bool named = std::any_of(names.begin(), names.end(), [&query](TermHash name) {
        return std::find(query.named.begin(), query.named.end(), name) != query.named.end();
      });
      speakers[number] = named ? 1 : -1;
    }
    const auto speaking =
        std::count_if(index_.speakers().begin(), index_.speakers().end(),
                      [&speakers](uint32_t number) { return speakers[number] > 0; });
    if (speaking == 1) speakers_ = std::move(speakers);
  }

  const CustomerIndex& index_;
  const QueryDates& dates_;
  const bool around_;
  const bool turns_wanted_;  // there is an eligible one
  const Scaled turn_;
  const std::vector<float> nearness_;  // empty: nothing is known of meanings
  Scaled wide_;
  Scaled pair_;                  // empty without turns
  Scaled session_;               // of the row's conversation
  std::vector<float> speakers_;  // by number of a set of names; empty: nobody is named
};

ScoreParts PartsOf(const Features& row, const Features& weights) {
  const auto sum = [&](std::initializer_list<Feature> features) {
    double total = 0;
    for (const Feature feature : features) total += weights[feature] * row[feature];
    return total;
  };
  return {.words = sum({kTurn, kTurnAbsolute, kLength, kAsks, kTimeWords, kNamesInside}),
          .speaker = sum({kSpeaker}),
          .neighbours = sum({kWide, kPair, kSession, kPrevious, kNext, kSecondPrevious, kAnswers}),
          .dates = sum({kDates, kTimeAsked}),
          .recency = sum({kRecency}),
          .kind = sum({kKind}),
          .meaning = sum({kMeaning})};
}

// A question without words of content is answered by what is newest.
Features WeightsFor(RecallBudget budget, bool has_content) {
  if (has_content) return budget == RecallBudget::kLow ? kWordWeights : kWeights;
  Features weights{};
  weights[kRecency] = 1;
  weights[kKind] = kWeights[kKind];
  return weights;
}

}  // namespace

std::vector<Features> ComputeFeatures(const CustomerIndex& index, const RankingQuery& query,
                                      const std::vector<uint8_t>& eligible) {
  const ParsedQuery parsed = Parse(index, query);
  const Signals signals(index, parsed, query.budget, query.closeness, eligible);
  std::vector<Features> rows;
  rows.reserve(index.size());
  for (size_t i = 0; i < index.size(); ++i) rows.push_back(signals.At(i));
  return rows;
}

struct Ranking::State {
  State(const CustomerIndex& index, const RankingQuery& query, const std::vector<uint8_t>& eligible)
      : parsed(Parse(index, query)),
        signals(index, parsed, query.budget, query.closeness, eligible),
        weights(WeightsFor(query.budget, parsed.has_content)),
        best(Scores(eligible)) {}

  // Of the rows in question.
  std::vector<float> Scores(const std::vector<uint8_t>& eligible) const {
    std::vector<float> scores = signals.ScoreAll(weights);
    if (parsed.has_content) signals.DropUnrelated(&scores);
    const bool all =
        eligible.empty() || std::memchr(eligible.data(), 0, eligible.size()) == nullptr;
    if (all) return scores;
    for (size_t i = 0; i < scores.size(); ++i) scores[i] = eligible[i] != 0 ? scores[i] : kDropped;
    return scores;
  }

  const ParsedQuery parsed;
  const Signals signals;
  const Features weights;
  BestRows best;
};

Ranking::Ranking(const CustomerIndex& index, const RankingQuery& query,
                 const std::vector<uint8_t>& eligible)
    : state_(std::make_unique<State>(index, query, eligible)) {}
Ranking::~Ranking() = default;

std::optional<RankedRow> Ranking::Next() {
  State& state = *state_;
  const std::optional<BestRows::Row> best = state.best.Next();
  if (!best.has_value()) return std::nullopt;
  const absl::Span<const BestRows::Row> upcoming = state.best.upcoming();
  if (upcoming.size() > kAhead) state.signals.Announce(upcoming[kAhead].position);
  return RankedRow{.position = best->position,
                   .score = best->score,
                   .parts = PartsOf(state.signals.At(best->position), state.weights)};
}

}  // namespace throughline::memory
