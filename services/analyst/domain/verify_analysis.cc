#include "services/analyst/domain/verify_analysis.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/deal/names.h"
#include "common/grounding/evidence.h"
#include "common/grounding/instructed_words.h"

namespace throughline::analyst {
namespace {

using deal::Blocker;
using deal::BlockerTransition;
using deal::Evidence;
using deal::Stakeholder;

const Blocker* FindBlocker(const std::vector<Blocker>& blockers, absl::string_view id) {
  const auto found = std::find_if(blockers.begin(), blockers.end(),
                                  [&](const Blocker& blocker) { return blocker.id == id; });
  return found == blockers.end() ? nullptr : &*found;
}

bool SameStep(const BlockerTransition& a, const BlockerTransition& b) {
  return a.status == b.status && a.evidence.call_id == b.evidence.call_id &&
         a.evidence.turn == b.evidence.turn && a.evidence.quote == b.evidence.quote;
}

bool Contains(const std::vector<BlockerTransition>& history, const BlockerTransition& step) {
  return std::any_of(history.begin(), history.end(),
                     [&](const BlockerTransition& other) { return SameStep(other, step); });
}

class Verification {
 public:
  Verification(const grounding::CallContext& call, const std::vector<Evidence>& instructions,
               bool is_models)
      : call_(call),
        checker_(call, grounding::InstructedWords(call, instructions)),
        is_models_(is_models) {}

  VerifiedAnalysis Run(deal::Analysis claimed) {
    analysis_ = std::move(claimed);
    analysis_.confidence = std::clamp(analysis_.confidence, 0.0, 1.0);
    // Held against all words: those that instruct are what is flagged.
    analysis_.suspicious_content =
        grounding::EvidenceChecker(call_).Keep(analysis_.suspicious_content);
    if (analysis_.is_sales_call) {
      VerifyBlockers();
      KeepTheLedger();
      ChoosePrimary();
      VerifyPeople();
      VerifyNextStep();
      VerifyFollowUp();
      VerifyPhrases();
    } else {
      analysis_ = {.is_sales_call = false,
                   .confidence = analysis_.confidence,
                   .suspicious_content = std::move(analysis_.suspicious_content)};
    }
    return {.analysis = std::move(analysis_), .dropped = std::move(dropped_)};
  }

 private:
  void Drop(std::string claim, absl::string_view reason) {
    dropped_.push_back({.claim = std::move(claim), .reason = std::string(reason)});
  }

  bool IsSellers(const std::string& speaker) const {
    const transcript::Participant* person = transcript::FindParticipant(call_.transcript, speaker);
    return person != nullptr && person->side == transcript::Side::kSeller;
  }

  // The steps of `claimed` that hold, after those the ledger has.
  std::vector<BlockerTransition> VerifyHistory(const Blocker& claimed, const Blocker* known) {
    std::vector<BlockerTransition> history;
    if (known != nullptr) history = known->history;
    for (const BlockerTransition& step : claimed.history) {
      if (Contains(history, step)) continue;
      const std::string claim = absl::StrCat(claimed.object, ": ", deal::Name(step.status), ", \"",
                                             step.evidence.quote, "\"");
      const bool earlier = !step.evidence.call_id.empty() && step.evidence.call_id != call_.call_id;
      if (earlier) {
        Drop(claim, "the ledger has no such step for the earlier call");
        continue;
      }
      const std::optional<Evidence> held = checker_.Check(step.evidence);
      if (!held) {
        Drop(claim, "nobody said these words in the call");
        continue;
      }
      if (step.status == deal::BlockerStatus::kUnspecified) {
        Drop(claim, "it does not say what became of the blocker");
        continue;
      }
      if (is_models_ && !deal::IsOpen(step.status) && IsSellers(held->speaker)) {
        Drop(claim, "a seller's words settle nothing");
        continue;
      }
      BlockerTransition verified{.status = step.status, .evidence = *held};
      verified.at = call_.transcript.occurred_at.value_or(step.at);
      if (!Contains(history, verified)) history.push_back(std::move(verified));
    }
    return history;
  }

