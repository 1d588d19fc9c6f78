#include "services/router/domain/extractive/facts/text.h"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/types/span.h"
#include "common/transcript/person.h"
#include "re2/re2.h"
#include "services/router/domain/extractive/analysis/call.h"
#include "services/router/domain/extractive/language/numbers.h"
#include "services/router/domain/extractive/language/text.h"
#include "services/router/domain/extractive/language/tokens.h"

namespace throughline::router::extractive {
namespace {

using transcript::Participant;
using transcript::Side;

// The most openers dropped in front of one sentence ("So, okay, well, look, ...").
constexpr int kMaxOpeners = 6;
constexpr size_t kMaxRepeatedWords = 3;

const RE2& Opener() {
  static const RE2& pattern = *new RE2(
      "(?i)^(?:(?:uh|um|er|hm|hmm|huh|oh|ah|yeah|yep|yes|no|okay|ok|well|look|listen|right|hey|hi|"
      "sure|and|but|so|good|great|perfect|exactly|honestly|actually|basically|sorry|like|see|fine|"
      "anyway|also|then|now|plus|first|firstly|second|secondly|third|finally|lastly|again|ha|fair "
      "enough|got it|frankly|understood|i mean|you know|i guess|to be honest|"
      "to be candid|i'll be honest|let me see|in fact|of course|by the way|because|'cause|please)"
      "(?:[,:]+|\\s*\\.\\.\\.|\\s+-)\\s+|"
      "(?:so|and|but|well|okay|oh|because|'cause|uh|um|really|i mean)\\s+)");
  return pattern;
}

// What is taken out of a sentence, or put otherwise, in this order.
struct Rewriting {
  const char* pattern;
  const char* by;
};
constexpr Rewriting kFillers[] = {
    {",\\s*(?:uh|um|er|like|say|let's say)\\s*,", ""},
    {"(?:,\\s*(?:uh|um|er|you know|i mean|like|right|so|well|see|honestly|yeah|okay|sort of|"
     "kind of|i don't know|let's say|what was it|by the way|give or take))+(,)",
     "\\1"}};
// The comma a filler leaves behind splits no word from what it governs.
constexpr Rewriting kStrandedComma = {
    "\\b(for|of|to|in|on|at|with|by|the|a|an|is|are|my|our|your|from|about|into|and|or|but|"
    "that|because),\\s",
    "\\1 "};
constexpr Rewriting kHesitations[] = {{"\\b(?:uh|um|erm|uhm|mm-hm|mhm)\\b[,]?\\s*", ""},
                                      {",? i mean,? ", ", "},
                                      {"\\b(you) guys\\b", "\\1"},
                                      {", but (?:let's|whatever|never mind|you know)\\b.*$", ""},
                                      {",\\s*please\\s*,", ","}};

// Carries out rewritings in their order, whatever the case of the words.
class Rewriter {
 public:
  explicit Rewriter(absl::Span<const Rewriting> rewritings) {
    std::vector<std::string> patterns;
    for (const Rewriting& one : rewritings) {
      patterns.push_back(absl::StrCat("(?:", one.pattern, ")"));
      steps_.push_back({std::make_unique<RE2>(absl::StrCat("(?i)", one.pattern)), one.by});
    }
    any_ = std::make_unique<RE2>(absl::StrCat("(?i)", absl::StrJoin(patterns, "|")));
  }

  // Most sentences have nothing of it, which one look tells.
  void Apply(std::string* text) const {
    if (!RE2::PartialMatch(*text, *any_)) return;
    for (const Step& step : steps_) RE2::GlobalReplace(text, *step.pattern, step.by);
  }

