#include "services/router/domain/judge/phrases.h"

#include <re2/re2.h>

#include <cstddef>
#include <cstdint>

#include "absl/numeric/bits.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "services/router/domain/text/bytes.h"

namespace throughline::router {
namespace {

// Refusals and musings open an answer; the same words further down are usually about something
// else.
constexpr size_t kOpeningBytes = 240;

re2::StringPiece Piece(absl::string_view text) { return {text.data(), text.size()}; }

// Whether the answer may hold a control word, told sooner than by the pattern: "<" begins most, and
// the others go on from "INST" and "assistant".
bool MayHoldControl(absl::string_view answer) {
  bool was_t = false;
  for (size_t begin = 0; begin < answer.size(); begin += text::kBlockBytes) {
    const text::Block block(answer, begin);
    const auto bits = [&block](const auto& mark) { return text::BlockBits(block.bytes(), mark); };
    const uint64_t t = bits([](text::Chunk chunk) { return chunk.Equal('t'); });
    const uint64_t behind_t = (t << 1 | uint64_t{was_t}) & bits([](text::Chunk chunk) {
                                return chunk.Equal('f') | chunk.Equal('c');
                              });
    was_t = t >> (text::kBlockBytes - 1) != 0;
    uint64_t marks =
        behind_t | bits([](text::Chunk chunk) { return chunk.Equal('<') | chunk.Equal(']'); });
    for (; marks != 0; marks &= marks - 1) {
      const size_t at = begin + static_cast<size_t>(absl::countr_zero(marks));
      const absl::string_view before = answer.substr(0, at);
      if (answer[at] == '<' || absl::EndsWith(before, answer[at] == ']' ? "INST" : "assistant")) {
        return true;
      }
    }
  }
  return false;
}

absl::string_view Opening(absl::string_view text) {
  return absl::StripAsciiWhitespace(text).substr(0, kOpeningBytes);
}

}  // namespace

bool IsRefusal(absl::string_view text) {
  static const RE2& refusal = *new RE2(
      R"((?i)^(?:i['’]?m sorry|i am sorry|sorry|unfortunately|i apologi[sz]e|as an ai)?)"
      R"([,.!]?\s*(?:but\s+)?(?:(?:as an ai|as a language model)[^.]{0,60}?,?\s*)?)"
      R"(i\s*(?:can['’]?t|can\s?not|am (?:not able|unable)|['’]m (?:not able|unable)|won['’]?t|)"
      R"(must decline|do(?:n['’]t| not) feel comfortable))"
      R"(\s+(?:to\s+)?(?:help|assist|answer|provide|comply|do|create|write|fulfil|fulfill|)"
      R"(continue|discuss|share|engage|complete|generate|with)\b)");
  return RE2::PartialMatch(Piece(Opening(text)), refusal);
}

std::string FindLeak(absl::string_view text) {
  static const RE2& control =
      *new RE2(R"((</?(?:think|thinking|reasoning|scratchpad)>|<\|[a-z_]{2,24}\|>|\[/?INST\]|)"
               R"(<<SYS>>|assistantfinal|assistantcommentary))");
  static const RE2& musing = *new RE2(
      R"((?i)^((?:okay|ok|alright|hmm|so|wait|first)?[,.]?\s*(?:the user (?:wants|is asking|asked|)"
      R"(asks|says|needs)|i need to (?:figure out|parse|produce|output)|let me (?:parse|re-?read|)"
      R"(analy[sz]e) (?:the|this) (?:prompt|request|instruction|question|user))))");
  re2::StringPiece found;
  if ((MayHoldControl(text) && RE2::PartialMatch(Piece(text), control, &found)) ||
      RE2::PartialMatch(Piece(Opening(text)), musing, &found)) {
    return std::string(found.data(), found.size());
  }
  return "";
}

}  // namespace throughline::router
