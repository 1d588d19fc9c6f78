#include "services/router/domain/extractive/facts_statements.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "re2/re2.h"
#include "services/router/domain/extractive/language/clause.h"
#include "services/router/domain/extractive/language/embedded_lexicon.h"
#include "services/router/domain/extractive/language/numbers.h"
#include "services/router/domain/extractive/language/tokens.h"

namespace throughline::router::extractive {
namespace {

using transcript::Side;
using transcript::Turn;

constexpr size_t kMaxQuestionTokens = 30;
constexpr size_t kShortTokens = 3;  // a head without a statement of its own
constexpr size_t kShortAnswerTokens = 6;
constexpr size_t kLongSentenceTokens = 26;  // above it a sentence is cut at its clauses
constexpr size_t kMinPartTokens = 9;

using WordSet = absl::flat_hash_set<absl::string_view>;

bool IsOpenerWord(absl::string_view word) {
  static const WordSet& words =
      *new WordSet({"and", "but", "so", "because", "or", "well", "okay", "yeah", "yes", "no",
                    "right", "then", "also", "look"});
  return words.contains(word);
}

bool IsPointing(absl::string_view word) {
  static const WordSet& words = *new WordSet(
      {"it", "that", "this", "they", "those", "these", "he", "she", "them", "which", "both"});
  return words.contains(word);
}

// First word after "and", "so", "yeah".
size_t FirstWord(const Reading& reading, const Span& span) {
  size_t at = span.first_token;
  while (at + 1 < span.last_token && IsOpenerWord(reading.tokens[at].text)) ++at;
  return at;
}

bool BeginsPointing(const Reading& reading, const Span& span) {
  return IsPointing(reading.tokens[FirstWord(reading, span)].text);
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

class Reader {
 public:
  Reader(Tier tier, const CallInput& input, const Cast& cast)
      : tier_(tier), input_(input), cast_(cast) {}

  std::vector<Statement> Run() {
    for (size_t i = 0; i < input_.transcript.turns.size(); ++i) ReadOne(i);
    return std::move(statements_);
  }

 private:
  void ReadOne(size_t index) {
    const Turn& turn = input_.transcript.turns[index];
    const Reading reading = ReadTurn(turn.text);
    if (reading.tokens.empty()) return;
    const Side side = cast_.SideOf(turn.speaker);
    const std::vector<CueMatch> matches = FactLexicon().Match(reading);
    const bool agreed = index + 1 < input_.transcript.turns.size() &&
                        input_.transcript.turns[index + 1].speaker != turn.speaker &&
                        Affirms(input_.transcript.turns[index + 1].text);
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
    if (side == Side::kCustomer) last_customer_ = turn.speaker;
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
    std::vector<std::string> sentences;
    std::string called;
    for (const Sentence& part : group) {
      if (ContentWords(reading, part.span) == 0 && Length(part.span) <= kShortTokens) continue;
      CleanSentence clean = Clean(Quote(statement.turn->text, part.span), cast_);
      if (!clean.addressee.empty()) called = clean.addressee;
      if (!clean.text.empty()) sentences.push_back(std::move(clean.text));
    }
    statement.clean = absl::StrJoin(sentences, "; ");
    statement.addressee = called.empty() ? last_customer_ : cast_.Resolve(called);
    statement.called_colleague =
        !called.empty() && cast_.SideOf(statement.addressee) == statement.side;
    if (statement.side != Side::kSeller) statement.addressee.clear();
    Count(reading, span, statement);
    for (const CueMatch& match : matches) {
      if (match.first_token < span.first_token || match.last_token > span.last_token) continue;
      ++statement.cues[std::string(absl::StripPrefix(match.cue->kind, "fact."))];
    }
  }

  void Count(const Reading& reading, const Span& span, Statement& statement) const {
    const std::string own = absl::AsciiStrToLower(statement.turn->speaker);
    for (size_t i = span.first_token; i < span.last_token; ++i) {
      const Token& token = reading.tokens[i];
      const auto number = NumberAt(reading.tokens, i, span.last_token);
      if (number && (number->value != 1 || number->dollars || number->percent)) {
        ++statement.numbers;
        i = number->last_token - 1;
        continue;
      }
      const bool sentence_start = i == span.first_token || token.before == '.' ||
                                  token.before == '?' || token.before == '!';
      if (token.capital && !sentence_start && token.text != "i" &&
          !absl::StrContains(own, token.text)) {
        ++statement.names;
      }
    }
  }

  // A short answer, or one that points back, needs its question to say anything.
  void AttachQuestion(const Turn& turn, const Reading& reading, const std::vector<Sentence>& group,
                      Statement& statement) const {
    if (question_turn_ == nullptr || question_turn_->speaker == turn.speaker) return;
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
  std::vector<Statement> statements_;
  std::string last_customer_;
  std::string question_;
  std::string question_quote_;
  const Turn* question_turn_ = nullptr;
};

}  // namespace

std::vector<Statement> FindStatements(Tier tier, const CallInput& input, const Cast& cast) {
  return Reader(tier, input, cast).Run();
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
