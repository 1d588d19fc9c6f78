#include "services/router/domain/extractive/email/days.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "re2/re2.h"
#include "services/router/domain/extractive/email/checks.h"
#include "services/router/domain/extractive/email/cues.h"
#include "services/router/domain/extractive/facts/facts.h"
#include "services/router/domain/extractive/language/dates.h"
#include "services/router/domain/extractive/language/text.h"
#include "services/router/domain/extractive/language/tokens.h"

namespace throughline::router::extractive {
namespace {

using transcript::Side;

constexpr size_t kMostMatterWords = 24;
constexpr size_t kMostPhraseWords = 12;

// "They sit on the ninth of October": what the day is for, said to the reader.
std::string MatterOf(const EmailCall& call, const AgreedDay& other) {
  const std::string date = FormatDay(other.day);
  for (const Statement& statement : call.Statements()) {
    const bool says = statement.turn->index == other.evidence.turn &&
                      (absl::StrContains(statement.quote, other.evidence.quote) ||
                       absl::StrContains(other.evidence.quote, statement.quote));
    if (!says || statement.question) continue;
    for (const std::string& piece : statement.pieces) {
      if (WordCount(piece) > kMostMatterWords || WordsBesidesDates(piece) == 0) continue;
      if (!absl::StrContains(SpellOut(piece, call.reader().today), date)) continue;
      if (IsVerbless(piece) || !call.Presentable(statement, piece)) continue;
      const std::string own = WithoutTies(piece);
      if (!TellsOfDay(own) || LooksBack(own)) continue;
      std::string text = call.ToReader(statement, own);
      if (absl::StrContains(text, date)) return text;
    }
  }
  return "";
}

// What the day is for in key words, where they or the words they answer say so: "the order on
// Monday, March 30", "a call on Thursday, April 2".
std::string PhraseOf(const EmailCall& call, const AgreedDay& other) {
  const std::string date = FormatDay(other.day);
  std::string talk;
  for (const Statement& statement : call.Statements()) {
    const int32_t distance = other.evidence.turn - statement.turn->index;
    if (distance < 0 || distance > 1) continue;
    for (const std::string& piece : statement.pieces) {
      if (!absl::StrContains(SpellOut(piece, call.reader().today), date)) continue;
      if (Says(piece, "talk") && !Says(piece, "talk.of.others")) {
        talk = absl::StrCat("a call on ", date);
      }
      const bool says = distance == 0 && !statement.question && IsVerbless(piece) &&
                        WordsBesidesDates(piece) > 0 && WordCount(piece) <= kMostPhraseWords;
      if (!says || !call.Presentable(statement, piece) || !ReadsAsRecap(piece)) continue;
      const std::string own = WithoutTies(piece);
      const std::string text =
          statement.side == Side::kSeller
              ? Uncapitalized(SellerToReader(own, statement, call.reader(), call.cast()),
                              call.cast())
              : ListedToReader(own, statement, call.reader(), call.cast());
      static const RE2& loose = *new RE2(
          "(?i)^(?:january|february|march|april|may|june|july|august|september|october|november|"
          "december|\\w+day|say|yes|no)\\b|, (?:yes|no|okay|right)\\b");
      if (absl::StrContains(text, date) && !Matches(text, loose)) return text;
    }
  }
  return talk;
}

// The day the analysis gives the next step, unless it is the next conversation.
void NextStepDay(const EmailCall& call, EmailMaterial& material) {
  const std::optional<deal::NextStep>& next = call.input().analysis.next_step;
  if (material.promised || !next || !next->due_date) return;
  if (material.meeting && material.meeting->day == *next->due_date) return;
  material.promised = EmailDay{*next->due_date, next->evidence};
}

// First name of who of the reader's colleagues the next conversation is with; may be empty.
std::string JoinedBy(const EmailCall& call, const std::string& quote) {
  static const RE2& with =
      *new RE2("(?i)\\b(?:call|meeting|talk|sit down|session) with ([A-Z][\\w'-]+)");
  std::string name;
  if (!RE2::PartialMatch(quote, with, &name)) return "";
  const std::string person = call.cast().Resolve(name);
  const bool colleague =
      person != call.reader().name && call.cast().SideOf(person) == Side::kCustomer;
  return colleague ? name : "";
}

}  // namespace

void FindDays(const EmailCall& call, EmailMaterial& material) {
  if (call.agreed().delivery) {
    material.promised = EmailDay{call.agreed().delivery->day, call.agreed().delivery->evidence};
  }
  for (const AgreedDay& other : call.agreed().others) {
    EmailDay day{other.day, other.evidence, MatterOf(call, other)};
    if (day.matter.empty()) day.phrase = PhraseOf(call, other);
    material.other_days.push_back(std::move(day));
  }
  std::sort(material.other_days.begin(), material.other_days.end(),
            [](const EmailDay& a, const EmailDay& b) { return a.day < b.day; });
}

void FindMeeting(const EmailCall& call, EmailMaterial& material) {
  if (call.agreed().meeting) {
    material.meeting = EmailDay{call.agreed().meeting->day, call.agreed().meeting->evidence};
    material.meeting_with = JoinedBy(call, material.meeting->evidence.quote);
  }
  NextStepDay(call, material);
}

void FindDeadline(const EmailCall& call, EmailMaterial& material) {
  Candidate best;
  for (const Statement& statement : call.Statements()) {
    if (statement.question) continue;
    for (const std::string& piece : statement.pieces) {
      if (!Says(piece, "limit") || !call.Presentable(statement, piece) || IsVerbless(piece))
        continue;
      if (LooksBack(piece) && !Says(piece, "has.got")) continue;
      const auto day = DayIn(piece, call.reader().today);
      const bool other_day = day && (!material.promised || *day != material.promised->day) &&
                             (!material.meeting || *day != material.meeting->day);
      if (!other_day || IsSomebodysOwnDay(piece)) continue;
      const double worth =
          call.Relevance(statement, piece) + (statement.side == Side::kSeller ? 0 : 0.6);
      if (worth > std::max(best.worth, kLeastEmailWorth)) best = {&statement, piece, worth};
    }
  }
  if (best.statement == nullptr) return;
  std::string text = call.ToReader(*best.statement, best.clean);
  if (!text.empty())
    material.deadline = EmailLine{std::move(text), call.EvidenceOf(*best.statement)};
}

void FindLater(const EmailCall& call, EmailMaterial& material) {
  for (const Statement& statement : call.Statements()) {
    if (statement.voice != call.reader().name || statement.question) continue;
    for (const std::string& piece : statement.pieces) {
      if (!Says(piece, "write.again") || !call.Presentable(statement, piece)) continue;
      std::string text = CustomerToReader(piece, statement, call.reader(), call.cast());
      if (!text.empty()) material.later = EmailLine{std::move(text), call.EvidenceOf(statement)};
    }
  }
}

}  // namespace throughline::router::extractive
