#include "services/router/domain/extractive/analysis/statements.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/types/span.h"
#include "common/deal/names.h"
#include "services/router/domain/extractive/analysis/objects.h"
#include "services/router/domain/extractive/analysis/shapes.h"
#include "services/router/domain/extractive/language/dates.h"

namespace throughline::router::extractive {
namespace {

using deal::BlockerCategory;
using transcript::Side;

// How far back "those three", "that one" or a bare "until then" may reach, in turns.
constexpr size_t kReachBackLines = 8;
// And in statements: nobody remembers more of them.
constexpr size_t kMaxReachBack = 64;
constexpr size_t kNegationWindow = 3;
// Shorter words are too common to recognise a thing by.
constexpr size_t kTellingWord = 5;
// Sentences of an answer in which the thing asked for is looked for.
constexpr size_t kAnswerSentences = 3;
// An answer names it with words that are not faint.
constexpr double kAnswerWeight = 0.5;

class StatementFinder {
 public:
  StatementFinder(CallView& call, const std::vector<std::vector<Topic>>& topics)
      : call_(call), objects_(call, topics) {}

  std::vector<BlockerStatement> Run() {
    for (size_t i = 0; i < call_.lines.size() && !call_.Ended(i); ++i) {
      if (call_.lines[i].side == Side::kSeller) {
        ReadSeller(i);
      } else {
        ReadCustomer(i);
      }
    }
    return std::move(found_);
  }

 private:
  void ReadSeller(size_t index) {
    const Line& line = call_.lines[index];
    asked_ = FindCue(line, "ask.blocker") != nullptr;
    asked_line_ = index;
    if (!call_.deep() || index + 1 >= call_.lines.size()) return;
    const Line& reply = call_.lines[index + 1];
    if (reply.side == Side::kSeller) return;
    if (!Confirms(reply)) return;
    for (const CueMatch& match : line.matches) {
      const std::optional<Move> move = MoveOf(match.cue->kind);
      if (!move || (*move != Move::kPointer && *move != Move::kGate && *move != Move::kSettle)) {
        continue;
      }
      const bool recap = FindCue(line, "recap") != nullptr;
      if (!recap && (*move == Move::kSettle || GuardsAt(line, match.first_token).question))
        continue;
      const size_t before = found_.size();
      Read(index, match, *move);
      // The customer's yes is what counts: theirs is the voice and the evidence.
      for (size_t i = before; i < found_.size(); ++i) {
        found_[i].speaker = reply.speaker;
        found_[i].line = index + 1;
        found_[i].token = 0;
        found_[i].evidence = EvidenceOf(call_, index + 1, reply.reading.sentences[0].span);
        found_[i].only |= FindCue(reply, "pointer.only") != nullptr;
      }
    }
  }

  static bool Confirms(const Line& reply) {
    return !reply.reading.sentences.empty() && !reply.reading.sentences[0].question &&
           SentenceHas(reply, 0, "confirm.strong");
  }

  void ReadCustomer(size_t index) {
    Line& line = call_.lines[index];
    const size_t before = found_.size();
    for (const CueMatch& match : line.matches) {
      const std::optional<Move> move = MoveOf(match.cue->kind);
      if (move && !Covered(line, match) && Counts(line, match, *move)) Read(index, match, *move);
    }
    ReadLoss(index);
    ReadConditions(index);
    ReadEnumeration(index, before);
    ReadDenials(index);
    if (asked_ && index == asked_line_ + 1 && found_.size() == before) ReadAnswer(index);
    std::stable_sort(
        found_.begin() + static_cast<std::ptrdiff_t>(before), found_.end(),
        [](const BlockerStatement& a, const BlockerStatement& b) { return a.token < b.token; });
  }

  // "We went with Barrow": somebody else has the deal.
  void ReadLoss(size_t index) {
    const CueMatch* loss = FindCue(call_.lines[index], "lost");
    if (loss == nullptr || loss->cue->category.empty()) return;
    const Guards& guards = GuardsAt(call_.lines[index], loss->first_token);
    if (!guards.Plain() || guards.hedged) return;
    if (NegatedBefore(call_.lines[index].reading, loss->first_token, kNegationWindow)) return;
    PushForced(Draft(index, *loss, Move::kPointer), CategoryFromName(loss->cue->category),
               objects_.InSentence(index, *loss));
  }