  std::optional<Blocker> VerifyBlocker(Blocker claimed) {
    if (claimed.id.empty()) claimed.id = deal::BlockerId(claimed.category, claimed.object);
    if (claimed.category == deal::BlockerCategory::kUnspecified ||
        claimed.category == deal::BlockerCategory::kNone || claimed.object.empty()) {
      Drop(absl::StrCat("blocker ", claimed.object), "it lacks its category or what it is about");
      return std::nullopt;
    }
    const Blocker* known = FindBlocker(call_.known.blockers, claimed.id);
    claimed.history = VerifyHistory(claimed, known);
    if (claimed.history.empty()) {
      Drop(absl::StrCat("blocker ", claimed.object), "no words of the call bear it out");
      return std::nullopt;
    }
    claimed.status = claimed.history.back().status;
    for (std::string* text : {&claimed.description, &claimed.clearing_condition}) {
      if (checker_.instructed().AreRepeatedIn(*text)) text->clear();
    }
    if (!claimed.owner.empty() && checker_.instructed().AreRepeatedIn(claimed.owner)) {
      claimed.owner.clear();
    }
    return claimed;
  }

  void VerifyBlockers() {
    std::vector<Blocker> claimed = std::move(analysis_.open_blockers);
    const auto add = [&](Blocker blocker) {
      if (blocker.id.empty()) blocker.id = deal::BlockerId(blocker.category, blocker.object);
      if (FindBlocker(claimed, blocker.id) == nullptr) claimed.push_back(std::move(blocker));
    };
    if (analysis_.primary_blocker) add(*analysis_.primary_blocker);
    for (Blocker& blocker : analysis_.resolved_blockers) add(std::move(blocker));
    analysis_.open_blockers.clear();
    analysis_.resolved_blockers.clear();
    for (Blocker& blocker : claimed) {
      if (std::optional<Blocker> held = VerifyBlocker(std::move(blocker))) File(std::move(*held));
    }
  }

  void File(Blocker blocker) {
    std::vector<Blocker>& list =
        deal::IsOpen(blocker.status) ? analysis_.open_blockers : analysis_.resolved_blockers;
    if (FindBlocker(list, blocker.id) == nullptr) list.push_back(std::move(blocker));
  }

  void KeepTheLedger() {
    for (const Blocker& known : call_.known.blockers) {
      const bool listed = FindBlocker(analysis_.open_blockers, known.id) != nullptr ||
                          FindBlocker(analysis_.resolved_blockers, known.id) != nullptr;
      if (!listed && !known.history.empty()) File(known);
    }
  }

  void ChoosePrimary() {
    std::vector<Blocker>& open = analysis_.open_blockers;
    const std::string wanted = analysis_.primary_blocker ? analysis_.primary_blocker->id : "";
    if (FindBlocker(open, wanted) == nullptr) analysis_.primary_reason.clear();
    if (open.empty()) {
      analysis_.primary_blocker.reset();
      return;
    }
    const auto is = [&](absl::string_view id) {
      return std::find_if(open.begin(), open.end(), [&](const Blocker& b) { return b.id == id; });
    };
    auto primary = is(wanted);
    if (primary == open.end()) {
      primary = is(call_.known.primary_blocker_id);
      const bool still = primary != open.end();
      if (!still) primary = open.begin();
      analysis_.primary_reason = still ? "It was primary before the call and is still open."
                                       : "It is open, and nothing else was shown to come first.";
    }
    std::rotate(open.begin(), primary, primary + 1);
    analysis_.primary_blocker = open.front();
  }

  bool Known(absl::string_view name, absl::string_view as) {
    if (checker_.IsKnownPerson(name)) return true;
    Drop(absl::StrCat(as, " ", name), "nobody of this name is in the call or in memory");
    return false;
  }

