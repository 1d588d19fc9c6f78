#include "services/router/domain/extractive/language/lexicon.h"

#include <algorithm>
#include <bit>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/status_macros.h"
#include "services/router/domain/extractive/language/embedded_lexicon.h"
#include "services/router/domain/extractive/language/numbers.h"

namespace throughline::router::extractive {
namespace {

constexpr size_t kPrefixKeyLength = 3;
constexpr size_t kMiddleSlotTokens = 7;
// A person is at most four words: "our chief financial officer".
constexpr size_t kMaxWhoTokens = 4;

// Words that may stand between the words of any cue without changing it.
constexpr absl::string_view kSkippable[] = {
    "really",     "just",  "actually",   "honestly",   "basically",  "pretty",
    "simply",     "also",  "now",        "already",    "still",      "quite",
    "very",       "so",    "totally",    "absolutely", "completely", "frankly",
    "definitely", "like",  "well",       "currently",  "probably",   "certainly",
    "finally",    "fully", "personally", "obviously",  "literally",  "even"};
constexpr absl::string_view kPersonPronouns[] = {"i",   "we",   "he", "she", "they", "him",
                                                 "her", "them", "me", "us",  "you"};
constexpr absl::string_view kPossessivesAndArticles[] = {"the", "our",   "my", "your",
                                                         "his", "their", "a"};

absl::Status LineError(absl::string_view source, absl::string_view problem) {
  return absl::InvalidArgumentError(
      absl::StrCat("lexicon: ", source, ": ", problem, "; see lexicon/README.md for the format"));
}

// "key=value key=value" onto `cue`.
absl::Status ApplyAttributes(absl::string_view attributes, Cue& cue) {
  for (const absl::string_view pair : absl::StrSplit(attributes, ' ', absl::SkipWhitespace())) {
    const std::pair<absl::string_view, absl::string_view> split =
        absl::StrSplit(pair, absl::MaxSplits('=', 1));
    if (split.first == "category") {
      cue.category = std::string(split.second);
    } else if (split.first == "object") {
      cue.object = std::string(split.second);
    } else if (split.first != "weight" || !absl::SimpleAtod(split.second, &cue.weight)) {
      return LineError(cue.source,
                       absl::StrCat("unknown attribute \"", pair,
                                    "\", expected category=NAME, object=NAME or weight=NUMBER"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

struct Lexicon::Cursor {
  const Reading& reading;
  size_t sentence_first;
  size_t sentence_last;
  size_t start;
  const std::vector<Element>* elements;
  const std::vector<Seen>& seen;       // by token
  const std::vector<WordBits>& ahead;  // by token
};

absl::StatusOr<Lexicon> Lexicon::Parse(const std::vector<File>& files) {
  Lexicon lexicon;
  for (const File& file : files) {
    Cue defaults;
    size_t number = 0;
    for (absl::string_view line : absl::StrSplit(file.text, '\n')) {
      ++number;
      line = absl::StripAsciiWhitespace(line.substr(0, line.find('#')));
      if (line.empty()) continue;
      defaults.source = absl::StrCat(file.name, ":", number);
      if (line.front() == '[') {
        if (line.back() != ']') return LineError(defaults.source, "section without \"]\"");
        const std::pair<absl::string_view, absl::string_view> split =
            absl::StrSplit(line.substr(1, line.size() - 2), absl::MaxSplits(absl::ByChar(' '), 1));
        defaults = Cue{std::string(split.first), "", "", 1, "", defaults.source};
        RETURN_IF_ERROR(ApplyAttributes(split.second, defaults));
        continue;
      }
      if (defaults.kind.empty()) return LineError(defaults.source, "pattern before any [section]");
      RETURN_IF_ERROR(lexicon.AddLine(line, defaults));
    }
  }
  for (size_t i = 0; i < lexicon.patterns_.size(); ++i) lexicon.Index(i);
  for (const auto word : kSkippable) lexicon.words_[lexicon.IdOf(word)].is_skippable = true;
  for (const auto word : kPersonPronouns) lexicon.words_[lexicon.IdOf(word)].is_pronoun = true;
  for (const auto word : kPossessivesAndArticles) {
    lexicon.words_[lexicon.IdOf(word)].is_possessive = true;
  }
  return lexicon;
}

uint32_t Lexicon::IdOf(absl::string_view word) {
  if (words_.empty()) words_.resize(kNoWord + 1);
  const uint32_t id = ids_.Add(word, static_cast<uint32_t>(words_.size()));
  if (id == words_.size()) {
    words_.push_back({.id = id, .is_number = IsNumberWord(word)});
    by_word_.resize(words_.size());
  }
  return id;
}

std::vector<Lexicon::Seen> Lexicon::See(const Reading& reading) const {
  std::vector<Seen> seen;
  seen.reserve(reading.tokens.size());
  for (const Token& token : reading.tokens) {
    const uint32_t* const id = ids_.Find(token.text);
    seen.push_back(id != nullptr ? words_[*id] : Seen{.is_number = IsNumberWord(token.text)});
  }
  return seen;
}

std::vector<Lexicon::WordBits> Lexicon::WordsAhead(const Reading& reading,
                                                   const std::vector<Seen>& seen) {
  std::vector<WordBits> ahead(seen.size());
  for (const Sentence& sentence : reading.sentences) {
    WordBits words = kAnyWord;
    for (size_t i = sentence.span.last_token; i-- > sentence.span.first_token;) {
      if (seen[i].id != kNoWord) words |= BitOf(seen[i].id);
      ahead[i] = words;
    }
  }
  return ahead;
}

absl::Status Lexicon::AddLine(absl::string_view line, const Cue& defaults) {
  Cue cue = defaults;
  const std::pair<absl::string_view, absl::string_view> split =
      absl::StrSplit(line, absl::MaxSplits('|', 1));
  cue.pattern = std::string(absl::StripAsciiWhitespace(split.first));
  RETURN_IF_ERROR(ApplyAttributes(split.second, cue));
  Pattern pattern;
  for (absl::string_view word : absl::StrSplit(cue.pattern, ' ', absl::SkipEmpty())) {
    Element element;
    if (word.size() > 1 && word.front() == '?') {
      element.optional = true;
      word.remove_prefix(1);
    }
    if (word == "<X>") {
      element.type = Type::kSlot;
    } else if (word == "<who>") {
      element.type = Type::kWho;
    } else if (word == "<num>") {
      element.type = Type::kNumber;
    } else if (word == "^") {
      element.type = Type::kStart;
    } else if (word == "$") {
      element.type = Type::kEnd;
    } else if (word.front() == '*') {
      element.type = Type::kGap;
      element.width = 1;
      if (word.size() > 1 &&
          (!absl::SimpleAtoi(word.substr(1), &element.width) || element.width > kMaxSlotTokens)) {
        return LineError(cue.source, absl::StrCat("bad gap \"", word, "\""));
      }
    } else if (word.back() == '~') {
      element.type = Type::kPrefix;
      for (absl::string_view prefix : absl::StrSplit(word.substr(0, word.size() - 1), "~/")) {
        if (prefix.size() < kPrefixKeyLength) {
          return LineError(cue.source, absl::StrCat("prefix \"", prefix, "\" under three letters"));
        }
        element.words.emplace_back(prefix);
      }
    } else {
      const std::vector<absl::string_view> options = absl::StrSplit(word, '/');
      std::vector<Token> last;
      for (const absl::string_view option : options) {
        last = Tokenize(option);
        if (last.size() != 1 && options.size() > 1) {
          return LineError(cue.source, absl::StrCat("\"", option, "\" is not one word"));
        }
        if (last.size() == 1) element.words.push_back(last[0].text);
      }
      if (last.size() > 1) {  // a contraction or a hyphenated word: one element for each half
        for (const Token& token : last)
          pattern.elements.push_back({Type::kWord, element.optional, 0, {token.text}});
        continue;
      }
    }
    pattern.elements.push_back(std::move(element));
  }
  if (pattern.elements.empty() || pattern.elements.size() > kMaxPatternElements) {
    return LineError(cue.source, "a pattern has 1 to 24 words");
  }
  const Type first = pattern.elements.front().type;
  if (first == Type::kGap || first == Type::kSlot || first == Type::kEnd) {
    return LineError(cue.source, "a pattern begins with a word, <who>, <num> or ^");
  }
  cues_.push_back(std::move(cue));
  patterns_.push_back(std::move(pattern));
  return absl::OkStatus();
}

// The elements with the fewest words rule out most.
void Lexicon::FindNeeded(Pattern& pattern) {
  std::vector<WordBits> needed;
  for (const Element& element : pattern.elements) {
    if (element.type != Type::kWord || element.optional) continue;
    needed.push_back(0);
    for (const uint32_t word : element.ids) needed.back() |= BitOf(word);
  }
  std::stable_sort(needed.begin(), needed.end(),
                   [](WordBits a, WordBits b) { return std::popcount(a) < std::popcount(b); });
  needed.resize(kMostNeeded, kAnyWord);
  std::copy_n(needed.begin(), kMostNeeded, pattern.needed.begin());
}

void Lexicon::Index(size_t id) {
  std::vector<Element>& elements = patterns_[id].elements;
  for (Element& element : elements) {
    if (element.type != Type::kWord) continue;
    for (const std::string& word : element.words) element.ids.push_back(IdOf(word));
  }
  FindNeeded(patterns_[id]);
  patterns_[id].second_is_word =
      elements.size() >= 2 && !elements[0].optional && !elements[1].optional &&
      elements[1].type == Type::kWord &&
      (elements[0].type == Type::kWho || elements[0].type == Type::kWord ||
       elements[0].type == Type::kPrefix);
  for (const Element& element : elements) {
    switch (element.type) {
      case Type::kWord:
        for (const uint32_t word : element.ids) AddTo(by_word_[word], id);
        break;
      case Type::kPrefix:
        for (const std::string& word : element.words) {
          by_prefix_.Add(word.substr(0, kPrefixKeyLength), {}).push_back(id);
        }
        break;
      case Type::kNumber:
        by_number_.push_back(id);
        break;
      case Type::kWho:
        AddTo(by_who_, id);
        break;
      default:
        continue;  // an anchor: the next element is the first word
    }
    if (!element.optional) break;
  }
}

void Lexicon::AddTo(Bucket& bucket, size_t id) const {
  const std::vector<Element>& elements = patterns_[id].elements;
  const bool certain = elements.size() > 1 && !elements[0].optional && !elements[1].optional &&
                       elements[1].type == Type::kWord &&
                       (elements[0].type == Type::kWord || elements[0].type == Type::kWho);
  if (!certain) {
    bucket.rest.push_back(id);
    return;
  }
  for (const uint32_t word : elements[1].ids) bucket.by_second[word].push_back(id);
}

bool Lexicon::TrySlot(const Cursor& cursor, size_t element, size_t token, CueMatch& match) const {
  const bool last = element + 1 == cursor.elements->size();
  const std::vector<Token>& tokens = cursor.reading.tokens;
  size_t end = token;
  const size_t limit =
      std::min(cursor.sentence_last, token + (last ? kMaxSlotTokens : kMiddleSlotTokens));
  if (last) {
    end = token;
    while (end < limit && (end == token || tokens[end].before == 0 ||
                           (tokens[end].before == '"' || tokens[end].before == '-'))) {
      ++end;
    }
    if (end == token) return false;
    match.slot_first = token;
    match.slot_last = end;
    match.last_token = end;
    return true;
  }
  for (end = token + 1; end <= limit; ++end) {
    if (Try(cursor, element + 1, end, match)) {
      match.slot_first = token;
      match.slot_last = end;
      return true;
    }
  }
  return false;
}

bool Lexicon::TryWho(const Cursor& cursor, size_t element, size_t token, CueMatch& match) const {
  const std::vector<Token>& tokens = cursor.reading.tokens;
  if (token >= cursor.sentence_last) return false;
  size_t longest = 0;
  if (cursor.seen[token].is_pronoun) {
    longest = 1;
  } else if (cursor.seen[token].is_possessive) {
    longest = 4;
  } else if (tokens[token].capital && !IsStopWord(tokens[token].text)) {
    while (longest < 4 && token + longest < cursor.sentence_last &&
           tokens[token + longest].capital &&
           (longest == 0 || tokens[token + longest].before == 0)) {
      ++longest;
    }
  }
  const size_t shortest = cursor.seen[token].is_possessive ? 2 : 1;
  longest = std::min(longest, cursor.sentence_last - token);
  for (size_t length = longest; length >= shortest; --length) {
    if (Try(cursor, element + 1, token + length, match)) {
      match.who_first = token;
      match.who_last = token + length;
      return true;
    }
  }
  return false;
}

bool Lexicon::Try(const Cursor& cursor, size_t element, size_t token, CueMatch& match) const {
  const std::vector<Element>& elements = *cursor.elements;
  const std::vector<Token>& tokens = cursor.reading.tokens;
  if (element == elements.size()) {
    match.last_token = token;
    return token > cursor.start;
  }
  const Element& wanted = elements[element];
  bool hit = false;
  switch (wanted.type) {
    case Type::kStart:
      return token == cursor.sentence_first && Try(cursor, element + 1, token, match);
    case Type::kEnd:
      return token == cursor.sentence_last && Try(cursor, element + 1, token, match);
    case Type::kGap:
      for (size_t skip = 0; skip <= wanted.width && token + skip <= cursor.sentence_last; ++skip) {
        if (Try(cursor, element + 1, token + skip, match)) return true;
      }
      return false;
    case Type::kSlot:
      if (token < cursor.sentence_last && TrySlot(cursor, element, token, match)) return true;
      return wanted.optional && Try(cursor, element + 1, token, match);
    case Type::kWho:
      if (TryWho(cursor, element, token, match)) return true;
      return wanted.optional && Try(cursor, element + 1, token, match);
    case Type::kNumber:
      hit = token < cursor.sentence_last && cursor.seen[token].is_number;
      break;
    case Type::kWord:
      hit = token < cursor.sentence_last && IsOneOf(cursor, wanted, token);
      break;
    case Type::kPrefix:
      hit = token < cursor.sentence_last &&
            std::any_of(wanted.words.begin(), wanted.words.end(), [&](const std::string& prefix) {
              return absl::StartsWith(tokens[token].text, prefix);
            });
      break;
  }
  if (hit) {
    size_t next = token + 1;
    if (wanted.type == Type::kNumber) {
      while (next < cursor.sentence_last && cursor.seen[next].is_number) ++next;
    }
    if (Try(cursor, element + 1, next, match)) return true;
  }
  if (wanted.optional && Try(cursor, element + 1, token, match)) return true;
  const bool skip =
      token > cursor.start && token < cursor.sentence_last && cursor.seen[token].is_skippable;
  return skip && Try(cursor, element, token + 1, match);
}

bool Lexicon::IsOneOf(const Cursor& cursor, const Element& wanted, size_t token) {
  const uint32_t id = cursor.seen[token].id;
  return id != kNoWord && std::find(wanted.ids.begin(), wanted.ids.end(), id) != wanted.ids.end();
}

// Rules out most patterns whose second element is a word by a look at the words after the first.
bool Lexicon::SecondWordFits(const Cursor& cursor, const std::vector<Element>& elements,
                             size_t token) {
  const size_t reach = elements[0].type == Type::kWho ? kMaxWhoTokens : 1;
  for (size_t next = token + 1; next < cursor.sentence_last; ++next) {
    if (IsOneOf(cursor, elements[1], next)) return true;
    if (next - token >= reach && !cursor.seen[next].is_skippable) return false;
  }
  return false;
}

void Lexicon::MatchAt(const Cursor& cursor, const std::vector<size_t>& patterns, size_t token,
                      std::vector<CueMatch>& matches) const {
  const WordBits ahead = cursor.ahead[token];
  Cursor attempt = cursor;
  attempt.start = token;
  for (const size_t id : patterns) {
    const Pattern& pattern = patterns_[id];
    const auto is_ahead = [ahead](WordBits words) { return (words & ahead) != 0; };
    if (!std::all_of(pattern.needed.begin(), pattern.needed.end(), is_ahead)) continue;
    if (pattern.second_is_word && !SecondWordFits(cursor, pattern.elements, token)) continue;
    attempt.elements = &pattern.elements;
    CueMatch match;
    if (!Try(attempt, 0, token, match)) continue;
    match.cue = &cues_[id];
    match.first_token = token;
    matches.push_back(match);
  }
}

// `reach`: how many words the first element may take.
void Lexicon::MatchBucket(const Cursor& cursor, const Bucket& bucket, size_t reach, size_t token,
                          std::vector<CueMatch>& matches) const {
  MatchAt(cursor, bucket.rest, token, matches);
  if (bucket.by_second.empty()) return;
  std::vector<size_t> fitting;
  for (size_t next = token + 1; next < cursor.sentence_last; ++next) {
    if (const uint32_t id = cursor.seen[next].id; id != kNoWord) {
      const auto found = bucket.by_second.find(id);
      if (found != bucket.by_second.end()) {
        fitting.insert(fitting.end(), found->second.begin(), found->second.end());
      }
    }
    if (next - token >= reach && !cursor.seen[next].is_skippable) break;
  }
  std::sort(fitting.begin(), fitting.end());
  fitting.erase(std::unique(fitting.begin(), fitting.end()), fitting.end());
  MatchAt(cursor, fitting, token, matches);
}

std::vector<CueMatch> Lexicon::Match(const Reading& reading) const {
  std::vector<CueMatch> matches;
  const std::vector<Seen> seen = See(reading);
  const std::vector<WordBits> ahead = WordsAhead(reading, seen);
  for (const Sentence& sentence : reading.sentences) {
    const Cursor cursor{
        reading, sentence.span.first_token, sentence.span.last_token, 0, nullptr, seen, ahead};
    for (size_t i = sentence.span.first_token; i < sentence.span.last_token; ++i) {
      const Token& token = reading.tokens[i];
      if (seen[i].id != kNoWord) MatchBucket(cursor, by_word_[seen[i].id], 1, i, matches);
      if (token.text.size() >= kPrefixKeyLength) {
        const auto* const found =
            by_prefix_.Find(absl::string_view(token.text).substr(0, kPrefixKeyLength));
        if (found != nullptr) MatchAt(cursor, *found, i, matches);
      }
      if (seen[i].is_number) MatchAt(cursor, by_number_, i, matches);
      const bool who =
          seen[i].is_pronoun || seen[i].is_possessive || (token.capital && !IsStopWord(token.text));
      if (who) MatchBucket(cursor, by_who_, kMaxWhoTokens, i, matches);
    }
  }
  return matches;
}

const Lexicon& BuiltinLexicon() {
  static const Lexicon* const kLexicon = [] {
    absl::StatusOr<Lexicon> parsed = Lexicon::Parse(EmbeddedLexiconFiles());
    if (!parsed.ok()) {  // a broken file is a build defect; lexicon_test names it first
      std::fprintf(stderr, "%s\n", std::string(parsed.status().message()).c_str());
      std::abort();
    }
    return new Lexicon(*std::move(parsed));
  }();
  return *kLexicon;
}

}  // namespace throughline::router::extractive