  // A longer cue says what the shorter one inside it only seems to: "the rest of it is fine".
  static bool Covered(const Line& line, const CueMatch& match) {
    return std::any_of(line.matches.begin(), line.matches.end(), [&](const CueMatch& other) {
      // Few matches stand around this one, so where they stand is asked before what they are.
      return other.first_token <= match.first_token && WordsEnd(other) >= WordsEnd(match) &&
             other.slot_last == other.slot_first &&
             WordsEnd(other) - other.first_token > WordsEnd(match) - match.first_token &&
             other.cue->kind != match.cue->kind && MoveOf(other.cue->kind);
    });
  }
  static size_t WordsEnd(const CueMatch& match) {
    const bool open_slot = match.slot_last == match.last_token && match.slot_last > 0;
    return open_slot ? match.slot_first : match.last_token;
  }

  bool Counts(const Line& line, const CueMatch& match, Move move) const {
    const Guards& guards = GuardsAt(line, match.first_token);
    if (guards.question) return false;
    if (call_.deep() && (guards.anecdote || guards.third_party)) return false;
    const bool conditional =
        move == Move::kGate || move == Move::kFix || match.cue->kind == "pointer.only";
    if (guards.hypothetical && !conditional) return false;
    if (IsClosing(move)) {
      if (NegatedBefore(line.reading, match.first_token, kNegationWindow)) return false;
      if (LiesAhead(line.reading, match.first_token)) return false;
      return !(call_.deep() && guards.hedged);
    }
    if (move == Move::kRaise || move == Move::kNeed || move == Move::kAsk) {
      if (guards.denied && match.cue->category.empty()) return false;
      if (PastBefore(line.reading, match.first_token)) return false;
      return !NegatedBefore(line.reading, match.first_token, kNegationWindow);
    }
    return true;
  }

  // The earlier statements that "those three" in `line` may mean: found_ goes by line.
  absl::Span<const BlockerStatement> WithinReach(size_t line) const {
    const auto first = std::partition_point(
        found_.begin(), found_.end(),
        [line](const BlockerStatement& said) { return said.line + kReachBackLines < line; });
    const size_t count = found_.end() - first;
    return absl::MakeSpan(found_).last(std::min(count, kMaxReachBack));
  }

  // The sentence has already put something in the way.
  bool SaidInSentence(size_t index, const CueMatch& match) const {
    const Reading& reading = call_.lines[index].reading;
    const Span& own = reading.sentences[SentenceOf(reading, match.first_token)].span;
    return std::any_of(found_.begin(), found_.end(), [&](const BlockerStatement& said) {
      return said.line == index && said.move == Move::kGate && said.token >= own.first_token &&
             said.token < own.last_token;
    });
  }

  // Words that only hint at a category need it named in their sentence, or spoken of before.
  bool IsAbout(size_t index, const CueMatch& match, BlockerCategory category) const {
    const Reading& reading = call_.lines[index].reading;
    const Span& own = reading.sentences[SentenceOf(reading, match.first_token)].span;
    for (const Topic* topic : objects_.Within(index, own.first_token, own.last_token)) {
      if (topic->category == category) return true;
    }
    const auto earlier = WithinReach(index);
    const bool said =
        std::any_of(earlier.begin(), earlier.end(), [&](const BlockerStatement& statement) {
          return statement.category == category && !IsClosing(statement.move);
        });
    const bool known =
        std::any_of(call_.input->known.blockers.begin(), call_.input->known.blockers.end(),
                    [category](const deal::Blocker& blocker) {
                      return blocker.category == category && deal::IsOpen(blocker.status);
                    });
    return said || (known && call_.deep());
  }

