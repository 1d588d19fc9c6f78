#include "services/router/domain/text/language.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>

#include "absl/numeric/bits.h"
#include "services/router/domain/text/bytes.h"

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

// The words of all languages by their bytes: none has more than HeadOfWord holds.
class Words {
 public:
  constexpr Words() {
    for (size_t i = 0; i < std::size(kLanguages); ++i) {
      for (size_t j = 0; j < kLanguages[i].words.size(); ++j) Add(kLanguages[i].words[j], i, j);
    }
  }

  // Calls `use` with the place of each language that has the word, and the word's place there.
  template <typename Use>
  void ForEachLanguageOf(uint64_t head, const Use& use) const {
    for (size_t at = SlotOf(head); rows_[at].head != 0; at = (at + 1) % kSlots) {
      if (rows_[at].head == head) use(rows_[at].language, rows_[at].word);
    }
  }

 private:
  struct Row {
    uint64_t head = 0;
    uint8_t language = 0;
    uint8_t word = 0;
  };
  static constexpr int kSlotBits = 8;
  static constexpr size_t kSlots = size_t{1} << kSlotBits;

  static constexpr size_t SlotOf(uint64_t head) {
    return static_cast<size_t>(head * 0x9E3779B97F4A7C15 >> (64 - kSlotBits));
  }
  constexpr void Add(absl::string_view word, size_t language, size_t place) {
    uint64_t head = 0;
    for (size_t i = word.size(); i > 0; --i) {
      head = head << 8 | static_cast<unsigned char>(word[i - 1]);
    }
    size_t at = SlotOf(head);
    while (rows_[at].head != 0) at = (at + 1) % kSlots;
    rows_[at] = {head, static_cast<uint8_t>(language), static_cast<uint8_t>(place)};
  }

  std::array<Row, kSlots> rows_{};
};
constexpr Words kWords;

constexpr WordShapes kShapes = [] {
  WordShapes shapes;
  for (const Language& language : kLanguages) {
    for (const absl::string_view word : language.words) shapes.Add(word);
  }
  return shapes;
}();

}  // namespace

std::string GuessLanguage(const WordList& list) {
  const absl::string_view folded = list.folded().substr(0, kMostBytes);
  std::array<size_t, std::size(kLanguages)> hits{};
  std::array<uint32_t, std::size(kLanguages)> different{};  // one bit a word
  for (const WordList::Word& place : list.words()) {
    if (place.begin >= folded.size()) break;
    const size_t left = folded.size() - place.begin;
    const absl::string_view word(folded.data() + place.begin, std::min<size_t>(place.size, left));
    if (!kShapes.MayHold(word)) continue;
    kWords.ForEachLanguageOf(HeadOfWord(folded, word), [&](uint8_t language, uint8_t number) {
      ++hits[language];
      different[language] |= 1u << number;
    });
  }
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
  for (size_t begin = 0; begin < text.size(); begin += kBlockBytes) {
    const Block block(text, begin);
    if (BlockBits(block.bytes(), [](Chunk chunk) { return chunk; }) == 0) {
      counts[static_cast<size_t>(Script::kLatin)] += CountBits(
          BlockBits(block.bytes(), [](Chunk chunk) { return chunk.Lower().Within('a', 'z'); }));
      continue;
    }
    for (const char c : text.substr(begin, kBlockBytes)) {
      ++counts[kScriptPlaces[static_cast<unsigned char>(c)]];
    }
  }
  std::array<size_t, kScripts> letters{};
  std::copy_n(counts.begin(), kScripts, letters.begin());
  size_t all = 0;
  for (const size_t count : letters) all += count;
  const size_t best = std::max_element(letters.begin(), letters.end()) - letters.begin();
  return all >= kMinLetters && letters[best] * 4 > all * 3 ? static_cast<Script>(best)
                                                           : Script::kUnknown;
}

}  // namespace throughline::router::text
