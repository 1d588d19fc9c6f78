#include "services/router/domain/extractive/language/tokens.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "services/router/domain/extractive/language/word_lists.h"

namespace throughline::router::extractive {
namespace {

bool IsWordByte(unsigned char c) { return absl::ascii_isalnum(c) || c >= 0x80; }

// Whether a word of letters and digits is over before this byte, whatever follows it.
bool EndsWord(unsigned char c) { return !IsWordByte(c) && c != '\'' && c != '&'; }

// All typographic marks that are looked for begin with this byte: every other ends the search.
constexpr char kTypographic = '\xE2';

// Length of a typographic apostrophe at `at`, or of a plain one; 0 when there is none.
size_t ApostropheLength(absl::string_view text, size_t at) {
  if (text[at] == '\'') return 1;
  if (text[at] != kTypographic) return 0;
  const absl::string_view rest = text.substr(at);
  if (absl::StartsWith(rest, "\xE2\x80\x99") || absl::StartsWith(rest, "\xE2\x80\x98")) return 3;
  return 0;
}

// Length of other typographic punctuation (dashes, double quotes, ellipsis) and what it stands for.
std::pair<size_t, char> TypographicPunctuation(absl::string_view rest) {
  if (rest[0] != kTypographic) return {0, 0};
  if (absl::StartsWith(rest, "\xE2\x80\x94") || absl::StartsWith(rest, "\xE2\x80\x93")) {
    return {3, '-'};
  }
  if (absl::StartsWith(rest, "\xE2\x80\x9C") || absl::StartsWith(rest, "\xE2\x80\x9D")) {
    return {3, '"'};
  }
  if (absl::StartsWith(rest, "\xE2\x80\xA6")) return {3, ','};
  return {0, 0};
}

int Strength(char punctuation) {
  switch (punctuation) {
    case '.':
    case '?':
    case '!':
      return 5;
    case ';':
      return 4;
    case ':':
    case '-':
      return 3;
    case '"':
      return 2;
    case ',':
      return 1;
    default:
      return 0;
  }
}

bool IsFiller(absl::string_view word) {
  switch (word.size()) {
    case 2:
      return word == "uh" || word == "um" || word == "er";
    case 3:
      return word == "erm" || word == "uhm" || word == "hmm" || word == "mhm";
    default:
      return false;
  }
}

// "'s" after these words is "is" rather than a possessive.
bool TakesIs(absl::string_view word) {
  static const WordSet& listed = WordList("takes is");
  return listed.contains(word);
}

struct Expansion {
  absl::string_view first;
  absl::string_view second;
};

// Contractions whose halves cannot be read off the apostrophe. MayBeIrregular knows the shapes of
// those that have none.
const absl::flat_hash_map<absl::string_view, Expansion>& Irregular() {
  static const auto* const kMap = new absl::flat_hash_map<absl::string_view, Expansion>({
      {"can't", {"can", "not"}},
      {"won't", {"will", "not"}},
      {"shan't", {"shall", "not"}},
      {"ain't", {"is", "not"}},
      {"cannot", {"can", "not"}},
      {"let's", {"let", "us"}},
      {"y'all", {"you", "all"}},
      {"gonna", {"going", "to"}},
      {"gotta", {"got", "to"}},
      {"wanna", {"want", "to"}},
  });
  return *kMap;
}

// Whether the word may stand in Irregular: cheaper than to look there for every word.
bool MayBeIrregular(absl::string_view word, bool apostrophe) {
  if (apostrophe) return true;
  return (word.size() == 5 && word[4] == 'a') || (word.size() == 6 && word[5] == 't');
}

absl::string_view SuffixMeaning(absl::string_view head, absl::string_view suffix) {
  if (suffix == "m") return "am";
  if (suffix == "re") return "are";
  if (suffix == "ve") return "have";
  if (suffix == "ll") return "will";
  if (suffix == "d") return "would";
  if (suffix == "s") return TakesIs(head) ? "is" : "'s";
  return "";
}

class Tokenizer {
 public:
  explicit Tokenizer(absl::string_view text) : text_(text) {}

