#include "services/router/domain/extractive/facts/wording.h"

#include <cstddef>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "re2/re2.h"
#include "services/router/domain/extractive/facts/atoms.h"
#include "services/router/domain/extractive/facts/passages.h"
#include "services/router/domain/extractive/language/clause.h"
#include "services/router/domain/extractive/language/perspective.h"
#include "services/router/domain/extractive/language/text.h"
#include "services/router/domain/extractive/language/tokens.h"
#include "services/router/domain/extractive/language/word_lists.h"

namespace throughline::router::extractive {
namespace {

using transcript::Side;

constexpr size_t kMaxAnswerWords = 10;
constexpr size_t kMaxSubjectWords = 4;  // "the six induction furnaces"

std::vector<std::string> Words(absl::string_view text) {
  return absl::StrSplit(text, ' ', absl::SkipEmpty());
}

std::string Join(const std::vector<std::string>& words, size_t from, size_t to) {
  std::vector<std::string> part(words.begin() + static_cast<std::ptrdiff_t>(from),
                                words.begin() + static_cast<std::ptrdiff_t>(to));
  return absl::StrJoin(part, " ");
}

std::string Who(const std::string& speaker, const Cast& cast) {
  return speaker.empty() ? cast.OrganizationOf(speaker) : speaker;
}

bool IsAsker(absl::string_view word) {
  static const WordSet& words = WordList("asks");
  return words.contains(word);
}

bool IsDo(absl::string_view word) { return word == "do" || word == "does"; }

bool IsModal(absl::string_view word) {
  static const WordSet& words = WordList("begins a question");
  return words.contains(word);
}

bool IsPronoun(absl::string_view word) {
  return word == "i" || word == "we" || word == "you" || word == "there";
}

// How many words after `at` are the subject: a pronoun, or article and noun up to the verb that
// follows. 0 when that is unclear.
size_t SubjectLength(const std::vector<std::string>& words, size_t at, bool plain_verb_follows) {
  if (at >= words.size()) return 0;
  const std::string first = absl::AsciiStrToLower(words[at]);
  if (IsPronoun(first)) return 1;
  const bool article = first == "the" || first == "your" || first == "our" || first == "my";
  const bool name = absl::ascii_isupper(static_cast<unsigned char>(words[at][0]));
  if (!article && !name) return 0;
  if (!plain_verb_follows) return article ? 2 : 1;
  for (size_t length = article ? 2 : 1; length <= kMaxSubjectWords; ++length) {
    if (at + length >= words.size()) return 0;
    if (IsBaseVerb(words[at + length])) return length;
  }
  return 0;
}

// The question's own sentence: "where does the data sit" -> "the data sits", and the asking words
// before it ("where").
bool Uninvert(const std::vector<std::string>& words, size_t aux, std::string* sentence) {
  if (aux >= words.size()) return false;
  const std::string verb = absl::AsciiStrToLower(words[aux]);
  if (!IsDo(verb) && !IsModal(verb)) return false;
  const size_t length = SubjectLength(words, aux + 1, IsDo(verb));
  const size_t rest = aux + 1 + length;
  if (length == 0 || rest > words.size()) return false;
  const std::string subject = Join(words, aux + 1, rest);
  if (!IsDo(verb)) {
    *sentence = absl::StrCat(subject, " ", verb, rest < words.size() ? " " : "",
                             Join(words, rest, words.size()));
    return true;
  }
  if (rest >= words.size()) return false;
  const bool third = verb == "does";
  *sentence = absl::StrCat(subject, " ", third ? ThirdPerson(words[rest]) : words[rest],
                           rest + 1 < words.size() ? " " : "", Join(words, rest + 1, words.size()));
  return true;
}

// The words that ask: "how many ovens", "what kind of report"; their count.
size_t AskingWords(const std::vector<std::string>& words) {
  if (words.empty() || !IsAsker(absl::AsciiStrToLower(words[0]))) return 0;
  for (size_t i = 1; i < words.size() && i <= kMaxSubjectWords + 1; ++i) {
    const std::string word = absl::AsciiStrToLower(words[i]);
    if (IsDo(word) || IsModal(word)) return i;
  }
  return 1;
}

Perspective AskersView(const std::string& speaker, const Cast& cast) {
  Perspective view;
  if (!speaker.empty()) view.first_singular = NamedPerson(speaker, cast);
  view.first_plural = NamedOrganization(cast.OrganizationOf(speaker));
  view.second =
      NamedOrganization(cast.SideOf(speaker) == Side::kSeller ? cast.customer() : cast.seller());
  return view;
}

// A pronoun that nothing in the words before it explains.
bool HasLoosePronoun(absl::string_view text) {
  static const RE2& loose = *new RE2(
      "(?i)^(?:\\w+ ){0,4}?(it|it's|they|them|he|she|him|those|these|that's|this one|that one)\\b|"
      "\\b(you|else|that|this)$|\\byou\\b|\\bthat's,");
  return Matches(text, loose);
}

// "how many X do you V" and a figure.
std::string CountAnswer(const std::vector<std::string>& words, size_t asking,
                        absl::string_view answer, const std::string& asker, const Cast& cast) {
  if (asking < 3 || !absl::EqualsIgnoreCase(words[0], "how") ||
      !absl::EqualsIgnoreCase(words[1], "many")) {
    return "";
  }
  std::string sentence;
  if (!Uninvert(words, asking, &sentence)) return "";
  const std::string thing = Join(words, 2, asking);
  const bool repeats =
      absl::StrContains(absl::AsciiStrToLower(answer), absl::AsciiStrToLower(thing));
  static const RE2& figure = *new RE2(
      "(?i)^(?:about |around |maybe |roughly )?[\\w$,.-]+(?: (?:and |hundred|thousand|[\\w-]+))*$");
  if (!Matches(answer, figure)) return "";
  std::string text = Rephrase(sentence, AskersView(asker, cast));
  return absl::StrCat(text, " ", Uncapitalized(answer, cast), repeats ? "" : " ",
                      repeats ? "" : thing);
}

// "who signs the contract" and a name.
std::string NameAnswer(const std::vector<std::string>& words, absl::string_view answer,
                       const std::string& asker, const Cast& cast) {
  if (words.size() < 2 || !absl::EqualsIgnoreCase(words[0], "who")) return "";
  const std::string verb = absl::AsciiStrToLower(words[1]);
  if (IsDo(verb) || verb == "else" || verb == "is" || verb == "are") return "";
  const std::string name(answer.substr(0, answer.find_first_of(",;")));
  const std::string known = cast.Resolve(name);
  if (known.empty() && !absl::StrContains(name, ' ')) return "";
  return absl::StrCat(answer, answer == name ? " " : ", ",
                      Rephrase(Join(words, 1, words.size()), AskersView(asker, cast)));
}

// "what's your budget" and what it is.
std::string ValueAnswer(absl::string_view question, absl::string_view answer,
                        const std::string& asker, const Cast& cast) {
  static const RE2& value = *new RE2("(?i)^what(?:'s| is| are)( the| your) ((?:[\\w-]+ ?){1,4})$");
  std::string article, thing;
  if (!RE2::PartialMatch(re2::StringPiece(question.data(), question.size()), value, &article,
                         &thing)) {
    return "";
  }
  static const RE2& open =
      *new RE2("(?i)\\b(thinking|feeling|biggest|like|happening|going|read)\\b|ing$");
  if (Matches(thing, open)) return "";
  const std::string subject =
      Rephrase(absl::StrCat(article.substr(1), " ", thing), AskersView(asker, cast));
  return absl::StrCat(Capitalized(subject), " is ", Uncapitalized(answer, cast));
}

std::string QuestionSentence(const Statement& atom, const Cast& cast) {
  const std::string indirect = IndirectQuestion(atom.clean, atom.voice, cast);
  if (indirect.empty()) return "";
  return absl::StrCat(Capitalized(Who(atom.voice, cast)), " asked ", indirect, ".");
}

// The customer's figures, a seller's offer or a summary both sides agreed to, in key words.
std::string KeyWordSentence(const Statement& atom, const Cast& cast) {
  const bool seller = atom.side == Side::kSeller;
  if (atom.content_words < 2) return "";
  const std::string words = Rephrase(atom.clean, AskersView(atom.voice, cast));
  if (!seller && atom.numbers > 0 && !HasLoosePronoun(words)) {
    return absl::StrCat(Capitalized(Who(atom.voice, cast)),
                        " reported: ", Uncapitalized(words, cast), ".");
  }
  if (!seller) return "";
  static const RE2& offer = *new RE2(
      "(?i)\\b(?:percent off|discount|\\$[\\d,]+|dollars|a month|per month|a year|per year|a seat|"
      "per seat|free)\\b|% off");
  if (Matches(words, offer)) {
    return absl::StrCat(Capitalized(Who(atom.voice, cast)), " offered ", Uncapitalized(words, cast),
                        ".");
  }
  if (!atom.agreed || atom.content_words < 3) return "";
  return absl::StrCat("Agreed on the call: ", Uncapitalized(words, cast), ".");
}

// "Ana Ruiz, I run the plant" introduces; the name is not said twice.
std::string WithoutOwnName(absl::string_view clean, const std::string& speaker) {
  for (const std::string& name : {speaker, FirstName(speaker)}) {
    if (name.empty() || !absl::StartsWith(clean, name)) continue;
    static const RE2& introduced = *new RE2("(?i)^(?: here)?, ((?:i|i'm|i've)\\b.*)$");
    std::string rest;
    if (RE2::FullMatch(std::string(clean.substr(name.size())), introduced, &rest)) return rest;
  }
  return std::string(clean);
}

// "Email is fine", "mornings work": for whom.
bool IsHabit(absl::string_view clean) {
  static const RE2& habit = *new RE2(
      "(?i)^(?:e-?mail|phone|text|teams|slack|mornings|afternoons) (?:is|are|works?)"
      "(?: (?:fine|best|good|better|easiest))?$");
  return Matches(clean, habit);
}

// "It's my call": who decides.
bool IsOwnDecision(absl::string_view clean) {
  static const RE2& own = *new RE2("(?i)^(?:it's|that's|it is|that is) my (?:call|decision)$");
  return Matches(clean, own);
}

}  // namespace

std::string IndirectQuestion(absl::string_view question, const std::string& speaker,
                             const Cast& cast) {
  static const RE2& lead = *new RE2("(?i)^(?:and|but|so|then|well|now|okay|also)[, ]+");
  std::string text(question);
  while (RE2::Replace(&text, lead, "")) {
  }
  static const RE2& contraction = *new RE2("(?i)^(what|where|who|when|how)'s\\b");
  RE2::Replace(&text, contraction, "\\1 is");
  const std::vector<std::string> words = Words(text);
  if (words.size() < 3) return "";
  const size_t asking = AskingWords(words);
  const Perspective view = AskersView(speaker, cast);
  std::string sentence;
  std::string result;
  if (asking == 0) {
    if (!Uninvert(words, 0, &sentence)) return "";
    result = absl::StrCat("whether ", Rephrase(sentence, view));
  } else if (Uninvert(words, asking, &sentence)) {
    result =
        absl::StrCat(Uncapitalized(Join(words, 0, asking), cast), " ", Rephrase(sentence, view));
  } else {
    const std::string next = absl::AsciiStrToLower(words[asking]);
    const bool subject_question = asking == 1 && !IsDo(next) && !IsModal(next) && HasVerb(text) &&
                                  next != "about" && next != "if" && next != "else";
    if (!subject_question) return "";
    result = Rephrase(Uncapitalized(text, cast), view);
  }
  return HasLoosePronoun(result) ? "" : result;
}

std::string AnswerSentence(absl::string_view question, const std::string& asker,
                           absl::string_view answer, const std::string& answerer,
                           const Cast& cast) {
  const std::vector<std::string> words = Words(question);
  if (Words(answer).size() > kMaxAnswerWords) return "";
  const size_t asking = AskingWords(words);
  if (!HasVerb(answer)) {
    std::string text = CountAnswer(words, asking, answer, asker, cast);
    if (text.empty()) text = NameAnswer(words, answer, asker, cast);
    if (text.empty()) text = ValueAnswer(question, answer, asker, cast);
    if (!text.empty()) return text;
  }
  if (HasLoosePronoun(answer) || ContentStems(answer).empty()) return "";
  const std::string indirect = IndirectQuestion(question, asker, cast);
  if (indirect.empty() || absl::StartsWith(indirect, "whether")) return "";
  const Perspective view = AskersView(answerer, cast);
  return absl::StrCat("Asked ", indirect, ", ", Who(answerer, cast),
                      " said: ", Uncapitalized(Rephrase(answer, view), cast));
}

std::string FactSentence(const Statement& atom, const Cast& cast) {
  if (atom.question) return QuestionSentence(atom, cast);
  if (atom.passage) return PassageSentence(atom, cast);
  if (atom.voice.empty()) {
    return absl::StrCat("A letter read out on the call says: \"", Capitalized(atom.clean), ".\"");
  }
  if (IsOwnDecision(atom.clean)) {
    return absl::StrCat(Capitalized(Who(atom.voice, cast)), " makes this decision.");
  }
  if (IsHabit(atom.clean)) {
    return absl::StrCat(Capitalized(atom.clean), " for ", Who(atom.voice, cast), ".");
  }
  if (!HasVerb(atom.clean) && atom.asked_turn == nullptr) return KeyWordSentence(atom, cast);
  if (atom.asked_turn != nullptr && !StandsAlone(atom.clean, cast)) {
    const std::string joined =
        AnswerSentence(atom.asked, cast.VoiceOf(*atom.asked_turn), atom.clean, atom.voice, cast);
    if (joined.empty()) return HasVerb(atom.clean) ? "" : KeyWordSentence(atom, cast);
    return absl::StrCat(Capitalized(joined), ".");
  }
  return AsStatement(WithoutOwnName(atom.clean, atom.voice), atom.voice, atom.addressee, cast);
}

}  // namespace throughline::router::extractive
