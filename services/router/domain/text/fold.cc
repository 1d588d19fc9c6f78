#include "services/router/domain/text/fold.h"

#include <string.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "absl/numeric/bits.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"

namespace throughline::router::text {
namespace {

// What one character of the input means for folding.
enum class CharKind { kWord, kApostrophe, kSeparator };

struct Classified {
  CharKind kind;
  size_t bytes;
};

// Sees the typographic punctuation of U+2000–U+206F (three bytes: E2 80 xx, E2 81 xx), no-break
// space, guillemets and Spanish openers (C2 A0, A1, AB, BB, BF), and the full stop and comma of CJK
// (E3 80 8x).
Classified Classify(absl::string_view rest) {
  const unsigned char first = rest[0];
  if (first < 0x80) {
    if (first == '\'') return {CharKind::kApostrophe, 1};
    return {absl::ascii_isalnum(first) ? CharKind::kWord : CharKind::kSeparator, 1};
  }
  const unsigned char second = rest.size() > 1 ? rest[1] : 0;
  const unsigned char third = rest.size() > 2 ? rest[2] : 0;
  if (first == 0xE2 && (second == 0x80 || second == 0x81) && third != 0) {
    if (second == 0x80 && (third == 0x98 || third == 0x99)) return {CharKind::kApostrophe, 3};
    return {CharKind::kSeparator, 3};
  }
  if (first == 0xC2 &&
      (second == 0xA0 || second == 0xA1 || second == 0xAB || second == 0xBB || second == 0xBF)) {
    return {CharKind::kSeparator, 2};
  }
  if (first == 0xE3 && second == 0x80 && third >= 0x80 && third <= 0x91) {
    return {CharKind::kSeparator, 3};
  }
  return {CharKind::kWord, 1};
}

constexpr auto kMarkHigh = [](Chunk chunk) { return chunk; };
constexpr auto kMarkSpaces = [](Chunk chunk) {
  return chunk.Equal(' ') | chunk.Within('\t', '\r');
};
// Of a text in lower case.
constexpr auto kMarkWordBytes = [](Chunk lower) {
  return lower.Within('a', 'z') | lower.Within('0', '9');
};

// 64 bytes of ASCII, zeros behind the text's end, as words are made of them.
struct AsciiBlock {
  explicit AsciiBlock(const char* text) : bytes(text) {
    spaced[0] = ' ';
    for (size_t i = 0; i < kBlockBytes; i += Chunk::kBytes) {
      const Chunk lower = Chunk(bytes + i).Lower();
      const Chunk marks = kMarkWordBytes(lower);
      lower.Where(marks, ' ').Store(spaced + 1 + i);
      words |= uint64_t{marks.Bits()} << i;
    }
  }

  const char* const bytes;
  uint64_t words = 0;  // the bytes that belong to words, a bit each
  // The same in lower case, a space in place of all others and one before them; read by chunks,
  // which may reach beyond.
  char spaced[1 + kBlockBytes + Chunk::kBytes];
};

// Folds a text piece by piece into a buffer.
class Folding {
 public:
  // `out` has room for the text, two bytes, and a chunk.
  explicit Folding(char* out) : begin_(out), out_(out) {}

  void Add(AsciiBlock& block) {
    const uint64_t apostrophes =
        BlockBits(block.bytes, [](Chunk chunk) { return chunk.Equal('\''); });
    if (apostrophes != 0) return AddWithApostrophes(block, apostrophes);
    // What goes on with a word takes its last byte for the space before it.
    if (in_word_ && (block.words & 1) != 0) block.spaced[0] = *--out_;
    for (uint64_t left = block.words; left != 0;) {
      const auto begin = static_cast<size_t>(absl::countr_zero(left));
      // The sum carries over the run's bits to the first behind it.
      const uint64_t carried = left + (uint64_t{1} << begin);
      const size_t end =
          carried == 0 ? kBlockBytes : static_cast<size_t>(absl::countr_zero(carried));
      Put(block.spaced + begin, end - begin + 1);
      left &= carried;
    }
    in_word_ = block.words >> (kBlockBytes - 1) != 0;
  }

  // The character that `rest` begins with; returns how many bytes it has.
  size_t AddCharacter(absl::string_view rest) {
    const Classified c = Classify(rest);
    if (c.kind == CharKind::kWord) {
      if (!std::exchange(in_word_, true)) *out_++ = ' ';
      *out_++ = absl::ascii_tolower(static_cast<unsigned char>(rest[0]));
    } else if (c.kind == CharKind::kSeparator) {
      in_word_ = false;
    }
    return c.bytes;
  }

  // Closes the last word; returns how much was written.
  size_t End() {
    if (out_ != begin_) *out_++ = ' ';
    return static_cast<size_t>(out_ - begin_);
  }

 private:
  // Runs that nothing but apostrophes parts are one word.
  void AddWithApostrophes(const AsciiBlock& block, uint64_t apostrophes) {
    const uint64_t inside = block.words | apostrophes;
    size_t at = 0;  // behind the last run of word bytes
    for (uint64_t left = block.words; left != 0; left &= ~BitsBelow(at)) {
      const auto begin = static_cast<size_t>(absl::countr_zero(left));
      if ((~inside & BitsBelow(begin) & ~BitsBelow(at)) != 0) in_word_ = false;
      at = begin + static_cast<size_t>(absl::countr_zero(~(left >> begin)));
      if (!std::exchange(in_word_, true)) *out_++ = ' ';
      Put(block.spaced + 1 + begin, at - begin);
    }
    if ((~inside & ~BitsBelow(at)) != 0) in_word_ = false;
  }