  std::vector<Token> Run() {
    tokens_.reserve(text_.size() / 5 + 1);
    while (at_ < text_.size()) {
      const auto c = static_cast<unsigned char>(text_[at_]);
      if (c == ' ') {
        ++at_;
        continue;
      }
      if (absl::ascii_isalpha(c)) {
        Word();
        continue;
      }
      const auto [length, meaning] = TypographicPunctuation(text_.substr(at_));
      if (length > 0) {
        Punctuate(meaning);
        at_ += length;
      } else if (absl::ascii_isdigit(c) ||
                 (c == '$' && at_ + 1 < text_.size() &&
                  absl::ascii_isdigit(static_cast<unsigned char>(text_[at_ + 1])))) {
        Number();
      } else if (IsWordByte(c) && ApostropheLength(text_, at_) == 0) {
        Word();
      } else {
        Other(static_cast<char>(c));
      }
    }
    return std::move(tokens_);
  }

 private:
  void Punctuate(char mark) {
    if (Strength(mark) > Strength(before_)) before_ = mark;
  }

  void Other(char c) {
    const size_t apostrophe = ApostropheLength(text_, at_);
    if (apostrophe > 0) {
      at_ += apostrophe;
      return;
    }
    if (c == '%') {
      Push("percent", at_, at_ + 1, false);
    } else if (c == '-') {
      const bool spaced = at_ > 0 && text_[at_ - 1] == ' ';
      if (spaced) Punctuate('-');
    } else if (c == '(' || c == ')') {
      Punctuate(',');
    } else {
      Punctuate(c);
    }
    ++at_;
  }

  void Number() {
    const size_t begin = at_;
    std::string value;
    if (text_[at_] == '$') value.push_back(text_[at_++]);
    while (at_ < text_.size()) {
      const auto c = static_cast<unsigned char>(text_[at_]);
      const bool digit_follows =
          at_ + 1 < text_.size() && absl::ascii_isdigit(static_cast<unsigned char>(text_[at_ + 1]));
      if (absl::ascii_isdigit(c) || ((c == '.' || c == ':') && digit_follows)) {
        value.push_back(static_cast<char>(c));
      } else if (c == ',' && digit_follows) {
        // Thousands separator.
      } else {
        break;
      }
      ++at_;
    }
    // A suffix written without a space belongs to the number: 85k, 4th, 2M.
    while (at_ < text_.size() && absl::ascii_isalpha(static_cast<unsigned char>(text_[at_]))) {
      value.push_back(absl::ascii_tolower(static_cast<unsigned char>(text_[at_++])));
    }
    Push(std::move(value), begin, at_, false);
  }

  void Word() {
    const size_t begin = at_;
    // Most words are letters alone.
    while (at_ < text_.size() && absl::ascii_isalnum(static_cast<unsigned char>(text_[at_]))) ++at_;
    std::string value(text_.data() + begin, at_ - begin);
    for (char& c : value) c = absl::ascii_tolower(static_cast<unsigned char>(c));
    const bool capital = absl::ascii_isupper(static_cast<unsigned char>(text_[begin]));
    if (at_ == text_.size() || EndsWord(text_[at_])) {
      Contract(std::move(value), begin, capital, false);
      return;
    }
    bool apostrophe_seen = false;
    while (at_ < text_.size()) {
      const size_t apostrophe = ApostropheLength(text_, at_);
      if (apostrophe > 0) {
        const size_t next = at_ + apostrophe;
        if (next >= text_.size() || !absl::ascii_isalpha(static_cast<unsigned char>(text_[next])))
          break;
        value.push_back('\'');
        apostrophe_seen = true;
        at_ = next;
        continue;
      }
      if (TypographicPunctuation(text_.substr(at_)).first > 0) break;
      const auto c = static_cast<unsigned char>(text_[at_]);
      const bool ampersand = c == '&' && at_ + 1 < text_.size() &&
                             absl::ascii_isalpha(static_cast<unsigned char>(text_[at_ + 1]));
      if (!IsWordByte(c) && !ampersand) break;
      value.push_back(absl::ascii_tolower(c));
      ++at_;
    }
    Contract(std::move(value), begin, capital, apostrophe_seen);
  }

