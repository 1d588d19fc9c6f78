#include "common/transcript/text.h"

#include <array>
#include <cstdint>
#include <cstring>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace throughline::transcript {
namespace {

// More control bytes than one in this many, and it is not text.
constexpr size_t kTextBytesPerControlByte = 10;
// More undecodable bytes than one in this many, and it is not text in any encoding.
constexpr size_t kTextBytesPerBadByte = 3;

constexpr absl::string_view kUtf8ByteOrderMark = "\xEF\xBB\xBF";

// Windows-1252 for 0x80–0x9F; 0 where it defines nothing.
constexpr std::array<uint16_t, 32> kWindows1252 = {
    0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};

bool IsControl(unsigned char byte) {
  return (byte < 0x20 && byte != '\n' && byte != '\r' && byte != '\t' && byte != '\f') ||
         byte == 0x7F;
}

void AppendCodePoint(uint32_t code, std::string* out) {
  if (code < 0x80) {
    out->push_back(static_cast<char>(code));
  } else if (code < 0x800) {
    out->push_back(static_cast<char>(0xC0 | (code >> 6)));
    out->push_back(static_cast<char>(0x80 | (code & 0x3F)));
  } else if (code < 0x10000) {
    out->push_back(static_cast<char>(0xE0 | (code >> 12)));
    out->push_back(static_cast<char>(0x80 | ((code >> 6) & 0x3F)));
    out->push_back(static_cast<char>(0x80 | (code & 0x3F)));
  } else {
    out->push_back(static_cast<char>(0xF0 | (code >> 18)));
    out->push_back(static_cast<char>(0x80 | ((code >> 12) & 0x3F)));
    out->push_back(static_cast<char>(0x80 | ((code >> 6) & 0x3F)));
    out->push_back(static_cast<char>(0x80 | (code & 0x3F)));
  }
}

// Bytes of the UTF-8 sequence at the front of `text`; 0 when it is not one.
size_t Utf8SequenceLength(absl::string_view text) {
  const auto byte = [&](size_t at) { return static_cast<unsigned char>(text[at]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return 1;
  size_t length = 0;
  unsigned char lowest = 0x80, highest = 0xBF;
  if (lead >= 0xC2 && lead <= 0xDF) {
    length = 2;
  } else if (lead >= 0xE0 && lead <= 0xEF) {
    length = 3;
    if (lead == 0xE0) lowest = 0xA0;
    if (lead == 0xED) highest = 0x9F;  // surrogates
  } else if (lead >= 0xF0 && lead <= 0xF4) {
    length = 4;
    if (lead == 0xF0) lowest = 0x90;
    if (lead == 0xF4) highest = 0x8F;
  }
  if (length == 0 || text.size() < length) return 0;
  if (byte(1) < lowest || byte(1) > highest) return 0;
  for (size_t i = 2; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  return length;
}

struct ByteCensus {
  size_t nul = 0;
  size_t control = 0;
  size_t undecodable = 0;
};

ByteCensus CountBytes(absl::string_view text) {
  ByteCensus census;
  size_t i = 0;
  while (i < text.size()) {
    // Eight plain ASCII bytes at a time: none above 0x7F, none below 0x20.
    while (i + 8 <= text.size()) {
      uint64_t block;
      std::memcpy(&block, text.data() + i, 8);
      constexpr uint64_t kHighBits = 0x8080808080808080u;
      constexpr uint64_t kSpaces = 0x2020202020202020u;
      if ((block & kHighBits) != 0 || ((block - kSpaces) & ~block & kHighBits) != 0) break;
      i += 8;
    }
    if (i >= text.size()) break;
    const size_t length = Utf8SequenceLength(text.substr(i, 4));
    if (length == 0) ++census.undecodable;
    if (length == 1) {
      const auto byte = static_cast<unsigned char>(text[i]);
      census.nul += byte == 0;
      census.control += IsControl(byte);
    }
    i += length == 0 ? 1 : length;
  }
  return census;
}

std::string DecodeStrayBytes(absl::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 8);
  for (size_t i = 0; i < text.size();) {
    const size_t length = Utf8SequenceLength(text.substr(i, 4));
    if (length > 0) {
      out.append(text.data() + i, length);
      i += length;
      continue;
    }
    const auto byte = static_cast<unsigned char>(text[i++]);
    const uint32_t code = byte < 0xA0 ? kWindows1252[byte - 0x80] : byte;
    AppendCodePoint(code == 0 ? 0xFFFD : code, &out);
  }
  return out;
}

std::string DecodeUtf16(absl::string_view bytes, bool big_endian) {
  std::string out;
  const auto unit = [&](size_t at) {
    const auto first = static_cast<unsigned char>(bytes[at]);
    const auto second = static_cast<unsigned char>(bytes[at + 1]);
    return static_cast<uint32_t>(big_endian ? first << 8 | second : second << 8 | first);
  };
  for (size_t i = 2; i + 1 < bytes.size(); i += 2) {
    uint32_t code = unit(i);
    if (code >= 0xD800 && code <= 0xDBFF && i + 3 < bytes.size()) {
      const uint32_t low = unit(i + 2);
      if (low >= 0xDC00 && low <= 0xDFFF) {
        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
        i += 2;
      }
    }
    AppendCodePoint(code >= 0xD800 && code <= 0xDFFF ? 0xFFFD : code, &out);
  }
  return out;
}

// Bytes of the white space at the front of `text`, which is not empty; 0 when there is none.
size_t WhiteSpaceLength(absl::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead <= 0x20 || lead == 0x7F) return 1;
  if (lead < 0xC2) return 0;
  if (absl::StartsWith(text, "\xC2\xA0")) return 2;
  for (absl::string_view space : {"\xE2\x80\xAF", "\xE2\x80\xA8", "\xE2\x80\xA9", "\xE2\x80\x89",
                                  "\xE3\x80\x80", "\xEF\xBB\xBF"}) {
    if (absl::StartsWith(text, space)) return space.size();
  }
  return 0;
}

// Where the run ends that begins at text[begin] with no white space and is folded already: words
// with single spaces between them.
size_t EndOfFoldedRun(absl::string_view text, size_t begin) {
  // Lead bytes at which white space may begin. All others are looked at once, without a call.
  static constexpr auto kMayBeSpace = [] {
    std::array<bool, 256> may{};
    for (size_t byte = 0; byte <= 0x20; ++byte) may[byte] = true;
    for (const size_t byte : {0x7F, 0xC2, 0xE2, 0xE3, 0xEF}) may[byte] = true;
    return may;
  }();
  const auto at_space = [&](size_t at) {
    return kMayBeSpace[static_cast<unsigned char>(text[at])] &&
           WhiteSpaceLength(text.substr(at)) > 0;
  };
  size_t end = begin + 1;
  while (end < text.size()) {
    if (!at_space(end)) {
      ++end;
    } else if (text[end] == ' ' && end + 1 < text.size() && !at_space(end + 1)) {
      end += 2;
    } else {
      break;
    }
  }
  return end;
}

// Direction and joiner marks that some tools put around names: U+200B–U+200F, U+202A–U+202E,
// U+2066–U+2069.
size_t InvisibleLength(absl::string_view text) {
  if (text.size() < 3 || text[0] != '\xE2') return 0;
  const auto second = static_cast<unsigned char>(text[1]);
  const auto third = static_cast<unsigned char>(text[2]);
  if (second == 0x80 && ((third >= 0x8B && third <= 0x8F) || (third >= 0xAA && third <= 0xAE))) {
    return 3;
  }
  return second == 0x81 && third >= 0xA6 && third <= 0xA9 ? 3 : 0;
}

size_t SkippableLength(absl::string_view text) {
  const size_t space = WhiteSpaceLength(text);
  return space > 0 ? space : InvisibleLength(text);
}

}  // namespace

absl::StatusOr<CleanText> CleanText::From(absl::string_view bytes,
                                          std::vector<std::string>* warnings) {
  CleanText clean;
  absl::ConsumePrefix(&bytes, kUtf8ByteOrderMark);
  const bool little_endian = absl::StartsWith(bytes, "\xFF\xFE");
  if (little_endian || absl::StartsWith(bytes, "\xFE\xFF")) {
    clean.converted_ = DecodeUtf16(bytes, !little_endian);
    warnings->push_back("transcript was UTF-16 and has been read as such");
  }
  clean.original_ = bytes;
  const ByteCensus census = CountBytes(clean.view());
  if (census.nul > 0 || census.control * kTextBytesPerControlByte > clean.view().size() ||
      census.undecodable * kTextBytesPerBadByte > clean.view().size()) {
    return absl::InvalidArgumentError(
        "transcript: expected text, found binary data; export the call as text, VTT, SRT or JSON");
  }
  if (census.undecodable > 0) {
    clean.converted_ = DecodeStrayBytes(bytes);
    warnings->push_back(absl::StrCat("transcript has ", census.undecodable,
                                     " bytes that are not UTF-8; they were read as Latin-1"));
  }
  if (!absl::StrContains(clean.view(), '\n') && absl::StrContains(clean.view(), '\r')) {
    std::string lines(clean.view());
    for (char& c : lines) {
      if (c == '\r') c = '\n';
    }
    clean.converted_ = std::move(lines);
  }
  return clean;
}

bool LineReader::Next(absl::string_view* line) {
  if (next_ >= text_.size()) return false;
  offset_ = next_;
  const size_t end = text_.find('\n', next_);
  const size_t stop = end == absl::string_view::npos ? text_.size() : end;
  next_ = stop + 1;
  *line = Trimmed(text_.substr(offset_, stop - offset_));
  return true;
}

void AppendFolded(absl::string_view text, std::string* out) {
  bool owes_space = !out->empty();
  size_t i = 0;
  while (i < text.size()) {
    const size_t space = WhiteSpaceLength(text.substr(i));
    if (space > 0) {
      owes_space = !out->empty();
      i += space;
      continue;
    }
    const size_t end = EndOfFoldedRun(text, i);
    if (owes_space) out->push_back(' ');
    out->append(text.data() + i, end - i);
    owes_space = false;
    i = end;
  }
}

std::string Folded(absl::string_view text) {
  std::string out;
  AppendFolded(text, &out);
  return out;
}

absl::string_view Trimmed(absl::string_view text) {
  while (!text.empty()) {
    const size_t skip = SkippableLength(text);
    if (skip == 0) break;
    text.remove_prefix(skip);
  }
  while (!text.empty()) {
    size_t skip = 0;
    for (size_t length = 1; length <= 3 && length <= text.size() && skip == 0; ++length) {
      if (SkippableLength(text.substr(text.size() - length)) == length) skip = length;
    }
    if (skip == 0) break;
    text.remove_suffix(skip);
  }
  return text;
}

std::optional<absl::Duration> ConsumeTime(absl::string_view* text) {
  absl::string_view rest = *text;
  int fields[3] = {0, 0, 0};
  int count = 0;
  while (count < 3) {
    size_t digits = 0;
    int value = 0;
    while (digits < rest.size() && digits < 4 && absl::ascii_isdigit(rest[digits])) {
      value = value * 10 + (rest[digits++] - '0');
    }
    if (digits == 0 || (count > 0 && digits != 2)) return std::nullopt;
    fields[count++] = value;
    rest.remove_prefix(digits);
    const bool more = rest.size() > 1 && rest[0] == ':' && absl::ascii_isdigit(rest[1]);
    if (!more) break;
    rest.remove_prefix(1);
  }
  if (count < 2) return std::nullopt;
  int64_t milliseconds = 0;
  if (rest.size() > 1 && (rest[0] == '.' || rest[0] == ',') && absl::ascii_isdigit(rest[1])) {
    rest.remove_prefix(1);
    for (int64_t scale = 100; !rest.empty() && absl::ascii_isdigit(rest[0]); scale /= 10) {
      milliseconds += scale * (rest[0] - '0');
      rest.remove_prefix(1);
    }
  }
  if (!rest.empty() && absl::ascii_isalnum(rest[0])) return std::nullopt;
  *text = rest;
  const int64_t seconds =
      count == 3 ? fields[0] * 3600LL + fields[1] * 60 + fields[2] : fields[0] * 60LL + fields[1];
  return absl::Milliseconds(seconds * 1000 + milliseconds);
}

std::optional<absl::Duration> WholeTime(absl::string_view text) {
  if (text.size() > 2 && ((text.front() == '[' && text.back() == ']') ||
                          (text.front() == '(' && text.back() == ')'))) {
    text = text.substr(1, text.size() - 2);
  }
  const std::optional<absl::Duration> time = ConsumeTime(&text);
  return text.empty() ? time : std::nullopt;
}

std::string Lowered(absl::string_view text) { return absl::AsciiStrToLower(text); }

std::vector<absl::string_view> Words(absl::string_view text) {
  return absl::StrSplit(text, absl::ByAnyChar(" \t"), absl::SkipEmpty());
}

bool StartsLikeName(absl::string_view word) {
  return !word.empty() &&
         (absl::ascii_isupper(word[0]) || static_cast<unsigned char>(word[0]) >= 0x80);
}

}  // namespace throughline::transcript
