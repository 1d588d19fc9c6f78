#include "services/cli/bench/report.h"

#include <nlohmann/json.hpp>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "services/cli/output/table.h"
#include "services/cli/output/text.h"

namespace throughline::cli {
namespace {

using nlohmann::ordered_json;

int64_t ErrorCount(const OperationResult& result) {
  int64_t sum = 0;
  for (const auto& [code, count] : result.errors) sum += count;
  return sum;
}

std::string ErrorCell(const OperationResult& result) {
  std::vector<std::string> parts;
  for (const auto& [code, count] : result.errors) {
    parts.push_back(absl::StrCat(count, " ", absl::StatusCodeToString(code)));
  }
  return parts.empty() ? "none" : absl::StrJoin(parts, ", ");
}

double PerSecond(const LoadResult& load, int64_t count) {
  const double seconds = absl::ToDoubleSeconds(load.elapsed);
  return seconds > 0 ? static_cast<double>(count) / seconds : 0;
}

ordered_json LatencyJson(const LatencyHistogram& latency) {
  const auto milliseconds = [](absl::Duration each) { return absl::ToDoubleMilliseconds(each); };
  return {{"mean", milliseconds(latency.mean())},
          {"p50", milliseconds(latency.Percentile(0.5))},
          {"p90", milliseconds(latency.Percentile(0.9))},
          {"p99", milliseconds(latency.Percentile(0.99))},
          {"p999", milliseconds(latency.Percentile(0.999))},
          {"max", milliseconds(latency.max())}};
}

ordered_json OperationJson(const LoadResult& load, const OperationResult& result) {
  ordered_json errors = ordered_json::object();
  for (const auto& [code, count] : result.errors) errors[absl::StatusCodeToString(code)] = count;
  return {{"acknowledged", result.latency.count()},
          {"perSecond", PerSecond(load, result.latency.count())},
          {"latencyMs", LatencyJson(result.latency)},
          {"errors", std::move(errors)}};
}

}  // namespace

std::string RenderReport(const LoadResult& load, const AuditResult& audit, const Layout& layout) {
  Table table({"operation", "done", "per second", "p50", "p90", "p99", "p99.9", "max", "errors"});
  for (const Operation operation : kEveryOperation) {
    const OperationResult& result = load.operations[static_cast<int>(operation)];
    const LatencyHistogram& latency = result.latency;
    if (latency.count() == 0 && result.errors.empty()) continue;
    table.AddRow({std::string(Name(operation)), absl::StrCat(latency.count()),
                  absl::StrFormat("%.1f", PerSecond(load, latency.count())),
                  Short(latency.Percentile(0.5)), Short(latency.Percentile(0.9)),
                  Short(latency.Percentile(0.99)), Short(latency.Percentile(0.999)),
                  Short(latency.max()), ErrorCell(result)});
  }
  std::string text = table.Render(layout);
  absl::StrAppend(&text, "\n", Count(load.acknowledged(), "operation"), " in ", Short(load.elapsed),
                  ", longest time without an answer ", Short(load.longest_gap));
  if (load.unsent > 0) absl::StrAppend(&text, ", ", load.unsent, " given up unsent");
  if (load.retries() > 0) absl::StrAppend(&text, ", ", load.retries(), " sent again");
  absl::StrAppend(&text, "\n");
  if (!load.first_error.empty()) {
    absl::StrAppend(&text, "first error: ", OneLine(load.first_error), "\n");
  }
  const int64_t violations = load.violations.count + audit.violations.count;
  const std::string found = violations == 0 ? layout.style.Green("nothing amiss")
                                            : layout.style.Red(Count(violations, "violation"));
  absl::StrAppend(&text, "audit: ", Count(audit.calls, "call"), ", ", Count(audit.facts, "fact"),
                  ", ", Count(audit.decisions, "decision"), "; ", found, "\n");
  for (const Violations* each : {&load.violations, &audit.violations}) {
    for (const std::string& what : each->named) absl::StrAppend(&text, "  ", OneLine(what), "\n");
  }
  return text;
}

std::string JsonReport(const Plan& plan, const std::string& run_id, const LoadResult& load,
                       const AuditResult& audit) {
  ordered_json operations = ordered_json::object();
  for (const Operation operation : kEveryOperation) {
    const OperationResult& result = load.operations[static_cast<int>(operation)];
    if (result.latency.count() + ErrorCount(result) == 0) continue;
    operations[std::string(Name(operation))] = OperationJson(load, result);
  }
  Violations violations = load.violations;
  violations.Merge(audit.violations);
  return ordered_json{{"runId", run_id},
                      {"ratePerSecond", plan.rate_per_second},
                      {"concurrency", plan.workers},
                      {"customers", plan.customers},
                      {"seed", plan.seed},
                      {"elapsedSeconds", absl::ToDoubleSeconds(load.elapsed)},
                      {"acknowledged", load.acknowledged()},
                      {"errors", load.errors()},
                      {"retries", load.retries()},
                      {"unsent", load.unsent},
                      {"perSecond", PerSecond(load, load.acknowledged())},
                      {"longestGapMs", absl::ToDoubleMilliseconds(load.longest_gap)},
                      {"firstError", OneLine(load.first_error)},
                      {"operations", std::move(operations)},
                      {"audit",
                       {{"calls", audit.calls},
                        {"facts", audit.facts},
                        {"decisions", audit.decisions},
                        {"waitedMs", absl::ToDoubleMilliseconds(audit.waited)},
                        {"violations", violations.count},
                        {"named", violations.named}}}}
      .dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

}  // namespace throughline::cli
