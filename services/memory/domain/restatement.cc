#include "services/memory/domain/restatement.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace throughline::memory {
namespace {

// A sense is a signature, a line break and one of these a term; the greater, the less it may miss.
constexpr char kFilling = '0';
constexpr char kCapitalised = '1';
constexpr char kEssential = '2';

char MarkOf(const SignatureTerm& term) {
  if (term.essential) return kEssential;
  return term.capitalised ? kCapitalised : kFilling;
}

struct Sense {
  std::vector<absl::string_view> terms;
  absl::string_view marks;
};

Sense Open(absl::string_view sense) {
  const size_t end = sense.rfind('\n');
  if (end == absl::string_view::npos) return {};
  Sense opened{.marks = sense.substr(end + 1)};
  if (!opened.marks.empty()) opened.terms = absl::StrSplit(sense.substr(0, end), ' ');
  return opened;
}

// The word that tells most, which no restatement leaves out either: it keeps blocks small.
absl::string_view Longest(const std::vector<absl::string_view>& terms) {
  return *std::max_element(terms.begin(), terms.end(),
                           [](absl::string_view a, absl::string_view b) {
                             return std::make_pair(a.size(), a) < std::make_pair(b.size(), b);
                           });
}

}  // namespace

std::string SenseOfText(Stemmer& stemmer, absl::string_view text) {
  const std::vector<SignatureTerm> terms = SignatureTerms(stemmer, text);
  std::string sense = absl::StrCat(SignatureOf(terms, text), "\n");
  for (const SignatureTerm& term : terms) sense.push_back(MarkOf(term));
  return sense;
}

absl::string_view SignatureOfSense(absl::string_view sense) {
  return sense.substr(0, sense.rfind('\n'));
}

void Merge(absl::string_view other, std::string* sense) {
  const size_t begin = SignatureOfSense(*sense).size();
  for (size_t i = begin; i < std::min(sense->size(), other.size()); ++i) {
    (*sense)[i] = std::max((*sense)[i], other[i]);
  }
}

std::string RestatementBlock(absl::string_view sense) {
  const Sense opened = Open(sense);
  if (opened.terms.size() < kMinWordsInCommon) return std::string(SignatureOfSense(sense));
  std::vector<absl::string_view> essential;
  for (size_t i = 0; i < opened.terms.size(); ++i) {
    if (opened.marks[i] == kEssential) essential.push_back(opened.terms[i]);
  }
  return absl::StrCat(absl::StrJoin(essential, " "), "\n", Longest(opened.terms));
}

std::vector<std::string> SignaturesFilledOutBy(absl::string_view sense) {
  const Sense opened = Open(sense);
  std::vector<std::string> signatures;
  if (opened.terms.size() < kMinWordsInCommon + 1) return signatures;
  const absl::string_view longest = Longest(opened.terms);
  for (size_t left_out = 0; left_out < opened.terms.size(); ++left_out) {
    if (opened.marks[left_out] != kFilling || opened.terms[left_out] == longest) continue;
    std::vector<absl::string_view> terms = opened.terms;
    terms.erase(terms.begin() + static_cast<ptrdiff_t>(left_out));
    signatures.push_back(absl::StrJoin(terms, " "));
  }
  return signatures;
}

std::vector<size_t> FullestRestatements(const std::vector<absl::string_view>& senses) {
  std::vector<size_t> fullest(senses.size());
  std::iota(fullest.begin(), fullest.end(), size_t{0});
  if (senses.size() < 2) return fullest;
  const auto words = [&senses](size_t i) { return Open(senses[i]).terms.size(); };
  std::vector<size_t> order = fullest;
  std::stable_sort(order.begin(), order.end(),
                   [&words](size_t a, size_t b) { return words(a) > words(b); });
  // The fuller come first, so that a text finds what fills it out, and that one its own fullest.
  absl::flat_hash_map<std::string, size_t> filled_out_by;
  for (const size_t i : order) {
    const auto fuller = filled_out_by.find(SignatureOfSense(senses[i]));
    if (fuller != filled_out_by.end()) fullest[i] = fullest[fuller->second];
    for (std::string& signature : SignaturesFilledOutBy(senses[i])) {
      filled_out_by.emplace(std::move(signature), i);
    }
  }
  return fullest;
}

}  // namespace throughline::memory
