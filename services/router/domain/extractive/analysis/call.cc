#include "services/router/domain/extractive/analysis/call.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "services/router/domain/extractive/analysis/voices.h"
#include "services/router/domain/extractive/language/given_names.h"
#include "services/router/domain/extractive/language/people_words.h"
#include "services/router/domain/extractive/language/word_lists.h"

namespace throughline::router::extractive {
namespace {

using transcript::Side;

constexpr size_t kLongQuoteBytes = 220;
constexpr size_t kPronounLookBackLines = 6;
// A quotation with fewer words is a phrase the speaker cites, not a letter read aloud.
constexpr size_t kLetterTokens = 8;
// What somebody says in so few turns tells little of their side.
constexpr double kFewTurns = 4;

// "In Brno", "from Cork": a place rather than a person.
bool FollowsPlaceWord(const Reading& reading, size_t token) {
  if (token == 0) return false;
  const absl::string_view before = reading.tokens[token - 1].text;
  return before == "in" || before == "at" || before == "from" || before == "near";
}

// Departments, days and months are written like names.
bool NamesNoPerson(absl::string_view word) {
  static const WordSet& listed = WordList("names no person");
  return listed.contains(word);
}

// "Pellwood Trading Limited".
bool EndsAsFirm(absl::string_view last_word) {
  static const WordSet& listed = WordList("legal form");
  return listed.contains(last_word);
}

bool IsPronoun(absl::string_view word) {
  return word == "he" || word == "she" || word == "him" || word == "her" || word == "they" ||
         word == "them";
}

bool IsKnownCustomer(const CallInput& input, const std::string& name) {
  return std::any_of(
      input.known.stakeholders.begin(), input.known.stakeholders.end(),
      [&name](const deal::Stakeholder& stakeholder) { return stakeholder.name == name; });
}

size_t CountSides(const std::vector<Line>& lines, Side side) {
  return std::count_if(lines.begin(), lines.end(),
                       [side](const Line& line) { return line.side == side; });
}

// Among known customers, the one speaker of unknown side sells; kNobody when it is not just one.
size_t OnlyStranger(const CallView& call) {
  if (CountSides(call.lines, Side::kSeller) > 0) return kNobody;
  if (CountSides(call.lines, Side::kCustomer) == 0) return kNobody;
  size_t stranger = kNobody;
  for (const Line& line : call.lines) {
    if (line.side != Side::kUnknown || line.speaker == kNobody) continue;
    if (stranger != kNobody && stranger != line.speaker) return kNobody;
    stranger = line.speaker;
  }
  return stranger;
}

// When nobody is known to sell, the speaker who promises and asks most does.
void GuessSides(CallView& call) {
  call.sides_known = CountSides(call.lines, Side::kSeller) > 0;
  if (const size_t seller = OnlyStranger(call); seller != kNobody) {
    for (Line& line : call.lines) {
      if (line.speaker == seller) line.side = Side::kSeller;
    }
  }
  if (CountSides(call.lines, Side::kSeller) > 0) {
    for (Line& line : call.lines) {
      if (line.side == Side::kUnknown) line.side = Side::kCustomer;
    }
    return;
  }
  std::vector<double> score(call.people.all().size(), 0);
  std::vector<double> turns(call.people.all().size(), 0);
  for (const Line& line : call.lines) {
    if (line.speaker == kNobody || line.side == Side::kCustomer) continue;
    turns[line.speaker] += 1;
    for (const Sentence& sentence : line.reading.sentences) {
      if (sentence.question) score[line.speaker] += 1;
    }
    for (const CueMatch& match : line.matches) {
      if (match.cue->kind == "promise" || match.cue->kind == "ask.blocker") {
        score[line.speaker] += 2;
      }
      const bool buys = match.cue->kind == "raise" || match.cue->kind == "gate" ||
                        match.cue->kind == "need" || HasKind(match, "sign.");
      if (buys) score[line.speaker] -= 1.5;
    }
  }
  size_t seller = kNobody;
  double best = 0;
  for (size_t i = 0; i < score.size(); ++i) {
    const double share = score[i] / (turns[i] + kFewTurns);
    if (turns[i] > 0 && share > best) {
      best = share;
      seller = i;
    }
  }
  for (Line& line : call.lines) {
    if (line.side != Side::kUnknown) continue;
    line.side = seller != kNobody && line.speaker == seller ? Side::kSeller : Side::kCustomer;
  }
}

// Follows letters read aloud: whose words stand between the quotation marks.
class LetterReader {
 public:
  explicit LetterReader(CallView& call) : call_(call) {}

  void Read(size_t index) {
    Line& line = call_.lines[index];
    line.voice.assign(line.reading.sentences.size(), line.speaker);
    if (line.speaker != reader_) inside_ = false;
    for (size_t i = 0; i < line.reading.sentences.size(); ++i) ReadSentence(line, index, i);
  }

