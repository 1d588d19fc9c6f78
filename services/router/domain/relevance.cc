#include "services/router/domain/relevance.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "services/router/domain/text/bytes.h"
#include "services/router/domain/text/fold.h"
#include "services/router/domain/text/numbers.h"
#include "services/router/domain/text/words.h"

namespace throughline::router {
namespace {

constexpr size_t kStemBytes = 5;    // inflections differ behind it
constexpr size_t kFewestStems = 3;  // of a prompt that can be missed
constexpr size_t kFewestDraftWords = 12;
constexpr double kMostForeignBytes = 0.3;
constexpr double kEchoShare = 0.9;
constexpr size_t kFewestEchoWords = 8;
constexpr size_t kFewestTextWords = 25;  // of a prompt that brings a text along
constexpr size_t kLongDraftBytes = 2000;

constexpr absl::string_view kEmptyWords[] = {
    "what",  "which",    "when",  "where",     "this",    "that",   "these",  "those",
    "with",  "from",     "have",  "does",      "would",   "could",  "should", "please",
    "there", "their",    "about", "into",      "your",    "they",   "them",   "then",
    "than",  "will",     "were",  "been",      "give",    "tell",   "some",   "explain",
    "write", "describe", "list",  "following", "between", "because"};
constexpr text::Phrase kTextCues[] = {
    " extract ",           " according to the ",    " from the following ",
    " based on the ",      " in the passage ",      " in the text ",
    " the text below ",    " following text ",      " following email ",
    " following passage ", " following paragraph ", " following article ",
    " from this ",         " summarize ",           " summarise "};

using Stems = absl::flat_hash_set<absl::string_view>;

bool IsEmptyWord(absl::string_view word) {
  static const Stems& words = *new Stems(std::begin(kEmptyWords), std::end(kEmptyWords));
  return words.contains(word);
}

Stems StemsOf(absl::string_view folded) {
  Stems stems;
  text::ForEachFoldedWord(folded, [&](absl::string_view word) {
    if (word.size() < kStemBytes - 1) return;
    const absl::string_view stem = word.substr(0, kStemBytes);
    if (!stems.contains(stem) && !IsEmptyWord(word)) stems.insert(stem);
  });
  return stems;
}

bool IsMostlyForeign(absl::string_view folded) {
  return static_cast<double>(text::CountHighBytes(folded)) >
         kMostForeignBytes * static_cast<double>(folded.size());
}

bool GivesText(const ReadText& prompt) {
  return prompt.HasAny(kTextCues) && prompt.folded_words.size() >= kFewestTextWords;
}

// Whether the word at `begin` opens a sentence, where anything is written large.
bool OpensSentence(absl::string_view text, size_t begin) {
  while (begin > 0 &&
         (absl::ascii_isspace(text[begin - 1]) || absl::ascii_ispunct(text[begin - 1]))) {
    const char before = text[--begin];
    if (before == '\n' || before == '.' || before == '!' || before == '?' || before == ':')
      return true;
  }
  return begin == 0;
}

// Whether one of the draft's words, by which a topic can be told, stands in the prompt as it is:
// sooner seen than stems, and true of most drafts that are on the topic.
bool SharesWord(const ReadText& prompt, const ReadText& draft) {
  const text::WordList& words = draft.folded_words;
  for (size_t i = 0; i < words.size(); ++i) {
    const text::WordList::Word& word = words.words()[i];
    if (word.size < kStemBytes - 1 || !prompt.folded_words.Contains(word)) continue;
    if (!IsEmptyWord(words[i])) return true;
  }
  return false;
}

}  // namespace

bool IsOffTopic(const ReadText& prompt, const ReadText& draft) {
  if (SharesWord(prompt, draft)) return false;
  const absl::string_view folded_prompt = prompt.folded;
  const absl::string_view folded_draft = draft.folded;
  if (IsMostlyForeign(folded_prompt) || IsMostlyForeign(folded_draft)) return false;
  const Stems wanted = StemsOf(folded_prompt);
  if (wanted.size() < kFewestStems) return false;
  size_t words = 0;
  for (size_t begin = 1; begin < folded_draft.size();) {
    const size_t end = std::min(folded_draft.find(' ', begin), folded_draft.size());
    const absl::string_view word = folded_draft.substr(begin, end - begin);
    if (wanted.contains(word.substr(0, kStemBytes))) return false;
    // Numbers and signs have no topic.
    words += word.size() >= 3 && !absl::ascii_isdigit(word[0]) ? 1 : 0;
    begin = end + 1;
  }
  return words >= kFewestDraftWords;
}

bool IsEcho(absl::string_view folded_prompt, absl::string_view folded_draft) {
  const auto count = [](absl::string_view folded) {
    const size_t spaces = text::CountByte(folded, ' ');
    return spaces - std::min<size_t>(spaces, 1);
  };
  // Word by word from the start: an answer may well take up the question, but goes on from there.
  const size_t most = std::min(folded_prompt.size(), folded_draft.size());
  const auto* differs =
      std::mismatch(folded_prompt.begin(), folded_prompt.begin() + most, folded_draft.begin())
          .first;
  const size_t same = count(folded_prompt.substr(0, differs - folded_prompt.begin()));
  const auto is_most_of = [same](size_t words) {
    return static_cast<double>(same) >= kEchoShare * static_cast<double>(words);
  };
  if (!is_most_of(kFewestEchoWords)) return false;
  const size_t said = count(folded_draft);
  return said >= kFewestEchoWords && count(folded_prompt) >= kFewestEchoWords && is_most_of(said);
}

double UngroundedShare(const ReadText& prompt, const ReadText& answer) {
  const absl::string_view draft = answer.text;
  if (draft.size() > kLongDraftBytes || !GivesText(prompt)) return 0;
  text::NumberSet given;
  for (const text::NumberMention& number : prompt.numbers) given.Add(number.value);
  size_t claims = 0;
  size_t foreign = 0;
  for (const text::NumberMention& number : answer.numbers) {
    if (number.in_words) continue;
    ++claims;
    foreign += given.Contains(number.value) ? 0 : 1;
  }
  for (size_t begin = 0; begin < draft.size();) {
    size_t end = begin;
    while (end < draft.size() && absl::ascii_isalpha(draft[end])) ++end;
    const absl::string_view word = draft.substr(begin, end - begin);
    if (word.size() > 2 && absl::ascii_isupper(word[0]) && !OpensSentence(draft, begin)) {
      ++claims;
      foreign += prompt.folded_words.ContainsWord(absl::AsciiStrToLower(word)) ? 0 : 1;
    }
    begin = end + 1;
  }
  return claims == 0 ? 0 : static_cast<double>(foreign) / static_cast<double>(claims);
}

}  // namespace throughline::router
