#include "services/router/domain/extractive/email/quotes.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "re2/re2.h"
#include "services/router/domain/extractive/analysis/call.h"
#include "services/router/domain/extractive/analysis/evidence.h"
#include "services/router/domain/extractive/email/checks.h"
#include "services/router/domain/extractive/email/cues.h"
#include "services/router/domain/extractive/email/words.h"
#include "services/router/domain/extractive/facts/facts.h"
#include "services/router/domain/extractive/facts/statements.h"
#include "services/router/domain/extractive/language/clause.h"
#include "services/router/domain/extractive/language/text.h"
#include "services/router/domain/extractive/language/tokens.h"

namespace throughline::router::extractive {
namespace {

using deal::BlockerCategory;

constexpr size_t kLeastWords = 6;
constexpr size_t kMostWords = 30;
// A sentence that names what comes next says more than one that complains.
constexpr float kPointingWorth = 2.5F;
constexpr float kLateWorth = 1.0F;
constexpr float kLeastWorth = 0.25F;
constexpr float kFullStems = 4;

// A request: what makes a sentence one, and what makes it worth repeating.
constexpr float kClosingPart = 0.4F;  // of the call; what is asked for before is talked over later
constexpr double kDirects = 1.6;
constexpr double kWishes = 1.2;
constexpr double kThing = 0.7;
constexpr double kDated = 0.7;
constexpr double kAccepted = 0.8;
constexpr double kEnding = 1.5;
constexpr double kPointsAway = 1.0;
constexpr double kShort = 1.0;
constexpr double kLeastRequest = 2.4;
constexpr size_t kShortTokens = 8;
constexpr size_t kLeastLeft = 3;           // words besides dates of a request without its remarks
constexpr size_t kMostRequestTokens = 56;  // with the sentences that go on about it

// Fit for an e-mail: no question, no rough words, no money unless money is open, no rival.
class Fitness {
 public:
  Fitness(const EmailInput& input, const std::vector<deal::Evidence>& withheld,
          const Asides& asides)
      : input_(input), withheld_(withheld), asides_(asides) {
    for (const deal::Blocker& open : input.analysis.open_blockers) {
      money_ = money_ || IsMoney(open.category);
      if (open.category == BlockerCategory::kCompetition) rivals_.push_back(open.object);
    }
    for (const deal::Blocker& settled : input.analysis.resolved_blockers) {
      if (settled.category == BlockerCategory::kCompetition) rivals_.push_back(settled.object);
    }
  }

  bool Of(const Sentence& sentence, const deal::Evidence& words) const {
    const size_t count = sentence.span.last_token - sentence.span.first_token;
    return count >= kLeastWords && count <= kMostWords && Fits(sentence, words) &&
           !(asides_.In(words.quote) && asides_.In(WithoutRemarks(words.quote, asides_)));
  }

  // The same, however long.
  bool Fits(const Sentence& sentence, const deal::Evidence& words) const {
    if (sentence.question) return false;
    if (!IsCivil(words.quote) || IsPrivate(words.quote) || StaysOut(words.quote)) return false;
    if (SpeaksOfAnotherVendor(words.quote)) return false;
    if (!money_ && SpeaksOfMoney(words.quote)) return false;
    if (absl::StrContains(words.quote, '"')) return false;
    const bool names_rival = std::any_of(rivals_.begin(), rivals_.end(), [&](const auto& rival) {
      return !rival.empty() && absl::StrContains(words.quote, rival);
    });
    return !names_rival && !IsWithheld(words) &&
           !IsSuspicious(input_.analysis.suspicious_content, input_.call.transcript, words);
  }

 private:
  bool IsWithheld(const deal::Evidence& words) const {
    return std::any_of(withheld_.begin(), withheld_.end(), [&](const deal::Evidence& one) {
      return one.turn == words.turn && (absl::StrContains(one.quote, words.quote) ||
                                        absl::StrContains(words.quote, one.quote));
    });
  }

