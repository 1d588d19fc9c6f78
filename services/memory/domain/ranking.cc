#include "services/memory/domain/ranking.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "services/memory/domain/query_dates.h"
#include "services/memory/domain/text.h"

namespace throughline::memory {
namespace {

constexpr double kSaturation = 0.9;  // k1 of BM25
constexpr float kAbsoluteScale = 20;

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
  absl::flat_hash_map<std::string, int> terms;  // names of speakers left out
  std::vector<std::string> named;               // stems of names in the question
  QueryDates dates;
  bool has_content = false;
};

ParsedQuery Parse(const CustomerIndex& index, const RankingQuery& query) {
  ParsedQuery parsed;
  Stemmer stemmer;
  for (std::string& term : stemmer.Terms(query.text)) {
    parsed.has_content = true;
    if (index.IsName(term)) {
      parsed.named.push_back(std::move(term));
    } else {
      ++parsed.terms[std::move(term)];
    }
  }
  parsed.dates = ParseQueryDates(query.text, query.today);
  return parsed;
}

// BM25 over documents made of spans of rows: the row itself, the row with its neighbours, or whole
// conversations. Counts of a term are gathered per document, then scored, term by term.
class SpanScorer {
 public:
  // Borrows `normaliser`, one number a document; null: all documents count as equally long.
  SpanScorer(size_t documents, const std::vector<float>* normaliser)
      : scores_(documents, 0), counts_(documents, 0), normaliser_(normaliser) {}

  void Count(size_t document, int count) {
    if (counts_[document] == 0) touched_.push_back(document);
    counts_[document] += count;
  }
  // Ends a term that stands `weight` times in the question.
  void EndTerm(int weight) {
    const double n = static_cast<double>(scores_.size());
    const double df = static_cast<double>(touched_.size());
    const double idf = std::log(1 + (n - df + 0.5) / (df + 0.5));
    for (const size_t document : touched_) {
      const double count = counts_[document];
      const double length = normaliser_ == nullptr ? 1 : (*normaliser_)[document];
      scores_[document] += static_cast<float>(weight * idf * count * (kSaturation + 1) /
                                              (count + kSaturation * length));
      counts_[document] = 0;
    }
    touched_.clear();
  }
  const std::vector<float>& scores() const { return scores_; }

 private:
  std::vector<float> scores_;
  std::vector<int> counts_;
  const std::vector<float>* normaliser_;
  std::vector<size_t> touched_;
};

// Scores every row's span, `before` and `after` turns wide.
std::vector<float> ScoreSpans(const CustomerIndex& index, const ParsedQuery& query, size_t before,
                              size_t after, const std::vector<float>* normaliser) {
  SpanScorer scorer(index.size(), normaliser);
  for (const auto& [term, weight] : query.terms) {
    for (const auto& [position, count] : index.postings(term)) {
      // The spans that hold a row are those of the rows as far before it as spans reach after.
      index.ForSpan(position, after, before, [&](size_t k) { scorer.Count(k, count); });
    }
    scorer.EndTerm(weight);
  }
  return scorer.scores();
}

// Scores every conversation, by row.
std::vector<float> ScoreSessions(const CustomerIndex& index, const ParsedQuery& query) {
  SpanScorer scorer(index.session_count(), &index.tables().session_normaliser);
  for (const auto& [term, weight] : query.terms) {
    for (const auto& [position, count] : index.postings(term)) {
      const uint32_t session = index.session(position);
      if (session != CustomerIndex::kNoSession) scorer.Count(session, count);
    }
    scorer.EndTerm(weight);
  }
  std::vector<float> by_row(index.size(), 0);
  for (size_t i = 0; i < index.size(); ++i) {
    if (index.session(i) != CustomerIndex::kNoSession) {
      by_row[i] = scorer.scores()[index.session(i)];
    }
  }
  return by_row;
}

void PutScaled(const std::vector<float>& scores, const std::vector<bool>& eligible, Feature feature,
               std::vector<Features>* rows) {
  float best = 0;
  for (size_t i = 0; i < scores.size(); ++i) {
    if (eligible[i]) best = std::max(best, scores[i]);
  }
  if (best <= 0) return;
  for (size_t i = 0; i < scores.size(); ++i) (*rows)[i][feature] = std::min(1.0F, scores[i] / best);
}

void AddNeighbours(const CustomerIndex& index, const ParsedQuery& query,
                   const std::vector<bool>& eligible, std::vector<Features>* rows) {
  const CustomerIndex::Tables& tables = index.tables();
  PutScaled(ScoreSpans(index, query, CustomerIndex::kWideSpan, CustomerIndex::kWideSpan,
                       &tables.wide_normaliser),
            eligible, kWide, rows);
  PutScaled(ScoreSpans(index, query, 1, 0, &tables.pair_normaliser), eligible, kPair, rows);
  PutScaled(ScoreSessions(index, query), eligible, kSession, rows);
  for (size_t i = 0; i < index.size(); ++i) {
    Features& row = (*rows)[i];
    const auto turn = [&](size_t k) { return index.Together(i, k) ? (*rows)[k][kTurn] : 0.0F; };
    // Positions before the first wrap round to ones past the last, which are never together.
    row[kPrevious] = turn(i - 1);
    row[kSecondPrevious] = turn(i - 2);
    row[kNext] = turn(i + 1);
    row[kAnswers] = i > 0 && index.row(i - 1).asks ? row[kPrevious] : 0;
  }
}

bool Intersect(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  return std::any_of(a.begin(), a.end(), [&b](const std::string& x) {
    return std::find(b.begin(), b.end(), x) != b.end();
  });
}

// Only when the question names exactly one of those whose words are kept.
void AddSpeaker(const CustomerIndex& index, const ParsedQuery& query, std::vector<Features>* rows) {
  const auto named = std::count_if(index.speakers().begin(), index.speakers().end(),
                                   [&query](const std::vector<std::string>& speaker) {
                                     return Intersect(speaker, query.named);
                                   });
  if (named != 1) return;
  for (size_t i = 0; i < index.size(); ++i) {
    const std::vector<std::string>& names = index.row(i).name_terms;
    if (!names.empty()) (*rows)[i][kSpeaker] = Intersect(names, query.named) ? 1.0F : -1.0F;
  }
}

void AddOwn(const CustomerIndex& index, const ParsedQuery& query, std::vector<Features>* rows) {
  const bool dated = query.dates.Any();
  for (size_t i = 0; i < index.size(); ++i) {
    const IndexedRow& indexed = index.row(i);
    Features& row = (*rows)[i];
    row[kDates] = dated ? static_cast<float>(DateScore(query.dates, indexed.day)) : 0;
    row[kTimeWords] = indexed.speaks_of_time ? 1 : 0;
    row[kTimeAsked] = indexed.speaks_of_time && query.dates.asks_when ? 1 : 0;
    row[kAsks] = indexed.ends_asking ? 1 : 0;
    row[kLength] = index.tables().log_length[i];
    row[kNamesInside] = indexed.names_inside;
    row[kRecency] = index.tables().recency[i];
    row[kKind] = KindPrior(indexed.row.fact.kind);
  }
}

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
          .kind = sum({kKind})};
}

