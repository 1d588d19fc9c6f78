#include "services/memory/domain/deal_fold.h"

#include <algorithm>
#include <string>
#include <tuple>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "services/memory/domain/person_name.h"
#include "services/memory/domain/profile_merge.h"

namespace throughline::memory {
namespace {

using deal::Blocker;
using deal::BlockerTransition;
using deal::Stakeholder;

bool SameTransition(const BlockerTransition& a, const BlockerTransition& b) {
  return a.at == b.at && a.status == b.status && a.evidence.call_id == b.evidence.call_id;
}

// Transitions of one call keep the order of its turns.
bool Earlier(const BlockerTransition& a, const BlockerTransition& b) {
  return std::make_tuple(a.at, a.evidence.turn) < std::make_tuple(b.at, b.evidence.turn);
}

void Replace(const std::string& value, std::string* target) {
  if (!value.empty()) *target = value;
}

void MergeBlocker(const Blocker& incoming, Blocker* known) {
  AddSteps(incoming.history, &known->history);
  known->status = known->history.back().status;
  Replace(incoming.object, &known->object);
  Replace(incoming.description, &known->description);
  Replace(incoming.owner, &known->owner);
  Replace(incoming.clearing_condition, &known->clearing_condition);
}

// "Sarah Chen" tells more than "Sarah", and reads better than "Chen, Sarah".
bool IsBetterSpelling(const std::string& name, const std::string& than) {
  const auto letters = [](const std::string& text) {
    return std::count_if(text.begin(), text.end(), [](char c) {
      return !absl::ascii_ispunct(static_cast<unsigned char>(c)) && c != ' ';
    });
  };
  if (letters(name) != letters(than)) return letters(name) > letters(than);
  return !absl::StrContains(name, ',') && absl::StrContains(than, ',');
}

void MergeStakeholder(const Stakeholder& incoming, Stakeholder* known) {
  if (IsBetterSpelling(incoming.name, known->name)) known->name = incoming.name;
  Replace(incoming.title, &known->title);
  Replace(incoming.organization, &known->organization);
  Replace(incoming.email, &known->email);
  if (incoming.decides_probability) known->decides_probability = incoming.decides_probability;
  const bool role_stated = incoming.role != deal::StakeholderRole::kUnspecified;
  if (role_stated && (!incoming.authority_evidence.empty() || known->authority_evidence.empty())) {
    known->role = incoming.role;
    known->nominal = incoming.nominal;
    known->nominal_reason = incoming.nominal_reason;
  } else if (incoming.nominal) {
    known->nominal = true;
    Replace(incoming.nominal_reason, &known->nominal_reason);
  }
  for (const deal::Evidence& evidence : incoming.authority_evidence) {
    const bool there = std::any_of(known->authority_evidence.begin(),
                                   known->authority_evidence.end(), [&](const deal::Evidence& e) {
                                     return e.call_id == evidence.call_id &&
                                            e.turn == evidence.turn && e.quote == evidence.quote;
                                   });
    if (!there) known->authority_evidence.push_back(evidence);
  }
  if (known->authority_evidence.size() > kMaxEvidencePerStakeholder) {
    const auto surplus =
        static_cast<ptrdiff_t>(known->authority_evidence.size() - kMaxEvidencePerStakeholder);
    known->authority_evidence.erase(known->authority_evidence.begin(),
                                    known->authority_evidence.begin() + surplus);
  }
}

// How the call moved `blocker`, or where it found it. The whole way is in the ledger: told again
// for each call, a history would cost its square.
Blocker AsOfCall(Blocker blocker, absl::string_view call_id) {
  std::vector<BlockerTransition> steps;
  for (const BlockerTransition& step : blocker.history) {
    if (step.evidence.call_id == call_id) steps.push_back(step);
  }
  if (steps.empty() && !blocker.history.empty()) steps.push_back(blocker.history.back());
  blocker.history = std::move(steps);
  return blocker;
}

deal::TimelineEntry TimelineEntryOf(const Contribution& contribution) {
  deal::TimelineEntry entry{.call_id = contribution.call_id,
                            .occurred_at = contribution.at,
                            .facts_added = contribution.facts_added,
                            .summary = contribution.summary};
  if (contribution.analysis.has_value()) {
    if (contribution.analysis->primary_blocker.has_value()) {
      entry.primary_blocker =
          AsOfCall(*contribution.analysis->primary_blocker, contribution.call_id);
    }
    entry.stage = contribution.analysis->stage;
    for (const Stakeholder& person : contribution.analysis->decision_makers) {
      entry.decision_makers.push_back(person.name);
    }
  }
  return entry;
}

// Open ones first, each part in order of when it began.
void SortLedger(std::vector<Blocker>* ledger) {
  std::stable_sort(ledger->begin(), ledger->end(), [](const Blocker& a, const Blocker& b) {
    const bool a_closed = !deal::IsOpen(a.status);
    const bool b_closed = !deal::IsOpen(b.status);
    return std::make_tuple(a_closed, a.history.front().at, absl::string_view(a.id)) <
           std::make_tuple(b_closed, b.history.front().at, absl::string_view(b.id));
  });
}

std::string PrimaryBlockerId(const deal::Analysis& analysis, const std::vector<Blocker>& ledger) {
  const auto open = [&ledger](const std::string& id) {
    return std::any_of(ledger.begin(), ledger.end(), [&id](const Blocker& blocker) {
      return blocker.id == id && deal::IsOpen(blocker.status);
    });
  };
  if (analysis.primary_blocker.has_value() && open(BlockerKey(*analysis.primary_blocker))) {
    return BlockerKey(*analysis.primary_blocker);
  }
  for (const Blocker& blocker : analysis.open_blockers) {
    if (open(BlockerKey(blocker))) return BlockerKey(blocker);
  }
  return "";
}

void ApplyAnalysis(const deal::Analysis& analysis, deal::DealState* state) {
  if (!analysis.is_sales_call) return;
  std::vector<Blocker> blockers = analysis.open_blockers;
  if (analysis.primary_blocker.has_value()) blockers.push_back(*analysis.primary_blocker);
  blockers.insert(blockers.end(), analysis.resolved_blockers.begin(),
                  analysis.resolved_blockers.end());
  MergeBlockers(blockers, &state->blockers);
  SortLedger(&state->blockers);
  // Full names first, so that a first name alone finds its person.
  MergeStakeholders(analysis.stakeholders, &state->stakeholders);
  MergeStakeholders(analysis.decision_makers, &state->stakeholders);
  std::vector<Stakeholder> nominal = analysis.nominal_decision_makers;
  for (Stakeholder& person : nominal) person.nominal = true;
  MergeStakeholders(nominal, &state->stakeholders);
  if (analysis.stage != deal::JourneyStage::kUnspecified) state->stage = analysis.stage;
  state->primary_blocker_id = PrimaryBlockerId(analysis, state->blockers);
}

}  // namespace

std::string BlockerKey(const Blocker& blocker) {
  return blocker.id.empty() ? deal::BlockerId(blocker.category, blocker.object) : blocker.id;
}

void AddSteps(const std::vector<BlockerTransition>& steps,
              std::vector<BlockerTransition>* history) {
  for (const BlockerTransition& step : steps) {
    const bool there =
        std::any_of(history->begin(), history->end(),
                    [&](const BlockerTransition& t) { return SameTransition(t, step); });
    if (!there) history->push_back(step);
  }
  std::stable_sort(history->begin(), history->end(), Earlier);
  if (history->size() > kMaxTransitionsPerBlocker) {
    // The first transition tells how it began, so it stays.
    const auto surplus = static_cast<ptrdiff_t>(history->size() - kMaxTransitionsPerBlocker);
    history->erase(history->begin() + 1, history->begin() + 1 + surplus);
  }
}

void MergeBlockers(const std::vector<Blocker>& incoming, std::vector<Blocker>* ledger) {
  for (const Blocker& blocker : incoming) {
    if (blocker.category == deal::BlockerCategory::kNone || blocker.history.empty()) continue;
    const std::string id = BlockerKey(blocker);
    const auto known = std::find_if(ledger->begin(), ledger->end(),
                                    [&id](const Blocker& b) { return b.id == id; });
    if (known != ledger->end()) {
      MergeBlocker(blocker, &*known);
    } else if (ledger->size() < kMaxBlockers) {
      Blocker fresh = blocker;
      fresh.id = id;
      fresh.history.clear();
      MergeBlocker(blocker, &fresh);
      ledger->push_back(std::move(fresh));
    }
  }
}

void MergeStakeholders(const std::vector<Stakeholder>& incoming, std::vector<Stakeholder>* known) {
  KnownPeople people;
  for (const Stakeholder& person : *known) people.Add(person.name);
  for (const Stakeholder& person : incoming) {
    const int index = people.Find(person.name);
    if (index >= 0) {
      Stakeholder& same = (*known)[static_cast<size_t>(index)];
      const std::string before = same.name;
      MergeStakeholder(person, &same);
      if (same.name != before) people.Rename(static_cast<size_t>(index), same.name);
    } else if (known->size() < kMaxStakeholders) {
      known->push_back(person);
      people.Add(person.name);
    }
  }
}

bool HappenedBefore(const Contribution& a, const Contribution& b) {
  return std::make_tuple(a.at, absl::string_view(a.id)) <
         std::make_tuple(b.at, absl::string_view(b.id));
}

void Apply(const Contribution& contribution, CustomerState* state) {
  if (contribution.analysis.has_value()) ApplyAnalysis(*contribution.analysis, &state->deal);
  if (!contribution.call_id.empty()) {
    state->deal.timeline.push_back(TimelineEntryOf(contribution));
  }
  ApplyToProfile(contribution, state->deal, &state->profile);
}

CustomerState Fold(const std::vector<Contribution>& contributions) {
  CustomerState state;
  for (const Contribution& contribution : contributions) Apply(contribution, &state);
  return state;
}

}  // namespace throughline::memory
