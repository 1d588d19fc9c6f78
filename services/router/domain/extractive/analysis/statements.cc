#include "services/router/domain/extractive/analysis/statements.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "common/deal/names.h"
#include "services/router/domain/extractive/analysis/shapes.h"
#include "services/router/domain/extractive/language/dates.h"

namespace throughline::router::extractive {
namespace {

using deal::BlockerCategory;
using transcript::Side;

// How far back "those three", "that one" or a bare "until then" may reach, in turns.
constexpr size_t kReachBackLines = 8;
constexpr size_t kNegationWindow = 3;
// Shorter words are too common to recognise a thing by.
constexpr size_t kTellingWord = 5;
// Words that only hint at a category are no antecedent.
constexpr double kAntecedentWeight = 0.6;
// Sentences of an answer in which the thing asked for is looked for.
constexpr size_t kAnswerSentences = 2;

std::optional<Move> MoveOf(absl::string_view kind) {
  if (kind == "progress") return Move::kProgress;
  if (kind == "ask") return Move::kAsk;
  if (kind == "need") return Move::kNeed;
  if (kind == "raise") return Move::kRaise;
  if (kind == "fix") return Move::kFix;
  if (kind == "gate") return Move::kGate;
  if (kind == "pointer" || kind == "pointer.only") return Move::kPointer;
  if (kind == "settle") return Move::kSettle;
  if (kind == "withdraw") return Move::kWithdraw;
  if (kind == "reopen") return Move::kReopen;
  return std::nullopt;
}

bool IsClosing(Move move) { return move == Move::kSettle || move == Move::kWithdraw; }

class StatementFinder {
 public:
  StatementFinder(CallView& call, const std::vector<std::vector<Topic>>& topics)
      : call_(call), topics_(topics) {}

