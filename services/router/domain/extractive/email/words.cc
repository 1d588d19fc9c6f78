#include "services/router/domain/extractive/email/words.h"

#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/deal/names.h"
#include "re2/re2.h"
#include "services/router/domain/extractive/email/cues.h"
#include "services/router/domain/extractive/facts/facts.h"
#include "services/router/domain/extractive/language/clause.h"
#include "services/router/domain/extractive/language/dates.h"
#include "services/router/domain/extractive/language/perspective.h"
#include "services/router/domain/extractive/language/text.h"
#include "services/router/domain/extractive/language/word_lists.h"

namespace throughline::router::extractive {

using deal::BlockerCategory;

namespace {

// Speaks of the past and of nothing to come.
bool IsPast(absl::string_view text) { return LooksBack(text) && !Says(text, "ahead"); }

// "I'd a fella" is "I had a fella".
std::string WithPlainHad(std::string text) {
  static const RE2& had =
      *new RE2("\\b(I|[Ww]e|[Yy]ou|[Hh]e|[Ss]he|[Tt]hey)'d (an?|the|my|our|your|some|no|two) ");
  RE2::GlobalReplace(&text, had, "\\1 had \\2 ");
  return text;
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
  return !Matches(*text, RE2(absl::StrCat("\\b", name, "\\b"))) && !Says(*text, "of.somebody");
}

// "I'll send you the rules, Jostein, so that …": whom of the reader's colleagues it is said to,
// with the name taken out of `text`; empty when it calls nobody.
std::string TakeOutColleagueCalled(const Reader& reader, const Cast& cast, std::string* text) {
  for (const std::string& name : cast.People(transcript::Side::kCustomer)) {
    const std::string called = absl::StrCat(", ", FirstName(name));
    const size_t at = name == reader.name ? std::string::npos : text->find(called);
    if (at == std::string::npos) continue;
    const size_t end = at + called.size();
    if (end < text->size() && !absl::StrContains(",.;!", text->substr(end, 1))) continue;
    text->erase(at, called.size());
    return name;
  }
  return "";
}

// Small talk that trails off a sentence of substance: ", like I said", ", right".
std::string Trimmed(std::string text) {
  static const RE2& tail = *new RE2(
      "(?i),? (like (i|you|we) said|as (i|you|we) said|if that works|or so|give or take|before "
      "then|by then)$");
  RE2::Replace(&text, tail, "");
  return text;
}

// Somebody else than the reader. `named` says that the name stands right before.
Referent Colleague(const std::string& name, const Cast& cast, bool named) {
  const absl::string_view pronoun = cast.PronounOf(name);
  const std::string subject = pronoun.empty() ? "they" : std::string(pronoun);
  const std::string object = pronoun == "she" ? "her" : pronoun == "he" ? "him" : "them";
  const std::string possessive = pronoun == "she" ? "her" : pronoun == "he" ? "his" : "their";
  const Agreement agreement = pronoun.empty() ? Agreement::kPlural : Agreement::kThirdSingular;
  if (named) return {subject, object, possessive, "", agreement};
  const std::string first = FirstName(name);
  return {
      first,  first,    absl::StrCat(first, "'s"), subject, Agreement::kThirdSingular, possessive,
      object, agreement};
}

// "the end of the month" names no day to a reader.
bool IsVague(const Reading& reading, const DateMention& date) {
  for (size_t i = date.first_token; i < date.last_token; ++i) {
    const std::string& word = reading.tokens[i].text;
    if (word == "end" || word == "month" || word == "quarter" || word == "year") return true;
  }
  return false;
}

// "We're not buying today", "the leaders of tomorrow": no day on which somebody does something.
bool IsIdle(const Reading& reading, const DateMention& date, absl::string_view text) {
  const std::string& word = reading.tokens[date.first_token].text;
  const bool bare = date.last_token == date.first_token + 1 &&
                    (word == "today" || word == "tonight" || word == "tomorrow");
  if (!bare) return false;
  const bool done = Says(text, "does.on.day") || IsVerbless(text) ||
                    IsDirectiveVerb(text.substr(0, text.find(' ')));
  return !done || Says(text, "idle.day");
}

// "the first Monday of the month", "a week on Friday": the words around a weekday say which one.
bool IsOrdinal(absl::string_view before, absl::string_view after) {
  static const RE2& which = *new RE2(
      "(?i)\\b(?:first|second|third|fourth|last|every|each|any|other|a week on|a week|week) $");
  static const RE2& of = *new RE2(
      "(?i)^ (?:of|in|week|fortnight|after|past|ones?|time|item|point|page|row|version|"
      "floor|module|attempt|call|site|try)\\b");
  return Matches(before, which) || Matches(after, of);
}

// "tomorrow, Wednesday the twelfth" is one day.
std::string WithoutRepeatedDay(std::string text) {
  static const RE2& day = *new RE2(
      "([A-Z][a-z]+day, [A-Z][a-z]+ [0-9]{1,2}), ([A-Z][a-z]+day, [A-Z][a-z]+ [0-9]{1,2})");
  std::string first, second;
  if (RE2::PartialMatch(text, day, &first, &second) && first == second) {
    RE2::Replace(&text, day, "\\1");
  }
  // "Friday, June 5, a Friday".
  static const RE2& weekday =
      *new RE2("(([A-Z][a-z]+day), [A-Z][a-z]+ [0-9]{1,2}), an? ([A-Z][a-z]+day)\\b");
  std::string date;
  if (RE2::PartialMatch(text, weekday, &date, &first, &second) && first == second) {
    RE2::Replace(&text, weekday, "\\1");
  }
  return text;
}

}  // namespace

bool IsMoney(deal::BlockerCategory category) {
  return category == deal::BlockerCategory::kPrice || category == deal::BlockerCategory::kBudget;
}

std::string SpellOut(absl::string_view text, absl::CivilDay today) {
  const std::string digits = WithDigits(text);
  if (IsPast(digits)) return digits;
  const Reading reading = ReadTurn(digits);
  std::string result;
  size_t copied = 0;
  for (const DateMention& date : FindDates(reading, 0, reading.tokens.size(), today)) {
    if (!date.exact || IsVague(reading, date) || IsIdle(reading, date, digits)) continue;
    size_t before = date.first_token;
    if (reading.tokens[before].text == "on" || reading.tokens[before].text == "by") ++before;
    size_t begin = reading.tokens[before].begin;
    const size_t end = reading.tokens[date.last_token - 1].end;
    if (begin < copied || IsOrdinal(absl::string_view(digits).substr(0, begin),
                                    absl::string_view(digits).substr(end))) {
      continue;
    }
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
    if (date.exact && date.day >= today && !IsIdle(reading, date, text)) found = date.day;
  }
  return found;
}

bool IsVerbless(absl::string_view clean) { return !Says(clean, "finite"); }

std::string SellerToReader(absl::string_view clean, const Statement& statement,
                           const Reader& reader, const Cast& cast) {
  std::string text = Trimmed(WithoutTies(clean));
  static const RE2& offers = *new RE2("(?i)^let me\\b");
  RE2::Replace(&text, offers, "I'll");
  const std::string called = TakeOutColleagueCalled(reader, cast, &text);
  if (!TurnReader(reader, &text)) return "";
  const std::string& addressee = called.empty() ? statement.addressee : called;
  const bool somebody_else = !addressee.empty() && addressee != reader.name;
  if (somebody_else && HasSecondPerson(text) && !Says(text, "all.of.you")) {
    // The reader must not be promised what a colleague was.
    Perspective perspective;
    perspective.second = Named(FirstName(addressee));
    text = Rephrase(text, perspective);
  }
  return Capitalized(SpellOut(text, reader.today));
}

std::string CustomerToReader(absl::string_view clean, const Statement& statement,
                             const Reader& reader, const Cast& cast) {
  const std::string& speaker = statement.voice;
  std::string text = WithPlainHad(Trimmed(std::string(clean)));
  static const RE2& then = *new RE2("(?i)^then,? ");
  RE2::Replace(&text, then, "");
  Perspective perspective;
  perspective.first_plural = ReaderYou();
  perspective.second = WriterWe();
  perspective.first_singular = speaker == reader.name || speaker.empty() ? ReaderYou()
                               : cast.PronounOf(speaker).empty()         ? Named(FirstName(speaker))
                                                                 : Colleague(speaker, cast, false);
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
  static const RE2& object =
      *new RE2("\\b(want|need|like|expect|allow|ask|asked|let|for) we to\\b");
  RE2::GlobalReplace(&text, object, "\\1 us to");
  if (speaker != reader.name && !TurnReader(reader, &text)) return "";
  return Capitalized(SpellOut(text, reader.today));
}

std::string ListedToReader(absl::string_view clean, const Statement& statement,
                           const Reader& reader, const Cast& cast) {
  static const RE2& ties = *new RE2("(?i)^(?:(?:and|also|then|plus|so) )+");
  std::string text = Trimmed(std::string(clean));
  RE2::Replace(&text, ties, "");
  Perspective perspective;
  perspective.first_plural = ReaderYou();
  perspective.second = WriterWe();
  perspective.first_singular = statement.voice == reader.name || statement.voice.empty()
                                   ? ReaderYou()
                                   : Named(FirstName(statement.voice));
  text = Rephrase(text, perspective);
  if (statement.voice != reader.name && !TurnReader(reader, &text)) return "";
  text = SpellOut(text, reader.today);
  // Its first word is no name, unless somebody is called so or it looks like one: "St Brigid's",
  // "VetMaster", "VPAT".
  static const RE2& name = *new RE2("^[A-Z]\\w*[A-Z]|^[A-Z]\\w*\\.? ([A-Z][a-z]+)");
  const std::string first = absl::AsciiStrToLower(text.substr(0, text.find_first_of(" ,'")));
  static const RE2& date = *new RE2("^[A-Z][a-z]+day, [A-Z]");
  std::string second;
  const bool named = RE2::PartialMatch(text, name, &second) && !IsStopWord(first) &&
                     !WordList("names a day").contains(absl::AsciiStrToLower(second));
  if (!text.empty() && !named && !Matches(text, date) && !cast.first_names().contains(first)) {
    text[0] = absl::ascii_tolower(text[0]);
  }
  return text;
}

namespace {

// Retells a request, sentence by sentence.
class Reteller {
 public:
  Reteller(const std::string& speaker, const Reader& reader, const Cast& cast)
      : speaker_(speaker), reader_(reader), cast_(cast) {}

