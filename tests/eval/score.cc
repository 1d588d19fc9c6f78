#include "tests/eval/score.h"

#include <algorithm>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "services/router/domain/extractive/language/numbers.h"
#include "services/router/domain/extractive/language/tokens.h"

namespace throughline::eval {
namespace {

using router::extractive::IsStopWord;
using router::extractive::NumberAt;
using router::extractive::NumberMention;
using router::extractive::Stem;
using router::extractive::Token;
using router::extractive::Tokenize;

double Ratio(size_t part, size_t whole) {
  return whole == 0 ? 1.0 : static_cast<double>(part) / static_cast<double>(whole);
}

// Lower-case words with numbers in digits: "Twenty-one thousand" -> "21000", "16th" -> "16".
std::vector<std::string> PlainWords(absl::string_view text) {
  const std::vector<Token> tokens = Tokenize(text);
  std::vector<std::string> words;
  for (size_t i = 0; i < tokens.size();) {
    const std::optional<NumberMention> number = NumberAt(tokens, i, tokens.size());
    if (number) {
      words.push_back(absl::StrCat(number->value));
      if (number->percent) words.push_back("percent");
      i = number->last_token;
      continue;
    }
    if (tokens[i].text != "'s") words.push_back(tokens[i].text);
    ++i;
  }
  return words;
}

}  // namespace

void Counts::Add(const Counts& other) {
  right += other.right;
  given += other.given;
  wanted += other.wanted;
}
double Counts::Precision() const { return Ratio(right, given); }
double Counts::Recall() const { return Ratio(right, wanted); }
double Counts::F1() const {
  return given + wanted == 0
             ? 1.0
             : 2.0 * static_cast<double>(right) / static_cast<double>(given + wanted);
}

void Share::Add(bool value) {
  yes += value ? 1 : 0;
  ++all;
}
void Share::Add(const Share& other) {
  yes += other.yes;
  all += other.all;
}
double Share::Value() const { return Ratio(yes, all); }

Counts CompareSets(std::vector<std::string> given, std::vector<std::string> wanted) {
  for (std::vector<std::string>* set : {&given, &wanted}) {
    std::sort(set->begin(), set->end());
    set->erase(std::unique(set->begin(), set->end()), set->end());
  }
  Counts counts{0, given.size(), wanted.size()};
  for (const std::string& value : given) {
    if (std::binary_search(wanted.begin(), wanted.end(), value)) ++counts.right;
  }
  return counts;
}

bool SamePerson(absl::string_view a, absl::string_view b) {
  const auto words = [](absl::string_view name) {
    std::vector<std::string> parts;
    for (const Token& token : Tokenize(name.substr(0, name.find('(')))) parts.push_back(token.text);
    return parts;
  };
  const std::vector<std::string> first = words(a);
  const std::vector<std::string> second = words(b);
  if (first.empty() || second.empty()) return false;
  const auto& shorter = first.size() <= second.size() ? first : second;
  const auto& longer = first.size() <= second.size() ? second : first;
  return std::all_of(shorter.begin(), shorter.end(), [&](const std::string& word) {
    return std::find(longer.begin(), longer.end(), word) != longer.end();
  });
}

bool Mentions(absl::string_view text, absl::string_view entry) {
  const std::vector<std::string> words = PlainWords(text);
  for (const absl::string_view alternative : absl::StrSplit(entry, '|')) {
    const std::vector<std::string> wanted = PlainWords(alternative);
    if (wanted.empty()) continue;
    if (std::search(words.begin(), words.end(), wanted.begin(), wanted.end()) != words.end()) {
      return true;
    }
  }
  return false;
}

double WordRecall(absl::string_view text, absl::string_view label) {
  std::vector<std::string> stems;
  for (const std::string& word : PlainWords(text)) stems.push_back(Stem(word));
  size_t found = 0;
  size_t all = 0;
  for (const std::string& word : PlainWords(label)) {
    if (IsStopWord(word)) continue;
    ++all;
    if (std::find(stems.begin(), stems.end(), Stem(word)) != stems.end()) ++found;
  }
  return Ratio(found, all);
}

}  // namespace throughline::eval
