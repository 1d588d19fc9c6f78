#ifndef THROUGHLINE_SERVICES_MEMORY_DOMAIN_RANKING_H_
#define THROUGHLINE_SERVICES_MEMORY_DOMAIN_RANKING_H_

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "services/memory/domain/customer_index.h"

// How rows are ordered for a question: a weighted sum of features, all computed in process over one
// customer's rows. The features and their weights are listed in ranking.cc.
namespace throughline::memory {

enum class RecallBudget { kLow, kMid, kHigh };

// One number a row has for a question. Each lies between -1 and 1.5 unless said otherwise.
enum Feature : size_t {
  kTurn,            // BM25 of the row, 1 for the best row: what neighbours lend
  kTurnAbsolute,    // BM25 of the row divided by 20
  kWide,            // BM25 of the row with four turns on either side
  kPair,            // with the turn before
  kSession,         // BM25 of the whole conversation
  kPrevious,        // kTurn of the turn before
  kNext,            // kTurn of the turn after
  kSecondPrevious,  // kTurn of the turn before that
  kAnswers,         // kTurn of the turn before, when that asks something
  kSpeaker,         // 1: words of the one person named; -1: words of somebody else
  kDates,           // the row's day fits the dates in the question
  kTimeWords,       // the row speaks of time
  kTimeAsked,       // and the question asks for one
  kAsks,            // the row ends with a question
  kLength,          // logarithm of the row's length, centred
  kNamesInside,     // names inside the row's sentences (a count)
  kRecency,         // 1 for the newest row, halved every 90 days before it
  kKind,            // prior of the fact's kind
  kMeaning,         // how far its text lies nearer to the question than others do, 0 to 1
  kFeatureCount
};
using Features = std::array<float, kFeatureCount>;

// The parts of a score that callers see.
struct ScoreParts {
  double words = 0;
  double speaker = 0;
  double neighbours = 0;
  double dates = 0;
  double recency = 0;
  double kind = 0;
  double meaning = 0;

  double Sum() const { return words + speaker + neighbours + dates + recency + kind + meaning; }
};

struct RankedRow {
  uint32_t position = 0;  // in the index
  double score = 0;
  ScoreParts parts;
};

struct RankingQuery {
  std::string text;
  RecallBudget budget = RecallBudget::kMid;
  absl::CivilDay today;  // what "last spring" counts from
  // The cosine of question and row, by position, Meaning::kUnknown where there is none; empty when
  // nothing is known of meanings.
  std::vector<float> closeness;
};

// Features of every row of `index`, by position; BM25 features are scaled by the best row with
// eligible[position]. At kLow, speaker and neighbour features stay 0. For fitting weights.
std::vector<Features> ComputeFeatures(const CustomerIndex& index, const RankingQuery& query,
                                      const std::vector<uint8_t>& eligible);

// The eligible rows that bear on a question, best first: those with a word, neighbour, speaker or
// date in common with it; all of them, newest first, when the question has no word of content.
// Every row is scored at once, and sorted no further than is asked for.
class Ranking {
 public:
  // Borrows `index` for the life of the object.
  Ranking(const CustomerIndex& index, const RankingQuery& query,
          const std::vector<uint8_t>& eligible);
  ~Ranking();

  // The best row left; none when all have been given.
  std::optional<RankedRow> Next();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace throughline::memory

#endif  // THROUGHLINE_SERVICES_MEMORY_DOMAIN_RANKING_H_
