#include "services/router/domain/extractive/facts/statements.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "re2/re2.h"
#include "services/router/domain/extractive/analysis/call.h"
#include "services/router/domain/extractive/language/clause.h"
#include "services/router/domain/extractive/language/embedded_lexicon.h"
#include "services/router/domain/extractive/language/numbers.h"
#include "services/router/domain/extractive/language/tokens.h"
#include "services/router/domain/extractive/language/word_lists.h"
#include "services/router/domain/extractive/short_turns.h"

namespace throughline::router::extractive {
namespace {

using transcript::Side;
using transcript::Turn;

constexpr size_t kMaxQuestionTokens = 30;
constexpr size_t kShortTokens = 3;  // a head without a statement of its own
constexpr size_t kShortAnswerTokens = 6;
constexpr size_t kLongSentenceTokens = 26;  // above it a sentence is cut at its clauses
constexpr size_t kMinPartTokens = 9;
constexpr size_t kMinQuotedBytes = 20;  // shorter quotations are turns of phrase

bool IsOpenerWord(absl::string_view word) {
  static const WordSet& words = WordList("opener");
  return words.contains(word);
}

bool IsPointing(absl::string_view word) {
  static const WordSet& words = WordList("pointing");
  return words.contains(word);
}

// First word after "and", "so", "yeah".
size_t FirstWord(const Reading& reading, const Span& span) {
  size_t at = span.first_token;
  while (at + 1 < span.last_token && IsOpenerWord(reading.tokens[at].text)) ++at;
  return at;
}

bool IsDeterminer(absl::string_view word) {
  static const WordSet& words = WordList("determiner");
  return words.contains(word);
}

bool IsAuxiliary(absl::string_view word) {
  static const WordSet& words = WordList("after pointing");
  return words.contains(word);
}

// "It is done", "That's closed", but not "That line has to cover …".
bool BeginsPointing(const Reading& reading, const Span& span) {
  const size_t at = FirstWord(reading, span);
  const absl::string_view word = reading.tokens[at].text;
  if (!IsPointing(word)) return false;
  if (!IsDeterminer(word)) return true;
  return at + 1 >= span.last_token || IsAuxiliary(reading.tokens[at + 1].text);
}

int ContentWords(const Reading& reading, const Span& span) {
  int count = 0;
  for (size_t i = span.first_token; i < span.last_token; ++i) {
    const std::string& word = reading.tokens[i].text;
    count += !IsStopWord(word) && !IsOpenerWord(word) ? 1 : 0;
  }
  return count;
}

size_t Length(const Span& span) { return span.last_token - span.first_token; }

// A sentence, or the parts of a long one that can stand alone.
std::vector<Sentence> Parts(const Reading& reading) {
  std::vector<Sentence> parts;
  size_t clause = 0;
  for (size_t s = 0; s < reading.sentences.size(); ++s) {
    const Sentence& sentence = reading.sentences[s];
    Sentence part = sentence;
    while (clause < reading.clauses.size() && reading.clauses[clause].sentence < s) ++clause;
    if (Length(sentence.span) > kLongSentenceTokens && !sentence.question) {
      for (; clause < reading.clauses.size() && reading.clauses[clause].sentence == s; ++clause) {
        const Span& next = reading.clauses[clause].span;
        const absl::string_view word = reading.tokens[next.first_token].text;
        const bool coordinate = word == "and" || word == "but" || word == "so";
        const bool room = next.first_token >= part.span.first_token + kMinPartTokens &&
                          sentence.span.last_token >= next.first_token + kMinPartTokens;
        if (!coordinate || !room) continue;
        Sentence head = part;
        head.span.last_token = next.first_token;
        head.span.end = reading.tokens[next.first_token - 1].end;
        parts.push_back(head);
        part.span.first_token = next.first_token;
        part.span.begin = next.begin;
      }
    }
    parts.push_back(part);
  }
  return parts;
}

// Runs of parts that say one thing: a head and what points back to it.
std::vector<std::vector<Sentence>> Groups(Tier tier, const Reading& reading) {
  std::vector<std::vector<Sentence>> groups;
  size_t tokens = 0;
  bool short_head = false;
  for (const Sentence& part : Parts(reading)) {
    const bool continues =
        tier == Tier::kDeep && !groups.empty() && !part.question &&
        !groups.back().back().question && tokens + Length(part.span) <= kMaxStatementTokens &&
        (BeginsPointing(reading, part.span) || short_head || Length(part.span) <= kShortTokens);
    if (continues) {
      groups.back().push_back(part);
      tokens += Length(part.span);
      short_head = false;
    } else {
      groups.push_back({part});
      tokens = Length(part.span);
      short_head = Length(part.span) <= kShortTokens && ContentWords(reading, part.span) > 0;
    }
  }
  return groups;
}

bool Affirms(absl::string_view text) {
  static const RE2& yes = *new RE2(
      "(?i)^(?:uh|um|okay|oh|well)?,?\\s*(?:yes|yeah|yep|exactly|correct|right|that's right|"
      "that's it|that's the|agreed|deal|perfect|perfect|good|works|sounds good|fine|please do)\\b");
  return RE2::PartialMatch({text.data(), text.size()}, yes);
}

// Figures and names in `span`.
void CountFigures(const Reading& reading, const Span& span, const Cast& cast,
                  Statement& statement) {
  const std::string own = absl::AsciiStrToLower(statement.turn->speaker);
  for (size_t i = span.first_token; i < span.last_token; ++i) {
    const Token& token = reading.tokens[i];
    const auto number = NumberAt(reading.tokens, i, span.last_token);
    if (number && (number->value != 1 || number->dollars || number->percent)) {
      ++statement.numbers;
      i = number->last_token - 1;
      continue;
    }
    const bool sentence_start =
        i == span.first_token || token.before == '.' || token.before == '?' || token.before == '!';
    const bool name = !sentence_start || cast.first_names().contains(token.text);
    if (token.capital && name && token.text != "i" && !absl::StrContains(own, token.text)) {
      ++statement.names;
    }
  }
}

class Reader {
 public:
  Reader(Tier tier, const CallInput& input, const Cast& cast)
      : tier_(tier), input_(input), cast_(cast), readings_(ReadingsOf(input)) {}

