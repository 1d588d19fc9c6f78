#ifndef THROUGHLINE_SERVICES_MEMORY_DOMAIN_DEAL_FOLD_H_
#define THROUGHLINE_SERVICES_MEMORY_DOMAIN_DEAL_FOLD_H_

#include <string>
#include <vector>

#include "services/memory/domain/records.h"

// The state of a deal as the fold of what its calls contributed. Pure and deterministic.
namespace throughline::memory {

inline constexpr size_t kMaxBlockers = 500;
inline constexpr size_t kMaxTransitionsPerBlocker = 200;
inline constexpr size_t kMaxStakeholders = 500;
inline constexpr size_t kMaxEvidencePerStakeholder = 20;

// Adds the contribution of a call that took place after all those already in `state`.
void Apply(const Contribution& contribution, CustomerState* state);

// The state after `contributions`, given in order of (at, id).
CustomerState Fold(const std::vector<Contribution>& contributions);

// True when `a` comes before `b` in the story of the deal.
bool HappenedBefore(const Contribution& a, const Contribution& b);

// The identity of a blocker within its customer.
std::string BlockerKey(const deal::Blocker& blocker);

// Unites a blocker's steps with `history`: by (time, status, call), in order, within
// kMaxTransitionsPerBlocker.
void AddSteps(const std::vector<deal::BlockerTransition>& steps,
              std::vector<deal::BlockerTransition>* history);

// Merges `incoming` into the ledger: histories are united by (time, status, call), so the same
// analysis twice changes nothing; the newest transition gives the status; the wording of the newest
// analysis wins where it has any.
void MergeBlockers(const std::vector<deal::Blocker>& incoming, std::vector<deal::Blocker>* ledger);

// Merges `incoming` into the people known: by name within this customer only, see FindPerson.
// A role, once stated with evidence, changes only by a later statement with evidence.
void MergeStakeholders(const std::vector<deal::Stakeholder>& incoming,
                       std::vector<deal::Stakeholder>* known);

}  // namespace throughline::memory

#endif  // THROUGHLINE_SERVICES_MEMORY_DOMAIN_DEAL_FOLD_H_
