#ifndef THROUGHLINE_SERVICES_CLI_OUTPUT_ROUTING_TEXT_H_
#define THROUGHLINE_SERVICES_CLI_OUTPUT_ROUTING_TEXT_H_

#include <string>
#include <vector>

#include "services/cli/output/terminal.h"
#include "throughline/router/v1/router_service.pb.h"

namespace throughline::cli {

// "analyze call: fast → deep, escalated because known state conflict ($0.00, 1.2 ms)", with the
// router's explanation.
std::string DecisionLine(const throughline::router::v1::Decision& decision);

// Recorded decisions as a table, with the checks that failed.
std::string RenderDecisions(const std::vector<throughline::router::v1::Decision>& decisions,
                            const Layout& layout);

// What the router would do with a prompt.
std::string RenderDecide(const throughline::router::v1::DecideResponse& decision,
                         const Layout& layout);

// What was spent, a row a group and the total.
std::string RenderSpend(const throughline::router::v1::GetSpendResponse& spend,
                        const Layout& layout);

}  // namespace throughline::cli

#endif  // THROUGHLINE_SERVICES_CLI_OUTPUT_ROUTING_TEXT_H_