  RetoldRequest Run(absl::string_view request) {
    static const RE2& sentence = *new RE2("([^.!?;]+(?:[.!?;]+[^\\s.!?;][^.!?;]*)*)[.!?;]*\\s*");
    static const RE2& bound = *new RE2("(?i)\\b(?:here|yours|mine|myself)\\b|[\"…]");
    if (Matches(request, bound) || Matches(request, Pointing())) return {};
    re2::StringPiece rest(request.data(), request.size());
    std::string one;
    RetoldRequest retold;
    while (RE2::Consume(&rest, sentence, &one)) {
      if (!Add(WithoutTies(one), retold)) return {};
    }
    retold.words = SpellOut(retold.words, reader_.today);
    if (speaker_ != reader_.name && !TurnReader(reader_, &retold.words)) return {};
    absl::StrAppend(&retold.words, ".");
    return retold;
  }

 private:
  // What points at something said before starts no sentence of an e-mail.
  static const RE2& Pointing() {
    static const RE2& pointing = *new RE2("(?i)^(?:that|this|those|these|it|so)\\b");
    return pointing;
  }

  bool Add(std::string sentence, RetoldRequest& retold) {
    static const RE2& told = *new RE2(
        "(?i)^you (?:(?:can|could|would|should|then|just|please|will|'d better) )*(\\w+\\b.*)$");
    static const RE2& wish = *new RE2(
        "(?i)^(?:i|we)(?: (?:also |still |only |just |do )*(?:want|need|require)|(?:'d| would) "
        "(?:also |still |only |just )*(?:want|need|like|prefer))\\b");
    std::string asked = sentence;
    // "You fix the price, we've got something to talk about" is a condition.
    static const RE2& condition = *new RE2("(?i)^you [^,]*, (?:and )?(?:i|we)(?:'|\\s)");
    if (Matches(sentence, condition)) return false;
    if (std::string rest; RE2::FullMatch(sentence, told, &rest)) asked = rest;
    const bool first = retold.words.empty();
    // Nobody is "them" or "they" where a name would do.
    const bool unknown = speaker_ != reader_.name && cast_.PronounOf(speaker_).empty();
    static const RE2& again = *new RE2("(?i)\\S\\s+(?:i|me|my)\\b");
    if (unknown && Matches(sentence, again)) return false;
    if (Directive(asked)) {
      if (!first && !retold.asks) return false;
      retold.asks = true;
      absl::StrAppend(&retold.words, first ? "" : ", and to ", Told(Lowered(asked), true));
      return !HasOwnSubject(asked);
    }
    if (Matches(sentence, wish)) {
      if (!first) absl::StrAppend(&retold.words, ". ");
      absl::StrAppend(&retold.words, Capitalized(Told(sentence, !first)));
      return true;
    }
    static const RE2& when = *new RE2(
        "(?i)^(?:by|before|no later than) [^,]*(?:$|, "
        "(?:before|the|so|then|when|if|please|to)\\b)");
    if (first && Matches(sentence, when)) {
      retold.asks = true;
      const bool reader = speaker_ == reader_.name;
      retold.words = absl::StrCat("let ", reader ? "you" : FirstName(speaker_), " have it ",
                                  Told(Lowered(sentence), true));
      return true;
    }
    if (first) return false;
    constexpr size_t kFragmentWords = 8;
    if (WordCount(sentence) <= kFragmentWords && Says(sentence, "fragment")) {
      absl::StrAppend(&retold.words, ", ", Told(Lowered(sentence), true));
      return true;
    }
    if (Matches(sentence, Pointing()) || HasSecondPerson(sentence)) return false;
    absl::StrAppend(&retold.words, ". ", Capitalized(Told(sentence, true)));
    return true;
  }

