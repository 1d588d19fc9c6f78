#include "services/memory/domain/text.h"

#include <libstemmer.h>

#include <algorithm>
#include <cstdint>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "services/memory/domain/word_tables.h"

namespace throughline::memory {
namespace {

bool IsWordByte(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || (c & 0x80) != 0;
}

bool IsDigit(char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); }

// Typographic apostrophes become plain ones, other typographic punctuation becomes a space, and
// capitals of ASCII and Latin-1 become small.
std::string Normalise(absl::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte == 0xE2 && i + 2 < text.size() && static_cast<unsigned char>(text[i + 1]) == 0x80) {
      const auto last = static_cast<unsigned char>(text[i + 2]);
      out.push_back(last == 0x98 || last == 0x99 ? '\'' : ' ');
      i += 2;
    } else if (byte == 0xC3 && i + 1 < text.size()) {
      auto next = static_cast<unsigned char>(text[++i]);
      if (next >= 0x80 && next <= 0x9E && next != 0x97) next += 0x20;
      out.push_back(static_cast<char>(byte));
      out.push_back(static_cast<char>(next));
    } else if (byte == 0xC2 && i + 1 < text.size()) {
      out.push_back(' ');
      ++i;
    } else {
      out.push_back(absl::ascii_tolower(byte));
    }
  }
  return out;
}

// Appends the words of a run of letters, digits and apostrophes.
void AppendOpened(absl::string_view run, std::vector<std::string>* words) {
  while (absl::ConsumePrefix(&run, "'")) {
  }
  while (absl::ConsumeSuffix(&run, "'")) {
  }
  if (run.empty()) return;
  if (absl::ConsumeSuffix(&run, "n't")) {
    if (run == "ca") run = "can";
    if (run == "wo") run = "will";
    if (!run.empty()) words->emplace_back(run);
    words->emplace_back("not");
    return;
  }
  const size_t apostrophe = run.find('\'');
  if (apostrophe == absl::string_view::npos) {
    words->emplace_back(run);
    return;
  }
  words->emplace_back(run.substr(0, apostrophe));
  const absl::string_view rest = run.substr(apostrophe + 1);
  if (rest != "s") AppendOpened(rest, words);
}

bool IsThousandsSeparator(absl::string_view text, size_t i) {
  if (text[i] != ',' || i == 0 || !IsDigit(text[i - 1]) || i + 3 >= text.size()) return false;
  for (size_t k = 1; k <= 3; ++k) {
    if (!IsDigit(text[i + k])) return false;
  }
  return i + 4 >= text.size() || !IsDigit(text[i + 4]);
}

// Splits normalised text into words; `on_other` sees each byte between them.
template <typename OnOther>
std::vector<std::string> Split(absl::string_view text, OnOther on_other) {
  std::vector<std::string> words;
  std::string run;
  const auto flush = [&] {
    AppendOpened(run, &words);
    run.clear();
  };
  for (size_t i = 0; i < text.size(); ++i) {
    if (IsWordByte(text[i]) || text[i] == '\'') {
      run.push_back(text[i]);
    } else if (!IsThousandsSeparator(text, i)) {
      flush();
      on_other(i, &words);
    }
  }
  flush();
  return words;
}

bool IsNegation(absl::string_view word) {
  return word == "not" || word == "no" || word == "never" || word == "without" || word == "nor";
}

// How many of `words` only lead in what follows: "she confirmed to us that", and not "Ann confirmed
// that", for who said it is part of what was said.
size_t LeadIn(const std::vector<std::string>& words) {
  const auto is_pronoun = [](absl::string_view word) {
    return IsStopWord(word) && !SenseWords().contains(word) && !IsNegation(word);
  };
  size_t i = 0;
  while (i < words.size() && is_pronoun(words[i])) ++i;
  if (i == words.size() || !ReportingVerbs().contains(words[i])) return 0;
  ++i;
  while (i < words.size() && words[i] != "that" && is_pronoun(words[i])) ++i;
  return i + 1 < words.size() && words[i] == "that" ? i + 1 : 0;
}

// The words of `text` that stand with a capital, in the form of Words.
absl::flat_hash_set<std::string> CapitalisedWords(absl::string_view text) {
  absl::flat_hash_set<std::string> capitalised;
  for (const absl::string_view run : absl::StrSplit(text, absl::ByAnyChar(" \t\r\n-/"))) {
    const size_t first = run.find_first_not_of("\"'([{$");
    if (first == absl::string_view::npos) continue;
    const auto initial = static_cast<unsigned char>(run[first]);
    if (!absl::ascii_isupper(initial) && initial < 0x80) continue;
    for (std::string& word : Words(run)) capitalised.insert(std::move(word));
  }
  return capitalised;
}

bool HoldsDigit(absl::string_view word) { return std::any_of(word.begin(), word.end(), IsDigit); }

