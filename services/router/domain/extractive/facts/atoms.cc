#include "services/router/domain/extractive/facts/atoms.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "re2/re2.h"
#include "services/router/domain/extractive/email/words.h"
#include "services/router/domain/extractive/language/clause.h"
#include "services/router/domain/extractive/language/numbers.h"
#include "services/router/domain/extractive/language/perspective.h"
#include "services/router/domain/extractive/language/text.h"
#include "services/router/domain/extractive/language/tokens.h"
#include "services/router/domain/extractive/language/word_lists.h"

namespace throughline::router::extractive {
namespace {

// A sentence and what points back to it stay one fact up to this length.
constexpr size_t kMaxJoinedWords = 36;
constexpr size_t kMinHalfWords = 3;
// What a half begins with, and whether it has a verb, is read up to here: three hundred words.
// Longer ones without a verb until then count as having none, so that a sentence of very many
// clauses is not read again at each of them.
constexpr size_t kMaxReadBytes = 2000;
constexpr int kMinTellingWords = 4;
constexpr size_t kMinKeyWords = 4;  // fewer say too little without the sentences around them
// A fragment of a few words may elaborate a sentence that is not long itself.
constexpr size_t kMaxFragmentWords = 8;
constexpr size_t kMaxElaboratedWords = 16;

bool IsFiniteAuxiliary(absl::string_view word) {
  static const WordSet& words = WordList("finite auxiliary");
  return words.contains(word);
}

bool IsIrregularPast(absl::string_view word) {
  static const WordSet& words = WordList("irregular past");
  return words.contains(word);
}

bool IsSubjectPronoun(absl::string_view word) {
  return word == "i" || word == "we" || word == "you" || word == "he" || word == "she" ||
         word == "they" || word == "it" || word == "there";
}

bool IsModifier(absl::string_view word) {
  static const WordSet& words = WordList("modifier");
  return words.contains(word);
}

// "needs", "coaches": the third person of a common verb, not after an article.
bool IsThirdPersonVerb(const std::vector<Token>& tokens, size_t at) {
  const std::string& word = tokens[at].text;
  if (word.size() < 4 || word.back() != 's' || at == 0 || IsModifier(tokens[at - 1].text) ||
      (at == 1 && IsNumberWord(tokens[0].text)) || tokens[at].before != 0) {
    return false;
  }
  const absl::string_view stem(word);
  if (IsBaseVerb(stem.substr(0, stem.size() - 1))) return true;
  if (absl::EndsWith(stem, "ies"))
    return IsBaseVerb(absl::StrCat(stem.substr(0, stem.size() - 3), "y"));
  return absl::EndsWith(stem, "es") && IsBaseVerb(stem.substr(0, stem.size() - 2));
}

// "signed the form", but not "signed by an officer" or "the signed form".
bool IsPastVerb(const std::vector<Token>& tokens, size_t at) {
  const std::string& word = tokens[at].text;
  const bool past = IsIrregularPast(word) ||
                    (word.size() > 4 && absl::EndsWith(word, "ed") && !absl::EndsWith(word, "eed"));
  if (!past || at == 0 || tokens[at].before != 0 || IsModifier(tokens[at - 1].text)) return false;
  return at + 1 == tokens.size() || tokens[at + 1].text != "by";
}

// The first finite verb from `from` on; the number of tokens when there is none.
size_t FirstVerb(const std::vector<Token>& tokens, size_t from = 0) {
  for (size_t i = from; i < tokens.size(); ++i) {
    const absl::string_view word = tokens[i].text;
    if (IsFiniteAuxiliary(word) || IsThirdPersonVerb(tokens, i) || IsPastVerb(tokens, i)) return i;
    const absl::string_view before = i > 0 ? tokens[i - 1].text : absl::string_view();
    const bool after_subject =
        i > 0 && (IsSubjectPronoun(before) || before == "never" || absl::EndsWith(before, "s"));
    if (after_subject && tokens[i].before == 0 && (IsBaseVerb(word) || word == "read")) return i;
  }
  return tokens.size();
}

bool IsSubordinator(absl::string_view word) {
  static const WordSet& words = WordList("subordinator");
  return words.contains(word);
}

// Names a thing that "it" further on may mean.
bool IsNounLike(const Token& token) {
  return !IsStopWord(token.text) && !IsFiniteAuxiliary(token.text) && !IsBaseVerb(token.text) &&
         !IsNumberWord(token.text) && !absl::EndsWith(token.text, "ly") &&
         !absl::EndsWith(token.text, "ed");
}

// "that", "this" before anything but a noun.
bool IsPointer(const std::vector<Token>& tokens, size_t at) {
  const absl::string_view word = tokens[at].text;
  if (word == "it" && at > 0 && tokens[at].capital && tokens[at].before == 0) return false;  // IT
  if (word == "it" || word == "them" || word == "they" || word == "he" || word == "she" ||
      word == "him" || word == "those" || word == "theirs" || word == "hers") {
    return true;
  }
  if (word != "that" && word != "this" && word != "these") return false;
  if (at + 1 == tokens.size() || tokens[at + 1].before != 0) return true;
  const absl::string_view next = tokens[at + 1].text;
  // "sure that we …" is no pointer, "that is" is one.
  if (word == "that" && at > 0 && tokens[at].before == 0) return IsModifier(next) && next != "the";
  return IsFiniteAuxiliary(next) || IsModifier(next) || IsThirdPersonVerb(tokens, at + 1);
}

// A thing or person named before token `at` that the pronoun there can mean: never the subject of
// its own verb, unless a subordinate clause came first.
// `second_clause` is the first word after the verb that punctuation stands before.
bool HasAntecedent(const std::vector<Token>& tokens, size_t at, size_t verb, size_t second_clause,
                   const Cast& cast) {
  const absl::string_view word = tokens[at].text;
  const bool person = word == "he" || word == "she" || word == "him";
  if (person) {
    for (size_t i = 0; i < at; ++i) {
      const std::string& name = tokens[i].text;
      if (cast.first_names().contains(name)) return true;
      if (tokens[i].capital && !IsStopWord(name) && !cast.IsOrdinary(name)) return true;
    }
    return false;
  }
  const bool subordinate = IsSubordinator(tokens[0].text) || word == "they" || word == "it";
  const bool own_subject = at > 0 && !subordinate;
  // A later clause's "it" may mean the first clause's subject, an object may not.
  const bool later_clause = second_clause <= at;
  const size_t from = (own_subject || !subordinate) && !later_clause ? verb + 1 : 0;
  for (size_t i = from; i < at; ++i) {
    if (IsNounLike(tokens[i])) return !(at + 1 == tokens.size() && i < verb && !later_clause);
  }
  return false;
}

// The first word of a half that begins a statement of its own.
bool BeginsStatement(absl::string_view rest) {
  static const RE2& subject = *new RE2(
      "(?i)^(?:(?:i|we|you)(?:'\\w+)?\\s+\\w+|(?:my|our|the)\\s+(?:[\\w-]+\\s+){1,3}"
      "(?:is|are|was|were|has|have|had|will|would|can|can't|won't|cannot|needs|wants|\\w+ed|does|"
      "doesn't|don't)\\b)");
  return Matches(rest, subject);
}

// `rest` from its first word on that is no conjunction; a view into it.
absl::string_view WithoutConjunction(absl::string_view rest) {
  static const RE2& conjunction = *new RE2("(?i)(?:and|but|then|plus|and then|also)\\s+");
  rest = absl::StripAsciiWhitespace(rest);
  re2::StringPiece left(rest.data(), rest.size());
  RE2::Consume(&left, conjunction);
  return {left.data(), left.size()};
}

// Where a half of kMinHalfWords words that goes to the end of `clean` begins at the latest; 0 where
// the words are too few for any behind a comma.
size_t LastHalf(absl::string_view clean) {
  size_t at = clean.size();
  for (size_t words = 1; words < kMinHalfWords; ++words) {
    at = at == 0 ? absl::string_view::npos : clean.rfind(' ', at - 1);
    if (at == absl::string_view::npos) return 0;
  }
  return at;
}

bool IsFrame(absl::string_view left) {
  static const RE2& frame = *new RE2(
      "(?i)^(?:(?:and|but|so|well)\\s+)?(?:if|when|because|since|until|unless|once|while|after|"
      "before|as|although|whether|with|given|from|so far|till|in|at|on|by|for|i think|i guess|i "
      "mean|i said|i told|the (?:thing|point|problem|question|truth) is|look|listen|you \\w+ the|"
      "you (?:fix|give|send|get|show|bring|lower|drop))\\b");
  return Matches(left, frame);
}

// "it is done" with the matter's name for the pronoun; empty when no pronoun stands for it.
std::string Resolved(const std::string& clean, const Antecedent& antecedent) {
  for (const std::string& stem : ContentStems(antecedent.phrase)) {
    const std::vector<std::string> own = ContentStems(clean);
    if (std::find(own.begin(), own.end(), stem) != own.end()) return "";
  }
  std::string text = clean;
  static const RE2& subject = *new RE2(
      "(?i)^(?:it|that|this)('s| is)((?: not| no longer| now| all)? (?:closed|done|fine|approved|"
      "settled|resolved|off|out|behind|signed|accepted|good|back|open|missing)\\b)");
  if (RE2::Replace(&text, subject, absl::StrCat(Capitalized(antecedent.phrase), " is\\2"))) {
    return text;
  }
  static const RE2& object = *new RE2(
      "(?i)\\b(?:it|that one|that)(\\s+(?:as )?\\w+ed|\\s+(?:in|with|through|to|off|by)\\b|$)");
  if (RE2::Replace(&text, object, absl::StrCat(antecedent.phrase, "\\1"))) return text;
  return "";
}

Statement AtomOf(const Statement& statement, std::string clean, bool opens, const Cast& cast) {
  Statement atom = statement;
  atom.clean = std::move(clean);
  atom.pieces = {atom.clean};
  if (!opens) {
    atom.asked.clear();
    atom.asked_quote.clear();
    atom.asked_turn = nullptr;
  }
  Recount(cast, atom);
  return atom;
}

// The words from the start of `first` to the end of `last`, both quotes of `text`.
std::string QuoteAcross(const std::string& text, const std::string& first,
                        const std::string& last) {
  const size_t begin = text.find(first);
  if (begin == std::string::npos) return first;
  const size_t end = text.find(last, begin);
  return end == std::string::npos ? first : text.substr(begin, end + last.size() - begin);
}

// Words that close a subject and say nothing.
bool IsClosing(absl::string_view clause) {
  static const RE2& closing = *new RE2(
      "(?i)^(?:that's|that is|this is|it's|it is) (?:it|all|that|fine|good|great|fair|okay|right|"
      "true|the one|the thing)$");
  return Matches(clause, closing);
}

}  // namespace

std::vector<Antecedent> AntecedentsOf(const deal::Analysis& analysis, const std::string& call_id,
                                      const Cast& cast) {
  std::vector<Antecedent> antecedents;
  for (const auto* blockers : {&analysis.open_blockers, &analysis.resolved_blockers}) {
    for (const deal::Blocker& blocker : *blockers) {
      if (blocker.object.empty()) continue;
      for (const deal::BlockerTransition& move : blocker.history) {
        if (move.evidence.call_id != call_id || move.evidence.quote.empty()) continue;
        antecedents.push_back(
            {move.evidence.turn, move.evidence.quote, WithArticle(blocker.object, cast)});
      }
    }
  }
  return antecedents;
}

namespace {

bool AnyVerb(const std::vector<Token>& tokens) {
  if (tokens.empty()) return false;
  if (IsDirectiveVerb(tokens[0].text)) return true;
  const size_t verb = FirstVerb(tokens);
  if (verb == tokens.size()) return false;
  // "walls that are two foot thick": the only verb belongs to the relative clause.
  for (size_t i = 1; i < verb; ++i) {
    const absl::string_view word = tokens[i].text;
    const bool relative = word == "that" || word == "which" || word == "who" || word == "how" ||
                          word == "what" || word == "where" || word == "when" || word == "if";
    if (!relative) continue;
    return FirstVerb(tokens, verb + 1) < tokens.size() || IsSubordinator(tokens[0].text);
  }
  return true;
}

}  // namespace

bool HasVerb(absl::string_view clean) { return AnyVerb(Tokenize(clean)); }

// The words of a clause, read once for all that is asked of them.
class ReadWords {
 public:
  explicit ReadWords(std::string text) : text_(std::move(text)), tokens_(Tokenize(text_)) {}