  void Read(size_t index, const CueMatch& match, Move move) {
    BlockerStatement statement = Draft(index, match, move);
    const bool about_somebody = match.who_last > match.who_first;
    if (about_somebody && IsClosing(move) && statement.actor == kNobody) return;
    const BlockerCategory forced = CategoryFromName(match.cue->category);
    std::vector<const Topic*> objects =
        IsClosing(move) ? objects_.Closing(index, match) : objects_.Open(index, match, move);
    if (forced != BlockerCategory::kUnspecified) {
      if (match.cue->weight < 1 && !IsAbout(index, match, forced)) return;
      PushForced(std::move(statement), forced, objects);
      return;
    }
    statement.named = !objects.empty();
    if (objects.empty()) {
      if (move == Move::kPointer && PushByMention(index, match, statement)) return;
      if (IsClosing(move) && SpeaksOfCompetitor(index)) return;
      if (IsClosing(move) && PushByMention(index, SubjectOf(index, match), statement)) return;
      if (match.cue->weight < 1 && statement.actor == kNobody) return;
      if (move == Move::kGate && ReadBareGate(index, match, statement, objects)) return;
      statement.named = !objects.empty();
    }
    if (objects.empty()) {
      if (move == Move::kNeed || move == Move::kAsk) return;
      if (LookAround(index, match, statement, objects)) return;
    }
    if (objects.empty() && move == Move::kGate && AsksForProof(index, match)) {
      PushLike(statement, BlockerCategory::kTechnical, "proof that it works");
      return;
    }
    for (const Topic* topic : objects) Push(statement, *topic);
    // Without an object: the ledger knows what its speaker or its actor has open.
    const bool by_person = statement.actor != kNobody || (IsClosing(move) && call_.deep());
    if (objects.empty() && (by_person || move == Move::kReopen)) found_.push_back(statement);
  }

  // A gate whose own clause names nothing. True when it was understood; else `objects` may have
  // been found in its sentence.
  bool ReadBareGate(size_t index, const CueMatch& match, BlockerStatement& statement,
                    std::vector<const Topic*>& objects) {
    const Line& line = call_.lines[index];
    if (PointsBack(line, match) && PushOnLast(statement)) return true;
    if (SaidInSentence(index, match)) return true;
    if (match.slot_last == match.slot_first) objects = objects_.InSentence(index, match);
    if (!objects.empty()) return false;
    CueMatch whole = match;
    const Span& own = line.reading.sentences[SentenceOf(line.reading, match.first_token)].span;
    whole.slot_first = own.first_token;
    whole.slot_last = own.last_token;
    if (PushByMention(index, match, statement) || PushByMention(index, whole, statement, true)) {
      return true;
    }
    if (PushDeadline(own, statement)) return true;
    if (match.cue == &ShapedGate() && !SpeaksOfDeal(line.reading, own)) return true;
    return PushGateOnEarlier(statement);
  }

  // What a statement without an object of its own is about: what is named next, what it goes on
  // about, what was named before. True when it was understood.
  bool LookAround(size_t index, const CueMatch& match, BlockerStatement& statement,
                  std::vector<const Topic*>& objects) {
    const Line& line = call_.lines[index];
    const Move move = statement.move;
    // What worries them is said, and it is nothing that is known here.
    const bool names_it = match.slot_last > match.slot_first && !OnlyPronouns(line, match);
    if (move == Move::kRaise && names_it) {
      PushByMention(index, match, statement);
      return true;
    }
    const bool back = PointsBack(line, match);
    if (move == Move::kRaise || move == Move::kPointer || move == Move::kGate ||
        move == Move::kFix) {
      objects = objects_.Next(index, match, move);
      statement.named = !objects.empty();
      if (objects.empty() && PushByMention(index, match, statement)) return true;
      const bool goes_on = move == Move::kRaise || back;
      if (objects.empty() && goes_on && PushOnLast(statement)) return true;
    }
    if (!objects.empty()) return false;
    const bool far = IsClosing(move) || move == Move::kProgress || move == Move::kReopen || back;
    objects = objects_.Before(index, match.first_token, far);
    return false;
  }

  // "They ran it ten times and it held": praise of somebody else settles nothing here.
  bool SpeaksOfCompetitor(size_t index) const {
    const auto topics = objects_.Within(index, 0, call_.lines[index].reading.tokens.size());
    return std::any_of(topics.begin(), topics.end(), [](const Topic* topic) {
      return topic->category == BlockerCategory::kCompetition;
    });
  }

