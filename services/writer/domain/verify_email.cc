#include "services/writer/domain/verify_email.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/civil_time.h"
#include "common/grounding/evidence.h"
#include "common/grounding/instructed_words.h"
#include "common/grounding/language.h"
#include "re2/re2.h"
#include "services/writer/domain/check_email.h"
#include "services/writer/domain/next_step.h"
#include "services/writer/domain/quantities.h"
#include "services/writer/domain/wording.h"

namespace throughline::writer {
namespace {

// Every number and date that somebody gave. What was known before the call is read when the call
// does not give what an e-mail says: most of what there is to read, and seldom needed.
class Ground {
 public:
  // `task` outlives this.
  explicit Ground(const EmailTask& task)
      : transcript_(task.call.transcript), known_(&task.call.known) {
    for (const transcript::Turn& turn : task.call.transcript.turns) Add(turn.text);
    said_ = quantities_;
    if (task.call.transcript.occurred_at) {
      call_day_ = absl::ToCivilDay(*task.call.transcript.occurred_at, absl::UTCTimeZone());
      Add(call_day_);
    }
    Add(task.call.seller_name);
    Add(task.call.customer_name);
    AddAnalysis(task.analysis);
  }

  // The first quantity of `sentence` that nobody gave and that does not follow from what was given;
  // empty when there is none.
  std::string FirstUnknown(absl::string_view sentence) {
    const Quantities claimed = QuantitiesClaimed(sentence);
    std::string unknown = FirstUnknownOf(claimed);
    if (unknown.empty() || known_ == nullptr) return unknown;
    AddKnown(*std::exchange(known_, nullptr));
    return FirstUnknownOf(claimed);
  }

 private:
  std::string FirstUnknownOf(const Quantities& claimed) const {
    Quantities followed;
    for (const absl::CivilDay day : DaysNamed(claimed, call_day_)) {
      if (Follows(day)) followed.merge(QuantitiesOf(day));
    }
    for (const std::string& quantity : claimed) {
      if (!quantities_.contains(quantity) && !followed.contains(quantity)) return quantity;
    }
    return "";
  }

  // "Friday", said on a Tuesday, is a date; so are "the ninth", "tomorrow" and "the end of June";
  // and a date that was said has a day of the week.
  bool Follows(absl::CivilDay day) const {
    constexpr int kMaxDaysFromCall = 21;
    constexpr int kMonthDays = 31;
    const auto given = [&](const std::string& quantity) { return quantities_.contains(quantity); };
    const absl::civil_diff_t distance = day - call_day_;
    if (given(absl::StrCat("month ", day.month()))) {
      if (given(absl::StrCat(day.day()))) return true;
      static const RE2& month_end = *new RE2("(?i)\\bend of \\w");
      if (day + 1 == absl::CivilDay(absl::CivilMonth(day) + 1) && IsSaid(month_end)) return true;
    }
    if (distance > 0 && distance <= kMonthDays && said_.contains(absl::StrCat(day.day()))) {
      return true;
    }
    static const RE2& tomorrow = *new RE2("(?i)\\btomorrow\\b");
    if (distance == 1 && IsSaid(tomorrow)) return true;
    const int weekday = static_cast<int>(absl::GetWeekday(day)) + 1;
    return distance >= -kMaxDaysFromCall && distance <= kMaxDaysFromCall &&
           said_.contains(absl::StrCat("weekday ", weekday));
  }

  // In the call itself.
  bool IsSaid(const RE2& words) const {
    return std::any_of(
        transcript_.turns.begin(), transcript_.turns.end(),
        [&](const transcript::Turn& turn) { return RE2::PartialMatch(turn.text, words); });
  }

  void Add(absl::string_view text) {
    // Memory repeats what was said.
    if (read_.insert(text).second) quantities_.merge(QuantitiesMentioned(text));
  }
  void Add(absl::Time time) { Add(absl::ToCivilDay(time, absl::UTCTimeZone())); }
  void Add(absl::CivilDay day) { quantities_.merge(QuantitiesOf(day)); }

  void AddBlocker(const deal::Blocker& blocker) {
    for (const std::string* text :
         {&blocker.object, &blocker.description, &blocker.clearing_condition}) {
      Add(*text);
    }
    for (const deal::BlockerTransition& step : blocker.history) {
      Add(step.evidence.quote);
      Add(step.at);
    }
  }

  void AddKnown(const deal::DealState& known) {
    for (const deal::Blocker& blocker : known.blockers) AddBlocker(blocker);
    for (const deal::TimelineEntry& call : known.timeline) Add(call.occurred_at);
    for (const deal::Fact& fact : known.facts) {
      Add(fact.text);
      Add(fact.value);
      for (const deal::Evidence& evidence : fact.evidence) Add(evidence.quote);
    }
  }

  void AddAnalysis(const deal::Analysis& analysis) {
    for (const deal::Blocker& blocker : analysis.open_blockers) AddBlocker(blocker);
    for (const deal::Blocker& blocker : analysis.resolved_blockers) AddBlocker(blocker);
    Add(analysis.budget);
    Add(analysis.timeline);
    if (!analysis.next_step) return;
    Add(analysis.next_step->description);
    if (analysis.next_step->due_date) Add(*analysis.next_step->due_date);
  }

