#include "services/router/domain/extractive/language/full_names.h"

#include "services/router/domain/extractive/language/people.h"
#include "services/router/domain/extractive/language/people_words.h"
#include "services/router/domain/extractive/language/word_lists.h"

namespace throughline::router::extractive {
namespace {

constexpr size_t kMaxHeard = 600;
constexpr size_t kShortestName = 3;  // bytes of a word

// "In Boston", "the Harbour", "our Danish colleagues": no person follows.
bool LeadsElsewhere(absl::string_view word) {
  static const WordSet& listed = WordList("leads elsewhere");
  return listed.contains(word);
}

// Words of firms, places and feasts.
bool NamesAThing(absl::string_view word) {
  static const WordSet& listed = WordList("names a thing");
  return listed.contains(word);
}

}  // namespace

bool IsCapitalisedName(const Token& token) {
  return token.capital && !IsStopWord(token.text) && !IsTitleWord(token.text) &&
         !IsHonorific(token.text) && token.text.size() > 1;
}

bool MayNamePerson(const Token& token) {
  return IsCapitalisedName(token) && token.text.size() >= kShortestName && !NamesAThing(token.text);
}

std::vector<std::string> FullNames::Hear(absl::string_view text, const Reading& reading) {
  std::vector<std::string> certain;
  const std::vector<Token>& tokens = reading.tokens;
  const auto meet = [&](const std::string& word) {
    const auto full = full_.find(word);
    if (full == full_.end() || !alone_.contains(word)) return;
    certain.push_back(full->second);
    full_.erase(full);
  };
  for (const Sentence& sentence : reading.sentences) {
    const size_t last = sentence.span.last_token;
    for (size_t i = sentence.span.first_token; i < last; ++i) {
      if (!tokens[i].capital || IsStopWord(tokens[i].text)) continue;
      size_t end = i + 1;
      while (end < last && tokens[end].capital && tokens[end].before == 0) ++end;
      const size_t length = end - i;
      const bool begins = i == sentence.span.first_token;
      const bool elsewhere = !begins && LeadsElsewhere(tokens[i - 1].text);
      if (!elsewhere && length == 1 && !begins && MayNamePerson(tokens[i]) &&
          alone_.size() < kMaxHeard) {
        alone_.insert(tokens[i].text);
        meet(tokens[i].text);
      }
      if (!elsewhere && length == 2 && MayNamePerson(tokens[i]) && MayNamePerson(tokens[i + 1]) &&
          full_.size() < kMaxHeard) {
        full_.try_emplace(tokens[i].text, Quote(text, TokenSpan(reading, i, end)));
        meet(tokens[i].text);
      }
      i = end - 1;
    }
  }
  return certain;
}

}  // namespace throughline::router::extractive
