#include "services/router/domain/judge/phrases.h"

#include <re2/re2.h>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "services/router/domain/text/fold.h"

namespace throughline::router {
namespace {

// Refusals and musings open an answer; the same words further down are usually about something
// else.
constexpr size_t kOpeningBytes = 240;

re2::StringPiece Piece(absl::string_view text) { return {text.data(), text.size()}; }

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
  // A part of each control word, sought sooner than the pattern.
  const bool may_control = absl::StrContains(text, '<') || absl::StrContains(text, "INST]") ||
                           text::Contains(text, "assistantfinal") ||
                           text::Contains(text, "assistantcommentary");
  re2::StringPiece found;
  if ((may_control && RE2::PartialMatch(Piece(text), control, &found)) ||
      RE2::PartialMatch(Piece(Opening(text)), musing, &found)) {
    return std::string(found.data(), found.size());
  }
  return "";
}

}  // namespace throughline::router