  const transcript::Transcript& transcript_;
  const deal::DealState* known_;  // until it has been read
  absl::CivilDay call_day_;
  absl::flat_hash_set<absl::string_view> read_;  // texts of the task, which outlives this
  Quantities said_;                              // in the call itself
  Quantities quantities_;                        // anywhere
};

// The address a call gave for `name`; empty when none did.
std::string KnownAddress(const EmailTask& task, const std::string& name) {
  for (const transcript::Participant& person : task.call.transcript.participants) {
    if (person.name == name && !person.email.empty()) return person.email;
  }
  for (const auto* people : {&task.analysis.decision_makers, &task.analysis.stakeholders,
                             &task.call.known.stakeholders}) {
    for (const deal::Stakeholder& person : *people) {
      if (person.name == name && !person.email.empty()) return person.email;
    }
  }
  return "";
}

class Verification {
 public:
  Verification(const EmailTask& task, bool is_models)
      : task_(task),
        checker_(task.call,
                 grounding::InstructedWords(task.call, task.analysis.suspicious_content)),
        ground_(task),
        is_models_(is_models) {
    if (is_models_) promised_ = PromisedWords();
  }

  VerifiedEmail Run(deal::Email draft) {
    email_ = std::move(draft);
    email_.body = WithoutRepeatedDays(std::move(email_.body));
    for (deal::EmailClaim& claim : email_.claims) {
      claim.text = WithoutRepeatedDays(std::move(claim.text));
    }
    VerifyRecipients();
    VerifyClaims();
    VerifySentences();
    if (const std::string why = WhyNot(email_.subject); !why.empty()) {
      Drop(email_.subject, absl::StrCat("the subject: ", why));
      email_.subject = task_.analysis.primary_blocker ? task_.analysis.primary_blocker->object
                                                      : "Follow-up to our call";
    }
    std::erase_if(email_.claims, [&](const deal::EmailClaim& claim) {
      return !absl::StrContains(email_.body, claim.text);
    });
    return {.email = std::move(email_), .dropped = std::move(dropped_)};
  }

 private:
  void Drop(absl::string_view claim, absl::string_view reason) {
    dropped_.push_back(
        {.claim = std::string(absl::StripAsciiWhitespace(claim)), .reason = std::string(reason)});
  }

  void VerifyRecipients() {
    const std::string& recipient = task_.analysis.follow_up.recipient;
    for (const deal::EmailAddress& to : email_.to) {
      if (to.name != recipient) Drop(absl::StrCat("to ", to.name), "the call points to another");
    }
    email_.to.clear();
    if (checker_.IsKnownPerson(recipient)) {
      email_.to = {{.name = recipient, .address = KnownAddress(task_, recipient)}};
    }
    for (const deal::EmailAddress& copy : email_.copy) {
      if (!IsCopied(copy.name)) Drop(absl::StrCat("copy to ", copy.name), "the call asks for none");
    }
    email_.copy.clear();
    for (const std::string& name : task_.analysis.follow_up.copy) {
      if (IsCopied(name)) email_.copy.push_back({name, KnownAddress(task_, name)});
    }
  }

  bool IsCopied(const std::string& name) const {
    const deal::FollowUp& follow_up = task_.analysis.follow_up;
    return name != follow_up.recipient && checker_.IsKnownPerson(name) &&
           std::find(follow_up.copy.begin(), follow_up.copy.end(), name) != follow_up.copy.end();
  }

  // The analysis was held against the call already, so its evidence counts as given.
  bool InAnalysis(const deal::Evidence& evidence) const {
    const auto in_blockers = [&](const std::vector<deal::Blocker>& blockers) {
      for (const deal::Blocker& blocker : blockers) {
        for (const deal::BlockerTransition& step : blocker.history) {
          if (step.evidence.call_id == evidence.call_id && step.evidence.turn == evidence.turn &&
              step.evidence.quote == evidence.quote) {
            return true;
          }
        }
      }
      return false;
    };
    return in_blockers(task_.analysis.open_blockers) ||
           in_blockers(task_.analysis.resolved_blockers);
  }

  void VerifyClaims() {
    for (deal::EmailClaim& claim : email_.claims) {
      const bool claimed_words = !claim.evidence.empty();
      std::vector<deal::Evidence> held = checker_.Keep(claim.evidence);
      for (const deal::Evidence& evidence : claim.evidence) {
        const bool earlier = evidence.call_id != task_.call.call_id;
        if (held.empty() && earlier && InAnalysis(evidence)) held.push_back(evidence);
      }
      claim.evidence = std::move(held);
      if (claim.evidence.empty() && claimed_words) unsupported_.insert(claim.text);
    }
    std::erase_if(email_.claims,
                  [](const deal::EmailClaim& claim) { return claim.evidence.empty(); });
  }

