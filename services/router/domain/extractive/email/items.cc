#include "services/router/domain/extractive/email/items.h"

#include <algorithm>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "re2/re2.h"
#include "services/router/domain/extractive/analysis/lifecycle.h"
#include "services/router/domain/extractive/email/words.h"
#include "services/router/domain/extractive/facts/statements.h"
#include "services/router/domain/extractive/language/text.h"

namespace throughline::router::extractive {
namespace {

using deal::Blocker;
using deal::BlockerCategory;

constexpr size_t kMaxItems = 4;

bool SameGate(const Blocker& a, const Blocker& b) {
  if (a.category == b.category) return true;
  if (!a.owner.empty() && a.owner == b.owner) return true;
  const auto assurance = [](BlockerCategory category) {
    return category == BlockerCategory::kSecurity || category == BlockerCategory::kCompliance;
  };
  return assurance(a.category) && assurance(b.category);
}

deal::Evidence LatestEvidence(const Blocker& blocker) {
  return blocker.history.empty() ? deal::Evidence{} : blocker.history.back().evidence;
}

bool IsWord(absl::string_view text, size_t begin, size_t size) {
  const size_t end = begin + size;
  return (begin == 0 || !absl::ascii_isalnum(text[begin - 1])) &&
         (end == text.size() || !absl::ascii_isalnum(text[end]));
}

// "the ", "for ", "Ana's ": what stands before a noun.
bool FollowsADeterminer(absl::string_view before) {
  static const RE2& determiner = *new RE2(
      "(?i)\\b(?:the|an?|our|your|their|his|her|its|my|this|that|these|those|any|no|every|each|"
      "for|of|with|on|to|by|from|about|and|or|one|two|three|\\w+'s) $");
  constexpr size_t kLongestWord = 24;
  const size_t from = before.size() > kLongestWord ? before.size() - kLongestWord : 0;
  return Matches(before.substr(from), determiner);
}

// False where the call uses the words, and never as a noun: "slow", "falls off".
bool IsNounPhrase(const std::string& object, const transcript::Transcript& transcript) {
  constexpr size_t kPlainNounWords = 3;
  static const RE2& broken = *new RE2(
      "(?i)\\b(?:the|an?|to|of|with|for|and|or|in|on|at|by|my|our|your|is|are|that|which)$|\\bof "
      "(?:per|a month|the)$|\\bof "
      "per\\b|^(?:talk|need|want|go|get|do|be|have|see|know|think|say)s? "
      "|^(?:nothing|nobody|none|not)\\b|^(?:validated|approved|signed|done|settled)$");
  if (Matches(object, broken)) return false;
  if (object.empty() || absl::ascii_isupper(object.front()) ||
      WordCount(object) >= kPlainNounWords) {
    return true;
  }
  bool used = false;
  for (const transcript::Turn& turn : transcript.turns) {
    const absl::string_view text = turn.text;
    for (size_t at = text.find(object); at != absl::string_view::npos;
         at = text.find(object, at + 1)) {
      used = true;
      if (IsWord(text, at, object.size()) && FollowsADeterminer(text.substr(0, at))) return true;
    }
  }
  return !used;
}

// What the customer calls the matter, as a noun phrase.
std::string ItemName(const Blocker& blocker, const EmailInput& input, const Cast& cast) {
  const std::string& object = blocker.object.empty() ? blocker.description : blocker.object;
  if (blocker.category == BlockerCategory::kCompetition ||
      object == DefaultObject(blocker.category) || !IsNounPhrase(object, input.call.transcript)) {
    return CommonName(blocker.category);
  }
  if (absl::StartsWith(object, "no ")) return absl::StrCat("the matter of ", object);
  return WithArticle(object, cast);
}

}  // namespace

std::vector<EmailLine> OpenItems(const EmailInput& input, const Cast& cast) {
  std::vector<EmailLine> items;
  const deal::Analysis& analysis = input.analysis;
  if (!analysis.primary_blocker) return items;
  const Blocker& primary = *analysis.primary_blocker;
  const auto add = [&](const Blocker& blocker) {
    const std::string name = ItemName(blocker, input, cast);
    const std::vector<std::string> stems = ContentStems(name);
    const bool named = std::any_of(items.begin(), items.end(), [&](const EmailLine& item) {
      const std::vector<std::string> other = ContentStems(item.text);
      return StemOverlap(stems, other) >= 1 || StemOverlap(other, stems) >= 1;
    });
    if (name.empty() || named || items.size() >= kMaxItems) return;
    items.push_back({name, LatestEvidence(blocker)});
  };
  add(primary);
  for (const Blocker& open : analysis.open_blockers) {
    if (open.id != primary.id && SameGate(open, primary)) add(open);
  }
  return items;
}

}  // namespace throughline::router::extractive
