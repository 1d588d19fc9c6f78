#ifndef THROUGHLINE_SERVICES_ORCHESTRATOR_DOMAIN_WORDING_H_
#define THROUGHLINE_SERVICES_ORCHESTRATOR_DOMAIN_WORDING_H_

#include <cstddef>
#include <string>

#include "common/deal/types.h"
#include "services/orchestrator/domain/call.h"
#include "services/orchestrator/domain/ports.h"

// What the pipeline says: to memory as a query, to people as one sentence a step. Pure.
namespace throughline::orchestrator {

inline constexpr size_t kMaxQueryBytes = 4096;

// What to ask memory before reading `call`: who was there, and how the call opens and closes.
std::string RecallQuery(const AcceptedCall& call);

std::string ParseSummary(const AcceptedCall& call);
std::string RecallSummary(const Recollection& recollection);
std::string AnalysisSummary(const deal::Analysis& analysis, size_t facts);
std::string EmailSummary(const deal::Email& email);
std::string SaveSummary(const Retained& retained);

// The call in one sentence, for the timeline.
std::string CallSentence(const deal::Analysis& analysis);

}  // namespace throughline::orchestrator

#endif  // THROUGHLINE_SERVICES_ORCHESTRATOR_DOMAIN_WORDING_H_
