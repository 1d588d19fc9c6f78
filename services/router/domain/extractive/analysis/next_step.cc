#include "services/router/domain/extractive/analysis/next_step.h"

#include <vector>

#include "services/router/domain/extractive/analysis/agreed_days.h"
#include "services/router/domain/extractive/language/dates.h"
#include "services/router/domain/extractive/language/money.h"
#include "services/router/domain/extractive/language/word_lists.h"

namespace throughline::router::extractive {
namespace {

using transcript::Side;

// A promise may get its date in one of the next turns ("By when?" "Tuesday.").
constexpr size_t kDateLookAheadLines = 2;

std::optional<absl::CivilDay> DateIn(const CallView& call, size_t line, const Span& span) {
  const auto dates =
      FindDates(call.lines[line].reading, span.first_token, span.last_token, call.today);
  for (const DateMention& date : dates) {
    if (date.exact && date.day >= call.today) return date.day;
  }
  return std::nullopt;
}

std::string SellerName(const CallView& call, size_t near) {
  for (size_t i = near + 1; i-- > 0;) {
    if (call.lines[i].side == Side::kSeller) return call.lines[i].turn->speaker;
  }
  for (const Line& line : call.lines) {
    if (line.side == Side::kSeller) return line.turn->speaker;
  }
  return "";
}

std::optional<deal::NextStep> StepAt(const CallView& call, size_t line, const CueMatch& match) {
  const Reading& reading = call.lines[line].reading;
  const Sentence& sentence = reading.sentences[SentenceOf(reading, match.first_token)];
  deal::NextStep step;
  step.evidence = EvidenceOf(call, line, sentence.span);
  step.description = step.evidence.quote;
  step.owner = SellerName(call, line);
  step.due_date = DateIn(call, line, sentence.span);
  if (!step.due_date) {
    for (size_t next = line + 1; next < call.lines.size() && next <= line + kDateLookAheadLines;
         ++next) {
      const std::vector<Token>& tokens = call.lines[next].reading.tokens;
      if (tokens.empty()) continue;
      step.due_date = DateIn(call, next, {0, tokens.size(), 0, 0});
      if (step.due_date) break;
    }
  }
  return step;
}

deal::NextStep StepOf(const CallView& call, const AgreedDay& agreed) {
  deal::NextStep step;
  step.evidence = agreed.evidence;
  step.description = agreed.evidence.quote;
  step.owner = SellerName(call, agreed.line);
  step.due_date = agreed.day;
  return step;
}

bool HasTopicOfMoney(const Line& line, size_t sentence) {
  const Span& span = line.reading.sentences[sentence].span;
  const absl::Span<const CueMatch> matches = MatchesIn(line, span.first_token, span.last_token);
  return std::any_of(matches.begin(), matches.end(), [](const CueMatch& match) {
    return match.cue->kind == "topic" &&
           (match.cue->category == "budget" || match.cue->category == "price");
  });
}

}  // namespace

std::optional<deal::NextStep> FindNextStep(const CallView& call) {
  const AgreedDays agreed = AgreedDaysOf(call);
  std::optional<deal::NextStep> delivery, dated, meeting, undated;
  for (size_t i = 0; i < call.lines.size(); ++i) {
    const Line& line = call.lines[i];
    for (const CueMatch& match : line.matches) {
      const bool promise = match.cue->kind == "promise" && line.side == Side::kSeller;
      const bool request = match.cue->kind == "send.me" && line.side == Side::kCustomer;
      const bool meet = match.cue->kind == "meet";
      if (!promise && !request && !meet) continue;
      const Guards& guards = GuardsAt(line, match.first_token);
      if (guards.anecdote || (guards.question && !meet)) continue;
      std::optional<deal::NextStep> step = StepAt(call, i, match);
      if (meet) {
        if (step->due_date) meeting = step;
      } else if (step->due_date) {
        if (agreed.delivery && step->due_date == agreed.delivery->day) delivery = step;
        dated = step;
      } else if (promise) {
        undated = step;
      }
    }
  }
  if (delivery) return delivery;
  if (agreed.delivery) return StepOf(call, *agreed.delivery);
  if (dated) return dated;
  if (agreed.meeting) return StepOf(call, *agreed.meeting);
  return meeting ? meeting : undated;
}

std::string FindTimeline(const CallView& call) {
  static const WordSet& milestones = WordList("milestone");
  std::string timeline;
  for (size_t i = 0; i < call.lines.size(); ++i) {
    const Line& line = call.lines[i];
    if (line.side != Side::kCustomer) continue;
    for (const Sentence& sentence : line.reading.sentences) {
      if (sentence.question) continue;
      bool milestone = false;
      for (size_t t = sentence.span.first_token; t < sentence.span.last_token; ++t) {
        const absl::string_view word = line.reading.tokens[t].text;
        milestone |= milestones.contains(word);
      }
      const bool dated = milestone && !FindDates(line.reading, sentence.span.first_token,
                                                 sentence.span.last_token, call.today)
                                           .empty();
      if (dated) timeline = Quote(line.turn->text, sentence.span);
    }
  }
  return timeline;
}

std::string FindBudget(const CallView& call) {
  std::string budget;
  for (const Line& line : call.lines) {
    if (line.side != Side::kCustomer) continue;
    for (size_t s = 0; s < line.reading.sentences.size(); ++s) {
      const Sentence& sentence = line.reading.sentences[s];
      if (sentence.question || !HasTopicOfMoney(line, s)) continue;
      const Guards& guards = GuardsAt(line, sentence.span.first_token);
      if (guards.anecdote || guards.third_party) continue;
      const bool amount =
          !FindMoney(line.reading, sentence.span.first_token, sentence.span.last_token).empty();
      if (amount || SentenceHas(line, s, "settle") || SentenceHas(line, s, "raise")) {
        budget = Quote(line.turn->text, sentence.span);
      }
    }
  }
  return budget;
}

}  // namespace throughline::router::extractive