  // Those who are known; with `must_show` only those whose role has words behind it.
  std::vector<Stakeholder> VerifyList(std::vector<Stakeholder> people, absl::string_view as,
                                      bool must_show) {
    std::vector<Stakeholder> kept;
    for (Stakeholder& person : people) {
      if (!Known(person.name, as)) continue;
      person.authority_evidence = checker_.Keep(person.authority_evidence);
      if (is_models_ && !person.email.empty() && !checker_.IsGivenAddress(person.email)) {
        Drop(absl::StrCat("address of ", person.name), "no call gave this address");
        person.email.clear();
      }
      if (person.authority_evidence.empty() && must_show) {
        Drop(absl::StrCat(as, " ", person.name), "no words of the call bear it out");
        continue;
      }
      kept.push_back(std::move(person));
    }
    return kept;
  }

  void VerifyPeople() {
    analysis_.decision_makers =
        VerifyList(std::move(analysis_.decision_makers), "decision-maker", true);
    analysis_.nominal_decision_makers =
        VerifyList(std::move(analysis_.nominal_decision_makers), "nominal decision-maker", true);
    analysis_.stakeholders = VerifyList(std::move(analysis_.stakeholders), "stakeholder", false);
    for (Stakeholder& person : analysis_.stakeholders) {
      if (person.authority_evidence.empty()) person.role = deal::StakeholderRole::kUnspecified;
    }
  }

  void VerifyNextStep() {
    if (!analysis_.next_step) return;
    if (std::optional<Evidence> held = checker_.Check(analysis_.next_step->evidence)) {
      analysis_.next_step->evidence = std::move(*held);
      return;
    }
    Drop(absl::StrCat("next step: ", analysis_.next_step->description),
         "nobody said these words in the call");
    analysis_.next_step.reset();
  }

  void VerifyFollowUp() {
    deal::FollowUp& follow_up = analysis_.follow_up;
    follow_up.evidence = checker_.Keep(follow_up.evidence);
    if (!follow_up.recipient.empty() && !Known(follow_up.recipient, "recipient")) {
      follow_up.recipient.clear();
    }
    std::erase_if(follow_up.copy,
                  [&](const std::string& name) { return !Known(name, "copy recipient"); });
  }

  // What is said in our own words takes over nothing from those that instruct.
  void VerifyPhrases() {
    deal::FollowUp& follow_up = analysis_.follow_up;
    for (std::string* text :
         {&analysis_.primary_reason, &analysis_.budget, &analysis_.timeline, &follow_up.reason}) {
      if (!checker_.instructed().AreRepeatedIn(*text)) continue;
      Drop(*text, "it repeats words that try to instruct the software");
      text->clear();
    }
  }

  const grounding::CallContext& call_;
  const grounding::EvidenceChecker checker_;
  const bool is_models_;  // not the engine's, which keeps these rules itself
  deal::Analysis analysis_;
  std::vector<grounding::DroppedClaim> dropped_;
};

}  // namespace

VerifiedAnalysis VerifyAnalysis(const grounding::CallContext& call, deal::Analysis claimed) {
  return Verification(call, {}, /*is_models=*/false).Run(std::move(claimed));
}

VerifiedAnalysis VerifyModelsAnalysis(const grounding::CallContext& call, deal::Analysis claimed,
                                      const deal::Analysis* engine) {
  const grounding::EvidenceChecker said(call);
  std::vector<Evidence> instructions = claimed.suspicious_content;
  if (engine != nullptr) {
    instructions.insert(instructions.end(), engine->suspicious_content.begin(),
                        engine->suspicious_content.end());
  }
  instructions = said.Keep(instructions);
  claimed.suspicious_content = instructions;
  if (!instructions.empty()) {
    const deal::Analysis known{.stage = call.known.stage};
    const deal::Analysis& trusted = engine != nullptr ? *engine : known;
    claimed.stage = trusted.stage;
    claimed.budget = trusted.budget;
    claimed.timeline = trusted.timeline;
    claimed.confidence = std::min(claimed.confidence, trusted.confidence);
  }
  VerifiedAnalysis verified =
      Verification(call, instructions, /*is_models=*/true).Run(std::move(claimed));
  if (verified.analysis.stage == deal::JourneyStage::kClosedWon &&
      !verified.analysis.open_blockers.empty()) {
    verified.dropped.push_back(
        {.claim = "stage closed_won", .reason = "something still stands in the way"});
    verified.analysis.stage = call.known.stage;
  }
  return verified;
}

}  // namespace throughline::analyst
