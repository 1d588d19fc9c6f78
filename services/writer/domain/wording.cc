#include "services/writer/domain/wording.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "common/grounding/words.h"
#include "re2/re2.h"

namespace throughline::writer {
namespace {

// Letters of a word that its forms share: "decide", "decides", "deciding".
constexpr size_t kStemBytes = 5;
constexpr size_t kLeastWordBytes = 4;

using grounding::ForEachWord;
using grounding::IsByteOfWord;

bool IsFiller(absl::string_view word) {
  static const std::set<absl::string_view>& fillers = *new std::set<absl::string_view>(
      {"about", "after",   "also",  "been", "before", "could", "does",   "from",   "have",
       "here",  "into",    "just",  "like", "need",   "once",  "only",   "over",   "should",
       "some",  "than",    "that",  "them", "then",   "there", "these",  "they",   "thing",
       "this",  "those",   "very",  "want", "were",   "what",  "when",   "where",  "which",
       "will",  "with",    "would", "your", "ours",   "their", "please", "thanks", "thank",
       "best",  "regards", "know",  "each", "until"});
  return fillers.contains(word);
}

const RE2& DayPattern() {
  static const RE2& day = *new RE2(
      "((?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, )?(?:January|February|March|April|May|June|"
      "July|August|September|October|November|December) \\d{1,2}\\b)");
  return day;
}

// "Dr.", "J.": a full stop that belongs to the word before it.
bool Abbreviates(absl::string_view before) {
  static const std::set<absl::string_view>& titles =
      *new std::set<absl::string_view>({"Dr", "Mr", "Mrs", "Ms", "Prof", "St", "Sr", "Jr", "vs"});
  size_t begin = before.size();
  while (begin > 0 && IsByteOfWord(before[begin - 1])) --begin;
  const absl::string_view word = before.substr(begin);
  const bool is_initial =
      word.size() == 1 && absl::ascii_isupper(static_cast<unsigned char>(word[0])) && word != "I";
  return is_initial || titles.contains(word);
}

constexpr absl::string_view kOpeningQuote = "\xE2\x80\x9C";
constexpr absl::string_view kClosingQuote = "\xE2\x80\x9D";

// Whether a quotation is open behind `at`, where one was or was not before. None outlives its line.
bool IsQuotingAt(absl::string_view text, size_t at, bool was) {
  if (text[at] == '"') return !was;
  if (text[at] == '\n' || absl::StartsWith(text.substr(at), kClosingQuote)) return false;
  return was || absl::StartsWith(text.substr(at), kOpeningQuote);
}

bool ClosesQuotation(absl::string_view marks) {
  return absl::StrContains(marks, "\"") || absl::StrContains(marks, kClosingQuote);
}

// Behind the mark at `at` and the quotation that ends with it, when a sentence ends there; else
// `at`.
size_t EndOfSentence(absl::string_view text, size_t at) {
  if (text[at] == '\n') return at + 1;
  if (text[at] != '.' && text[at] != '?' && text[at] != '!') return at;
  if (text[at] == '.' && Abbreviates(text.substr(0, at))) return at;
  absl::string_view rest = text.substr(at + 1);
  const size_t before_quotes = rest.size();
  while (absl::ConsumePrefix(&rest, "\"") || absl::ConsumePrefix(&rest, kClosingQuote) ||
         absl::ConsumePrefix(&rest, ")")) {
  }
  const bool closes = rest.size() < before_quotes;
  const size_t end = text.size() - rest.size();
  while (!rest.empty() && IsSpace(rest.front())) rest.remove_prefix(1);
  if (end + rest.size() == text.size()) return at;  // no white space, or the end of the text
  // "You asked \"which day?\" and I looked" goes on.
  const bool goes_on =
      closes && !rest.empty() && absl::ascii_islower(static_cast<unsigned char>(rest.front()));
  return goes_on ? at : end;
}

}  // namespace

std::vector<std::string> SplitSentences(absl::string_view text) {
  std::vector<std::string> sentences;
  size_t begin = 0;
  bool is_quoting = false;
  for (size_t i = 0; i < text.size(); ++i) {
    is_quoting = IsQuotingAt(text, i, is_quoting);
    size_t end = EndOfSentence(text, i);
    if (end == i) continue;
    // What somebody said in several sentences is said in one.
    if (is_quoting && !ClosesQuotation(text.substr(i + 1, end - i - 1))) continue;
    is_quoting = false;
    while (end < text.size() && IsSpace(text[end])) ++end;
    sentences.emplace_back(text.substr(begin, end - begin));
    begin = end;
    i = end - 1;
  }
  if (begin < text.size()) sentences.emplace_back(text.substr(begin));
  return sentences;
}

ContentWords ContentWordsOf(absl::string_view text) {
  ContentWords words;
  ForEachWord(text, [&](absl::string_view word) {
    const std::string lower = absl::AsciiStrToLower(word);
    const bool figure = absl::ascii_isdigit(static_cast<unsigned char>(word[0]));
    const bool acronym = word.size() > 1 && std::all_of(word.begin(), word.end(), [](char c) {
                           return absl::ascii_isupper(static_cast<unsigned char>(c));
                         });
    if ((word.size() >= kLeastWordBytes && !IsFiller(lower)) || figure || acronym) {
      words.insert(lower.substr(0, kStemBytes));
    }
  });
  return words;
}

size_t SharedWords(const ContentWords& a, const ContentWords& b) {
  return static_cast<size_t>(
      std::count_if(a.begin(), a.end(), [&](const std::string& word) { return b.contains(word); }));
}

bool ContainsWord(absl::string_view text, absl::string_view word) {
  if (word.empty()) return false;
  for (size_t at = text.find(word); at != absl::string_view::npos; at = text.find(word, at + 1)) {
    const size_t end = at + word.size();
    if ((at == 0 || !IsByteOfWord(text[at - 1])) &&
        (end == text.size() || !IsByteOfWord(text[end]))) {
      return true;
    }
  }
  return false;
}

bool Asks(absl::string_view sentence, bool is_english) {
  static const RE2& request = *new RE2(
      "(?i)(?:^|, |; )(?:so |then |and |to get there, )?(?:please\\b|let me know\\b|tell me\\b|"
      "confirm\\b|reply\\b|send (?:me|us)\\b)|\\bplease\\b|\\b(?:could|can|would|will) you\\b");
  return absl::StrContains(sentence, "?") || (is_english && Matches(sentence, request));
}

bool Promises(absl::string_view sentence) {
  static const RE2& promise = *new RE2(
      "(?i)\\b(?:i|we)(?:'ll|\xE2\x80\x99ll| will| can| could| are able to|'d be happy to| would "
      "be "
      "happy to) [a-z]|\\b(?:we|i) "
      "(?:guarantee|commit|promise|offer)\\b|\\byou(?:'ll|\xE2\x80\x99ll| "
      "will) (?:get|have|receive)\\b");
  static const RE2& routine = *new RE2(
      "(?i)\\b(?:i|we)(?:'ll|\xE2\x80\x99ll| will| can| could) (?:follow up|be in touch|check in|"
      "wait|call you|write again|talk|speak|see you)\\b|\\blook forward\\b");
  const std::string own = WithoutQuotations(sentence);
  return Matches(own, promise) && !Matches(own, routine);
}

std::string WithoutQuotations(absl::string_view text) {
  static const RE2& quoted = *new RE2("\"[^\"]*\"?|\xE2\x80\x9C[^\xE2\x80\x9D]*");
  std::string own(text);
  RE2::GlobalReplace(&own, quoted, "");
  return own;
}

std::string FirstDayIn(absl::string_view text) {
  std::string day;
  RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), DayPattern(), &day);
  return day;
}