 private:
  void ReadSentence(Line& line, size_t index, size_t sentence) {
    const Span& span = line.reading.sentences[sentence].span;
    for (const CueMatch& match : MatchesIn(line, span.first_token, span.last_token)) {
      if (match.cue->kind != "letter" || match.who_last == match.who_first) continue;
      const size_t author = ResolveWho(call_, index, match.who_first, match.who_last, true);
      if (author != kNobody && author != line.speaker) author_ = author;
    }
    const absl::string_view text = line.turn->text;
    const size_t begin = sentence == 0 ? 0 : line.reading.sentences[sentence - 1].span.end;
    const absl::string_view words = text.substr(begin, span.end - begin);
    const size_t marks = std::count(words.begin(), words.end(), '"');
    const absl::string_view lead = absl::StripLeadingAsciiWhitespace(words);
    const bool opens = marks % 2 == 1 && !inside_ && absl::StartsWith(lead, "\"");
    const bool whole = marks == 2 && absl::StartsWith(lead, "\"") &&
                       span.last_token - span.first_token >= kLetterTokens;
    if ((opens || whole) && author_ == kNobody) author_ = AnnouncedIn(line, span.first_token);
    if ((opens || whole) && author_ != kNobody) {
      inside_ = opens;
      reader_ = line.speaker;
      line.voice[sentence] = author_;
      return;
    }
    if (!inside_) return;
    line.voice[sentence] = author_;
    if (marks % 2 == 1) inside_ = false;
  }

  // "Petra extended it. Note from yesterday, I'll read.": who was named last before words that are
  // read out.
  size_t AnnouncedIn(const Line& line, size_t before) const {
    static const WordSet& announcing = WordList("read aloud");
    size_t author = kNobody;
    bool read = false;
    for (size_t i = 0; i < before; ++i) read |= announcing.contains(line.reading.tokens[i].text);
    for (const PersonMention& mention : line.mentions) {
      if (mention.last_token <= before && mention.person != line.speaker) author = mention.person;
    }
    return read ? author : kNobody;
  }