 private:
  struct Step {
    std::unique_ptr<RE2> pattern;
    const char* by;
  };
  std::vector<Step> steps_;
  std::unique_ptr<RE2> any_;
};

void TakeOutFillers(std::string* text) {
  static const Rewriter& fillers = *new Rewriter(kFillers);
  static const Rewriter& comma = *new Rewriter({&kStrandedComma, 1});
  static const Rewriter& hesitations = *new Rewriter(kHesitations);
  const size_t spoken = text->size();
  fillers.Apply(text);
  if (text->size() < spoken) comma.Apply(text);
  hesitations.Apply(text);
}

std::string StripClosing(std::string text) {
  while (!text.empty() && absl::StrContains(" .!?,;:-", text.substr(text.size() - 1))) {
    text.pop_back();
  }
  return text;
}

// "Jordan, come back" or "come back, Jordan": the name called is taken off.
std::string TakeVocative(std::string* text, const Cast& cast) {
  const std::string lower = absl::AsciiStrToLower(*text);
  const size_t comma = lower.find(", ");
  if (comma == std::string::npos) return "";
  std::string name = lower.substr(0, comma);
  if (cast.first_names().contains(name)) {
    *text = text->substr(name.size() + 2);
    return name;
  }
  name = lower.substr(lower.rfind(", ") + 2);
  if (!cast.first_names().contains(name)) return "";
  text->resize(text->size() - name.size() - 2);
  return name;
}

bool NamesAny(absl::string_view text, absl::string_view name) {
  return !name.empty() && absl::StrContains(text, name);
}

// "You can't do it hot": nobody in particular.
bool IsGenericYou(absl::string_view clean) {
  static const RE2& pattern = *new RE2(
      "(?i)\\b(you can'?t?|you cannot|you have to|you've got to|you've got two|you don't|you get|"
      "you need|you'd|think of)\\b");
  return RE2::PartialMatch({clean.data(), clean.size()}, pattern);
}

Perspective PerspectiveOf(const std::string& speaker, const std::string& addressee,
                          absl::string_view clean, const Cast& cast) {
  Perspective perspective;
  const bool seller = cast.SideOf(speaker) == Side::kSeller;
  if (!speaker.empty()) perspective.first_singular = NamedPerson(speaker, cast);
  // Where the words speak of others as "they", an organisation is named each time.
  static const RE2& others = *new RE2("(?i)\\b(they|them|their|they're|they've|they'd)\\b");
  const auto named = [ambiguous = Matches(clean, others)](const std::string& name) {
    return ambiguous ? Named(name) : NamedOrganization(name);
  };
  perspective.first_plural = named(cast.OrganizationOf(speaker));
  if (seller) {
    static const RE2& personal = *new RE2("(?i)\\b(i|i'll|i'd|i can|to you|you'll)\\b");
    const bool person =
        !addressee.empty() && RE2::PartialMatch({clean.data(), clean.size()}, personal);
    perspective.second = person ? NamedPerson(addressee, cast) : named(cast.customer());
  } else if (!IsGenericYou(clean)) {
    perspective.second = named(cast.seller());
  }
  return perspective;
}

}  // namespace

Cast::Cast(const CallInput& input, Patience& patience) : input_(input), patience_(patience) {
  const auto organization_on = [&](Side side) -> std::string {
    for (const Participant& participant : input.transcript.participants) {
      if (participant.side == side && !participant.organization.empty()) {
        return participant.organization;
      }
    }
    return "";
  };
  customer_ = !input.customer_name.empty() ? input.customer_name : organization_on(Side::kCustomer);
  seller_ = !input.seller_name.empty() ? input.seller_name : organization_on(Side::kSeller);
  if (customer_.empty()) customer_ = "the customer";
  if (seller_.empty()) seller_ = "the seller";
  for (const Participant& participant : input.transcript.participants) {
    sides_known_ = sides_known_ || participant.side != Side::kUnknown;
    participants_.try_emplace(participant.name, &participant);
    Add(participant.name);
  }
  for (const deal::Stakeholder& stakeholder : input.known.stakeholders) Add(stakeholder.name);
  bool several = false;
  for (const transcript::Turn& turn : input.transcript.turns) {
    if (patience.Ended(turn.text.size())) return;
    for (const absl::string_view word : absl::StrSplit(turn.text, ' ', absl::SkipEmpty())) {
      if (absl::ascii_islower(static_cast<unsigned char>(word.front()))) {
        small_words_.emplace(word.substr(0, word.find_first_of(".,;:?!'")));
      }
    }
  }
  LearnSides();
  LearnPronouns();
  LearnSigns();
  for (const transcript::Turn& turn : input.transcript.turns) {
    if (turn.speaker.empty() || SideOf(turn.speaker) == Side::kSeller) continue;
    const std::string& voice = VoiceOf(turn);
    several = several || (!only_customer_.empty() && only_customer_ != voice);
    only_customer_ = voice;
  }
  if (several) only_customer_.clear();
}

// A transcript without organisations: whoever speaks like the seller is.
void Cast::LearnSides() {
  bool known = false;
  for (const Participant& participant : input_.transcript.participants) {
    known = known || participant.side == Side::kSeller;
  }
  const auto is_label = [](const transcript::Turn& turn) {
    return transcript::SideOfRole(turn.speaker) != Side::kUnknown;
  };
  const bool labelled =
      std::any_of(input_.transcript.turns.begin(), input_.transcript.turns.end(), is_label);
  if (known && !labelled) return;
  const CallView call = ReadCall(Tier::kDeep, input_, patience_);
  for (const Line& line : call.lines) {
    if (line.turn->speaker.empty()) continue;
    if (!known) sides_.try_emplace(line.turn->speaker, line.side);
    if (!is_label(*line.turn) || line.speaker == kNobody) continue;
    const std::string& name = call.people.at(line.speaker).name;
    if (name.empty() || name == line.turn->speaker) continue;
    names_by_turn_[line.turn->index] = name;
    sides_.try_emplace(name, line.side);
  }
}

// "I brought Sarah, she's our security lead". Two readings of one name teach nothing.
void Cast::LearnPronouns() {
  static const RE2& spoken = *new RE2(
      "\\b([A-Z][\\w'-]+)(?:[,.;]| said| says| thinks)\\s+(?:and |but )?([Ss]he|[Hh]e)\\b");
  for (const transcript::Turn& turn : input_.transcript.turns) {
    if (patience_.Ended(turn.text.size())) return;
    re2::StringPiece rest(turn.text);
    std::string first, pronoun;
    while (RE2::FindAndConsume(&rest, spoken, &first, &pronoun)) {
      const std::string name = Resolve(first);
      if (name.empty()) continue;
      const std::string lower = absl::AsciiStrToLower(pronoun);
      const auto [at, added] = pronouns_.try_emplace(name, lower);
      if (!added && at->second != lower) at->second.clear();
    }
  }
}

const std::string& Cast::VoiceOf(const transcript::Turn& turn) const {
  const auto named = names_by_turn_.find(turn.index);
  return named == names_by_turn_.end() ? turn.speaker : named->second;
}

void Cast::LearnSigns() {
  static const RE2& written = *new RE2("([$€£])([0-9][0-9,]*(?:\\.[0-9]+)?)");
  bool several = false;
  for (const transcript::Turn& turn : input_.transcript.turns) {
    const bool has_sign = absl::StrContains(turn.text, '$') || absl::StrContains(turn.text, "€") ||
                          absl::StrContains(turn.text, "£");
    if (!has_sign) continue;
    re2::StringPiece rest(turn.text);
    std::string sign, amount;
    while (RE2::FindAndConsume(&rest, written, &sign, &amount)) {
      several = several || (!only_sign_.empty() && only_sign_ != sign);
      only_sign_ = sign;
      signs_.try_emplace(absl::StrReplaceAll(amount, {{",", ""}}), sign);
    }
  }
  if (several) only_sign_.clear();
}

absl::string_view Cast::SignOf(absl::string_view amount) const {
  const auto found = signs_.find(absl::StrReplaceAll(amount, {{",", ""}}));
  return found == signs_.end() ? absl::string_view(only_sign_) : absl::string_view(found->second);
}

absl::string_view Cast::PronounOf(const std::string& name) const {
  const auto found = pronouns_.find(name);
  return found == pronouns_.end() ? "" : absl::string_view(found->second);
}

Referent NamedPerson(const std::string& name, const Cast& cast) {
  Referent person = Named(name, FirstName(name));
  const absl::string_view pronoun = cast.PronounOf(name);
  person.possessive_again = pronoun == "she" ? "her" : pronoun == "he" ? "his" : "their";
  return person;
}

Referent NamedOrganization(const std::string& name) {
  Referent organization = Named(name, "they");
  organization.possessive_again = "their";
  organization.object_again = "them";
  organization.again_agreement = Agreement::kPlural;
  return organization;
}

bool Cast::IsOrdinary(absl::string_view lower_word) const {
  return small_words_.contains(lower_word);
}

void Cast::Add(const std::string& name) {
  if (name.empty() || !known_names_.insert(name).second) return;
  names_.push_back(name);
  const std::string first = absl::AsciiStrToLower(FirstName(name));
  if (first.size() > 1) first_names_.insert(first);
  const auto [at, added] = by_first_name_.try_emplace(first, name);
  if (!added) at->second.clear();
}

const Participant* Cast::ParticipantOf(const std::string& speaker) const {
  const auto found = participants_.find(speaker);
  return found == participants_.end() ? nullptr : found->second;
}

Side Cast::SideOf(const std::string& speaker) const {
  const Participant* participant = ParticipantOf(speaker);
  if (participant != nullptr && participant->side != Side::kUnknown) return participant->side;
  const auto learned = sides_.find(speaker);
  return learned == sides_.end() ? Side::kCustomer : learned->second;
}

std::string Cast::OrganizationOf(const std::string& speaker) const {
  return SideOf(speaker) == Side::kSeller ? seller_ : customer_;
}

std::string Cast::TitleOf(const std::string& speaker) const {
  const Participant* participant = ParticipantOf(speaker);
  return participant == nullptr ? "" : participant->title;
}

std::string Cast::Resolve(absl::string_view word) const {
  const bool full = known_names_.contains(word);
  const auto first = by_first_name_.find(absl::AsciiStrToLower(word));
  if (first == by_first_name_.end()) return full ? std::string(word) : "";
  return full && first->second != word ? "" : first->second;
}

std::vector<std::string> Cast::People(Side side) const {
  std::vector<std::string> people;
  for (const std::string& name : names_) {
    if (SideOf(name) == side) people.push_back(name);
  }
  return people;
}

std::string FirstName(absl::string_view name) {
  for (const absl::string_view word : absl::StrSplit(name, ' ', absl::SkipEmpty())) {
    static constexpr absl::string_view kTitles = " dr dr. mr mr. mrs mrs. ms ms. prof prof. ";
    if (!absl::StrContains(kTitles, absl::StrCat(" ", absl::AsciiStrToLower(word), " "))) {
      return std::string(word);
    }
  }
  return std::string(name);
}

bool StartsOver(absl::string_view first_word) {
  static const RE2& subject = *new RE2("^(?:i|we|you|he|she|it|they|that|there)(?:'\\w+)?$");
  return RE2::FullMatch(re2::StringPiece(first_word.data(), first_word.size()), subject);
}

// "that's that's", "I'll, I'll send": said twice, written once. Doubled figures stay.
std::string WithoutRepeats(absl::string_view text) {
  std::vector<absl::string_view> words = absl::StrSplit(text, ' ', absl::SkipEmpty());
  std::vector<std::string> plain;
  plain.reserve(words.size());
  for (const absl::string_view word : words) {
    plain.push_back(absl::AsciiStrToLower(word.substr(0, word.find_last_not_of(",-") + 1)));
  }
  for (size_t length = kMaxRepeatedWords; length > 0; --length) {
    for (size_t i = 0; i + 2 * length <= words.size();) {
      bool same = true;
      for (size_t k = 0; k < length && same; ++k) {
        same = plain[i + k] == plain[i + length + k] && !IsNumberWord(plain[i + k]);
      }
      // "Not the portal, the portal logs me out" begins anew; "we need, we need a" starts over.
      if (same && length > 1 && words[i + length - 1].back() == ',' && !StartsOver(plain[i])) {
        same = false;
      }
      if (!same) {
        ++i;
        continue;
      }
      const auto at = static_cast<std::ptrdiff_t>(i);
      const auto count = static_cast<std::ptrdiff_t>(length);
      words.erase(words.begin() + at, words.begin() + at + count);
      plain.erase(plain.begin() + at, plain.begin() + at + count);
    }
  }
  return absl::StrJoin(words, " ");
}

// "my kid's got hockey", "five's our hour": contractions with nouns are opened in writing.
void OpenContractions(std::string* text) {
  if (!absl::StrContains(*text, '\'') && !absl::StrContains(*text, "has got")) return;
  static const RE2& has = *new RE2("(\\w)'s (got|been|had)\\b");
  RE2::GlobalReplace(text, has, "\\1 has \\2");
  static const RE2& got = *new RE2("\\bhas got (?:to )?");
  static const RE2& got_to = *new RE2("\\bhas got to\\b");
  RE2::GlobalReplace(text, got_to, "has to");
  RE2::GlobalReplace(text, got, "has ");
  static const RE2& is = *new RE2(
      "(\\w)'s "
      "(a|an|the|my|our|your|mine|ours|yours|not|no|too|very|fine|good|okay|gone|done|already|"
      "still|always|"
      "never|just|about|going|coming|in|on|at|because|up|down|out|ready|great|best|better)\\b");
  RE2::GlobalReplace(text, is, "\\1 is \\2");
  static const RE2& let = *new RE2("(?i)\\b(let) is\\b");
  RE2::GlobalReplace(text, let, "\\1's");
}

namespace {

CleanSentence CleanAnew(absl::string_view sentence, const Cast& cast) {
  std::string text = absl::StrReplaceAll(
      sentence,
      {{"\u2019", "'"}, {"\u2018", "'"}, {"\n", " "}, {"'em ", "them "}, {"gonna ", "going to "}});
  text = StripClosing(std::move(text));
  CleanSentence clean;
  for (int round = 0; round < kMaxOpeners; ++round) {
    const size_t before = text.size();
    if (!absl::StartsWithIgnoreCase(text, "so far") &&
        !absl::StartsWithIgnoreCase(text, "so much")) {
      RE2::Replace(&text, Opener(), "");
    }
    const std::string called = TakeVocative(&text, cast);
    if (!called.empty()) clean.addressee = called;
    if (text.size() == before) break;
  }
  static const RE2& recap = *new RE2(
      "(?i)^(?:so )?(?:if|as|let me|just to|to) (?:i )?(?:(?:read|say|play|repeat|sum) (?:it|that|"
      "this) (?:back|up)|understand it|recap|summarize|confirm)(?: to you)?[:,] ");
  RE2::Replace(&text, recap, "");
  TakeOutFillers(&text);
  text = WithoutRepeats(text);
  OpenContractions(&text);
  static const RE2& tail = *new RE2(
      "(?i)(?:,\\s*(?:you know|i mean|like|right|so|actually|though|please|uh|um|sorry|okay|i "
      "think|"
      "honestly|anyway|give or take))+$");
  RE2::Replace(&text, tail, "");
  clean.text = StripClosing(std::string(absl::StripAsciiWhitespace(text)));
  return clean;
}

}  // namespace

CleanSentence Clean(absl::string_view sentence, const Cast& cast) {
  const auto anew = [&] { return CleanAnew(sentence, cast); };
  const CleanSentences* shared = cast.clean_sentences();
  return shared == nullptr ? anew() : shared->Get(sentence, anew);
}

std::string Capitalized(absl::string_view text) {
  std::string result(text);
  if (!result.empty()) {
    result[0] = absl::ascii_toupper(static_cast<unsigned char>(result[0]));
  }
  return result;
}

std::string Uncapitalized(absl::string_view text, const Cast& cast) {
  const std::string word(text.substr(0, text.find_first_of(" ,.'")));
  const std::string lower = absl::AsciiStrToLower(word);
  const bool plain =
      IsStopWord(lower) || IsBaseVerb(lower) || IsNumberWord(lower) || cast.IsOrdinary(lower);
  // "Type 2", "Section 4": a name with its number.
  static const RE2& numbered = *new RE2("^[A-Z]\\w* [0-9]");
  if (Matches(text, numbered)) return std::string(text);
  const bool acronym = word.size() > 1 && absl::ascii_isupper(static_cast<unsigned char>(word[1]));
  if (!plain || acronym || word == "I" || cast.first_names().contains(lower))
    return std::string(text);
  std::string result(text);
  result[0] = absl::ascii_tolower(static_cast<unsigned char>(result[0]));
  return result;
}

bool HasDirectSpeech(absl::string_view clean) {
  static const RE2& spoken = *new RE2(
      "(?i)\\b(\\w+) (?:just )?(?:said|says|told (?:me|us|him|her|them)|asked(?: me| us| him| "
      "her)?|asks|wrote|writes|goes|went)(?:,? and i(?:'m quoting| quote| wrote it down))?[,:] ");
  static const RE2& own = *new RE2("(?i)^(?:i|you|we|as|like|what|who)$");
  re2::StringPiece rest(clean.data(), clean.size());
  std::string before;
  while (RE2::FindAndConsume(&rest, spoken, &before)) {
    if (!RE2::FullMatch(before, own)) return true;
  }
  return false;
}

bool IsInterjection(absl::string_view clean) {
  static const RE2& pattern = *new RE2(
      "(?i)^(?:good|great|fine|fair|fair enough|perfect|excellent|amazing|lovely|exactly|noted|"
      "right|okay|ok|yes|yeah|yep|no|nope|sure|ha|haha|oh|ouch|wow|huh|hm|hmm|understood|got it|"
      "agreed|correct|true|deal|absolutely|of course|thanks|thank you|sorry|please|hi|hey|hello|"
      "(?:hi|hello|hey|thanks|thank you|morning) (?:all|both|everyone|everybody|again|there|you)|"
      "morning|afternoon|good morning|good afternoon|let me see|i see|that's clear|that's fair)$");
  return RE2::FullMatch(re2::StringPiece(clean.data(), clean.size()), pattern);
}

std::string AsStatement(absl::string_view clean, const std::string& speaker,
                        const std::string& addressee, const Cast& cast) {
  const bool seller = cast.SideOf(speaker) == Side::kSeller;
  const Perspective perspective = PerspectiveOf(speaker, addressee, clean, cast);
  const std::string who = Capitalized(speaker.empty() ? cast.OrganizationOf(speaker) : speaker);
  const auto told = [&](absl::string_view verb, absl::string_view words) {
    Perspective after = perspective;
    after.first_singular.subject = after.first_singular.object = FirstName(who);
    std::string asked = Rephrase(words, after);
    if (!asked.empty()) asked[0] = absl::ascii_tolower(static_cast<unsigned char>(asked[0]));
    return absl::StrCat(who, " ", verb, " ", asked, ".");
  };
  static const RE2& proposal = *new RE2("(?i)let's (.*)");
  static const RE2& offer = *new RE2("(?i)let me (.*)");
  std::string action;
  if (RE2::FullMatch(re2::StringPiece(clean.data(), clean.size()), proposal, &action)) {
    const std::string verb(action.substr(0, action.find_first_of(" ,")));
    return IsBaseVerb(verb) ? told("proposed to", action) : "";
  }
  if (RE2::FullMatch(re2::StringPiece(clean.data(), clean.size()), offer, &action)) {
    static const RE2& idle = *new RE2(
        "(?i)^(know|see|think|be|say|jump|finish|start|guess|check|just|stop|ask|tell|put it|look|"
        "confirm|get this|write (that|it) down)\\b");
    return !seller || Matches(action, idle) ? "" : told("offered to", action);
  }
  static const RE2& negated = *new RE2("(?i)^(?:please )?(?:don't|do not|never)\\s+(\\w+)");
  std::string words(clean);
  std::string verb(words.substr(0, words.find_first_of(" ,")));
  std::string negated_verb;
  const bool is_negated = RE2::PartialMatch(words, negated, &negated_verb);
  static const RE2& noun = *new RE2("^\\S+ (?:is|was|works|would be|are|and|or|goes)\\b");
  const bool bare = words.size() == verb.size() || words[verb.size()] != ' ';
  if ((IsDirectiveVerb(verb) && !bare && !Matches(words, noun)) ||
      (is_negated && IsDirectiveVerb(negated_verb))) {
    if (seller) return "";
    if (is_negated) words = words.substr(words.find(negated_verb));
    return told(absl::StrCat("asked ", cast.seller(), is_negated ? " not to" : " to"), words);
  }
  // "You fix the price, we've got something to talk about."
  static const RE2& bargain =
      *new RE2("(?i)^you (?:\\w+) [^,]+, (?:and )?(?:i|we|i'll|we'll|we've)\\b");
  if (Matches(words, bargain)) words = absl::StrCat("if ", Uncapitalized(words, cast));
  const std::string text = Rephrase(words, perspective);
  const bool attributed = NamesAny(text, speaker) || NamesAny(text, cast.OrganizationOf(speaker)) ||
                          (!speaker.empty() && NamesAny(text, FirstName(speaker)));
  if (seller && !attributed) {
    return absl::StrCat(who, " said that ", Uncapitalized(text, cast), ".");
  }
  return absl::StrCat(Capitalized(text), ".");
}

std::string RetoldWords(absl::string_view clean, const std::string& speaker,
                        const std::string& addressee, const Cast& cast) {
  Perspective perspective = PerspectiveOf(speaker, addressee, clean, cast);
  if (!speaker.empty()) {
    Referent& self = perspective.first_singular;
    self.subject = self.object = FirstName(speaker);
    self.possessive = absl::StrCat(FirstName(speaker), "'s");
  }
  return Uncapitalized(Rephrase(clean, perspective), cast);
}

}  // namespace throughline::router::extractive