std::string WithoutRepeatedDays(std::string text) {
  static const RE2& between = *new RE2("(?:, that is |, which is |, i\\.e\\. |, | )");
  std::string kept;
  std::string last;
  re2::StringPiece rest(text);
  const char* copied = rest.data();
  const char* const end = copied + text.size();
  const char* last_end = nullptr;
  std::string found;
  while (RE2::FindAndConsume(&rest, DayPattern(), &found)) {
    const char* const begin = rest.data() - found.size();
    const bool repeats =
        found == last &&
        RE2::FullMatch(re2::StringPiece(last_end, static_cast<size_t>(begin - last_end)), between);
    if (repeats) {
      kept.append(copied, last_end);
      copied = rest.data();
    }
    last = found;
    last_end = rest.data();
  }
  kept.append(copied, end);
  return kept;
}

std::vector<std::string> AddressesIn(absl::string_view text) {
  static const RE2& address = *new RE2(
      "(?i)([a-z0-9][\\w.+-]*@[a-z0-9-]+(?:\\.[a-z0-9-]+)+|(?:https?://|www\\.)[^\\s<>()\"]+)");
  std::vector<std::string> addresses;
  re2::StringPiece rest(text.data(), text.size());
  std::string found;
  while (RE2::FindAndConsume(&rest, address, &found)) {
    while (!found.empty() && (found.back() == '.' || found.back() == ',')) found.pop_back();
    addresses.push_back(found);
  }
  return addresses;
}

}  // namespace throughline::writer
