#include <re2/re2.h>

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "services/router/domain/judge/checks.h"
#include "services/router/domain/text/fold.h"
#include "services/router/domain/text/language.h"
#include "services/router/domain/text/words.h"

namespace throughline::router {
namespace {

Finding Violation(std::string explanation) {
  return Finding::Failed(DecisionReason::kStyleViolation, std::move(explanation));
}

// The text of an answer in the two forms phrases are compared with.
struct Comparable {
  std::string lower;
  std::string folded;
};

// Phrases of words are compared as words. One with other signs ("[Name]", "100%") stands for
// exactly those signs, or it would match the bare word.
bool HasPhrase(const Comparable& text, absl::string_view phrase) {
  const bool words_only = std::all_of(phrase.begin(), phrase.end(), [](unsigned char c) {
    return absl::ascii_isalnum(c) || absl::ascii_isspace(c) || c == '\'' || c == '-' || c >= 0x80;
  });
  if (words_only) return text::ContainsPhrase(text.folded, text::Fold(phrase));
  return absl::StrContains(text.lower, absl::AsciiStrToLower(absl::StripAsciiWhitespace(phrase)));
}

bool HasAnyOf(const Comparable& text, absl::string_view alternatives) {
  for (const absl::string_view phrase : absl::StrSplit(alternatives, '|')) {
    if (HasPhrase(text, phrase)) return true;
  }
  return false;
}

// A place left for somebody to fill in: "[Name]", "{{date}}", "<insert price>"; "Lorem ipsum" where
// nobody speaks of it.
std::string FindPlaceholder(absl::string_view visible, const Sources& sources) {
  static const RE2& placeholder = *new RE2(
      R"((\[(?:[Yy]our |[Ii]nsert |[Rr]ecipient|[Cc]ustomer|[Nn]ame|[Dd]ate|[Cc]ompany|[Tt]itle|)"
      R"([A-Z][a-z]+ [Nn]ame)[^\]\n]{0,40}\]|\{\{[^}\n]{1,40}\}\}|<(?:insert|your|name)[^>\n]{0,40}>|)"
      R"([Ll]orem ipsum))");
  re2::StringPiece rest(visible.data(), visible.size());
  re2::StringPiece found;
  while (RE2::FindAndConsume(&rest, placeholder, &found)) {
    const absl::string_view words(found.data(), found.size());
    const bool is_spoken_of = absl::ascii_isalpha(words[0]) && sources.HasQuote(words, -1);
    if (!is_spoken_of) return std::string(words);
  }
  return "";
}

}  // namespace

Finding CheckStyle(const Draft& draft) {
  const OutputContract& contract = draft.request.contract;
  const bool is_call_task = draft.request.task != TaskKind::kGeneral;
  if (!is_call_task && contract.forbidden_phrases.empty() && contract.required_phrases.empty() &&
      contract.max_words == 0 && contract.language.empty()) {
    return Finding::Skipped();
  }
  const Comparable comparable{.lower = absl::AsciiStrToLower(draft.visible),
                              .folded = text::Fold(draft.visible)};
  for (const std::string& phrase : contract.forbidden_phrases) {
    if (HasPhrase(comparable, phrase)) {
      return Violation(absl::StrCat("Forbidden here: \"", phrase, "\"."));
    }
  }
  for (const std::string& phrase : contract.required_phrases) {
    if (!HasAnyOf(comparable, phrase)) return Violation(absl::StrCat("Missing: \"", phrase, "\"."));
  }
  if (contract.max_words > 0) {
    const size_t words = text::CountWords(draft.visible);
    if (words > static_cast<size_t>(contract.max_words)) {
      return Violation(
          absl::StrCat(words, " words where at most ", contract.max_words, " are allowed."));
    }
  }
  if (is_call_task) {
    const std::string placeholder = FindPlaceholder(draft.visible, draft.sources);
    if (!placeholder.empty()) {
      return Violation(absl::StrCat("A placeholder was left: \"", placeholder, "\"."));
    }
  }
  if (!contract.language.empty()) {
    const std::string language = text::GuessLanguage(text::WordList(comparable.folded));
    if (!language.empty() && language != contract.language) {
      return Violation(
          absl::StrCat("Written in \"", language, "\", not \"", contract.language, "\"."));
    }
  }
  return Finding::Passed();
}

}  // namespace throughline::router
