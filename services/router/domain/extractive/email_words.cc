#include "services/router/domain/extractive/email_words.h"

#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "re2/re2.h"
#include "services/router/domain/extractive/facts.h"
#include "services/router/domain/extractive/language/clause.h"
#include "services/router/domain/extractive/language/dates.h"
#include "services/router/domain/extractive/language/perspective.h"
#include "services/router/domain/extractive/language/text.h"

namespace throughline::router::extractive {
namespace {

// Speaks of the past and of nothing to come.
bool IsPast(absl::string_view text) {
  static const RE2& ahead = *new RE2(
      "(?i)(\\b(will|by|before|until|next|tomorrow|let's|talk|meet|regroup|call "
      "(with|on))\\b|"
      "'ll\\b)");
  return LooksBack(text) && !Matches(text, ahead);
}

// "to you Jill", "to Odette": the reader is "you" wherever the words mean them.
bool TurnReader(const Reader& reader, std::string* text) {
  // Most sentences do not name the reader: patterns of the name would be made for nothing.
  if (!absl::StrContains(*text, FirstName(reader.name)) && !absl::StrContains(*text, reader.name)) {
    return true;
  }
  const std::string first = RE2::QuoteMeta(FirstName(reader.name));
  const std::string full = RE2::QuoteMeta(reader.name);
  const std::string name = absl::StrCat("(?:", full, "|", first, ")");
  RE2::GlobalReplace(text, absl::StrCat("\\b([Yy]ou),? (?:and )?", name, "\\b"), "\\1");
  const bool named = Matches(*text, RE2(absl::StrCat("\\b", name, "\\b")));
  if (!named) return true;
  RE2::GlobalReplace(text, absl::StrCat("\\b", name, "'s\\b"), "your");
  RE2::GlobalReplace(
      text, absl::StrCat("\\b(to|for|with|from|by|at|give|send|tell|ask|copy) ", name, "\\b"),
      "\\1 you");
  static const RE2& pronoun = *new RE2("\\b(give|send|tell|ask|to|for|with) (?:her|him)\\b");
  RE2::GlobalReplace(text, pronoun, "\\1 you");
  static const RE2& other = *new RE2("(?i)\\b(she|he|her|him|his|hers)\\b");
  return !Matches(*text, RE2(absl::StrCat("\\b", name, "\\b"))) && !Matches(*text, other);
}

// Small talk that trails off a sentence of substance: ", like I said", ", right".
std::string Trimmed(std::string text) {
  static const RE2& tail = *new RE2(
      "(?i),? (like (i|you|we) said|as (i|you|we) said|if that works|or so|give or take)$");
  RE2::Replace(&text, tail, "");
  return text;
}

// "the end of the month" names no day to a reader.
bool IsVague(const Reading& reading, const DateMention& date) {
  for (size_t i = date.first_token; i < date.last_token; ++i) {
    const std::string& word = reading.tokens[i].text;
    if (word == "end" || word == "month" || word == "quarter" || word == "year") return true;
  }
  return false;
}

// "tomorrow, Wednesday the twelfth" is one day.
std::string WithoutRepeatedDay(std::string text) {
  static const RE2& day = *new RE2(
      "([A-Z][a-z]+day, [A-Z][a-z]+ [0-9]{1,2}), ([A-Z][a-z]+day, [A-Z][a-z]+ [0-9]{1,2})");
  std::string first, second;
  if (RE2::PartialMatch(text, day, &first, &second) && first == second) {
    RE2::Replace(&text, day, "\\1");
  }
  return text;
}

}  // namespace

bool IsMoney(deal::BlockerCategory category) {
  return category == deal::BlockerCategory::kPrice || category == deal::BlockerCategory::kBudget;
}

std::string SpellOut(absl::string_view text, absl::CivilDay today) {
  std::string digits = WithDigits(text);
  if (IsPast(digits)) return digits;
  const Reading reading = ReadTurn(digits);
  std::string result;
  size_t copied = 0;
  for (const DateMention& date : FindDates(reading, 0, reading.tokens.size(), today)) {
    if (!date.exact || IsVague(reading, date)) continue;
    size_t before = date.first_token;
    if (reading.tokens[before].text == "on" || reading.tokens[before].text == "by") ++before;
    size_t begin = reading.tokens[before].begin;
    const size_t end = reading.tokens[date.last_token - 1].end;
    if (begin < copied) continue;
    if (before > 0 && reading.tokens[before - 1].text == "the" &&
        reading.tokens[before].before == 0) {
      begin = reading.tokens[before - 1].begin;
    }
    absl::StrAppend(&result, absl::string_view(digits).substr(copied, begin - copied),
                    FormatDay(date.day));
    copied = end;
  }
  absl::StrAppend(&result, absl::string_view(digits).substr(copied));
  return WithoutRepeatedDay(std::move(result));
}

std::optional<absl::CivilDay> DayIn(absl::string_view text, absl::CivilDay today) {
  if (IsPast(text)) return std::nullopt;
  const Reading reading = ReadTurn(text);
  std::optional<absl::CivilDay> found;
  for (const DateMention& date : FindDates(reading, 0, reading.tokens.size(), today)) {
    if (date.exact && date.day >= today) found = date.day;
  }
  return found;
}

bool IsVerbless(absl::string_view clean) {
  static const RE2& finite = *new RE2(
      "(?i)\\b(i|i'm|i'll|i'd|i've|we|we'll|we're|we've|you've|you're|you'll|you'd|you "
      "(get|have|need)|"
      "got|closes|opens|needs|wants|says|goes|comes|gets|works|costs|takes|shuts|ends|makes|means|"
      "starts|stays|he|she|they|it|it's|that's|there's|is|are|"
      "was|were|has|have|had|do|does|did|will|would|can|could|should|may|might|don't|doesn't|"
      "isn't|can't|won't|let's|let|let me|thank|thanks)\\b|'s (a|the|not|on|in|good|fine)\\b|"
      "^(understood|noted|great|perfect|fair)\\b");
  return !Matches(clean, finite);
}

std::string SellerToReader(absl::string_view clean, const Statement& statement,
                           const Reader& reader) {
  std::string text = Trimmed(std::string(clean));
  if (!TurnReader(reader, &text)) return "";
  const bool somebody_else = !statement.addressee.empty() && statement.addressee != reader.name;
  static const RE2& all = *new RE2("(?i)\\byou (both|all|guys|two)\\b");
  if (somebody_else && HasSecondPerson(text) && !Matches(text, all)) {
    // The reader must not be promised what a colleague was.
    Perspective perspective;
    perspective.second = Named(FirstName(statement.addressee));
    text = Rephrase(text, perspective);
  }
  return Capitalized(SpellOut(text, reader.today));
}

std::string CustomerToReader(absl::string_view clean, const Statement& statement,
                             const Reader& reader, const Cast& cast) {
  const std::string& speaker = statement.voice;
  std::string text = Trimmed(std::string(clean));
  static const RE2& then = *new RE2("(?i)^then,? ");
  RE2::Replace(&text, then, "");
  Perspective perspective;
  perspective.first_plural = ReaderYou();
  perspective.second = WriterWe();
  perspective.first_singular =
      speaker == reader.name || speaker.empty() ? ReaderYou() : Named(FirstName(speaker));
  const std::string verb = absl::AsciiStrToLower(text.substr(0, text.find_first_of(" ,")));
  std::string negated_verb;
  static const RE2& negated = *new RE2("(?i)^(?:don't|do not)\\s+(\\w+)");
  const bool is_negated = RE2::PartialMatch(text, negated, &negated_verb);
  if (IsDirectiveVerb(verb) || (is_negated && IsDirectiveVerb(negated_verb))) {
    if (is_negated) text = text.substr(text.find(negated_verb));
    text = absl::StrCat(speaker == reader.name ? "you" : FirstName(speaker), " asked us ",
                        is_negated ? "not to " : "to ",
                        Uncapitalized(Rephrase(text, perspective), cast));
  } else {
    text = Rephrase(text, perspective);
  }
  if (speaker != reader.name && !TurnReader(reader, &text)) return "";
  return Capitalized(SpellOut(text, reader.today));
}

bool SpeaksOfMoney(absl::string_view text) {
  static const RE2& money = *new RE2(
      "(?i)\\b(price[sd]?|pricing|discounts?|roi|payback|cost|costs|cheap|cheaper|expensive|"
      "dollars?|"
      "bucks|budget|surcharge|savings?)\\b|[$€£]");
  return Matches(text, money);
}

namespace {

// "Charthouse": one word that the call never writes small; "VPAT" is an acronym and no name.
bool IsProperName(absl::string_view name, const Cast& cast) {
  static const RE2& word = *new RE2("^[A-Z][a-z]+$");
  return Matches(name, word) && !cast.IsOrdinary(absl::AsciiStrToLower(name));
}

}  // namespace

std::string WithArticle(absl::string_view object, const Cast& cast) {
  static const RE2& determined = *new RE2(
      "(?i)^(the|a|an|your|our|their|his|her|my|this|that|these|those|no|every|each|any|all|how|"
      "what|who|when|where|whether|section|\\S+'s)\\b");
  std::string name = Uncapitalized(object, cast);
  if (Matches(name, determined) || IsProperName(name, cast)) return name;
  return absl::StrCat("the ", name);
}

}  // namespace throughline::router::extractive