  CallView& call_;
  size_t author_ = kNobody;
  size_t reader_ = kNobody;
  bool inside_ = false;
};

// Sets aside everything from the first sentence that tries to instruct the software to the end
// of its turn.
void SetAsideInstructions(CallView& call, size_t index) {
  Line& line = call.lines[index];
  const bool goes_on = index > 0 && call.lines[index - 1].turn->index == line.turn->index;
  if (goes_on && !call.suspicious.empty() && call.suspicious.back().turn == line.turn->index) {
    line.matches.clear();
    line.silent_from = 0;
    return;
  }
  const CueMatch* first = FindCue(line, "suspicious");
  if (first == nullptr) return;
  const Sentence& sentence = line.reading.sentences[SentenceOf(line.reading, first->first_token)];
  call.suspicious.push_back(EvidenceOf(call, index, sentence.span));
  const size_t from = sentence.span.first_token;
  line.silent_from = from;
  line.matches.erase(
      std::remove_if(line.matches.begin(), line.matches.end(),
                     [from](const CueMatch& match) { return match.first_token >= from; }),
      line.matches.end());
}

}  // namespace

const deal::DealState& CallView::known() const {
  static const auto* const kNothing = new deal::DealState;
  return deep() ? input->known : *kNothing;
}

std::shared_ptr<const TurnReadings> ReadingsOf(const CallInput& input) {
  return input.readings != nullptr ? input.readings : std::make_shared<const TurnReadings>();
}

CallView ReadCall(Tier tier, const CallInput& input, Patience& patience) {
  static const std::vector<deal::Stakeholder>* const kNobodyKnown =
      new std::vector<deal::Stakeholder>;
  CallView call{
      &input, ReadingsOf(input), tier, absl::ToCivilDay(input.occurred_at, absl::UTCTimeZone()),
      People(input.transcript, tier == Tier::kDeep ? input.known.stakeholders : *kNobodyKnown)};
  call.patience = &patience;
  const std::vector<TurnReading>& readings = call.readings->Of(input.transcript, patience);
  call.lines.reserve(readings.size());
  for (size_t i = 0; i < readings.size(); ++i) {
    const transcript::Turn& turn = input.transcript.turns[i];
    Line line{.turn = &turn, .reading = readings[i].reading, .matches = readings[i].matches};
    const std::optional<size_t> speaker =
        turn.speaker.empty() ? std::nullopt : call.people.Find(turn.speaker);
    if (speaker) {
      line.speaker = *speaker;
      line.side = call.people.at(*speaker).side;
      if (line.side == Side::kUnknown && call.deep() && IsKnownCustomer(input, turn.speaker)) {
        line.side = Side::kCustomer;
      }
    }
    call.lines.push_back(std::move(line));
  }
  NameRoleSpeakers(call);
  GuessSides(call);
  for (size_t i = 0; i < call.lines.size(); ++i) {
    if (call.Ended(i)) {
      call.lines.clear();
      return call;
    }
    Line& line = call.lines[i];
    SetAsideInstructions(call, i);
    line.guards = FindGuards(line.reading, line.matches);
    call.people.Learn(line.turn->speaker, line.side, line.turn->text, line.reading);
  }
  FindSellerByFirm(call);
  LetterReader letters(call);
  for (size_t i = 0; i < call.lines.size(); ++i) {
    call.lines[i].mentions = call.people.Mentions(call.lines[i].reading);
    letters.Read(i);
  }
  AttributeVoices(call);
  return call;
}

deal::Evidence EvidenceOf(const CallView& call, size_t line, const Span& span) {
  const transcript::Turn& turn = *call.lines[line].turn;
  return {call.input->call_id, turn.index, turn.speaker, Quote(turn.text, span)};
}

deal::Evidence EvidenceAround(const CallView& call, size_t line, size_t token) {
  const Reading& reading = call.lines[line].reading;
  const Span& sentence = reading.sentences[SentenceOf(reading, token)].span;
  if (sentence.end - sentence.begin <= kLongQuoteBytes) return EvidenceOf(call, line, sentence);
  return EvidenceOf(call, line, reading.clauses[ClauseOf(reading, token)].span);
}

size_t VoiceAt(const Line& line, size_t token) {
  if (line.voice.empty()) return line.speaker;
  return line.voice[SentenceOf(line.reading, token)];
}

size_t ResolveWho(CallView& call, size_t index, size_t first, size_t last, bool add) {
  const Line& line = call.lines[index];
  if (first >= last) return kNobody;
  const absl::string_view word = line.reading.tokens[first].text;
  if (last - first == 1 && (word == "i" || word == "me" || word == "we" || word == "us")) {
    return VoiceAt(line, first);
  }
  if (last - first == 1 && word == "you") return kNobody;
  if (last - first == 1 && IsPronoun(word)) {
    const size_t speaker = VoiceAt(line, first);
    for (size_t back = 0; back <= kPronounLookBackLines && back <= index; ++back) {
      const Line& earlier = call.lines[index - back];
      for (size_t i = earlier.mentions.size(); i-- > 0;) {
        const PersonMention& mention = earlier.mentions[i];
        if (back == 0 && mention.first_token >= first) continue;
        if (mention.person == speaker) continue;
        if (call.people.at(mention.person).side == Side::kSeller) continue;
        return mention.person;
      }
      // The person who has just spoken, when two customers talk about each other.
      const bool other = back > 0 && earlier.side == Side::kCustomer &&
                         earlier.speaker != kNobody && earlier.speaker != speaker;
      if (other && back > 1) return earlier.speaker;
    }
    return kNobody;
  }
  const std::string spoken = Quote(line.turn->text, TokenSpan(line.reading, first, last));
  if (const std::optional<size_t> found = call.people.Find(spoken)) return *found;
  const bool named = line.reading.tokens[first].capital && !IsStopWord(word) &&
                     !NamesNoPerson(word) && !IsTitleWord(word) &&
                     !EndsAsFirm(line.reading.tokens[last - 1].text) &&
                     !(IsHonorific(word) && last - first == 1) &&
                     (first == 0 || line.reading.tokens[first].before != '.' || last - first > 1) &&
                     (IsGivenName(word) || !FollowsPlaceWord(line.reading, first));
  return add && named ? call.people.FindOrAdd(spoken) : kNobody;
}

const Guards& GuardsAt(const Line& line, size_t token) {
  return line.guards[ClauseOf(line.reading, token)];
}

bool IsPlain(const Line& line, const CueMatch& match) {
  return GuardsAt(line, match.first_token).Plain();
}

bool HasKind(const CueMatch& match, absl::string_view kind) {
  return absl::StartsWith(match.cue->kind, kind);
}

const CueMatch* FindCue(const Line& line, absl::string_view kind) {
  for (const CueMatch& match : line.matches) {
    if (match.cue->kind == kind) return &match;
  }
  return nullptr;
}

absl::Span<const CueMatch> MatchesIn(const Line& line, size_t first, size_t last) {
  const auto from = [&](size_t token) {
    return std::partition_point(
        line.matches.begin(), line.matches.end(),
        [token](const CueMatch& match) { return match.first_token < token; });
  };
  const auto begin = from(first);
  return {line.matches.data() + (begin - line.matches.begin()),
          static_cast<size_t>(from(last) - begin)};
}

bool SentenceHas(const Line& line, size_t sentence, absl::string_view kind) {
  const Span& span = line.reading.sentences[sentence].span;
  const absl::Span<const CueMatch> matches = MatchesIn(line, span.first_token, span.last_token);
  return std::any_of(matches.begin(), matches.end(),
                     [&](const CueMatch& match) { return match.cue->kind == kind; });
}

}  // namespace throughline::router::extractive