  // What the seller's side said, and what was agreed: the words a promise may be made of.
  ContentWords PromisedWords() const {
    ContentWords words;
    const transcript::Transcript& said = task_.call.transcript;
    const bool knows_sellers =
        std::any_of(said.participants.begin(), said.participants.end(),
                    [](const auto& person) { return person.side == transcript::Side::kSeller; });
    for (const transcript::Turn& turn : said.turns) {
      const transcript::Participant* person = transcript::FindParticipant(said, turn.speaker);
      const bool sellers = person != nullptr && person->side == transcript::Side::kSeller;
      if (sellers || !knows_sellers) words.merge(ContentWordsOf(turn.text));
    }
    if (task_.analysis.next_step) {
      words.merge(ContentWordsOf(task_.analysis.next_step->description));
    }
    for (const deal::Fact& fact : task_.call.known.facts) {
      if (fact.kind == deal::FactKind::kCommitment) words.merge(ContentWordsOf(fact.text));
    }
    return words;
  }

  // Words of the seller's side, or of somebody whose side nobody knows.
  bool IsSellers(const deal::Evidence& evidence) const {
    const transcript::Participant* person =
        transcript::FindParticipant(task_.call.transcript, evidence.speaker);
    return person == nullptr || person->side != transcript::Side::kCustomer;
  }

  // Whether the sentence promises what nobody of the seller's side said it would do.
  bool PromisesTooMuch(const std::string& sentence) const {
    constexpr double kSaidShare = 0.6;
    if (!is_models_ || !Promises(sentence)) return false;
    const absl::string_view words = absl::StripAsciiWhitespace(sentence);
    const bool is_borne_out =
        std::any_of(email_.claims.begin(), email_.claims.end(), [&](const deal::EmailClaim& claim) {
          const bool is_its =
              absl::StrContains(claim.text, words) || absl::StrContains(words, claim.text);
          return is_its && std::any_of(claim.evidence.begin(), claim.evidence.end(),
                                       [this](const auto& said) { return IsSellers(said); });
        });
    if (is_borne_out) return false;
    const ContentWords content = ContentWordsOf(sentence);
    return static_cast<double>(SharedWords(content, promised_)) <
           kSaidShare * static_cast<double>(content.size());
  }

  // Why a sentence cannot stay; empty when it can.
  std::string WhyNot(const std::string& sentence) {
    const std::string unknown = ground_.FirstUnknown(sentence);
    if (!unknown.empty()) return absl::StrCat("nobody gave the ", Spell(unknown));
    if (RestsOnNothing(sentence)) return "nobody said the words it rests on";
    if (checker_.instructed().AreRepeatedIn(sentence)) {
      return "it repeats words that try to instruct the software";
    }
    if (!is_models_) return "";
    for (const std::string& address : AddressesIn(sentence)) {
      if (!checker_.IsGivenAddress(address)) return "no call gave the address it has";
    }
    return PromisesTooMuch(sentence) ? "it promises what the seller did not say" : "";
  }

  bool RestsOnNothing(const std::string& sentence) const {
    return std::any_of(unsupported_.begin(), unsupported_.end(), [&](const std::string& claim) {
      const absl::string_view words = absl::StripAsciiWhitespace(sentence);
      return !claim.empty() && (absl::StrContains(words, claim) ||
                                (!words.empty() && absl::StrContains(claim, words)));
    });
  }

  void VerifySentences() {
    std::string kept;
    for (const std::string& sentence : SplitSentences(email_.body)) {
      const std::string why = WhyNot(sentence);
      if (why.empty()) {
        kept += sentence;
        continue;
      }
      Drop(sentence, why);
      // A paragraph stays a paragraph when its last sentence goes.
      if (absl::StrContains(sentence, "\n\n") && !absl::EndsWith(kept, "\n\n")) {
        kept = absl::StrCat(absl::StripTrailingAsciiWhitespace(kept), "\n\n");
      }
    }
    email_.body = std::string(absl::StripAsciiWhitespace(kept));
  }

  static std::string Spell(const std::string& quantity) {
    if (absl::StartsWith(quantity, "month")) return "month it names";
    if (absl::StartsWith(quantity, "weekday")) return "day of the week it names";
    return absl::StrCat("number ", quantity);
  }

  const EmailTask& task_;
  const grounding::EvidenceChecker checker_;
  Ground ground_;
  const bool is_models_;  // not the engine's, which promises only what it quotes
  ContentWords promised_;
  deal::Email email_;
  std::set<std::string> unsupported_;  // texts of claims whose evidence does not hold
  std::vector<grounding::DroppedClaim> dropped_;
};

}  // namespace

VerifiedEmail VerifyEmail(const EmailTask& task, deal::Email draft, DraftedBy by) {
  if (by == DraftedBy::kEngine && grounding::IsForeign(task.call)) {
    return {
        .dropped = {{.claim = "the e-mail", .reason = grounding::WhyUnread(task.call, "e-mails")}}};
  }
  VerifiedEmail verified = Verification(task, by == DraftedBy::kModel).Run(std::move(draft));
  if (by == DraftedBy::kEngine) verified.email = WithNextStep(task, std::move(verified.email));
  return verified;
}

}  // namespace throughline::writer
