#include "services/router/domain/extractive/analysis/agreed_days.h"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "re2/re2.h"
#include "services/router/domain/extractive/language/dates.h"
#include "services/router/domain/extractive/language/text.h"
#include "services/router/domain/extractive/language/word_lists.h"

namespace throughline::router::extractive {
namespace {

using transcript::Side;

constexpr double kEnough = 2.0;          // below it a day is only mentioned
constexpr double kOwnWords = 1.0;        // what the words next to the day weigh
constexpr double kTurnWords = 0.4;       // the rest of its turn
constexpr double kShortTurnWords = 0.7;  // which all belongs together when it is short
constexpr size_t kShortTurnTokens = 24;
constexpr double kAskedWords = 0.8;    // the turn before, when it asks
constexpr double kAfterWords = 0.4;    // the turn after, which may confirm it
constexpr size_t kSameMonthLines = 8;  // how far back a day's month is remembered
constexpr double kHypothetical = 1.0;
constexpr double kBeforeWords = 0.5;  // the turn before, which may ask for the day
constexpr double kConfirmed = 1.5;    // the other side names the day too
constexpr double kLateInCall = 1.5;   // the last day agreed on wins over earlier ideas
constexpr int kFarDays = 100;         // a later day is a horizon, no appointment
constexpr size_t kMaxDays = 256;      // of one call; more are ignored

double DeliveryWords(absl::string_view text) {
  static const RE2& by =
      *new RE2("(?i)\\b(by|before|no later than|at the latest|want it|need it)\\b");
  static const RE2& transfer = *new RE2(
      "(?i)\\b(send|sends|sent|write|mail|e-?mail|forward|deliver|ship|draft|share|post|get (?:it|"
      "that|this|them|you|the)|have (?:it|that|them)|you'll have|you'd have|to me|to you|with "
      "you|in writing|come back|let you know|tell (?:you|me)|report|letter|list|document|quote|"
      "offer|plan|copy|paper|page|pages|pdf|spreadsheet|file|version|build)\\b");
  return (Matches(text, by) ? 1.5 : 0) + (Matches(text, transfer) ? 1.5 : 0);
}

double MeetingWords(absl::string_view text) {
  static const RE2& meet = *new RE2(
      "(?i)\\b(talk|speak|meet|meeting|call "
      "(?:me|you|with|on|again|then)|(?:next|a|the|our|another) "
      "call|see you|catch up|regroup|reconvene|sit down|same time|half an hour|thirty minutes|slot|"
      "calendar|invite|go through it|walk (?:you|us|me) through|check in)\\b");
  static const RE2& clock = *new RE2(
      "(?i)\\b(at|after|around) (?:half |quarter )?(?:[0-9]{1,2}(?::[0-9]{2})?|one|two|three|four|"
      "nine|ten|eleven|noon|twelve)\\b|o'clock|\\bhours\\b|\\b(morning|afternoon)\\b");
  return (Matches(text, meet) ? 2.5 : 0) + (Matches(text, clock) ? 1.0 : 0);
}

// Words that give the day another meaning than something the two sides will do.
double OtherMeaning(absl::string_view text) {
  static const RE2& bound = *new RE2(
      "(?i)\\b(until|till|through|i'm (?:out|away|off|in)|i am (?:out|away|off|in)|on "
      "leave|holiday|"
      "vacation|conference|expires?|runs? out|ends?|closes?|shuts|week of|running|first few|goes? "
      "live|go-live|kick-?off|opens?|starts?|begins?|sign|signs|invoice|was|were|had|"
      "since|good to|good through|valid|test|tests|survey|ran|trial)\\b");
  return Matches(text, bound) ? 2.5 : 0;
}

const RE2& OthersMeet() {
  static const RE2& others = *new RE2(
      "(?i)\\b(?:they|he|she|board|committee|council|group|team|trustees) (?:meet|meets|sits|"
      "have lunch)\\b|\\bweek of\\b");
  return others;
}

const RE2& Condition() {
  static const RE2& condition = *new RE2("(?i)^(?:and |but |so )?(?:if|once|when)\\b");
  return condition;
}

// "fifth", "twenty-first": every month's day is said with one of these, or with a month's name.
bool IsOrdinalWord(absl::string_view word) {
  return absl::EndsWith(word, "th") || absl::EndsWith(word, "rd") || absl::EndsWith(word, "st") ||
         word == "second";
}

// Cheap: most sentences of a call hold no word that a date is made of.
bool MayNameADay(const Reading& reading, const Span& span) {
  static const WordSet& words = WordList("names a day");
  for (size_t i = span.first_token; i < span.last_token; ++i) {
    const std::string& word = reading.tokens[i].text;
    const bool digit = absl::ascii_isdigit(static_cast<unsigned char>(word.front()));
    if (digit || words.contains(word) || IsOrdinalWord(word)) return true;
  }
  return false;
}

struct Mention {
  absl::CivilDay day;
  size_t line = 0;
  Span sentence;
  double delivery = 0;
  double meeting = 0;
};

class Weigher {
 public:
  explicit Weigher(const CallView& call) : call_(call) {}