  std::vector<Statement> Run() {
    const std::vector<TurnReading>& turns = readings_->Of(input_.transcript, cast_.patience());
    for (size_t i = 0; i < turns.size(); ++i) {
      if (cast_.patience().Ended(input_.transcript.turns[i].text.size())) break;
      ReadOne(i, turns[i].reading);
    }
    return std::move(statements_);
  }

 private:
  void ReadOne(size_t index, const Reading& reading) {
    const Turn& turn = input_.transcript.turns[index];
    if (reading.tokens.empty()) return;
    const Side side = cast_.SideOf(turn.speaker);
    const std::vector<CueMatch> matches = FactLexicon().Match(reading);
    const bool agreed = index + 1 < input_.transcript.turns.size() &&
                        input_.transcript.turns[index + 1].speaker != turn.speaker &&
                        Affirms(input_.transcript.turns[index + 1].text);
    RememberAuthor(turn);
    bool first = true;
    for (const std::vector<Sentence>& group : Groups(tier_, reading)) {
      Statement statement;
      statement.turn = &turn;
      statement.side = side;
      Fill(reading, group, matches, statement);
      if (first && tier_ == Tier::kDeep) AttachQuestion(turn, reading, group, statement);
      if (statement.pronoun_first && !first) statement.pronoun_first = group.size() == 1;
      statement.agreed = agreed;
      first = false;
      if (!statement.clean.empty()) statements_.push_back(std::move(statement));
    }
    RememberQuestion(turn, reading);
  }

