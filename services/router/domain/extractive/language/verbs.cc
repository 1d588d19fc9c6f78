#include <array>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "services/router/domain/extractive/language/perspective.h"
#include "services/router/domain/extractive/language/word_lists.h"

namespace throughline::router::extractive {
namespace {}  // namespace

bool IsBaseVerb(absl::string_view word) {
  static const WordSet& verbs = WordList("verb");
  return verbs.contains(absl::AsciiStrToLower(word));
}

bool IsDirectiveVerb(absl::string_view word) {
  static const WordSet& verbs = WordList("directive verb");
  return verbs.contains(absl::AsciiStrToLower(word));
}

std::string ThirdPerson(absl::string_view base_verb) {
  if (base_verb == "have") return "has";
  if (base_verb == "be") return "is";
  if (base_verb.empty()) return "";
  static constexpr std::array<absl::string_view, 6> kSibilants = {"s", "x", "z", "ch", "sh", "o"};
  for (const absl::string_view ending : kSibilants) {
    if (absl::EndsWith(base_verb, ending)) return absl::StrCat(base_verb, "es");
  }
  const bool vowel_before_y =
      base_verb.size() > 1 && absl::StrContains("aeiou", base_verb.substr(base_verb.size() - 2, 1));
  if (absl::EndsWith(base_verb, "y") && !vowel_before_y) {
    return absl::StrCat(base_verb.substr(0, base_verb.size() - 1), "ies");
  }
  return absl::StrCat(base_verb, "s");
}

}  // namespace throughline::router::extractive
