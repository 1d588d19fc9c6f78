#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "services/router/domain/judge/answer.h"
#include "services/router/domain/judge/checks.h"
#include "services/router/domain/judge/field_rules.h"
#include "services/router/domain/text/dates.h"
#include "services/router/domain/text/numbers.h"

namespace throughline::router {
namespace {

// How much of an offending string an explanation shows.
constexpr size_t kShownBytes = 80;
// Numbers up to this are said without being counted ("two options", "step 3").
constexpr double kSmallCount = 12;

std::string Shown(absl::string_view text) {
  if (text.size() <= kShownBytes) return absl::StrCat("\"", text, "\"");
  size_t end = kShownBytes;
  while (end > 0 && (text[end] & 0xC0) == 0x80) --end;  // not inside a character
  return absl::StrCat("\"", text.substr(0, end), "…\"");
}

// Runs `holds` on every string that the rules put under `rule`; the first that does not hold fails.
template <typename Holds>
Finding CheckFields(const Draft& draft, FieldRule rule, DecisionReason reason,
                    absl::string_view complaint, const Holds& holds) {
  if (!draft.json.has_value()) return Finding::Skipped();
  size_t checked = 0;
  for (const FieldConstraint& field : FieldRulesOf(draft.request)) {
    if (field.rule != rule) continue;
    for (const FoundString& string : StringsAt(*draft.json, field.path)) {
      if (!holds(string)) {
        return Finding::Failed(
            reason, absl::StrCat(string.place, " ", complaint, ": ", Shown(*string.value), "."));
      }
      ++checked;
    }
  }
  if (checked == 0) return Finding::Skipped();
  return Finding::Passed(absl::StrCat(checked, " checked."));
}

bool InsideDate(const text::NumberMention& number, const std::vector<text::DateMention>& dates) {
  return std::any_of(dates.begin(), dates.end(), [&](const text::DateMention& date) {
    return number.begin >= date.begin && number.end <= date.end;
  });
}

// Whether the number opens a line as its label: "1. …", "2) …".
bool IsListLabel(absl::string_view text, const text::NumberMention& number) {
  const bool opens = number.begin == 0 || text[number.begin - 1] == '\n';
  return opens && number.end < text.size() && (text[number.end] == '.' || text[number.end] == ')');
}

// The first number or date of `text` that no source bears out; empty when all hold.
std::string FirstUngrounded(absl::string_view text, const Sources& sources) {
  const std::vector<text::DateMention> dates = text::FindDates(text);
  for (const text::DateMention& date : dates) {
    if (!sources.HasDate(date)) return std::string(text.substr(date.begin, date.end - date.begin));
  }
  for (const text::NumberMention& number : text::FindNumbers(text)) {
    if (InsideDate(number, dates) || IsListLabel(text, number)) continue;
    if (number.in_words && number.value <= kSmallCount) continue;
    if (sources.HasNumber(number.value)) continue;
    return std::string(text.substr(number.begin, number.end - number.begin));
  }
  return "";
}

// Words that stand for a party rather than a person.
bool IsPartyWord(absl::string_view word) {
  static constexpr absl::string_view kWords[] = {
      "seller", "customer", "buyer", "vendor", "team",   "we",   "us",   "both",  "the",
      "and",    "of",       "our",   "their",  "client", "side", "they", "sales", "account"};
  return std::find(std::begin(kWords), std::end(kWords), absl::AsciiStrToLower(word)) !=
         std::end(kWords);
}

bool IsGroundedName(absl::string_view name, const Sources& sources) {
  for (const absl::string_view part : absl::StrSplit(name, ' ', absl::SkipEmpty())) {
    if (!IsPartyWord(part) && !sources.HasName(part)) return false;
  }
  return true;
}

}  // namespace

Finding CheckQuotes(const Draft& draft) {
  return CheckFields(
      draft, FieldRule::kQuote, DecisionReason::kUngroundedQuote, "does not stand in the sources",
      [&](const FoundString& quote) { return draft.sources.HasQuote(*quote.value, quote.turn); });
}

Finding CheckNumbers(const Draft& draft) {
  if (!draft.json.has_value() && draft.request.contract.ground_numbers) {
    const std::string ungrounded = FirstUngrounded(draft.reply.text, draft.sources);
    if (ungrounded.empty()) return Finding::Passed();
    return Finding::Failed(DecisionReason::kUngroundedNumber,
                           absl::StrCat(Shown(ungrounded), " is in no source."));
  }
  return CheckFields(draft, FieldRule::kNumber, DecisionReason::kUngroundedNumber,
                     "carries a number or date that is in no source",
                     [&](const FoundString& string) {
                       return FirstUngrounded(*string.value, draft.sources).empty();
                     });
}

Finding CheckNames(const Draft& draft) {
  return CheckFields(draft, FieldRule::kName, DecisionReason::kUngroundedName,
                     "names somebody who is in no source", [&](const FoundString& name) {
                       return IsGroundedName(*name.value, draft.sources);
                     });
}

}  // namespace throughline::router