  BlockerStatement Draft(size_t index, const CueMatch& match, Move move) {
    const Line& line = call_.lines[index];
    BlockerStatement statement;
    statement.move = move;
    statement.weight = match.cue->weight;
    statement.only = match.cue->kind == "pointer.only";
    statement.speaker = VoiceAt(line, match.first_token);
    statement.line = index;
    statement.token = match.first_token;
    statement.evidence = EvidenceAround(call_, index, match.first_token);
    if (match.who_last > match.who_first) {
      statement.actor = ResolveWho(call_, index, match.who_first, match.who_last, false);
    }
    if (move == Move::kGate) {
      statement.condition = Quote(
          line.turn->text, line.reading.clauses[ClauseOf(line.reading, match.first_token)].span);
    }
    return statement;
  }

  void Push(BlockerStatement statement, const Topic& topic) {
    statement.category = topic.category;
    statement.object = topic.phrase;
    statement.stems = topic.stems;
    statement.family = topic.family;
    statement.topic_weight = topic.weight;
    const bool soft = statement.move == Move::kNeed || statement.move == Move::kAsk;
    if (soft && !CountsAsRequirement(topic.category)) return;
    found_.push_back(std::move(statement));
  }

  void PushForced(BlockerStatement statement, BlockerCategory forced,
                  const std::vector<const Topic*>& objects) {
    statement.category = forced;
    statement.named = true;
    for (const Topic* topic : objects) {
      if (topic->category != forced) continue;
      statement.object = topic->phrase;
      statement.stems = topic->stems;
      statement.family = topic->family;
      statement.topic_weight = topic->weight;
    }
    found_.push_back(std::move(statement));
  }

  // "Until I have those three, nothing goes live": a gate on what the speaker said before.
  bool PushGateOnEarlier(const BlockerStatement& gate) {
    std::vector<BlockerStatement> gates;
    const size_t first = found_.size() - WithinReach(gate.line).size();
    for (size_t i = found_.size(); i-- > first;) {
      const BlockerStatement& earlier = found_[i];
      if (earlier.speaker != gate.speaker || earlier.category == BlockerCategory::kUnspecified) {
        continue;
      }
      const bool seen = std::any_of(gates.begin(), gates.end(), [&](const BlockerStatement& other) {
        return other.category == earlier.category && other.stems == earlier.stems;
      });
      const bool settled = SettledSince(earlier, i);
      if (seen || settled || IsClosing(earlier.move)) continue;
      BlockerStatement statement = gate;
      statement.category = earlier.category;
      statement.object = earlier.object;
      statement.stems = earlier.stems;
      statement.family = earlier.family;
      statement.topic_weight = earlier.topic_weight;
      gates.push_back(std::move(statement));
    }
    std::reverse(gates.begin(), gates.end());
    for (BlockerStatement& statement : gates) found_.push_back(std::move(statement));
    return !gates.empty();
  }

  // "It's the insurance": a word of something said in the way before, here or in an earlier call.
  // `names_only` looks at capitalised words alone.
  bool PushByMention(size_t index, const CueMatch& match, const BlockerStatement& statement,
                     bool names_only = false) {
    if (match.slot_last <= match.slot_first || !call_.deep()) return false;
    const Line& line = call_.lines[index];
    for (size_t i = match.slot_first; i < match.slot_last; ++i) {
      const Token& token = line.reading.tokens[i];
      if (token.text.size() < kTellingWord || IsStopWord(token.text)) continue;
      if (names_only && (!token.capital || i == match.slot_first)) continue;
      if (PushByWord(token.text, statement)) return true;
    }
    return false;
  }

  // The category that most of the statements with that word belong to; the latest of them.
  bool PushByWord(const std::string& word, const BlockerStatement& statement) {
    std::map<BlockerCategory, std::pair<size_t, std::string>> said;  // count, latest object
    for (const deal::Blocker& blocker : call_.input->known.blockers) {
      if (!deal::IsOpen(blocker.status) || blocker.history.empty()) continue;
      if (!SaysWord(blocker.history.front().evidence.quote, word)) continue;
      auto& [count, object] = said[blocker.category];
      ++count;
      object = blocker.object;
    }
    for (const BlockerStatement& earlier : WithinReach(statement.line)) {
      const bool usable =
          IsAdverse(earlier.move) && earlier.category != BlockerCategory::kUnspecified;
      if (!usable || !SaysWord(earlier.evidence.quote, word)) continue;
      auto& [count, object] = said[earlier.category];
      ++count;
      object = earlier.object;
    }
    const auto most = std::max_element(said.begin(), said.end(), [](const auto& a, const auto& b) {
      return a.second.first < b.second.first;
    });
    if (most == said.end()) return false;
    PushLike(statement, most->first, most->second.second);
    return true;
  }