  AgreedDays Run() {
    for (size_t i = 0; i < call_.lines.size() && !call_.Ended(i); ++i) ReadLine(i);
    AgreedDays agreed;
    const Mention* delivery = Best(&Mention::delivery, std::nullopt);
    const Mention* meeting = Best(&Mention::meeting, std::nullopt);
    // One day is one thing; the weaker reading looks for another day.
    if (delivery != nullptr && meeting != nullptr && delivery->day == meeting->day) {
      if (Total(delivery->day, &Mention::delivery) >= Total(meeting->day, &Mention::meeting)) {
        meeting = Best(&Mention::meeting, delivery->day);
      } else {
        delivery = Best(&Mention::delivery, meeting->day);
      }
    }
    if (delivery != nullptr) agreed.delivery = DayOf(*delivery);
    if (meeting != nullptr) agreed.meeting = DayOf(*meeting);
    AddOthers(agreed);
    return agreed;
  }

 private:
  absl::string_view Said(size_t line, const Span& span) const {
    return absl::string_view(call_.lines[line].turn->text)
        .substr(span.begin, span.end - span.begin);
  }

  void ReadLine(size_t index) {
    const Line& line = call_.lines[index];
    for (const Sentence& sentence : line.reading.sentences) {
      const Span& span = sentence.span;
      if (!MayNameADay(line.reading, span)) continue;
      const auto dates = FindDates(line.reading, span.first_token, span.last_token, call_.today);
      for (const DateMention& date : dates) {
        if (!date.exact || date.day < call_.today || mentions_.size() >= kMaxDays) continue;
        const Guards& guards = GuardsAt(line, date.first_token);
        if (guards.anecdote || guards.third_party) continue;
        mentions_.push_back(Weigh(index, span, date));
        mentions_.back().day = InMonthSpokenOf(mentions_.back());
      }
    }
  }

  struct Words {
    double delivery = 0;
    double meeting = 0;
  };

  static Words WordsIn(absl::string_view text) { return {DeliveryWords(text), MeetingWords(text)}; }

  // The same for a whole turn, which counts for every day named in it and beside it.
  const Words& WordsOfTurn(size_t line) {
    if (turns_.empty()) turns_.resize(call_.lines.size());
    std::optional<Words>& words = turns_[line];
    if (!words) words = WordsIn(call_.lines[line].turn->text);
    return *words;
  }

  Mention Weigh(size_t index, const Span& sentence, const DateMention& date) {
    const Line& line = call_.lines[index];
    const Clause& clause = line.reading.clauses[ClauseOf(line.reading, date.first_token)];
    const absl::string_view own = Said(index, clause.span);
    const absl::string_view all = Said(index, sentence);
    Mention mention{date.day, index, sentence, 0, 0};
    const auto add = [&](const Words& words, double weight) {
      mention.delivery += weight * words.delivery;
      mention.meeting += weight * words.meeting;
    };
    add(WordsIn(own), kOwnWords);
    if (all.size() > own.size()) add(WordsIn(all), kTurnWords);
    add(WordsOfTurn(index),
        line.reading.tokens.size() <= kShortTurnTokens ? kShortTurnWords : kTurnWords);
    if (index > 0) {
      const Line& before = call_.lines[index - 1];
      const bool asks =
          !before.reading.sentences.empty() && before.reading.sentences.back().question;
      add(WordsOfTurn(index - 1), asks ? kAskedWords : kBeforeWords);
    }
    if (index + 1 < call_.lines.size()) add(WordsOfTurn(index + 1), kAfterWords);
    const double other =
        OtherMeaning(own) + (GuardsAt(line, date.first_token).hypothetical ? kHypothetical : 0);
    mention.delivery -= other;
    mention.meeting -= other;
    if (Matches(own, OthersMeet())) mention.meeting = 0;
    // What the customer sends is due to the seller.
    static const RE2& own_delivery = *new RE2(
        "(?i)\\b(?:i'll|i will|i can|i could|we'll|we can|[A-Z]\\w+ (?:can|will|sends?)) (?:\\w+ "
        ")?(?:send|"
        "strip|post|get|have|scan|mail|forms?|five|the)\\b");
    if (line.side == Side::kCustomer && Matches(own, own_delivery)) mention.delivery -= 1.5;
    if (Matches(own, Condition())) mention.delivery -= kHypothetical;
    // "By the twelfth" is no meeting, "the twelfth at ten" no delivery.
    static const RE2& by = *new RE2("(?i)\\b(by|before|no later than)\\b");
    if (Matches(own, by)) mention.meeting -= 1.5;
    const double late = call_.lines.size() < 2 ? 0
                                               : kLateInCall * static_cast<double>(index) /
                                                     static_cast<double>(call_.lines.size() - 1);
    if (mention.delivery > 0) mention.delivery += late;
    if (mention.meeting > 0) mention.meeting += late;
    return mention;
  }