  static bool Directive(absl::string_view sentence) {
    static const RE2& noun = *new RE2("(?i)^\\w+(?:'s|,| of| is| are| and| would| works?)\\b");
    return IsDirectiveVerb(sentence.substr(0, sentence.find(' '))) && !Matches(sentence, noun);
  }

  // "Send it, and you put Mika in copy": nobody asks for what has a subject of its own.
  static bool HasOwnSubject(absl::string_view sentence) {
    static const RE2& subject = *new RE2("(?i)(?:, |\\band |\\bor )you\\b");
    return Matches(sentence, subject);
  }

  // Its first word is no name.
  static std::string Lowered(std::string sentence) {
    if (!sentence.empty()) sentence[0] = absl::ascii_tolower(sentence[0]);
    return sentence;
  }

  std::string Told(absl::string_view sentence, bool named) const {
    static const RE2& spliced = *new RE2("(?i), (i|we|he|she|they|it|there)('|\\s)");
    std::string text = WithPlainHad(std::string(sentence));
    RE2::GlobalReplace(&text, spliced, "; \\1\\2");
    Perspective perspective;
    perspective.first_plural = ReaderYou();
    perspective.second = WriterWe();
    perspective.first_singular = speaker_ == reader_.name || speaker_.empty()
                                     ? ReaderYou()
                                     : Colleague(speaker_, cast_, named);
    static const RE2& object = *new RE2("\\b(want|need|like|prefer) we to\\b");
    std::string told = Rephrase(text, perspective);
    RE2::GlobalReplace(&told, object, "\\1 us to");
    return told;
  }