  const EmailInput& input_;
  const std::vector<deal::Evidence>& withheld_;
  const Asides& asides_;
  std::vector<std::string> rivals_;
  bool money_ = false;
};

// What asks for something, at the beginning of a clause.
bool Directs(absl::string_view words) {
  static const RE2& directs = *new RE2(
      "(?i)(?:^|[,;:.] (?:and |so |then )?|^(?:and|so|then|but|okay|ok|no|yes|right|fine)[, ]+|"
      "\\band )(?:you |please |just |then |you can |you'd better )*(?:send|write|put|give|get|"
      "bring|show|draft|copy|forward|(?:e-?)?mail "
      "(?:me|us|it|that|them|him|her|to)|share|add|include|attach|list|name|spell|mark|"
      "print|quote|price|fix|change|correct|replace|take|cut|strike|split|break|count|check|"
      "test|run|make|set|come|explain|prove|confirm|find|fill|sign|prepare|deliver)\\b");
  return Matches(words, directs);
}

// Leaves out of a sentence of a request what only comments on it.
class RemarkCutter {
 public:
  explicit RemarkCutter(const Asides& asides) : asides_(asides) {}

  // `sentence` without its remarks; "…" where one stood in the middle.
  std::string Cut(absl::string_view sentence) const {
    const std::string whole = WithoutConcession(WithoutReason(sentence));
    std::vector<absl::string_view> clauses = absl::StrSplit(whole, ", ");
    std::string kept(clauses.front());
    bool after_remark = false;
    for (size_t i = 1; i < clauses.size(); ++i) {
      const bool remark =
          IsRemark(clauses[i], clauses[i - 1]) || (after_remark && IsLeftover(clauses[i]));
      if (!remark) absl::StrAppend(&kept, after_remark ? " … " : ", ", clauses[i]);
      after_remark = remark;
    }
    if (after_remark) absl::StrAppend(&kept, ".");
    const bool says = WordsBesidesDates(kept) >= kLeastLeft || DayNamed(kept);
    return says || asides_.In(whole) ? kept : whole;
  }

 private:
  // Why a day suits them, and what they do then, is theirs; so is where they happen to be.
  static std::string WithoutReason(absl::string_view sentence) {
    static const RE2& reason = *new RE2(
        "(?i),? (?:because|cause|(?:and |so )?then (?:i|we|it|he|she|they)\\b)[^;.]*[.!]?$");
    static const RE2& anywhere = *new RE2("(?i),? (?:and |or )?wherever\\b[^,;.]*");
    std::string cut(sentence);
    if (!RE2::Replace(&cut, reason, ".") || !DayNamed(cut)) cut = std::string(sentence);
    RE2::Replace(&cut, anywhere, " …");
    static const RE2& not_so =
        *new RE2("(?i) (?:and|but) not (?:from|in|by|with|to|on|as) [^,;.]+");
    RE2::Replace(&cut, not_so, "");
    return cut;
  }

  // "That one is nice, but I need it for …": what they have already is not asked for.
  static std::string WithoutConcession(const std::string& sentence) {
    static const RE2& concession = *new RE2(
        "(?i)^[^,;.]{3,60} (?:is|are|was|were) (?:very |all |quite )?(?:nice|fine|good|great|"
        "lovely|well|pretty|right),? but ((?:i|we) .*)$");
    std::string asked;
    return RE2::FullMatch(sentence, concession, &asked) ? asked : sentence;
  }

  bool IsRemark(absl::string_view clause, absl::string_view before) const {
    // What they do not want is no request; "no exceptions" only stresses one.
    static const RE2& refuses = *new RE2("(?i)^(?:and |but )?(?:not|no|without) \\S+ \\S+ \\S+");
    if (TellsWhereabouts(clause) || (asides_.In(clause) && !DayNamed(clause))) return true;
    if (DayNamed(clause) || Directs(clause) || Says(before, "half.condition")) return false;
    return (Says(clause, "comments") && !Says(clause, "no.comment")) || Says(clause, "custom") ||
           Matches(clause, refuses);
  }

  // A few words behind a remark that say nothing without it.
  static bool IsLeftover(absl::string_view clause) {
    return IsVerbless(clause) && !DayNamed(clause) && WordsBesidesDates(clause) < kLeastLeft;
  }