  static bool SaysWord(absl::string_view quote, const std::string& word) {
    for (const Token& token : Tokenize(quote)) {
      if (token.text == word) return true;
    }
    return false;
  }

  void PushLike(BlockerStatement statement, BlockerCategory category, const std::string& object) {
    statement.category = category;
    statement.object = object;
    statement.stems = ContentStems(object);
    statement.family = FamilyOf(object);
    statement.topic_weight = 1;
    statement.named = true;
    found_.push_back(std::move(statement));
  }

  // The clause before a closing cue, as a slot: "the desk piece is done".
  CueMatch SubjectOf(size_t index, const CueMatch& match) const {
    const Reading& reading = call_.lines[index].reading;
    CueMatch subject = match;
    subject.slot_first = reading.clauses[ClauseOf(reading, match.first_token)].span.first_token;
    subject.slot_last = match.first_token;
    return subject;
  }

  // "Until I see it run here": who wants to be shown doubts that it works.
  bool AsksForProof(size_t index, const CueMatch& match) const {
    const Reading& reading = call_.lines[index].reading;
    const Span& own = reading.sentences[SentenceOf(reading, match.first_token)].span;
    for (size_t i = own.first_token; i < own.last_token; ++i) {
      const absl::string_view word = reading.tokens[i].text;
      if (word == "see" || word == "watch" || word == "try" || word == "test" || word == "run" ||
          word == "prove" || word == "proof" || word == "works" || word == "work" ||
          word == "through" || word == "survive" || word == "handle" || word == "show") {
        return true;
      }
    }
    return false;
  }

  // "A draft isn't a guarantee": goes on about what the speaker was at.
  bool PushOnLast(const BlockerStatement& statement) {
    for (size_t i = found_.size(); i-- > 0;) {
      const BlockerStatement& earlier = found_[i];
      if (earlier.line + kReachBackLines < statement.line) return false;
      if (earlier.speaker != statement.speaker || IsClosing(earlier.move) ||
          earlier.category == BlockerCategory::kUnspecified || SettledSince(earlier, i)) {
        continue;
      }
      BlockerStatement again = statement;
      again.category = earlier.category;
      again.object = earlier.object;
      again.stems = earlier.stems;
      again.family = earlier.family;
      again.topic_weight = earlier.topic_weight;
      found_.push_back(std::move(again));
      return true;
    }
    return false;
  }

  bool SettledSince(const BlockerStatement& earlier, size_t at) const {
    for (size_t i = at + 1; i < found_.size(); ++i) {
      if (IsClosing(found_[i].move) && found_[i].category == earlier.category &&
          (IsSingleton(earlier.category) || StemOverlap(found_[i].stems, earlier.stems) >= 0.5)) {
        return true;
      }
    }
    return false;
  }

  // Conditions by their shape: "until … not", "unless … won't", "before … has to", "if … not …
  // not".
  void ReadConditions(size_t index) {
    const Line& line = call_.lines[index];
    for (size_t i = 0; i < line.reading.sentences.size(); ++i) {
      const Sentence& sentence = line.reading.sentences[i];
      if (sentence.question || SentenceHas(line, i, "gate")) continue;
      const std::optional<size_t> at = ConditionAt(line.reading, sentence.span);
      if (!at || Sharpen(index, sentence.span)) continue;
      const Guards& guards = GuardsAt(line, *at);
      if (guards.anecdote || guards.third_party || guards.reported) continue;
      CueMatch match;
      match.cue = &ShapedGate();
      match.first_token = *at;
      match.last_token = *at + 1;
      match.slot_first = sentence.span.first_token;
      match.slot_last = sentence.span.last_token;
      Read(index, match, Move::kGate);
    }
  }

