#include "services/router/domain/extractive/email/needs.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "re2/re2.h"
#include "services/router/domain/extractive/email/checks.h"
#include "services/router/domain/extractive/email/cues.h"
#include "services/router/domain/extractive/facts/atoms.h"
#include "services/router/domain/extractive/facts/facts.h"
#include "services/router/domain/extractive/facts/text.h"
#include "services/router/domain/extractive/language/perspective.h"
#include "services/router/domain/extractive/language/text.h"
#include "services/router/domain/extractive/language/tokens.h"

namespace throughline::router::extractive {
namespace {

using transcript::Side;

constexpr double kNeedsFrom = 0.35;  // of the call; what is listed before is a description
constexpr size_t kMostNeeds = 5;     // of one list
constexpr size_t kMostNeedWords = 26;
constexpr int32_t kAnsweredWithin = 3;  // turns
constexpr size_t kSharedStems = 2;      // a word alone overlaps by chance

// "What do you need from me?", "What should be in it?"
bool AsksForNeeds(absl::string_view question) { return Says(question, "asks.for.needs"); }

// "How is it locked": as one asks aloud.
bool IsInverted(absl::string_view piece) { return Says(piece, "asked.aloud"); }

// "How it is locked", "that the faces are blurred": something to be answered or shown.
bool IsAnswer(absl::string_view piece) {
  // "What worries me is the price" says, "what I need is a list" asks in full.
  static const RE2& says = *new RE2(
      "(?i)^(?:and |also |then |plus |only )?(?:what|how|where|who|when|why)\\b[^,]* (?:is|was|are|"
      "isn't|'s) (?:that|the|a|an|not|whether|if|how|my|our|your|to|this|it|i|we|in|on)\\b|"
      "^(?:and )?(?:what|who)(?: \\w+){2,} (?:is|isn't|was|are|aren't) \\w+");
  return Says(piece, "answer") &&
         (IsInverted(piece) || !(Matches(piece, says) || Says(piece, "says")));
}

// "A plan for each clinic, and who is the contact", "one page", "your sub-processors".
bool IsThing(absl::string_view piece) {
  const absl::string_view head = piece.substr(0, piece.find(','));
  static const RE2& tie = *new RE2("(?i)^(?:(?:and|also|then|plus|only|just) )+");
  std::string own(head);
  RE2::Replace(&own, tie, "");
  const std::string first = absl::AsciiStrToLower(own.substr(0, own.find(' ')));
  static const RE2& of = *new RE2("(?i)^[a-z-]+ (?:\\w+ )?(?:for|of|with|on|per|by)\\b");
  static const RE2& named_thing = *new RE2("(?i)^\\w+ (?:of|for|on)\\b");
  static const RE2& figures = *new RE2(
      "(?i)^(?:(?:a|an|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\\w+teen|\\w+"
      "ty|"
      "hundred|thousand|million|point|and|half|percent|[0-9.,]+)(?:[ -]|$))+$");
  if (Matches(head, figures)) return false;
  const bool verb = (IsBaseVerb(first) || IsDirectiveVerb(first)) && !Matches(own, named_thing);
  return !verb && (Says(own, "thing") || Matches(own, of)) && !Says(head, "no.thing") &&
         IsVerbless(head) && !HasVerb(absl::StrCat("with ", own)) && !LooksBack(piece);
}

// Without what they say around it: ", I could do it in my sleep", ", so that I can hang it up".
std::string WithoutAside(absl::string_view piece) {
  static const RE2& aside = *new RE2(
      "(?i), (?:(?:so|and so|and then|then|but|but then|because|'?cause|since|as) (?:that )?)?"
      "(?:i|we|he|she|it|they|i'm|i've|i'll|i'd|we're|we've|we'll|it's|he's|she's|that's|they're|"
      "nobody|everybody|somebody) .*$");
  const size_t comma = piece.find(',');
  if (comma == absl::string_view::npos) return std::string(piece);
  std::string rest(piece.substr(comma));
  RE2::Replace(&rest, aside, "");
  return absl::StrCat(piece.substr(0, comma), rest);
}

class NeedsFinder {
 public:
  NeedsFinder(const std::vector<Statement>& statements, const std::string& call_id,
              const Reader& reader, const Cast& cast,
              absl::FunctionRef<bool(const Statement&, absl::string_view)> presentable)
      : statements_(statements),
        call_id_(call_id),
        reader_(reader),
        cast_(cast),
        presentable_(presentable) {}

  std::vector<NeedsList> Run() {
    const int32_t last = statements_.empty() ? 0 : statements_.back().turn->index;
    std::vector<NeedsList> lists;
    for (size_t i = 0; i < statements_.size(); ++i) {
      const Statement& statement = statements_[i];
      if (statement.side == Side::kSeller || statement.turn->index < kNeedsFrom * last) continue;
      for (const std::string& piece : statement.pieces) Take(i, piece, lists);
    }
    std::stable_sort(lists.begin(), lists.end(), [](const NeedsList& a, const NeedsList& b) {
      return a.needs.size() > b.needs.size();
    });
    return lists;
  }