// What `word` adds to a signature; empty for nothing.
std::string SenseOf(Stemmer& stemmer, absl::string_view word) {
  if (word == "cannot") return "not";
  if (IsNegation(word) || SenseWords().contains(word)) return std::string(word);
  if (IsStopWord(word) || FillerWords().contains(word)) return "";
  const auto number = NumberWords().find(word);
  return number != NumberWords().end() ? std::string(number->second) : stemmer.Stem(word);
}

}  // namespace

std::vector<std::string> Words(absl::string_view text) {
  return Split(Normalise(text), [](size_t, std::vector<std::string>*) {});
}

bool IsStopWord(absl::string_view word) { return StopWords().contains(word); }

Stemmer::Stemmer() : stemmer_(sb_stemmer_new("english", "UTF_8")) {}
Stemmer::~Stemmer() { sb_stemmer_delete(stemmer_); }

std::string Stemmer::Stem(absl::string_view word) {
  const auto irregular = IrregularForms().find(word);
  if (irregular != IrregularForms().end()) word = irregular->second;
  const sb_symbol* stem = sb_stemmer_stem(stemmer_, reinterpret_cast<const sb_symbol*>(word.data()),
                                          static_cast<int>(word.size()));
  if (stem == nullptr) return std::string(word);
  return std::string(reinterpret_cast<const char*>(stem), sb_stemmer_length(stemmer_));
}

std::vector<std::string> Stemmer::Terms(absl::string_view text) {
  std::vector<std::string> terms;
  for (const std::string& word : Words(text)) {
    if (!IsStopWord(word)) terms.push_back(Stem(word));
  }
  return terms;
}

std::string Signature(Stemmer& stemmer, absl::string_view text) {
  return SignatureOf(SignatureTerms(stemmer, text), text);
}

std::string SignatureOf(const std::vector<SignatureTerm>& terms, absl::string_view text) {
  if (terms.empty()) return Fold(text);
  return absl::StrJoin(terms, " ", [](std::string* out, const SignatureTerm& term) {
    absl::StrAppend(out, term.term);
  });
}

std::vector<SignatureTerm> SignatureTerms(Stemmer& stemmer, absl::string_view text) {
  // Currency signs above ASCII would fall to Normalise's clean-up, so they are spelt out first.
  std::string spelt = absl::StrCat(text);
  for (const auto& [sign, name] : {std::pair<absl::string_view, absl::string_view>{"€", " eur "},
                                   {"£", " gbp "},
                                   {"¥", " jpy "}}) {
    for (size_t at = spelt.find(sign.data(), 0, sign.size()); at != std::string::npos;
         at = spelt.find(sign.data(), at, sign.size())) {
      spelt.replace(at, sign.size(), name.data(), name.size());
    }
  }
  const std::string normal = Normalise(spelt);
  const std::vector<std::string> words =
      Split(normal, [&normal](size_t i, std::vector<std::string>* out) {
        if (normal[i] == '$') out->emplace_back("usd");
        if (normal[i] == '%') out->emplace_back("percent");
        const bool decimal_point = normal[i] == '.' && i > 0 && IsDigit(normal[i - 1]) &&
                                   i + 1 < normal.size() && IsDigit(normal[i + 1]);
        if (decimal_point) out->emplace_back(".");
      });
  const absl::flat_hash_set<std::string> capitalised = CapitalisedWords(text);
  std::vector<SignatureTerm> terms;
  for (size_t i = LeadIn(words); i < words.size(); ++i) {
    std::string sense = SenseOf(stemmer, words[i]);
    if (sense.empty()) continue;
    const bool essential = IsNegation(sense) || SenseWords().contains(sense) || sense == "." ||
                           HoldsDigit(sense) || EssentialWords().contains(words[i]) ||
                           EssentialWords().contains(sense);
    terms.push_back({.term = std::move(sense),
                     .essential = essential,
                     .capitalised = capitalised.contains(words[i])});
  }
  return terms;
}

std::string Fold(absl::string_view text) {
  std::string out;
  for (const char c : Normalise(text)) {
    if (!absl::ascii_isspace(static_cast<unsigned char>(c))) {
      out.push_back(c);
    } else if (!out.empty() && out.back() != ' ') {
      out.push_back(' ');
    }
  }
  if (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

bool IsCleanText(absl::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    if (lead == 0) return false;
    size_t length = 1;
    uint32_t code = 0;
    if (lead >= 0x80) {
      if (lead >= 0xC2 && lead <= 0xDF) {
        length = 2;
        code = lead & 0x1F;
      } else if (lead >= 0xE0 && lead <= 0xEF) {
        length = 3;
        code = lead & 0x0F;
      } else if (lead >= 0xF0 && lead <= 0xF4) {
        length = 4;
        code = lead & 0x07;
      } else {
        return false;
      }
      if (i + length > text.size()) return false;
      for (size_t k = 1; k < length; ++k) {
        const auto next = static_cast<unsigned char>(text[i + k]);
        if ((next & 0xC0) != 0x80) return false;
        code = (code << 6) | (next & 0x3F);
      }
      const bool overlong = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
      if (overlong || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return false;
    }
    i += length;
  }
  return true;
}

}  // namespace throughline::memory