  std::vector<BlockerStatement> Run() {
    for (size_t i = 0; i < call_.lines.size(); ++i) {
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
    ReadConditions(index);
    ReadEnumeration(index, before);
    ReadDenials(index);
    if (asked_ && index == asked_line_ + 1 && found_.size() == before) ReadAnswer(index);
    std::stable_sort(
        found_.begin() + static_cast<std::ptrdiff_t>(before), found_.end(),
        [](const BlockerStatement& a, const BlockerStatement& b) { return a.token < b.token; });
  }

  // A longer cue says what the shorter one inside it only seems to: "the rest of it is fine".
  static bool Covered(const Line& line, const CueMatch& match) {
    return std::any_of(line.matches.begin(), line.matches.end(), [&](const CueMatch& other) {
      return other.cue != match.cue && MoveOf(other.cue->kind) &&
             other.cue->kind != match.cue->kind && other.first_token <= match.first_token &&
             WordsEnd(other) >= WordsEnd(match) && other.slot_last == other.slot_first &&
             WordsEnd(other) - other.first_token > WordsEnd(match) - match.first_token;
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

  // Topics of `line` that overlap tokens [first, last).
  std::vector<const Topic*> Within(size_t line, size_t first, size_t last) const {
    std::vector<const Topic*> within;
    for (const Topic& topic : topics_[line]) {
      if (topic.first_token < last && first < topic.last_token) within.push_back(&topic);
    }
    return within;
  }

  static const Topic* Heaviest(const std::vector<const Topic*>& topics) {
    const Topic* best = nullptr;
    for (const Topic* topic : topics) {
      if (best == nullptr || topic->weight > best->weight) best = topic;
    }
    return best;
  }

  // The object of a closing statement stands before it, or in its slot.
  std::vector<const Topic*> ClosingObjects(size_t index, const CueMatch& match) const {
    const Line& line = call_.lines[index];
    const Span& clause = line.reading.clauses[ClauseOf(line.reading, match.first_token)].span;
    if (match.slot_last > match.slot_first) {
      const auto in_slot = Within(index, match.slot_first, match.slot_last);
      if (!in_slot.empty()) return {in_slot.front()};
    }
    const auto left = Within(index, clause.first_token, match.first_token);
    if (!left.empty()) return {Heaviest(left)};
    const auto inside = Within(index, match.first_token, match.last_token);
    if (!inside.empty()) return {inside.front()};
    return {};
  }

  std::vector<const Topic*> OpenObjects(size_t index, const CueMatch& match, Move move) const {
    const Line& line = call_.lines[index];
    if (match.slot_last > match.slot_first) {
      if (OnlyPronouns(line, match)) return {};
      auto in_slot = Within(index, match.slot_first, SlotEnd(line, match, move));
      if (!in_slot.empty()) {
        const bool several = move == Move::kNeed || move == Move::kAsk || move == Move::kPointer;
        const double heaviest = Heaviest(in_slot)->weight;
        in_slot.erase(
            std::remove_if(in_slot.begin(), in_slot.end(),
                           [heaviest](const Topic* topic) { return topic->weight < heaviest / 2; }),
            in_slot.end());
        return several ? in_slot : std::vector<const Topic*>{Heaviest(in_slot)};
      }
    }
    const Span& clause = line.reading.clauses[ClauseOf(line.reading, match.first_token)].span;
    const auto around =
        Within(index, clause.first_token, std::max(clause.last_token, match.last_token));
    if (!around.empty()) return {Heaviest(around)};
    return {};
  }

  static bool OnlyPronouns(const Line& line, const CueMatch& match) {
    for (size_t i = match.slot_first; i < match.slot_last; ++i) {
      if (!IsStopWord(line.reading.tokens[i].text)) return false;
    }
    return true;
  }

  // A list goes on past commas, to the end of the sentence or to "not".
  static size_t SlotEnd(const Line& line, const CueMatch& match, Move move) {
    if (move != Move::kNeed && move != Move::kAsk && move != Move::kPointer) return match.slot_last;
    const Span& sentence = line.reading.sentences[SentenceOf(line.reading, match.first_token)].span;
    size_t end = match.slot_last;
    while (end < sentence.last_token && line.reading.tokens[end].text != "not" &&
           line.reading.tokens[end].text != "that" && line.reading.tokens[end].text != "because") {
      ++end;
    }
    return end;
  }

  // "That's our stumbling block": what it is was said before.
  static bool PointsBack(const Line& line, const CueMatch& match) {
    const Span& sentence = line.reading.sentences[SentenceOf(line.reading, match.first_token)].span;
    for (size_t i = sentence.first_token; i < match.last_token; ++i) {
      const absl::string_view word = line.reading.tokens[i].text;
      if (word == "that" || word == "this") return true;
    }
    return false;
  }

  // For pointers and bare worries: the thing is named next, or was named just before.
  std::vector<const Topic*> NextNamed(size_t index, const CueMatch& match, Move move) const {
    const Line& line = call_.lines[index];
    const size_t sentence = SentenceOf(line.reading, match.first_token);
    const Span& own = line.reading.sentences[sentence].span;
    auto rest = Within(index, match.first_token, own.last_token);
    if (!rest.empty()) return {rest.front()};
    const bool forward = move == Move::kPointer || move == Move::kRaise;
    if (forward && sentence + 1 < line.reading.sentences.size()) {
      const Sentence& next = line.reading.sentences[sentence + 1];
      const auto found = Within(index, next.span.first_token, next.span.last_token);
      const absl::string_view lead = line.reading.tokens[next.span.first_token].text;
      const bool contrast = lead == "not" || lead == "no" || PointsBack(line, match);
      if (!found.empty() && !next.question && !contrast) return {Heaviest(found)};
    }
    return {};
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

  // The surest thing named in the sentence of the cue.
  std::vector<const Topic*> InSentence(size_t index, const CueMatch& match) const {
    const Line& line = call_.lines[index];
    const Span& own = line.reading.sentences[SentenceOf(line.reading, match.first_token)].span;
    const Topic* best = Heaviest(Within(index, own.first_token, own.last_token));
    if (best == nullptr || best->weight < kAntecedentWeight) return {};
    return {best};
  }

  // The last thing named before the token: in the turn, else in the turns before.
  std::vector<const Topic*> Before(size_t index, size_t token, bool far) const {
    const auto own = Within(index, 0, token);
    for (size_t i = own.size(); i-- > 0;) {
      if (own[i]->weight >= kAntecedentWeight) return {own[i]};
    }
    if (!far) return {};
    for (size_t back = 1; back <= 2 && back <= index; ++back) {
      const Topic* best = nullptr;
      for (const Topic& topic : topics_[index - back]) {
        if (best == nullptr || topic.weight >= best->weight) best = &topic;
      }
      if (best != nullptr && best->weight >= kAntecedentWeight) return {best};
    }
    return {};
  }

  void Read(size_t index, const CueMatch& match, Move move) {
    BlockerStatement statement = Draft(index, match, move);
    const bool about_somebody = match.who_last > match.who_first;
    if (about_somebody && IsClosing(move) && statement.actor == kNobody) return;
    const BlockerCategory forced = CategoryFromName(match.cue->category);
    std::vector<const Topic*> objects =
        IsClosing(move) ? ClosingObjects(index, match) : OpenObjects(index, match, move);
    if (forced != BlockerCategory::kUnspecified) {
      PushForced(std::move(statement), forced, objects);
      return;
    }
    statement.named = !objects.empty();
    if (objects.empty()) {
      if (move == Move::kPointer && PushByMention(index, match, statement)) return;
      if (IsClosing(move) && PushByMention(index, SubjectOf(index, match), statement)) return;
      if (match.cue->weight < 1 && statement.actor == kNobody) return;
      if (move == Move::kGate && PointsBack(call_.lines[index], match) && PushOnLast(statement)) {
        return;
      }
      if (move == Move::kGate && SaidInSentence(index, match)) return;
      if (move == Move::kGate && match.slot_last == match.slot_first) {
        objects = InSentence(index, match);
      }
      if (objects.empty() && move == Move::kGate && PushByMention(index, match, statement)) return;
      if (objects.empty() && move == Move::kGate && PushGateOnEarlier(statement)) return;
      statement.named = !objects.empty();
    }
    if (objects.empty()) {
      if (move == Move::kNeed || move == Move::kAsk) return;
      if (move == Move::kRaise || move == Move::kPointer || move == Move::kGate ||
          move == Move::kFix) {
        objects = NextNamed(index, match, move);
        statement.named = !objects.empty();
        const bool goes_on = move == Move::kRaise || PointsBack(call_.lines[index], match);
        if (objects.empty() && PushByMention(index, match, statement)) return;
        if (objects.empty() && goes_on && PushOnLast(statement)) return;
      }
      if (objects.empty()) {
        const bool far = IsClosing(move) || move == Move::kProgress || move == Move::kReopen ||
                         PointsBack(call_.lines[index], match);
        objects = Before(index, match.first_token, far);
      }
    }
    if (objects.empty() && move == Move::kGate && AsksForProof(index, match)) {
      PushLike(statement, BlockerCategory::kTechnical, "proof that it works");
      return;
    }
    for (const Topic* topic : objects) Push(statement, *topic);
    // Without an object: the ledger knows what its speaker or its actor has open.
    const bool by_person = statement.actor != kNobody || (IsClosing(move) && call_.deep());
    if (objects.empty() && (by_person || move == Move::kReopen)) {
      found_.push_back(statement);
    }
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
    for (size_t i = found_.size(); i-- > 0;) {
      const BlockerStatement& earlier = found_[i];
      if (earlier.line + kReachBackLines < gate.line) break;
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
  bool PushByMention(size_t index, const CueMatch& match, const BlockerStatement& statement) {
    if (match.slot_last <= match.slot_first || !call_.deep()) return false;
    const Line& line = call_.lines[index];
    for (size_t i = match.slot_first; i < match.slot_last; ++i) {
      const std::string& word = line.reading.tokens[i].text;
      if (word.size() < kTellingWord || IsStopWord(word)) continue;
      for (size_t back = found_.size(); back-- > 0;) {
        const BlockerStatement& earlier = found_[back];
        const bool usable = IsAdverse(earlier.move) &&
                            earlier.category != BlockerCategory::kUnspecified &&
                            earlier.line + kReachBackLines >= index;
        if (!usable || !SaysWord(earlier.evidence.quote, word)) continue;
        PushLike(statement, earlier.category, earlier.object);
        return true;
      }
      for (const deal::Blocker& blocker : call_.input->known.blockers) {
        if (!deal::IsOpen(blocker.status) || blocker.history.empty()) continue;
        if (!SaysWord(blocker.history.front().evidence.quote, word)) continue;
        PushLike(statement, blocker.category, blocker.object);
        return true;
      }
    }
    return false;
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
      if (found_.empty() || found_.back().line != index || found_.back().token != *at) {
        ReadDeadline(index, sentence, match);
      }
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

  // A condition on nothing but a date is one of timing.
  void ReadDeadline(size_t index, const Sentence& sentence, const CueMatch& match) {
    const Line& line = call_.lines[index];
    const auto dates =
        FindDates(line.reading, sentence.span.first_token, sentence.span.last_token, call_.today);
    if (dates.empty()) return;
    BlockerStatement statement = Draft(index, match, Move::kGate);
    PushForced(std::move(statement), BlockerCategory::kTiming, {});
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
      const auto within = Within(index, *start, sentence.span.last_token);
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
      const std::vector<const Topic*> objects = ClosingObjects(index, match);
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
      const auto within = Within(index, sentence.span.first_token, sentence.span.last_token);
      if (within.empty() || sentence.question) continue;
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
  const std::vector<std::vector<Topic>>& topics_;
  std::vector<BlockerStatement> found_;
  bool asked_ = false;
  size_t asked_line_ = 0;
};

}  // namespace

std::vector<BlockerStatement> FindStatements(CallView& call,
                                             const std::vector<std::vector<Topic>>& topics) {
  return StatementFinder(call, topics).Run();
}

bool IsAdverse(Move move) { return !IsClosing(move) && move != Move::kProgress; }

}  // namespace throughline::router::extractive