  // What the sentence already says against something is a gate, by its shape.
  bool Sharpen(size_t index, const Span& sentence) {
    bool any = false;
    for (size_t i = found_.size(); i-- > 0 && found_[i].line == index;) {
      BlockerStatement& said = found_[i];
      if (said.token < sentence.first_token || said.token >= sentence.last_token) continue;
      any = true;
      if (said.move == Move::kRaise || said.move == Move::kNeed) said.move = Move::kGate;
    }
    return any;
  }

  // A condition on nothing but a date is one of timing, when it is one on the deal.
  bool PushDeadline(const Span& sentence, const BlockerStatement& statement) {
    const Reading& reading = call_.lines[statement.line].reading;
    if (!SpeaksOfDeal(reading, sentence)) return false;
    if (FindDates(reading, sentence.first_token, sentence.last_token, call_.today).empty()) {
      return false;
    }
    PushForced(statement, BlockerCategory::kTiming, {});
    return true;
  }

  static const Cue& ShapedGate() {
    static const Cue* const kCue = new Cue{"gate", "", "", 1, "", ""};
    return *kCue;
  }

  // "Second, a written guarantee. And third, a deletion policy."
  void ReadEnumeration(size_t index, size_t before) {
    const Line& line = call_.lines[index];
    if (found_.size() == before) return;
    for (size_t i = 0; i < line.reading.sentences.size(); ++i) {
      const Sentence& sentence = line.reading.sentences[i];
      const std::optional<size_t> start = EnumerationStart(line.reading, sentence.span);
      if (!start || sentence.question) continue;
      const auto within = objects_.Within(index, *start, sentence.span.last_token);
      if (within.empty()) continue;
      const bool said = std::any_of(found_.begin() + static_cast<std::ptrdiff_t>(before),
                                    found_.end(), [&](const BlockerStatement& statement) {
                                      return statement.token >= sentence.span.first_token &&
                                             statement.token < sentence.span.last_token;
                                    });
      if (said) continue;
      BlockerStatement statement;
      statement.move = Move::kNeed;
      statement.named = true;
      statement.speaker = VoiceAt(line, *start);
      statement.line = index;
      statement.token = *start;
      statement.evidence = EvidenceAround(call_, index, *start);
      Push(statement, *within.front());
    }
  }

  // "Price isn't a problem any more" settles what was open; it never raises.
  void ReadDenials(size_t index) {
    const Line& line = call_.lines[index];
    for (const CueMatch& match : line.matches) {
      if (match.cue->kind != "guard.denial" || !Counts(line, match, Move::kSettle)) continue;
      const std::vector<const Topic*> objects = objects_.Closing(index, match);
      if (objects.empty()) continue;
      BlockerStatement statement = Draft(index, match, Move::kSettle);
      statement.weight = 0.9;
      statement.named = true;
      Push(statement, *objects.front());
    }
  }

  // The seller asked what stands in the way; the customer names it without any cue.
  void ReadAnswer(size_t index) {
    const Line& line = call_.lines[index];
    if (line.reading.sentences.empty()) return;
    const absl::string_view first = line.reading.tokens[0].text;
    if (first == "no" || first == "nothing" || first == "not") return;
    for (size_t i = 0; i < line.reading.sentences.size() && i < kAnswerSentences; ++i) {
      const Sentence& sentence = line.reading.sentences[i];
      const auto within =
          objects_.Within(index, sentence.span.first_token, sentence.span.last_token);
      if (within.empty() || sentence.question) continue;
      if (Heaviest(within)->weight < kAnswerWeight) continue;
      BlockerStatement statement;
      statement.move = Move::kPointer;
      statement.named = true;
      statement.weight = 0.8;
      statement.speaker = VoiceAt(line, sentence.span.first_token);
      statement.line = index;
      statement.token = sentence.span.first_token;
      statement.evidence = EvidenceOf(call_, index, sentence.span);
      Push(statement, *Heaviest(within));
      return;
    }
  }

  CallView& call_;
  const ObjectFinder objects_;
  std::vector<BlockerStatement> found_;
  bool asked_ = false;
  size_t asked_line_ = 0;
};

}  // namespace

std::vector<BlockerStatement> FindStatements(CallView& call,
                                             const std::vector<std::vector<Topic>>& topics) {
  return StatementFinder(call, topics).Run();
}

}  // namespace throughline::router::extractive