  // `bytes` are readable for a chunk.
  void Put(const char* bytes, size_t length) {
    if (length <= Chunk::kBytes) {
      Chunk(bytes).Store(out_);
    } else {
      std::memcpy(out_, bytes, length);
    }
    out_ += length;
  }

  char* const begin_;
  char* out_;
  bool in_word_ = false;
};

// Counts words piece by piece.
class WordCount {
 public:
  // `words` are the bytes that belong to words, of 64 bytes of ASCII of which `size` are the
  // text's.
  void AddAscii(const char* bytes, uint64_t words, size_t size) {
    const uint64_t spaces = BlockBits(bytes, kMarkSpaces);
    const uint64_t runs = ~spaces & BitsBelow(size);
    // Of each run between spaces its first byte of a word, but for a run that counted before.
    const uint64_t uncounted = counted_ ? runs & (runs + 1) : runs;
    const uint64_t begins = uncounted & ~(uncounted << 1);
    const uint64_t others = uncounted & ~words;
    // Adding carries a bit from the begin of a run over all that is no part of a word.
    const uint64_t firsts = (begins | ((begins & others) + others)) & uncounted & words;
    count_ += CountBits(firsts);
    counted_ = runs == ~uint64_t{0} ? counted_ || words != 0 : EndsCounted(runs, words);
  }

  size_t AddCharacter(absl::string_view rest) {
    const Classified c = Classify(rest);
    if (absl::ascii_isspace(static_cast<unsigned char>(rest[0]))) {
      counted_ = false;
    } else if (c.kind == CharKind::kWord && !std::exchange(counted_, true)) {
      ++count_;
    }
    return c.bytes;
  }

  size_t count() const { return count_; }

 private:
  // Whether the last byte's run, which begins in this block, holds a byte of a word.
  static bool EndsCounted(uint64_t runs, uint64_t words) {
    const int before = 63 - absl::countl_zero(~runs);
    return before < 63 && words >> (before + 1) != 0;
  }

  size_t count_ = 0;
  bool counted_ = false;  // the run at hand
};

}  // namespace

FoldedText FoldAndCount(absl::string_view text) {
  // A space takes the place of what parts two words: never more than the text and the two ends.
  // Words are copied by whole chunks, which may reach beyond.
  FoldedText result{.folded = std::string(text.size() + 2 + Chunk::kBytes, ' ')};
  Folding folding(result.folded.data());
  WordCount count;
  for (size_t i = 0; i < text.size();) {
    const Block block(text, i);
    const size_t end = std::min(i + kBlockBytes, text.size());
    if (BlockBits(block.bytes(), kMarkHigh) == 0) {
      AsciiBlock ascii(block.bytes());
      folding.Add(ascii);
      count.AddAscii(block.bytes(), ascii.words, end - i);
      i = end;
    } else {
      for (; i < end; i += folding.AddCharacter(text.substr(i, 3))) {
        count.AddCharacter(text.substr(i, 3));
      }
    }
  }
  result.folded.resize(folding.End());
  result.words = count.count();
  return result;
}

std::string Fold(absl::string_view text) { return FoldAndCount(text).folded; }

bool ContainsPhrase(absl::string_view folded_text, absl::string_view folded_phrase) {
  return !folded_phrase.empty() && Contains(folded_text, folded_phrase);
}

bool Contains(absl::string_view text, absl::string_view part) {
  return memmem(text.data(), text.size(), part.data(), part.size()) != nullptr;
}

std::vector<absl::string_view> FoldedWords(absl::string_view folded) {
  return absl::StrSplit(folded, ' ', absl::SkipEmpty());
}

size_t CountWords(absl::string_view text, size_t most) {
  WordCount words;
  for (size_t i = 0; i < text.size() && words.count() < most;) {
    const Block block(text, i);
    const size_t end = std::min(i + kBlockBytes, text.size());
    if (BlockBits(block.bytes(), kMarkHigh) == 0) {
      const uint64_t in_words =
          BlockBits(block.bytes(), [](Chunk chunk) { return kMarkWordBytes(chunk.Lower()); });
      words.AddAscii(block.bytes(), in_words, end - i);
      i = end;
    } else {
      while (i < end) i += words.AddCharacter(text.substr(i, 3));
    }
  }
  return std::min(words.count(), most);
}

bool WithinOneEdit(absl::string_view a, absl::string_view b) {
  if (a.size() > b.size()) std::swap(a, b);
  if (b.size() - a.size() > 1) return false;
  size_t same = 0;
  while (same < a.size() && a[same] == b[same]) ++same;
  const absl::string_view a_rest = a.substr(same);
  const absl::string_view b_rest = b.substr(same);
  if (b_rest.empty()) return true;
  return a.size() == b.size() ? a_rest.substr(1) == b_rest.substr(1) : a_rest == b_rest.substr(1);
}

}  // namespace throughline::router::text