  void Contract(std::string&& value, size_t begin, bool capital, bool apostrophe) {
    if (MayBeIrregular(value, apostrophe)) {
      const auto irregular = Irregular().find(value);
      if (irregular != Irregular().end()) {
        Push(std::string(irregular->second.first), begin, at_, capital);
        Push(std::string(irregular->second.second), begin, at_, false);
        return;
      }
    }
    if (apostrophe) {
      const size_t mark = value.rfind('\'');
      const std::string head = value.substr(0, mark);
      const std::string suffix = value.substr(mark + 1);
      if (suffix == "t" && absl::EndsWith(head, "n")) {
        Push(head.substr(0, head.size() - 1), begin, at_, capital);
        Push("not", begin, at_, false);
        return;
      }
      const absl::string_view meaning = SuffixMeaning(head, suffix);
      if (!meaning.empty()) {
        Push(std::string(head), begin, at_, capital);
        Push(std::string(meaning), begin, at_, false);
        return;
      }
    }
    if (IsFiller(value)) return;
    Push(std::move(value), begin, at_, capital);
  }

  void Push(std::string&& value, size_t begin, size_t end, bool capital) {
    tokens_.push_back({std::move(value), begin, end, before_, capital});
    before_ = 0;
  }

  absl::string_view text_;
  size_t at_ = 0;
  char before_ = 0;
  std::vector<Token> tokens_;
};

const WordSet& StopWords() {
  static const WordSet& listed = WordList("stop");
  return listed;
}

}  // namespace

std::vector<Token> Tokenize(absl::string_view text) { return Tokenizer(text).Run(); }

std::string Stem(absl::string_view word) {
  std::string stem(word);
  const auto strip = [&stem](absl::string_view suffix, size_t keep, absl::string_view put) {
    if (stem.back() != suffix.back() || stem.size() < suffix.size() + keep ||
        !absl::EndsWith(stem, suffix)) {
      return false;
    }
    stem.resize(stem.size() - suffix.size());
    absl::StrAppend(&stem, put);
    return true;
  };
  if (stem.size() <= 3) return stem;
  strip("sses", 2, "ss") || strip("ies", 2, "y") || absl::EndsWith(stem, "ss") ||
      absl::EndsWith(stem, "us") || strip("s", 3, "");
  strip("ations", 4, "") || strip("ation", 4, "") || strip("ments", 4, "") ||
      strip("ment", 4, "") || strip("ingly", 4, "") || strip("edly", 4, "") ||
      strip("ings", 4, "") || strip("ing", 4, "") || strip("ance", 4, "") || strip("ions", 4, "") ||
      strip("ion", 4, "") || strip("ied", 2, "y") || strip("ed", 4, "") || strip("ally", 4, "") ||
      strip("ly", 4, "") || strip("al", 4, "") || strip("er", 4, "");
  const size_t size = stem.size();
  if (size > 4 && stem[size - 1] == stem[size - 2] && stem[size - 1] != 's') stem.pop_back();
  if (stem.size() > 4 && stem.back() == 'e') stem.pop_back();
  return stem;
}

bool IsStopWord(absl::string_view word) { return StopWords().contains(word); }

std::vector<std::string> ContentStems(absl::string_view text) {
  return ContentStems(Tokenize(text));
}

std::vector<std::string> ContentStems(const std::vector<Token>& tokens) {
  std::vector<std::string> stems;
  for (const Token& token : tokens) {
    if (IsStopWord(token.text)) continue;
    std::string stem = Stem(token.text);
    if (std::find(stems.begin(), stems.end(), stem) == stems.end()) stems.push_back(stem);
  }
  return stems;
}

double StemOverlap(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  if (a.empty() || b.empty()) return 0;
  size_t shared = 0;
  for (const std::string& stem : a) {
    if (std::find(b.begin(), b.end(), stem) != b.end()) ++shared;
  }
  return static_cast<double>(shared) / static_cast<double>(std::min(a.size(), b.size()));
}

}  // namespace throughline::router::extractive
