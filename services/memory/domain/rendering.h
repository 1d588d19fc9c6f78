#ifndef THROUGHLINE_SERVICES_MEMORY_DOMAIN_RENDERING_H_
#define THROUGHLINE_SERVICES_MEMORY_DOMAIN_RENDERING_H_

#include <string>
#include <vector>

#include "services/memory/domain/kept_facts.h"
#include "services/memory/domain/records.h"

// Memory as text for a prompt: plain lines, most useful first, bounded in tokens.
namespace throughline::memory {

inline constexpr int kProfileTokens = 400;
inline constexpr int kDealTokens = 600;

// At most about `max_tokens`: budget, open objections, triggers, channels, preferences, stage, last
// interaction, personal details, settled objections. Whole lines only. Empty for an empty profile.
std::string RenderProfile(const deal::CustomerProfile& profile, int max_tokens = kProfileTokens);

// Open blockers with what clears them, who decides, stage, settled blockers. Empty when nothing is
// known.
std::string RenderDeal(const deal::DealState& deal, int max_tokens = kDealTokens);

// Deal, profile and `facts` (already chosen and in order) under headings.
std::string RenderContext(const CustomerState& state, const std::vector<SharedFact>& facts);

}  // namespace throughline::memory

#endif  // THROUGHLINE_SERVICES_MEMORY_DOMAIN_RENDERING_H_