  const Asides& asides_;
};

// Finds what the customer wants done next.
class Requests {
 public:
  Requests(const CallView& call, const Fitness& fitness) : call_(call), fitness_(fitness) {}

  std::vector<deal::Evidence> Find(const std::vector<ScoredSentence>& sentences,
                                   size_t subject) const {
    std::vector<Found> found;
    for (const ScoredSentence& one : sentences) {
      if (!one.customer || one.counts < 1 || one.place < kClosingPart) continue;
      const Sentence& sentence = call_.lines[one.line].reading.sentences[one.sentence];
      deal::Evidence words = EvidenceOf(call_, one.line, sentence.span);
      if (!fitness_.Of(sentence, words) || Withholds(words.quote)) continue;
      double worth = Worth(one, sentence, words.quote);
      if (subject < kSubjects) {
        worth += (one.Pointing() + one.Against()) * one.subject[subject];
      }
      if (worth >= kLeastRequest) {
        found.push_back({worth, one.line, one.sentence, one.sentence, std::move(words)});
      }
    }
    std::stable_sort(found.begin(), found.end(),
                     [](const Found& a, const Found& b) { return a.worth > b.worth; });
    std::vector<Found> chosen;
    for (Found& one : found) {
      if (chosen.size() == kMaxEmailRequests) break;
      const bool covered = std::any_of(chosen.begin(), chosen.end(), [&](const Found& other) {
        return other.line == one.line && other.first <= one.first && one.first <= other.last;
      });
      if (covered) continue;
      GoOn(one);
      chosen.push_back(std::move(one));
    }
    std::stable_sort(chosen.begin(), chosen.end(),
                     [](const Found& a, const Found& b) { return a.line < b.line; });
    std::vector<deal::Evidence> requests;
    for (Found& one : chosen) requests.push_back(std::move(one.words));
    return requests;
  }

 private:
  struct Found {
    double worth = 0;
    size_t line = 0;
    size_t first = 0;  // its sentences
    size_t last = 0;
    deal::Evidence words;
  };

  // "… By Tuesday the ninth. With the sites on it.": what is said next belongs to it.
  void GoOn(Found& request) const {
    const std::vector<Sentence>& sentences = call_.lines[request.line].reading.sentences;
    while (request.last + 1 < sentences.size()) {
      const Sentence& next = sentences[request.last + 1];
      Span span = sentences[request.first].span;
      span.last_token = next.span.last_token;
      span.end = next.span.end;
      if (span.last_token - span.first_token > kMostRequestTokens) return;
      const deal::Evidence words = EvidenceOf(call_, request.line, next.span);
      if (!fitness_.Fits(next, words) || Withholds(words.quote)) return;
      if (!Says(words.quote, "goes.on") && !DayNamed(words.quote)) return;
      ++request.last;
      request.words = EvidenceOf(call_, request.line, span);
    }
  }

  // "Don't put the price in", "keep that between us": meant for the writer alone.
  static bool Withholds(absl::string_view words) {
    static const RE2& not_somebody = *new RE2("\\b[Nn]ot (?:to |via |through )?(?:the )?[A-Z]");
    return Says(words, "for.writer") || Says(words, "no.request") || Matches(words, not_somebody);
  }