// The score that PartsOf splits up, in one pass.
float Score(const Features& row, const Features& weights) {
  float score = 0;
  for (size_t i = 0; i < kFeatureCount; ++i) score += weights[i] * row[i];
  return score;
}

// A question without words of content is answered by what is newest.
Features WeightsFor(RecallBudget budget, bool has_content) {
  if (has_content) return budget == RecallBudget::kLow ? kWordWeights : kWeights;
  Features weights{};
  weights[kRecency] = 1;
  weights[kKind] = kWeights[kKind];
  return weights;
}

bool BearsOn(const Features& row, RecallBudget budget) {
  if (row[kTurn] > 0) return true;
  if (budget == RecallBudget::kLow) return false;
  return row[kWide] > 0 || row[kSession] > 0 || row[kSpeaker] > 0 || row[kDates] > 0;
}

std::vector<Features> ComputeFeatures(const CustomerIndex& index, const ParsedQuery& parsed,
                                      RecallBudget budget, const std::vector<bool>& eligible) {
  std::vector<Features> rows(index.size(), Features{});
  const std::vector<float> turn = ScoreSpans(index, parsed, 0, 0, nullptr);
  PutScaled(turn, eligible, kTurn, &rows);
  for (size_t i = 0; i < rows.size(); ++i) rows[i][kTurnAbsolute] = turn[i] / kAbsoluteScale;
  AddOwn(index, parsed, &rows);
  if (budget != RecallBudget::kLow) {
    AddSpeaker(index, parsed, &rows);
    AddNeighbours(index, parsed, eligible, &rows);
  }
  return rows;
}

}  // namespace

std::vector<Features> ComputeFeatures(const CustomerIndex& index, const RankingQuery& query,
                                      const std::vector<bool>& eligible) {
  return ComputeFeatures(index, Parse(index, query), query.budget, eligible);
}

std::vector<RankedRow> Rank(const CustomerIndex& index, const RankingQuery& query,
                            const std::vector<bool>& eligible, size_t max_rows) {
  const ParsedQuery parsed = Parse(index, query);
  const std::vector<Features> features = ComputeFeatures(index, parsed, query.budget, eligible);
  const Features weights = WeightsFor(query.budget, parsed.has_content);
  std::vector<std::pair<float, uint32_t>> scores;  // negative, so that the best come first
  scores.reserve(features.size());
  for (size_t i = 0; i < features.size(); ++i) {
    if (!eligible[i] || (parsed.has_content && !BearsOn(features[i], query.budget))) continue;
    scores.emplace_back(-Score(features[i], weights), static_cast<uint32_t>(i));
  }
  const size_t kept = std::min(scores.size(), max_rows);
  std::partial_sort(scores.begin(), scores.begin() + static_cast<ptrdiff_t>(kept), scores.end());
  std::vector<RankedRow> ranked;
  ranked.reserve(kept);
  for (size_t k = 0; k < kept; ++k) {
    const uint32_t position = scores[k].second;
    ranked.push_back({.position = position,
                      .score = -scores[k].first,
                      .parts = PartsOf(features[position], weights)});
  }
  return ranked;
}

}  // namespace throughline::memory
