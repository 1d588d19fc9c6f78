#include "services/router/domain/text/fold.h"

#include <string.h>

#include <algorithm>
#include <array>

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

// What a byte becomes: itself in lower case, 0 for what parts words; kLookFurther where that takes
// Classify.
constexpr unsigned char kLookFurther = 1;
constexpr std::array<unsigned char, 256> kFolded = ByteTable<unsigned char>([](unsigned char c) {
  if (c >= 'A' && c <= 'Z') return static_cast<unsigned char>(c - 'A' + 'a');
  if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) return c;
  return static_cast<unsigned char>(c >= 0x80 || c == '\'' ? kLookFurther : 0);
});

// How a byte counts for CountWords.
enum class InCount : unsigned char { kNothing, kSpace, kWord, kLookFurther };
constexpr std::array<InCount, 256> kInCount = ByteTable<InCount>([](unsigned char c) {
  if (c >= 0x80) return InCount::kLookFurther;
  if (c == ' ' || (c >= '\t' && c <= '\r')) return InCount::kSpace;
  return kFolded[c] > kLookFurther ? InCount::kWord : InCount::kNothing;
});

}  // namespace

std::string Fold(absl::string_view text) {
  // A space takes the place of what parts two words: never more than the text and the two ends.
  std::string folded(text.size() + 2, ' ');
  char* out = folded.data();
  bool in_word = false;
  const auto put = [&](unsigned char c) {
    if (!in_word) *out++ = ' ';
    in_word = true;
    *out++ = static_cast<char>(c);
  };
  for (size_t i = 0; i < text.size();) {
    const unsigned char first = text[i];
    if (kFolded[first] != kLookFurther) {
      ++i;
      kFolded[first] != 0 ? put(kFolded[first]) : void(in_word = false);
      continue;
    }
    const Classified c = Classify(text.substr(i, 3));
    if (c.kind == CharKind::kWord) {
      put(first);
    } else if (c.kind == CharKind::kSeparator) {
      in_word = false;
    }
    i += c.bytes;
  }
  if (out != folded.data()) *out++ = ' ';
  folded.resize(static_cast<size_t>(out - folded.data()));
  return folded;
}

bool ContainsPhrase(absl::string_view folded_text, absl::string_view folded_phrase) {
  // memmem skips ahead by what the phrase ends with; a search for its first byte would stop at
  // every space.
  return !folded_phrase.empty() && memmem(folded_text.data(), folded_text.size(),
                                          folded_phrase.data(), folded_phrase.size()) != nullptr;
}

std::vector<absl::string_view> FoldedWords(absl::string_view folded) {
  return absl::StrSplit(folded, ' ', absl::SkipEmpty());
}

size_t CountWords(absl::string_view text, size_t most) {
  size_t words = 0;
  bool counted = false;
  for (size_t i = 0; i < text.size() && words < most;) {
    const InCount in_count = kInCount[static_cast<unsigned char>(text[i])];
    if (in_count != InCount::kLookFurther) {
      ++i;
      if (in_count == InCount::kSpace) {
        counted = false;
      } else if (in_count == InCount::kWord) {
        words += counted ? 0 : 1;
        counted = true;
      }
      continue;
    }
    const Classified c = Classify(text.substr(i, 3));
    if (c.kind == CharKind::kWord && !counted) {
      counted = true;
      ++words;
    }
    i += c.bytes;
  }
  return words;
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
