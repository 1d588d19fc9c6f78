#include "services/router/domain/extractive/facts/deal.h"

#include <algorithm>
#include <optional>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/civil_time.h"
#include "re2/re2.h"
#include "services/router/domain/extractive/analysis/agreed_days.h"
#include "services/router/domain/extractive/email/words.h"
#include "services/router/domain/extractive/facts/facts.h"
#include "services/router/domain/extractive/facts/statements.h"
#include "services/router/domain/extractive/language/clause.h"
#include "services/router/domain/extractive/language/dates.h"
#include "services/router/domain/extractive/short_turns.h"

namespace throughline::router::extractive {
namespace {

using deal::Analysis;
using deal::Blocker;
using deal::BlockerStatus;
using deal::Evidence;
using deal::Fact;
using deal::FactKind;
using deal::Stakeholder;
using deal::StakeholderRole;
using transcript::Side;

constexpr double kUsefulness = 3;
constexpr double kConfidence = 0.8;

class Teller {
 public:
  Teller(const CallInput& input, const Analysis& analysis, const Cast& cast)
      : input_(input),
        analysis_(analysis),
        cast_(cast),
        today_(absl::ToCivilDay(input.occurred_at, absl::UTCTimeZone())) {}

  std::vector<ScoredFact> Run() {
    NextCall();
    NextStep();
    for (const Blocker& blocker : analysis_.open_blockers) Matter(blocker);
    for (const Blocker& blocker : analysis_.resolved_blockers) Matter(blocker);
    for (const Stakeholder& person : analysis_.stakeholders) Arrival(person);
    for (const Stakeholder& person : analysis_.decision_makers) Decider(person);
    std::erase_if(facts_,
                  [this](const ScoredFact& fact) { return RestsOnInstruction(fact.second); });
    return std::move(facts_);
  }

 private:
  Fact& Add(FactKind kind, std::string text, std::vector<Evidence> evidence) {
    Fact fact;
    fact.kind = kind;
    fact.text = Capitalized(text);
    fact.evidence = std::move(evidence);
    fact.confidence = kConfidence;
    fact.valid_from = input_.occurred_at;
    fact.tags.push_back(kDealTag);
    facts_.emplace_back(kUsefulness, std::move(fact));
    return facts_.back().second;
  }

  bool RestsOnInstruction(const Fact& fact) const {
    return std::any_of(fact.evidence.begin(), fact.evidence.end(), [&](const Evidence& words) {
      return IsSuspicious(analysis_.suspicious_content, input_.transcript, words);
    });
  }

  bool OfThisCall(const Evidence& evidence) const {
    return evidence.call_id == input_.call_id && !evidence.quote.empty();
  }

  std::string SpeakerOf(const Evidence& evidence) const {
    const transcript::Turn* const turn = TurnAt(input_.transcript, evidence.turn);
    return turn != nullptr && OfThisCall(evidence) ? cast_.VoiceOf(*turn) : evidence.speaker;
  }

  static std::string Names(const std::vector<std::string>& names) {
    return absl::StrJoin(names, " and ");
  }

  // "The next call between Northwind Foods and Acme is on Monday, June 8."
  void NextCall() {
    const AgreedDays agreed = AgreedDaysOf(input_, cast_.patience());
    if (!agreed.meeting) return;
    Fact& fact = Add(FactKind::kTimeline,
                     absl::StrCat("The next call between ", cast_.customer(), " and ",
                                  cast_.seller(), " is on ", FormatDay(agreed.meeting->day), "."),
                     {agreed.meeting->evidence});
    fact.attribute = "next_call";
    fact.value = absl::FormatCivilTime(agreed.meeting->day);
  }

  // The sentence that holds the step, told of its speaker.
  std::string Told(const Evidence& evidence) const {
    const Reading reading = ReadTurn(evidence.quote);
    const bool asks = std::any_of(reading.sentences.begin(), reading.sentences.end(),
                                  [](const Sentence& sentence) { return sentence.question; });
    const std::string clean = Clean(evidence.quote, cast_).text;
    if (clean.empty()) return "";
    if (asks || HasDirectSpeech(clean)) return absl::StrCat("\"", evidence.quote, "\"");
    return WithDates(WithCurrency(WithDigits(RetoldWords(clean, SpeakerOf(evidence),
                                                         cast_.only_customer(), cast_)),
                                  cast_),
                     today_);
  }

  // "Next step: Tom Beck: Tom will send the signed letter; due Friday, June 5; it goes to Ana
  // Ruiz, copy Priya Nair; it concerns the residency letter."
  void NextStep() {
    const std::optional<deal::NextStep>& step = analysis_.next_step;
    if (!step || !OfThisCall(step->evidence)) return;
    const std::string told = Told(step->evidence);
    if (told.empty()) return;
    std::vector<Evidence> evidence = {step->evidence};
    std::string text = absl::StrCat("Next step: ", told);
    if (step->due_date) absl::StrAppend(&text, "; due ", FormatDay(*step->due_date));
    const deal::FollowUp& follow_up = analysis_.follow_up;
    if (!follow_up.evidence.empty() && OfThisCall(follow_up.evidence.front())) {
      absl::StrAppend(&text, "; the follow-up goes to ", follow_up.recipient);
      if (!follow_up.copy.empty()) absl::StrAppend(&text, ", copy ", Names(follow_up.copy));
      evidence.push_back(follow_up.evidence.front());
    }
    const std::optional<Blocker>& primary = analysis_.primary_blocker;
    if (primary && !primary->object.empty() && !primary->history.empty() &&
        OfThisCall(primary->history.back().evidence)) {
      absl::StrAppend(&text, "; it concerns ", WithArticle(primary->object, cast_));
      evidence.push_back(primary->history.back().evidence);
    }
    Fact& fact = Add(FactKind::kCommitment, absl::StrCat(text, "."), std::move(evidence));
    fact.attribute = "next_step";
    fact.value = step->due_date ? absl::FormatCivilTime(*step->due_date) : told;
  }

