#ifndef THROUGHLINE_SERVICES_CLI_OUTPUT_CALL_TEXT_H_
#define THROUGHLINE_SERVICES_CLI_OUTPUT_CALL_TEXT_H_

#include <string>
#include <vector>

#include "services/cli/output/terminal.h"
#include "throughline/orchestrator/v1/orchestrator_service.pb.h"

namespace throughline::cli {

// A processed call as people read it: blocker and why, deciders, next step, e-mail, facts, routing.
std::string RenderCall(const throughline::orchestrator::v1::CallResult& result,
                       const Layout& layout);

// The calls of a customer as a table.
std::string RenderCalls(const std::vector<throughline::orchestrator::v1::CallSummary>& calls,
                        const Layout& layout);

}  // namespace throughline::cli

#endif  // THROUGHLINE_SERVICES_CLI_OUTPUT_CALL_TEXT_H_
