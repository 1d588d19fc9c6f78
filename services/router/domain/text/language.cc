#include "services/router/domain/text/language.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>

#include "absl/container/flat_hash_map.h"
#include "absl/container/inlined_vector.h"
#include "absl/numeric/bits.h"
#include "services/router/domain/text/bytes.h"
#include "services/router/domain/text/fold.h"

namespace throughline::router::text {
namespace {

struct Language {
  absl::string_view code;
  std::array<absl::string_view, 14> words;  // frequent, and not frequent in the other languages
};

constexpr Language kLanguages[] = {
    {"en",
     {"the", "and", "of", "to", "is", "that", "for", "with", "this", "are", "we", "you", "it",
      "have"}},
    {"de",
     {"der", "die", "und", "das", "ist", "nicht", "wir", "mit", "für", "auf", "ein", "eine", "sie",
      "zu"}},
    {"fr",
     {"le", "les", "et", "est", "des", "une", "pour", "dans", "nous", "vous", "que", "du", "avec",
      "pas"}},
    {"es",
     {"el", "los", "las", "es", "y", "una", "para", "por", "con", "está", "del", "nos", "pero",
      "más"}},
    {"it",
     {"il", "gli", "che", "è", "di", "per", "una", "con", "sono", "della", "non", "questo", "nel",
      "anche"}},
    {"pt",
     {"os", "as", "é", "não", "uma", "para", "com", "do", "da", "em", "você", "são", "mais",
      "nós"}},
    {"nl",
     {"de", "het", "een", "en", "van", "is", "niet", "wij", "met", "voor", "op", "zijn", "ook",
      "maar"}},
};

constexpr size_t kMinLetters = 8;

// By the first byte of a letter's UTF-8.
constexpr Script ScriptOfLeadByte(unsigned char c) {
  if (c <= 0xCB) return Script::kLatin;
  if (c <= 0xCF) return Script::kGreek;
  if (c <= 0xD3) return Script::kCyrillic;
  if (c <= 0xD7) return Script::kHebrew;
  if (c <= 0xDB) return Script::kArabic;
  if (c == 0xE0) return Script::kIndic;
  if (c >= 0xE3 && c <= 0xE9) return Script::kHan;
  if (c >= 0xEA && c <= 0xED) return Script::kHangul;
  return Script::kUnknown;
}

// Where a byte is counted: its script's place, kScripts for what is no letter or a later byte of
// one.
constexpr std::array<unsigned char, 256> kScriptPlaces =
    ByteTable<unsigned char>([](unsigned char c) {
      const bool is_letter = c >= 0xC3 || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
      return static_cast<unsigned char>(is_letter ? static_cast<size_t>(ScriptOfLeadByte(c))
                                                  : kScripts);
    });

constexpr size_t kMostBytes = 4096;  // the beginning of a text tells its language
constexpr size_t kMinHits = 4;
constexpr int kMinDifferentWords = 2;

// A language's place in kLanguages and the word's among its words.
struct Entry {
  uint8_t language;
  uint8_t word;
};
using Words = absl::flat_hash_map<absl::string_view, absl::InlinedVector<Entry, 2>>;

constexpr WordShapes kShapes = [] {
  WordShapes shapes;
  for (const Language& language : kLanguages) {
    for (const absl::string_view word : language.words) shapes.Add(word);
  }
  return shapes;
}();

const Words& WordsOfAll() {
  static const Words& words = *new Words([] {
    Words all;
    for (size_t i = 0; i < std::size(kLanguages); ++i) {
      for (size_t j = 0; j < kLanguages[i].words.size(); ++j) {
        all[kLanguages[i].words[j]].push_back({static_cast<uint8_t>(i), static_cast<uint8_t>(j)});
      }
    }
    return all;
  }());
  return words;
}

}  // namespace

std::string GuessLanguage(absl::string_view folded) {
  folded = folded.substr(0, kMostBytes);
  const Words& words = WordsOfAll();
  std::array<size_t, std::size(kLanguages)> hits{};
  std::array<uint32_t, std::size(kLanguages)> different{};  // one bit a word
  ForEachFoldedWord(folded, [&](absl::string_view word) {
    if (!kShapes.MayHold(word)) return;
    const auto found = words.find(word);
    if (found == words.end()) return;
    for (const Entry& entry : found->second) {
      ++hits[entry.language];
      different[entry.language] |= 1u << entry.word;
    }
  });
  const size_t best = std::max_element(hits.begin(), hits.end()) - hits.begin();
  for (size_t i = 0; i < hits.size(); ++i) {
    if (i != best && hits[i] * 2 > hits[best]) return "";
  }
  const bool certain =
      hits[best] >= kMinHits && absl::popcount(different[best]) >= kMinDifferentWords;
  return certain ? std::string(kLanguages[best].code) : "";
}

Script GuessScript(absl::string_view text) {
  text = text.substr(0, kMostBytes);
  std::array<size_t, kScripts + 1> counts{};
  for (const char c : text) ++counts[kScriptPlaces[static_cast<unsigned char>(c)]];
  std::array<size_t, kScripts> letters{};
  std::copy_n(counts.begin(), kScripts, letters.begin());
  size_t all = 0;
  for (const size_t count : letters) all += count;
  const size_t best = std::max_element(letters.begin(), letters.end()) - letters.begin();
  return all >= kMinLetters && letters[best] * 4 > all * 3 ? static_cast<Script>(best)
                                                           : Script::kUnknown;
}

}  // namespace throughline::router::text