  void Fill(const Reading& reading, const std::vector<Sentence>& group,
            const std::vector<CueMatch>& matches, Statement& statement) const {
    const Span span = {group.front().span.first_token, group.back().span.last_token,
                       group.front().span.begin, group.back().span.end};
    statement.quote = Quote(statement.turn->text, span);
    statement.question = group.size() == 1 && group.front().question;
    statement.pronoun_first = BeginsPointing(reading, span);
    statement.words = static_cast<int>(Length(span));
    statement.content_words = ContentWords(reading, span);
    std::string called;
    for (const Sentence& part : group) {
      if (ContentWords(reading, part.span) == 0 && Length(part.span) <= kShortTokens) continue;
      CleanSentence clean = Clean(Quote(statement.turn->text, part.span), cast_);
      if (!clean.addressee.empty()) called = clean.addressee;
      const bool name_only = cast_.first_names().contains(absl::AsciiStrToLower(clean.text));
      if (clean.text.empty() || IsInterjection(clean.text) || name_only) continue;
      if (!statement.pieces.empty()) clean.text = Uncapitalized(clean.text, cast_);
      statement.pieces.push_back(std::move(clean.text));
    }
    statement.clean = absl::StrJoin(statement.pieces, "; ");
    statement.voice = VoiceAt(span.begin, *statement.turn);
    statement.addressee = called.empty() ? cast_.only_customer() : cast_.Resolve(called);
    statement.called_colleague = !called.empty() && !statement.addressee.empty() &&
                                 statement.voice == cast_.VoiceOf(*statement.turn) &&
                                 cast_.SideOf(statement.addressee) == statement.side;
    if (statement.side != Side::kSeller) statement.addressee.clear();
    CountFigures(reading, span, cast_, statement);
    for (const CueMatch& match : matches) {
      if (match.first_token < span.first_token || match.last_token > span.last_token) continue;
      statement.cues.Add(absl::StripPrefix(match.cue->kind, "fact."));
    }
  }

  // Inside quotation marks "I" is whoever wrote the words: "It's from Ana Ruiz. "I've approved …"".
  // Empty when nobody says who that is.
  std::string VoiceAt(size_t begin, const Turn& turn) const {
    const absl::string_view before = absl::string_view(turn.text).substr(0, begin);
    const auto marks = std::count(before.begin(), before.end(), '"');
    const bool opens = begin < turn.text.size() && turn.text[begin] == '"';
    const bool quoted = marks % 2 == 1 || opens;
    const size_t closing = turn.text.find('"', begin + 1);
    const bool long_quote = closing != std::string::npos && closing > begin + kMinQuotedBytes;
    if (!quoted || !long_quote) return cast_.VoiceOf(turn);
    return author_;
  }

  // "It's from Ana Ruiz": whose words are about to be read out.
  void RememberAuthor(const Turn& turn) {
    const size_t mark = turn.text.find('"');
    if (mark == std::string::npos) return;
    static const RE2& from =
        *new RE2("\\b(?:from|wrote|writes|email from) ([A-Z][\\w'-]+(?: [A-Z][\\w'-]+)?)");
    std::string name;
    if (!RE2::PartialMatch(turn.text.substr(0, mark), from, &name)) return;
    const std::string known = cast_.Resolve(name);
    if (!known.empty() || absl::StrContains(name, ' ')) author_ = known.empty() ? name : known;
  }

  // A short answer, or one that points back, needs its question to say anything.
  void AttachQuestion(const Turn& turn, const Reading& reading, const std::vector<Sentence>& group,
                      Statement& statement) const {
    if (question_turn_ == nullptr || question_turn_->speaker == turn.speaker) return;
    statement.heard = question_;
    statement.heard_quote = question_quote_;
    statement.heard_turn = question_turn_;
    const bool short_answer = Length(group.front().span) <= kShortAnswerTokens &&
                              (statement.numbers > 0 || statement.names > 0);
    if (statement.question) return;
    if (!short_answer && !BeginsPointing(reading, group.front().span)) return;
    statement.asked = question_;
    statement.asked_quote = question_quote_;
    statement.asked_turn = question_turn_;
  }

