#ifndef THROUGHLINE_SERVICES_CLI_BENCH_REPORT_H_
#define THROUGHLINE_SERVICES_CLI_BENCH_REPORT_H_

#include <string>

#include "services/cli/bench/audit.h"
#include "services/cli/bench/load_run.h"
#include "services/cli/bench/plan.h"
#include "services/cli/output/terminal.h"

namespace throughline::cli {

// A load run and its audit as a table and a few lines, for people.
std::string RenderReport(const LoadResult& load, const AuditResult& audit, const Layout& layout);

// The same as one line of JSON without its line feed; latencies in milliseconds.
std::string JsonReport(const Plan& plan, const std::string& run_id, const LoadResult& load,
                       const AuditResult& audit);

}  // namespace throughline::cli

#endif  // THROUGHLINE_SERVICES_CLI_BENCH_REPORT_H_