  // What this call did to a matter, in the words that did it.
  void Matter(const Blocker& blocker) {
    if (blocker.object.empty() || blocker.history.empty()) return;
    const deal::BlockerTransition& last = blocker.history.back();
    if (!OfThisCall(last.evidence)) return;
    const bool open = deal::IsOpen(blocker.status);
    const char* state = !open                                     ? " is settled"
                        : last.status == BlockerStatus::kReopened ? " is open again"
                                                                  : " is open";
    const std::string speaker = SpeakerOf(last.evidence);
    Add(open ? FactKind::kObjection : FactKind::kDecision,
        absl::StrCat(WithArticle(blocker.object, cast_), state, ": ",
                     speaker.empty() ? cast_.customer() : speaker, " said \"", last.evidence.quote,
                     "\""),
        {last.evidence});
  }

  bool IsKnown(const Stakeholder& person) const {
    return std::any_of(input_.known.stakeholders.begin(), input_.known.stakeholders.end(),
                       [&](const Stakeholder& known) {
                         return known.name == person.name && !known.title.empty();
                       });
  }

  // Where somebody says the title; a header's title has no words on the call to rest on.
  std::optional<Evidence> EvidenceOfTitle(const Stakeholder& person) const {
    const std::string title = absl::AsciiStrToLower(person.title);
    for (const transcript::Turn& turn : input_.transcript.turns) {
      const size_t said = absl::AsciiStrToLower(turn.text).find(title);
      if (said == std::string::npos) continue;
      const Reading reading = ReadTurn(turn.text);
      for (const Sentence& sentence : reading.sentences) {
        if (said < sentence.span.begin || said >= sentence.span.end) continue;
        return Evidence{input_.call_id, turn.index, turn.speaker, Quote(turn.text, sentence.span)};
      }
    }
    return std::nullopt;
  }

  // "Ana Ruiz is Operations Director of Northwind Foods." Once, when somebody is met.
  void Arrival(const Stakeholder& person) {
    if (person.name.empty() || person.title.empty() || IsKnown(person)) return;
    if (cast_.SideOf(person.name) == Side::kSeller) return;
    std::optional<Evidence> evidence = EvidenceOfTitle(person);
    if (!evidence) return;
    Fact& fact = Add(FactKind::kStakeholder,
                     absl::StrCat(person.name, " is ", person.title, " of ", cast_.customer(), "."),
                     {*std::move(evidence)});
    fact.subject = person.name;
    fact.attribute = "title";
    fact.value = person.title;
  }

  static const char* SayOf(StakeholderRole role) {
    switch (role) {
      case StakeholderRole::kEconomicBuyer:
        return " decides and signs";
      case StakeholderRole::kCoSigner:
        return " signs as well";
      case StakeholderRole::kApprover:
        return " has to approve";
      default:
        return nullptr;
    }
  }

  // The words themselves have to say it; what the whole call suggests is no fact.
  static bool SpeaksOfAuthority(absl::string_view quote) {
    static const RE2& words = *new RE2(
        "(?i)\\b(?:sign|signs|signed|signature|signing|approv\\w*|decid\\w*|decision|my call|his "
        "call|"
        "her call|final|pen|authority|award|ratif\\w*|vote\\w*|veto|budget|release|releases|agree|"
        "agrees|say yes|say no|says yes|says no|a yes|a no|can't move|cannot "
        "move|until|without)\\b");
    return RE2::PartialMatch(re2::StringPiece(quote.data(), quote.size()), words);
  }

  // Whose yes it takes, by the words that gave it to them.
  void Decider(const Stakeholder& person) {
    const char* say = SayOf(person.role);
    if (say == nullptr) return;
    for (const Evidence& evidence : person.authority_evidence) {
      if (!OfThisCall(evidence) || !SpeaksOfAuthority(evidence.quote)) continue;
      const std::string speaker = SpeakerOf(evidence);
      const bool own = speaker == person.name || speaker.empty();
      Fact& fact = Add(FactKind::kStakeholder,
                       absl::StrCat(person.name, say, ": ", own ? "" : speaker, own ? "" : " said ",
                                    "\"", evidence.quote, "\""),
                       {evidence});
      fact.subject = person.name;
      return;
    }
  }

  const CallInput& input_;
  const Analysis& analysis_;
  const Cast& cast_;
  const absl::CivilDay today_;
  std::vector<ScoredFact> facts_;
};

}  // namespace

std::vector<ScoredFact> DealFacts(const CallInput& input, const Analysis& analysis,
                                  const Cast& cast) {
  if (!analysis.is_sales_call) return {};
  return Teller(input, analysis, cast).Run();
}

}  // namespace throughline::router::extractive