  const std::string& speaker_;
  const Reader& reader_;
  const Cast& cast_;
};

}  // namespace

RetoldRequest Retold(absl::string_view request, const std::string& speaker, const Reader& reader,
                     const Cast& cast) {
  return Reteller(speaker, reader, cast).Run(request);
}

std::string WithoutTies(absl::string_view sentence) {
  static const RE2& ties = *new RE2(
      "(?i)^(?:(?:and|so|then|but|please|just|also|because|cause)[, "
      "]+|(?:okay|ok|no|yes|yeah|right|"
      "fine|good|great|well|now|first|second|third), )+");
  if (Says(sentence, "fixed")) return std::string(sentence);
  std::string own(sentence);
  RE2::Replace(&own, ties, "");
  return own;
}

std::string CommonName(BlockerCategory category) {
  switch (category) {
    case BlockerCategory::kNeed:
      return "the question whether you need it";
    case BlockerCategory::kSecurity:
      return "the security side";
    case BlockerCategory::kCompliance:
      return "the compliance side";
    case BlockerCategory::kLegal:
      return "the legal side";
    case BlockerCategory::kTechnical:
      return "the technical side";
    case BlockerCategory::kIntegration:
      return "the integration with your systems";
    case BlockerCategory::kCompetition:
      return "the comparison with the other offer";
    case BlockerCategory::kChangeManagement:
      return "adoption by your team";
    case BlockerCategory::kProcurement:
      return "the procurement side";
    case BlockerCategory::kAuthority:
      return "the approval";
    default:
      return absl::StrCat("the ", deal::Name(category));
  }
}

std::string SettledName(BlockerCategory category) {
  switch (category) {
    case BlockerCategory::kPrice:
    case BlockerCategory::kBudget:
      return "the commercial side";
    case BlockerCategory::kNeed:
    case BlockerCategory::kCompetition:
      return "";
    default:
      return CommonName(category);
  }
}

bool SpeaksOfMoney(absl::string_view text) {
  return Says(text, "money") || absl::StrContains(text, "$") || absl::StrContains(text, "€") ||
         absl::StrContains(text, "£");
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
      "what|who|when|where|whether|accessibility|adoption by|\\S+'s)\\b|"
      "^(?:article|clause|section|annex|appendix|schedule|exhibit|lot|phase|type) (?:[0-9]|one|two|"
      "three|four|five|six|seven|eight|nine|ten|eleven|twelve|\\w+teen|[a-z]\\b)");
  std::string name = Uncapitalized(object, cast);
  if (Matches(name, determined) || IsProperName(name, cast)) return name;
  return absl::StrCat("the ", name);
}

}  // namespace throughline::router::extractive
