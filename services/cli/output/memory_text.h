#ifndef THROUGHLINE_SERVICES_CLI_OUTPUT_MEMORY_TEXT_H_
#define THROUGHLINE_SERVICES_CLI_OUTPUT_MEMORY_TEXT_H_

#include <string>
#include <vector>

#include "services/cli/output/terminal.h"
#include "throughline/deal/v1/deal.pb.h"
#include "throughline/memory/v1/memory_service.pb.h"

namespace throughline::cli {

// Blockers with their history, the people, and the story call by call.
std::string RenderDeal(const std::string& customer_id, const throughline::deal::v1::DealState& deal,
                       const Layout& layout);

std::string RenderProfile(const throughline::deal::v1::CustomerProfile& profile,
                          const Layout& layout);

// Facts as a table, each with its newest quote.
std::string RenderFactTable(const std::vector<throughline::deal::v1::Fact>& facts,
                            const Layout& layout);

// Recalled facts, best first, with how each score came about when the answer says so.
std::string RenderRecall(const throughline::memory::v1::RecallResponse& recalled,
                         const Layout& layout);

}  // namespace throughline::cli

#endif  // THROUGHLINE_SERVICES_CLI_OUTPUT_MEMORY_TEXT_H_