 private:
  void Take(size_t at, const std::string& piece, std::vector<NeedsList>& lists) const {
    const Statement& statement = statements_[at];
    const bool answer = IsAnswer(piece);
    const bool ends_asking = absl::EndsWith(statement.quote, "?");
    if (ends_asking || WordCount(piece) > kMostNeedWords) return;
    if (!answer && (statement.question || !IsThing(piece))) return;
    const std::vector<std::string> stems = ContentStems(piece);
    if (stems.empty() || WordsBesidesDates(piece) == 0 || IsInterjection(piece)) return;
    if (!IsAskedFor(at, stems, answer) || !presentable_(statement, piece)) return;
    std::string words = ListedToReader(WithoutAside(piece), statement, reader_, cast_);
    static const RE2& hour =
        *new RE2("^[A-Z][a-z]+day, [A-Z][a-z]+ [0-9]+(?:,? at (?:\\w+|[0-9:.]+)(?: o'clock)?)?$");
    if (WordsBesidesDates(words) == 0 || Matches(words, hour) || absl::EndsWith(words, ", no")) {
      return;
    }
    const bool same = !lists.empty() && lists.back().speaker == statement.voice &&
                      lists.back().needs.back().evidence.turn == statement.turn->index;
    if (!same) lists.push_back({statement.voice, {}});
    if (lists.back().needs.size() == kMostNeeds) return;
    const NeedKind kind = !answer                            ? NeedKind::kThing
                          : absl::StartsWith(words, "that ") ? NeedKind::kFact
                          : IsInverted(words)                ? NeedKind::kAskedAloud
                                                             : NeedKind::kQuestion;
    lists.back().needs.push_back(
        {std::move(words),
         kind,
         {call_id_, statement.turn->index, statement.turn->speaker, statement.quote}});
  }

  // The words answer what the seller asked, stand by something asked for in full, or the seller
  // takes them up.
  bool IsAskedFor(size_t at, const std::vector<std::string>& stems, bool answer) const {
    const Statement& statement = statements_[at];
    static const RE2& several = *new RE2(
        "(?i)^(?:and )?(?:how|what|which|who|where|when|whether)\\b.*,(?: and)? "
        "(?:how|what|which|who|"
        "where|when|whether|is|are|does|that)(?:'s)?\\b");
    if (answer && Matches(statement.clean, several)) return true;
    if (WasAsked(at)) {
      return answer || stems.size() >= kSharedStems || TakenUp(at, stems);
    }
    const bool known = !answer && Says(statement.clean, "known.thing");
    if (InARequest(at) && !known)
      return answer || stems.size() >= kSharedStems || TakenUp(at, stems);
    return TakenUp(at, stems) && (stems.size() >= kSharedStems || answer);
  }

  // The seller asked right before what they need.
  bool WasAsked(size_t at) const {
    const int32_t turn = statements_[at].turn->index;
    for (size_t i = at; i-- > 0 && statements_[i].turn->index + 1 >= turn;) {
      const Statement& said = statements_[i];
      if (said.turn->index == turn || said.side != Side::kSeller) continue;
      if (absl::EndsWith(said.quote, "?") && AsksForNeeds(said.quote)) return true;
    }
    return false;
  }

  bool InARequest(size_t at) const {
    const transcript::Turn* turn = statements_[at].turn;
    for (size_t i = at + 1; i-- > 0 && statements_[i].turn == turn;) {
      const Statement& said = statements_[i];
      for (const std::string& piece : said.pieces) {
        const absl::string_view verb = absl::string_view(piece).substr(0, piece.find(' '));
        if (IsDirectiveVerb(verb) || Says(piece, "wish")) return true;
      }
    }
    return false;
  }

  // What the seller promises soon after in the same words.
  bool TakenUp(size_t at, const std::vector<std::string>& stems) const {
    const int32_t turn = statements_[at].turn->index;
    for (size_t i = at + 1; i < statements_.size(); ++i) {
      const Statement& said = statements_[i];
      if (said.turn->index > turn + kAnsweredWithin) break;
      if (said.side != Side::kSeller || said.question) continue;
      if ((DayNamed(said.quote) || Promises(said.quote)) &&
          StemOverlap(stems, ContentStems(said.quote)) > 0) {
        return true;
      }
    }
    return false;
  }

  const std::vector<Statement>& statements_;
  const std::string& call_id_;
  const Reader& reader_;
  const Cast& cast_;
  absl::FunctionRef<bool(const Statement&, absl::string_view)> presentable_;
};

}  // namespace

std::vector<NeedsList> FindNeeds(
    const std::vector<Statement>& statements, const std::string& call_id, const Reader& reader,
    const Cast& cast, absl::FunctionRef<bool(const Statement&, absl::string_view)> presentable) {
  return NeedsFinder(statements, call_id, reader, cast, presentable).Run();
}

}  // namespace throughline::router::extractive
