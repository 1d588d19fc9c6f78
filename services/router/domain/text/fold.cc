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
constexpr auto kMarkWordBytes = [](Chunk chunk) {
  return chunk.Lower().Within('a', 'z') | chunk.Within('0', '9');
};

// Folds a text piece by piece into a buffer.
class Folding {
 public:
  // `out` has room for the text, two bytes, and a chunk.
  explicit Folding(char* out) : begin_(out), out_(out) {}

  // 64 bytes of ASCII, zeros behind the text's end.
  void AddAscii(const char* bytes) {
    char lower[kBlockBytes + Chunk::kBytes];
    for (size_t i = 0; i < kBlockBytes; i += Chunk::kBytes) {
      Chunk(bytes + i).Lower().Store(lower + i);
    }
    uint64_t words = BlockBits(
        lower, [](Chunk chunk) { return chunk.Within('a', 'z') | chunk.Within('0', '9'); });
    const uint64_t inside = words | BlockBits(bytes, [](Chunk chunk) { return chunk.Equal('\''); });
    size_t at = 0;  // behind the last run of word bytes
    while (words != 0) {
      const auto begin = static_cast<size_t>(absl::countr_zero(words));
      const size_t end = begin + static_cast<size_t>(absl::countr_zero(~(words >> begin)));
      if ((~inside & BitsBelow(begin) & ~BitsBelow(at)) != 0) in_word_ = false;
      Put(lower + begin, end - begin);
      words &= ~BitsBelow(end);
      at = end;
    }
    if ((~inside & ~BitsBelow(at)) != 0) in_word_ = false;
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
  // `word` is readable for a chunk.
  void Put(const char* word, size_t length) {
    if (!std::exchange(in_word_, true)) *out_++ = ' ';
    if (length <= Chunk::kBytes) {
      std::memcpy(out_, word, Chunk::kBytes);
    } else {
      std::memcpy(out_, word, length);
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
  // 64 bytes of ASCII, of which the first `size` are the text's.
  void AddAscii(const char* bytes, size_t size) {
    const uint64_t words = BlockBits(bytes, kMarkWordBytes);
    const uint64_t spaces =
        BlockBits(bytes, [](Chunk chunk) { return chunk.Equal(' ') | chunk.Within('\t', '\r'); });
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

std::string Fold(absl::string_view text) {
  // A space takes the place of what parts two words: never more than the text and the two ends.
  // Words are copied by whole chunks, which may reach beyond.
  std::string folded(text.size() + 2 + Chunk::kBytes, ' ');
  Folding folding(folded.data());
  for (size_t i = 0; i < text.size();) {
    const Block block(text, i);
    const size_t end = std::min(i + kBlockBytes, text.size());
    if (BlockBits(block.bytes(), kMarkHigh) == 0) {
      folding.AddAscii(block.bytes());
      i = end;
    } else {
      while (i < end) i += folding.AddCharacter(text.substr(i, 3));
    }
  }
  folded.resize(folding.End());
  return folded;
}

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
      words.AddAscii(block.bytes(), end - i);
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