  // "Tuesday the sixth of October?" "Three o'clock on the sixth.": the same sixth.
  absl::CivilDay InMonthSpokenOf(const Mention& mention) const {
    for (size_t i = mentions_.size() - 1; i-- > 0;) {
      if (mentions_[i].line + kSameMonthLines < mention.line) break;
      if (mentions_[i].day.day() == mention.day.day() && mentions_[i].day > mention.day) {
        return mentions_[i].day;
      }
    }
    return mention.day;
  }

  // The best mention of the day, more when both sides name it.
  double Total(absl::CivilDay day, double Mention::*reading) const {
    double best = 0;
    bool customer = false;
    bool seller = false;
    for (const Mention& mention : mentions_) {
      if (mention.day != day) continue;
      best = std::max(best, mention.*reading);
      (call_.lines[mention.line].side == Side::kSeller ? seller : customer) = true;
    }
    return best + (customer && seller && best > 0 ? kConfirmed : 0);
  }

  const Mention* Best(double Mention::*reading, std::optional<absl::CivilDay> except) const {
    const Mention* best = nullptr;
    double weight = kEnough;
    for (const Mention& mention : mentions_) {
      if (except && mention.day == *except) continue;
      const double total = Total(mention.day, reading);
      const bool plainer =
          best != nullptr && best->day == mention.day && mention.*reading > best->*reading;
      if (total > weight || plainer) {
        best = &mention;
        weight = total;
      }
    }
    return best;
  }

  // Days that neither are due nor a meeting and yet count: "I need it before the board sits on the
  // ninth".
  void AddOthers(AgreedDays& agreed) const {
    const size_t from = call_.lines.size() / 2;
    std::vector<std::pair<double, const Mention*>> days;
    for (const Mention& mention : mentions_) {
      const bool taken = (agreed.delivery && agreed.delivery->day == mention.day) ||
                         (agreed.meeting && agreed.meeting->day == mention.day);
      const bool near = mention.day <= call_.today + kFarDays && mention.day > call_.today;
      static const RE2& past = *new RE2(
          "(?i)\\b(?:signed|was|were|did|went|came|sent|got|said|told|rang|called|yesterday|last|"
          "ago|"
          "dinner|birthday|wedding|holiday|church)\\b");
      if (taken || !near || mention.line < from) continue;
      if (Matches(Said(mention.line, mention.sentence), past)) continue;
      const double weight =
          std::max(Total(mention.day, &Mention::delivery), Total(mention.day, &Mention::meeting)) +
          static_cast<double>(mention.line) / call_.lines.size();
      const auto same = std::find_if(days.begin(), days.end(), [&](const auto& other) {
        return other.second->day == mention.day;
      });
      if (same == days.end()) {
        days.emplace_back(weight, &mention);
      } else if (weight > same->first) {
        *same = {weight, &mention};
      }
    }
    std::stable_sort(days.begin(), days.end(),
                     [](const auto& a, const auto& b) { return a.first > b.first; });
    for (size_t i = 0; i < std::min(kMaxOtherDays, days.size()); ++i) {
      agreed.others.push_back(DayOf(*days[i].second));
    }
  }

  AgreedDay DayOf(const Mention& mention) const {
    return {mention.day, mention.line, EvidenceOf(call_, mention.line, mention.sentence),
            call_.lines[mention.line].side};
  }

  const CallView& call_;
  std::vector<Mention> mentions_;
  std::vector<std::optional<Words>> turns_;
};

}  // namespace

AgreedDays FindAgreedDays(const CallView& call) { return Weigher(call).Run(); }

AgreedDays SharedAgreedDays::Get(absl::FunctionRef<std::optional<AgreedDays>()> find) const {
  absl::MutexLock lock(&state_->mutex);
  if (!state_->days) state_->days = find();
  return state_->days.value_or(AgreedDays{});
}

AgreedDays AgreedDaysOf(const CallView& call) {
  const SharedAgreedDays* const shared = call.input->agreed_days.get();
  if (shared == nullptr || !call.deep()) return FindAgreedDays(call);
  return shared->Get([&] {
    AgreedDays days = FindAgreedDays(call);
    return call.patience->Check().ok() ? std::make_optional(std::move(days)) : std::nullopt;
  });
}

AgreedDays AgreedDaysOf(const CallInput& input, Patience& patience) {
  const auto find = [&] {
    AgreedDays days = FindAgreedDays(ReadCall(Tier::kDeep, input, patience));
    return patience.Check().ok() ? std::make_optional(std::move(days)) : std::nullopt;
  };
  return input.agreed_days == nullptr ? find().value_or(AgreedDays{})
                                      : input.agreed_days->Get(find);
}

}  // namespace throughline::router::extractive