  void RememberQuestion(const Turn& turn, const Reading& reading) {
    question_turn_ = nullptr;
    const Sentence& last = reading.sentences.back();
    if (!last.question || Length(last.span) > kMaxQuestionTokens) return;
    if (ContentWords(reading, last.span) == 0) return;
    question_quote_ = Quote(turn.text, last.span);
    question_ = Clean(question_quote_, cast_).text;
    question_turn_ = &turn;
  }

  Tier tier_;
  const CallInput& input_;
  const Cast& cast_;
  const std::shared_ptr<const TurnReadings> readings_;
  std::vector<Statement> statements_;
  std::string author_;
  std::string question_;
  std::string question_quote_;
  const Turn* question_turn_ = nullptr;
};

}  // namespace

std::vector<Statement> FindStatements(Tier tier, const CallInput& input, const Cast& cast) {
  return Reader(tier, input, cast).Run();
}

bool IsSuspicious(const std::vector<deal::Evidence>& suspicious,
                  const transcript::Transcript& transcript, const deal::Evidence& words) {
  return std::any_of(suspicious.begin(), suspicious.end(), [&](const deal::Evidence& instruction) {
    if (instruction.call_id != words.call_id || instruction.turn != words.turn) return false;
    const PlaceOfWords begin = PlaceInTurn(transcript, words.turn, instruction.quote);
    if (begin.piece == nullptr) return TurnAt(transcript, words.turn) == nullptr;
    const PlaceOfWords place = PlaceInTurn(transcript, words.turn, words.quote);
    return place.piece == nullptr || !place.Precedes(begin);
  });
}

void EraseSuspicious(const std::vector<deal::Evidence>& suspicious,
                     const transcript::Transcript& transcript, std::vector<Statement>& statements) {
  absl::flat_hash_map<int32_t, PlaceOfWords> instructions;  // by turn
  for (const deal::Evidence& words : suspicious) {
    instructions.try_emplace(words.turn, PlaceInTurn(transcript, words.turn, words.quote));
  }
  if (instructions.empty()) return;
  std::erase_if(statements, [&](const Statement& statement) {
    const auto found = instructions.find(statement.turn->index);
    if (found == instructions.end() || found->second.piece == nullptr) return false;
    const size_t begin = statement.turn->text.find(statement.quote);
    const PlaceOfWords place{statement.turn, begin, begin + statement.quote.size()};
    return !place.Precedes(found->second);
  });
  const auto is_there = [&](const Turn* turn) {
    return turn != nullptr && instructions.contains(turn->index);
  };
  for (Statement& statement : statements) {
    if (is_there(statement.asked_turn)) statement.asked_turn = nullptr;
    if (is_there(statement.heard_turn)) statement.heard_turn = nullptr;
  }
}

void Recount(const Cast& cast, Statement& statement) {
  const Reading reading = ReadTurn(statement.clean);
  statement.cues.Clear();
  statement.content_words = statement.numbers = statement.names = statement.words = 0;
  if (reading.tokens.empty()) return;
  const Span span = TokenSpan(reading, 0, reading.tokens.size());
  statement.words = static_cast<int>(Length(span));
  statement.content_words = ContentWords(reading, span);
  statement.pronoun_first = BeginsPointing(reading, span);
  CountFigures(reading, span, cast, statement);
  for (const CueMatch& match : FactLexicon().Match(reading)) {
    statement.cues.Add(absl::StripPrefix(match.cue->kind, "fact."));
  }
}

const Lexicon& FactLexicon() {
  static const Lexicon* const kLexicon = [] {
    absl::StatusOr<Lexicon> parsed = Lexicon::Parse(EmbeddedFactFiles());
    if (!parsed.ok()) {  // a broken file is a build defect; facts_test names it first
      std::fprintf(stderr, "%s\n", std::string(parsed.status().message()).c_str());
      std::abort();
    }
    return new Lexicon(*std::move(parsed));
  }();
  return *kLexicon;
}

}  // namespace throughline::router::extractive