  const std::string& text() const { return text_; }
  const std::vector<Token>& tokens() const { return tokens_; }
  bool HasVerb() const {
    if (!has_verb_) has_verb_ = AnyVerb(tokens_);
    return *has_verb_;
  }
  const std::vector<std::string>& Stems() const {
    if (!stems_) stems_ = ContentStems(tokens_);
    return *stems_;
  }

 private:
  const std::string text_;
  const std::vector<Token> tokens_;
  mutable std::optional<bool> has_verb_;
  mutable std::optional<std::vector<std::string>> stems_;
};

namespace {

bool StandsAlone(const ReadWords& clean, const Cast& cast) {
  if (!clean.HasVerb()) return false;
  static const RE2& dangling = *new RE2(
      "(?i)^(?:his|theirs|hers|mine|neither|both|which|who|not|one of them|same|the same|the "
      "other|others|some|half|the rest|here's|here is|except|or|than|like)\\b|"
      "\\b(?:the|a|an|and|or|but|because|if|of|as|so)$");
  if (Matches(clean.text(), dangling)) return false;
  const std::vector<Token>& tokens = clean.tokens();
  const size_t verb = FirstVerb(tokens);
  size_t second_clause = verb + 1;
  while (second_clause < tokens.size() && tokens[second_clause].before == 0) ++second_clause;
  for (size_t i = 0; i < tokens.size(); ++i) {
    if (IsPointer(tokens, i) && !HasAntecedent(tokens, i, verb, second_clause, cast)) return false;
  }
  return true;
}

}  // namespace

bool StandsAlone(absl::string_view clean, const Cast& cast) {
  return StandsAlone(ReadWords(std::string(clean)), cast);
}

std::vector<std::string> SplitCompound(absl::string_view clean) {
  std::vector<std::string> parts;
  clean = absl::StripAsciiWhitespace(clean);
  const size_t last_half = LastHalf(clean);
  size_t begin = 0;
  std::optional<bool> has_verb;  // of the left half, once it was read as far as it is read
  for (size_t comma = clean.find_first_of(",;"); comma != absl::string_view::npos;) {
    const size_t next = clean.find_first_of(",;", comma + 1);
    // What begins a statement has no comma in it: the clause up to the next one tells.
    const absl::string_view right =
        WithoutConjunction(clean.substr(comma + 1, std::min(next, clean.size()) - comma - 1));
    const auto right_begin = static_cast<size_t>(right.data() - clean.data());
    if (right_begin <= last_half && BeginsStatement(right)) {
      const absl::string_view left = clean.substr(begin, comma - begin);
      const absl::string_view read = left.substr(0, kMaxReadBytes);
      if (!has_verb || left.size() <= kMaxReadBytes) has_verb = HasVerb(read);
      if (*has_verb && !IsFrame(read)) {
        parts.emplace_back(absl::StripAsciiWhitespace(left));
        begin = comma + 1;
        has_verb.reset();
      }
    }
    comma = next;
  }
  parts.emplace_back(absl::StripAsciiWhitespace(clean.substr(begin)));
  return parts;
}

const Antecedent* AtomReader::AntecedentAt(const Statement& statement,
                                           absl::string_view clean) const {
  const Antecedent* found = nullptr;
  for (const Antecedent& antecedent : antecedents_) {
    if (antecedent.turn != statement.turn->index) continue;
    const bool here = absl::StrContains(antecedent.quote, clean) ||
                      absl::StrContains(statement.quote, antecedent.quote);
    if (!here) continue;
    if (found != nullptr && found->phrase != antecedent.phrase) return nullptr;
    found = &antecedent;
  }
  return found;
}

std::string AtomReader::WithReferents(const Statement& statement, std::string clause) const {
  if (const Antecedent* known = AntecedentAt(statement, clause)) {
    std::string resolved = Resolved(clause, *known);
    if (!resolved.empty()) clause = std::move(resolved);
  }
  // "a signed one": the one thing that is left.
  static const RE2& one = *new RE2("(?i)\\b(a|the) (\\w+ed|new|clean|final|written) one\\b");
  if (!only_open_.empty() && statement.side == transcript::Side::kSeller) {
    RE2::Replace(&clause, one, absl::StrCat("\\1 \\2 ", only_open_));
  }
  return clause;
}

// A pronoun further on is no loss where the words hold figures or names of their own.
bool AtomReader::TellsEnough(const Statement& statement, const ReadWords& clause) const {
  static const RE2& opening = *new RE2(
      "(?i)^(?:it|they|that|this|he|she|those|these|them|him|which|who|there|here|if|when|then|"
      "not|his|both|same|like)\\b");
  if (!clause.HasVerb() || Matches(clause.text(), opening)) return false;
  static const RE2& dangling = *new RE2("(?i)\\b(?:the|a|an|and|or|but|because|if|of|as|so)$");
  if (Matches(clause.text(), dangling)) return false;
  const Statement atom = AtomOf(statement, clause.text(), false, cast_);
  return atom.content_words >= kMinTellingWords && atom.numbers + atom.names > 0;
}

void AtomReader::Append(const Statement& statement, absl::string_view clean, bool opens) {
  atoms_.push_back(AtomOf(statement, std::string(WithoutConjunction(clean)), opens, cast_));
  joinable_ = true;
  last_stands_alone_.reset();
}

bool AtomReader::LastStandsAlone() {
  if (!last_stands_alone_) last_stands_alone_ = StandsAlone(atoms_.back().clean, cast_);
  return *last_stands_alone_;
}

// "We lost the blower in October. Twenty-six hours down.", "Forty percent; they quit."
bool AtomReader::JoinToLast(const Statement& statement, const ReadWords& read) {
  const std::string& clause = read.text();
  if (!joinable_ || atoms_.empty() || atoms_.back().turn != statement.turn || statement.question ||
      atoms_.back().question || !LastStandsAlone()) {
    return false;
  }
  Statement& last = atoms_.back();
  if (WordCount(last.clean) + WordCount(clause) > kMaxJoinedWords || IsClosing(clause)) {
    return false;
  }
  static const RE2& pointing = *new RE2("(?i)^(?:it|they|that|this|he|she)(?:'\\w+)? ");
  static const RE2& pronoun =
      *new RE2("(?i)\\b(?:it|they|them|that|this|he|she|i|we|you|it's|that's)\\b");
  const bool points = read.HasVerb() && Matches(clause, pointing);
  const bool elaborates = !read.HasVerb() && !Matches(clause, pronoun) &&
                          read.Stems().size() >= 2 && WordCount(clause) <= kMaxFragmentWords &&
                          WordCount(last.clean) <= kMaxElaboratedWords;
  if (!points && (!elaborates || StemOverlap(read.Stems(), ContentStems(last.clean)) > 0)) {
    return false;
  }
  Statement joined = last;
  joined.quote = QuoteAcross(statement.turn->text, last.quote, statement.quote);
  atoms_.back() =
      AtomOf(joined, absl::StrCat(last.clean, points ? "; " : ", ", Uncapitalized(clause, cast_)),
             true, cast_);
  last_stands_alone_.reset();
  return true;
}

void AtomReader::AddClause(const Statement& statement, const std::string& original, bool opens) {
  const ReadWords read(WithReferents(statement, std::string(WithoutConjunction(original))));
  const std::string& clause = read.text();
  if (IsClosing(clause)) return;
  static const RE2& item = *new RE2("(?i)^(?:a|an|the) ");
  static const RE2& need = *new RE2("(?i)^((?:i|we) (?:need|want))\\b");
  std::string head;
  const bool list = Matches(clause, item) && read.Stems().size() >= 2 && !atoms_.empty() &&
                    atoms_.back().turn == statement.turn && !read.HasVerb() &&
                    RE2::PartialMatch(atoms_.back().clean, need, &head);
  // A list that goes on: "I need X. And second, Y."
  if (list) return Append(statement, absl::StrCat(head, " ", clause), opens);
  const bool answers = opens && statement.asked_turn != nullptr;
  static const RE2& own_decision = *new RE2("(?i)^it(?:'s| is) my (?:call|decision)$");
  if (answers || Matches(clause, own_decision) || StandsAlone(read, cast_))
    return Append(statement, clause, opens);
  if (JoinToLast(statement, read)) return;
  // Figures, an offer or an agreed summary in key words are worded by their kind.
  const bool key_words = !read.HasVerb() && (statement.numbers > 0 || statement.agreed) &&
                         read.Stems().size() >= kMinKeyWords;
  if (key_words || TellsEnough(statement, read)) return Append(statement, clause, opens);
  joinable_ = false;
}

void AtomReader::Add(const Statement& statement) {
  bool first = true;
  for (const std::string& piece : statement.pieces) {
    if (HasDirectSpeech(piece)) {  // told as a passage, word for word
      joinable_ = first = false;
      continue;
    }
    std::vector<std::string> clauses = SplitCompound(piece);
    for (size_t i = 0; i < clauses.size(); ++i) {
      // A half that needs the other one stays with it.
      while (i + 1 < clauses.size() && WordCount(clauses[i]) <= kMaxJoinedWords &&
             StandsAlone(WithoutConjunction(clauses[i]), cast_) &&
             !StandsAlone(WithoutConjunction(clauses[i + 1]), cast_) &&
             StandsAlone(absl::StrCat(clauses[i], ", ", clauses[i + 1]), cast_)) {
        clauses[i + 1] = absl::StrCat(clauses[i], ", ", clauses[i + 1]);
        ++i;
      }
      AddClause(statement, clauses[i], std::exchange(first, false));
    }
  }
}

}  // namespace throughline::router::extractive