  double Worth(const ScoredSentence& one, const Sentence& sentence, absl::string_view words) const {
    static const RE2& wishes = *new RE2(
        "(?i)(?:^|[,;:] |\\b(?:and|so|but|then|what|that's what|only thing) )(?:i|we)(?:(?:'d| "
        "would)(?: \\w+)? (?:like|prefer)|(?:'d| would| do|'ll)?(?: just| only| still| also)? "
        "(?:want|need|expect|require)) ?\\w|\\bneeds? to (?:see|have|know|read|hear)\\b|"
        "\\b(?:can|could) you\\b|\\bif you (?:can|could|send|put|write|get|give|bring|show) ");
    const bool direct = Directs(words);
    const bool wish = Matches(words, wishes);
    // "To me, by the ninth, on one page."
    const bool addresses = Says(words, "address") && DayNamed(words) && !LooksBack(words);
    if (!direct && !wish && !addresses) return 0;
    double worth = (direct ? kDirects : 0) + (wish || addresses ? kWishes : 0);
    if (Says(words, "to.somebody")) worth += kThing / 2;
    if (Says(words, "artefact")) worth += kThing;
    if (DayNamed(words)) worth += kDated;
    if (Says(words, "points.away")) worth -= kPointsAway;
    if (sentence.span.last_token - sentence.span.first_token < kShortTokens) worth -= kShort;
    if (one.line + 1 < call_.lines.size()) {
      const Line& next = call_.lines[one.line + 1];
      const absl::string_view answer = next.turn->text;
      const bool seller = next.side == transcript::Side::kSeller;
      if (seller && (Promises(answer) || DayNamed(answer))) worth += kAccepted;
    }
    return worth + kEnding * one.place;
  }

  const CallView& call_;
  const Fitness& fitness_;
};

}  // namespace

const deal::Evidence* EmailQuotes::Request(const deal::Evidence& words) const {
  for (const deal::Evidence& request : requests) {
    if (request.turn == words.turn && absl::StrContains(request.quote, words.quote)) {
      return &request;
    }
  }
  return nullptr;
}

std::string WithoutRemarks(absl::string_view request, const Asides& asides) {
  static const RE2& sentence = *new RE2("([^.!?;]+(?:[.!?;]+[^\\s.!?;][^.!?;]*)*[.!?;]*)\\s*");
  re2::StringPiece rest(request.data(), request.size());
  std::string one, all;
  const RemarkCutter cutter(asides);
  while (RE2::Consume(&rest, sentence, &one)) {
    const std::string cut = cutter.Cut(one);
    if (!all.empty() && (TellsWhereabouts(one) || asides.In(cut))) continue;
    absl::StrAppend(&all, all.empty() ? "" : " ", cut);
  }
  return all.empty() ? std::string(request) : all;
}

EmailQuotes FindQuotes(const EmailInput& input, const std::vector<deal::Evidence>& withheld,
                       const Asides& asides, Patience& patience) {
  EmailQuotes quotes;
  const std::optional<deal::Blocker>& primary = input.analysis.primary_blocker;
  const size_t subject = primary ? SubjectOf(primary->category) : kSubjects;
  const CallView call = ReadCall(Tier::kDeep, input.call, patience);
  const std::vector<ScoredSentence> sentences = ScoreSentences(call, BuiltinSentenceModel());
  const Fitness fitness(input, withheld, asides);
  quotes.requests = Requests(call, fitness).Find(sentences, subject);
  if (subject == kSubjects) return quotes;
  std::vector<std::pair<float, deal::Evidence>> telling;
  for (const ScoredSentence& one : sentences) {
    if (!one.customer || one.counts < 1) continue;
    const Sentence& sentence = call.lines[one.line].reading.sentences[one.sentence];
    const float said = kPointingWorth * one.Pointing() + one.Against();
    const float worth = said * one.subject[subject] * (1 + kLateWorth * one.place);
    if (worth < kLeastWorth) continue;
    deal::Evidence words = EvidenceOf(call, one.line, sentence.span);
    if (quotes.Request(words) != nullptr || LooksBack(words.quote) || RefusesUs(words.quote))
      continue;
    if (!fitness.Of(sentence, words)) continue;
    // "So it's only that" tells a reader nothing.
    const auto stems = static_cast<float>(ContentStems(words.quote).size());
    telling.emplace_back(worth * std::min(1.0F, stems / kFullStems), std::move(words));
  }
  std::stable_sort(telling.begin(), telling.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  for (size_t i = 0; i < std::min(kMaxEmailQuotes, telling.size()); ++i) {
    quotes.telling.push_back(std::move(telling[i].second));
  }
  if (telling.size() > kMaxEmailQuotes) quotes.spare = std::move(telling[kMaxEmailQuotes].second);
  return quotes;
}

}  // namespace throughline::router::extractive
