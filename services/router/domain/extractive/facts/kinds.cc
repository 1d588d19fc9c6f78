#include <algorithm>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "re2/re2.h"
#include "services/router/domain/extractive/facts/facts.h"
#include "services/router/domain/extractive/language/clause.h"
#include "services/router/domain/extractive/language/dates.h"
#include "services/router/domain/extractive/language/money.h"
#include "services/router/domain/extractive/language/text.h"

namespace throughline::router::extractive {
namespace {

using deal::FactKind;
using transcript::Side;

// A seller's words need more behind them than the customer's: pitch is no fact.
constexpr double kSellerHandicap = 0.5;

// The one amount of money in the text, formatted; empty when it names none or several.
std::string OnlyAmount(absl::string_view text) {
  const Reading reading = ReadTurn(text);
  const std::vector<MoneyMention> amounts = FindMoney(reading, 0, reading.tokens.size());
  return amounts.size() == 1 ? FormatMoney(amounts.front().amount) : "";
}

std::string FirstDay(absl::string_view text, absl::CivilDay today) {
  const Reading reading = ReadTurn(text);
  const std::vector<DateMention> days = FindDates(reading, 0, reading.tokens.size(), today);
  return days.empty() ? "" : absl::FormatCivilTime(days.front().day);
}

// "Friday works", "the fourth is good": a date agreed to says nothing without what it is for.
bool IsAgreement(absl::string_view text) {
  static const RE2& agreed = *new RE2(
      "(?i)^(?:the )?[\\w-]+(?: the)?(?: [\\w-]+)?(?: is| are|'s)? (?:works|good|fine|perfect|it "
      "is|"
      "okay)(?: for (?:me|us))?$");
  return Matches(text, agreed);
}

bool Unfit(const Statement& statement) {
  if (IsAgreement(statement.clean) && !statement.Has("decision")) return true;
  return statement.clean.empty() || statement.Has("instruction") || statement.Has("health") ||
         statement.Has("anecdote") || statement.Has("hypothetical") || statement.called_colleague;
}

double CueWeight(const Statement& statement) {
  // What moves a deal weighs more than what dates or colours it.
  static constexpr absl::string_view kStrong[] = {
      "need", "preference", "stakeholder", "decision", "objection", "competitor", "trigger"};
  static constexpr absl::string_view kSupporting[] = {"personal", "budget", "commitment",
                                                      "timeline"};
  double weight = 0;
  for (const absl::string_view kind : kStrong) weight += statement.Has(kind) ? 1.3 : 0;
  for (const absl::string_view kind : kSupporting) weight += statement.Has(kind) ? 1.0 : 0;
  return std::min(weight, 3.0);
}

double ContentWeight(const Statement& statement) {
  if (statement.content_words >= 5) return 1.6;
  if (statement.content_words == 4) return 1.1;
  return statement.content_words == 3 ? 0.6 : 0.3;
}

double SellerUsefulness(const Statement& statement, double score) {
  const bool answers = statement.asked_turn != nullptr && statement.content_words >= 2;
  const bool concrete = statement.numbers > 0 || statement.names > 0 || answers;
  const bool offers = statement.Has("commitment") || statement.Has("decision");
  if (!concrete && !(offers && statement.Has("topic"))) return 0;
  return score - kSellerHandicap + (statement.agreed ? 0.5 : 0);
}

// Asked by the customer: worth keeping when it shows a concern that is more than the price.
double QuestionUsefulness(const Statement& statement) {
  if (statement.words > 30) return 0;
  for (const CueMatch& match : BuiltinLexicon().Match(ReadTurn(statement.clean))) {
    const bool concern = match.cue->kind == "topic" && !match.cue->category.empty() &&
                         match.cue->category != "price" && match.cue->category != "timing" &&
                         match.cue->category != "none";
    if (concern) return kWorthKeeping;
  }
  return 0;
}

}  // namespace

double Usefulness(const Statement& statement) {
  if (Unfit(statement)) return 0;
  if (statement.question) {
    return statement.side == Side::kSeller ? 0 : QuestionUsefulness(statement);
  }
  const bool answer = statement.asked_turn != nullptr;
  const int topics = statement.cues.Of("topic");
  const double cues = CueWeight(statement);
  const bool counted_answer = answer && statement.numbers > 0;
  // Nothing of the deal in it: no word of business, figure, name or cue.
  if (topics == 0 && cues == 0 && statement.numbers == 0 && statement.names == 0) return 0;
  if (statement.Has("smalltalk") && cues == 0) return 0;
  if (statement.content_words < 2 && !counted_answer && cues == 0) return 0;
  if (statement.content_words == 0 && !counted_answer) return 0;
  double score = std::min(topics, 3) * 0.7 + cues + ContentWeight(statement);
  score += std::min(statement.numbers, 3) * 0.8;
  score += std::min(statement.names, 2) * 0.6;
  if (counted_answer) score += 0.6;
  if (statement.Has("smalltalk")) score -= statement.content_words >= 6 ? 0.8 : 2.0;
  if (statement.pronoun_first && !answer) score -= 0.8;
  return statement.side == Side::kSeller ? SellerUsefulness(statement, score) : score;
}

double PassageUsefulness(const Statement& passage) {
  const int topics = passage.cues.Of("topic");
  double score = std::min(topics, 3) * 0.7 + CueWeight(passage) + ContentWeight(passage);
  score += std::min(passage.numbers, 3) * 0.8 + std::min(passage.names, 2) * 0.6;
  if (passage.Has("smalltalk")) score -= passage.content_words >= 6 ? 0.8 : 2.0;
  return passage.side == Side::kSeller ? SellerUsefulness(passage, score) : score;
}

FactKind KindOf(const Statement& statement) {
  const bool seller = statement.side == Side::kSeller;
  if (statement.question) return FactKind::kStatement;
  if (seller) return statement.Has("commitment") ? FactKind::kCommitment : FactKind::kStatement;
  if (statement.Has("personal")) return FactKind::kPersonal;
  if (statement.Has("preference")) return FactKind::kPreference;
  if (statement.Has("competitor") && !statement.Has("need")) return FactKind::kCompetitor;
  if (statement.Has("budget") && statement.numbers > 0) return FactKind::kBudget;
  if (statement.Has("stakeholder")) return FactKind::kStakeholder;
  if (statement.Has("objection")) return FactKind::kObjection;
  if (statement.Has("decision")) return FactKind::kDecision;
  if (statement.Has("commitment")) return FactKind::kCommitment;
  if (statement.Has("timeline")) return FactKind::kTimeline;
  if (statement.Has("trigger")) return FactKind::kTrigger;
  if (statement.Has("budget")) return FactKind::kBudget;
  return FactKind::kStatement;
}

std::optional<Property> PropertyOf(const Statement& statement, FactKind kind, const Cast& cast,
                                   absl::CivilDay today) {
  if (statement.question || statement.Has("hedge")) return std::nullopt;
  const std::string& text = statement.clean;
  const std::string& speaker = statement.voice;
  static const RE2& condition = *new RE2("(?i)\\b(if|unless|until|when)\\b");
  if (Matches(text, condition)) return std::nullopt;
  if (statement.side == Side::kSeller) {
    static const RE2& price = *new RE2(
        "(?i)(\\ba (month|year|seat|user)\\b|\\bper (month|year|seat|user|room|unit)\\b|\\blist\\b|"
        "\\bprice\\b|\\bquote\\b|\\ball in\\b)");
    const std::string amount = OnlyAmount(text);
    if (amount.empty() || !Matches(text, price)) return std::nullopt;
    return Property{cast.seller(), "price_offered", amount};
  }
  if (kind == FactKind::kBudget) {
    static const RE2& budget = *new RE2(
        "(?i)\\b(my|our|the) (cap|budget|ceiling|limit|line|envelope)\\b|\\bin the "
        ".*(line|budget)\\b|"
        "\\bbudget (is|of)\\b");
    const std::string amount = OnlyAmount(text);
    if (!amount.empty() && Matches(text, budget)) return Property{"", "budget", amount};
  }
  static const RE2& sole_signer = *new RE2(
      "(?i)\\b(i'm|i am) the one who (signs|decides|approves)|\\bit(?:'s| is) my "
      "(call|decision)\\b");
  if (!speaker.empty() && Matches(text, sole_signer)) {
    return Property{"", "decision_owner", speaker};
  }
  static const RE2& live = *new RE2("(?i)\\b(go|goes|going|be|is|something) live\\b|\\bgo-live\\b");
  if (Matches(text, live)) {
    const std::string day = FirstDay(text, today);
    if (!day.empty()) return Property{"", "go_live_date", day};
  }
  static const RE2& email =
      *new RE2("(?i)\\be-?mail('s| is| works)?( is)?( fine| best| better| please|$|[.,;])");
  if (!speaker.empty() && Matches(text, email) && !absl::StrContains(text, "not email")) {
    return Property{speaker, "channel", "email"};
  }
  return std::nullopt;
}

double Confidence(const Statement& statement) {
  double confidence = statement.side == Side::kSeller ? 0.8 : 0.9;
  static const RE2& condition = *new RE2("(?i)\\b(if|unless)\\b");
  if (statement.Has("hedge")) confidence -= 0.25;
  if (Matches(statement.clean, condition)) confidence -= 0.1;
  if (statement.pronoun_first) confidence -= 0.1;
  if (statement.question || statement.asked_turn != nullptr) confidence -= 0.1;
  if (statement.agreed) confidence += 0.05;
  return std::clamp(confidence, 0.3, 0.95);
}

}  // namespace throughline::router::extractive
