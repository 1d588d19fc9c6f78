#include "services/router/domain/extractive/analysis/sales_call.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/types/span.h"
#include "services/router/domain/extractive/analysis/call_words.h"
#include "services/router/domain/extractive/analysis/word_pairs.h"
#include "services/router/domain/extractive/language/embedded_lexicon.h"
#include "services/router/domain/extractive/language/weight_table.h"

namespace throughline::router::extractive {
namespace {

// Words of an offer between two companies ("your proposal") say more than words of business.
constexpr double kOfferWeight = 1.5;
constexpr double kDecidingWeight = 0.5;
// Somebody is known to sell.
constexpr double kKnownSeller = 2;
// A deal is under way with this customer.
constexpr double kKnownDeal = 3;
constexpr float kKnownSale = 1;
constexpr double kLeast = 2;
// Words of a stand-up or an interview are rare in sales calls: so many tell more than the words
// of business that all talk at work shares.
constexpr double kClearlyOther = 3;
constexpr double kOtherTelling = 2.5;
// The words of business that other talk shares count no more than so much.
constexpr double kMostBusiness = 8;

// The weights of the different cues of that kind, each counted once.
double Evidence(const CallView& call, absl::string_view kind) {
  absl::flat_hash_set<const Cue*> seen;
  double sum = 0;
  for (const Line& line : call.lines) {
    for (const CueMatch& match : line.matches) {
      if (HasKind(match, kind) && seen.insert(match.cue).second) sum += match.cue->weight;
    }
  }
  return sum;
}

constexpr float kScale = 200;
// Fewer sentences say nothing; cues decide.
constexpr size_t kTellingSentences = 25;

const WeightTable& BuiltinSalesWeights() {
  static const WeightTable* const kTable = [] {
    absl::StatusOr<WeightTable> parsed =
        WeightTable::Parse("sales.model", EmbeddedModelFiles()[2].text, 1, kScale);
    if (!parsed.ok()) {  // a broken file is a build defect
      std::fprintf(stderr, "%s\n", std::string(parsed.status().message()).c_str());
      std::abort();
    }
    return new WeightTable(*std::move(parsed));
  }();
  return *kTable;
}

const WordPairs& BuiltinSalesPairs() {
  static const WordPairs* const kPairs = new WordPairs(EmbeddedModelFiles()[2].text, kScale);
  return *kPairs;
}

// Above 0: the words of the whole, and the pairs of them, are those of a sales call.
float WordsOfSelling(const CallView& call) {
  std::array<float, 1> score = {BuiltinSalesWeights().bias()[0]};
  WeighWords(
      call, BuiltinSalesWeights(), [](const Line&, size_t, float) { return GroupWeights{1}; },
      absl::MakeSpan(score));
  return score[0] + BuiltinSalesPairs().Weigh(call);
}

bool TellsEnough(const CallView& call) {
  size_t sentences = 0;
  for (const Line& line : call.lines) sentences += line.reading.sentences.size();
  return sentences >= kTellingSentences;
}

}  // namespace

bool IsSalesCall(const CallView& call) {
  if (TellsEnough(call)) {
    float told = WordsOfSelling(call);
    if (!call.input->known.blockers.empty()) told += kKnownSale;
    return told > 0;
  }
  const double offer = Evidence(call, "sales.offer");
  double sales = std::min(kMostBusiness, Evidence(call, "sales.business")) + kOfferWeight * offer;
  if (call.sides_known) sales += kKnownSeller;
  if (!call.input->known.blockers.empty()) sales += kKnownDeal;
  const double deciding = Evidence(call, "gate") + Evidence(call, "pointer") +
                          Evidence(call, "sign.") + Evidence(call, "veto.");
  sales += kDecidingWeight * deciding;
  const double other =
      std::max({Evidence(call, "not_sales.work"), Evidence(call, "not_sales.support"),
                Evidence(call, "not_sales.interview"), Evidence(call, "not_sales.social")});
  const bool clearly_other = other >= kClearlyOther && other * kOtherTelling > sales;
  return sales >= kLeast && sales > other && !clearly_other;
}

}  // namespace throughline::router::extractive
