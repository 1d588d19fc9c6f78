#include "services/cli/output/routing_text.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "services/cli/output/table.h"
#include "services/cli/output/text.h"

namespace throughline::cli {
namespace {

namespace router = throughline::router::v1;

std::string Models(absl::string_view from, absl::string_view to) {
  if (to.empty()) return absl::StrCat(from, " → none");
  return from == to ? std::string(to) : absl::StrCat(from, " → ", to);
}

template <typename Checks>
void CollectFailed(const Checks& checks, std::set<std::string>& names) {
  for (const router::Check& check : checks) {
    if (check.result() == router::CHECK_RESULT_FAILED) names.insert(check.name());
  }
}

std::string FailedChecks(const router::Decision& decision) {
  std::set<std::string> names;
  for (const router::Attempt& attempt : decision.attempts()) {
    CollectFailed(attempt.checks(), names);
  }
  return names.empty() ? "-" : absl::StrJoin(names, ", ");
}

void AddSpendRow(Table& table, const std::string& key, const router::SpendRow& row) {
  const router::Usage& usage = row.usage();
  table.AddRow(
      {key, Money(row.cost()), row.has_baseline_cost() ? Money(row.baseline_cost()) : "-",
       absl::StrCat(row.model_calls()), absl::StrCat(row.unused_model_calls()),
       absl::StrCat(usage.input_uncached_tokens() + usage.input_cached_tokens(), " in, ",
                    usage.output_visible_tokens() + usage.output_reasoning_tokens(), " out")});
}

}  // namespace

std::string DecisionLine(const router::Decision& decision) {
  std::string line = absl::StrCat(Words(decision.task()), ": ",
                                  OneLine(Models(decision.from_model(), decision.to_model())), ", ",
                                  Words(decision.outcome()), " (", Words(decision.reason()), ", ",
                                  Money(decision.cost()), ", ", Short(decision.latency()), ")");
  if (!decision.explanation().empty()) {
    absl::StrAppend(&line, ": ", OneLine(decision.explanation()));
  }
  return line;
}

std::string RenderDecisions(const std::vector<router::Decision>& decisions, const Layout& layout) {
  Table table({"TIME", "TASK", "OUTCOME", "REASON", "MODELS", "CHECKS FAILED", "COST", "CALL"});
  for (const router::Decision& decision : decisions) {
    table.AddRow({DayAndTime(decision.decided_at()), Words(decision.task()),
                  Words(decision.outcome()), Words(decision.reason()),
                  Models(decision.from_model(), decision.to_model()), FailedChecks(decision),
                  Money(decision.cost()),
                  absl::StrCat(decision.attribution().customer_id(), " ",
                               decision.attribution().call_id())});
  }
  return table.Render(layout);
}

std::string RenderDecide(const router::DecideResponse& decision, const Layout& layout) {
  std::string out = Labelled(
      "Decision", absl::StrCat(Words(decision.decision()), " (", Words(decision.reason()), ")"),
      layout.width);
  out += Labelled("  why", OneLine(decision.explanation()), layout.width);
  out +=
      Labelled("Models", OneLine(Models(decision.from_model(), decision.to_model())), layout.width);
  out += Labelled("Difficulty", absl::StrFormat("%.2f", decision.difficulty()), layout.width);
  out += Labelled("Draft score",
                  absl::StrFormat("%.2f, needs %.2f", decision.draft_score(), decision.threshold()),
                  layout.width);
  std::set<std::string> failed;
  CollectFailed(decision.checks(), failed);
  out += Labelled("Checks failed", absl::StrJoin(failed, ", "), layout.width);
  return out;
}

std::string RenderSpend(const router::GetSpendResponse& spend, const Layout& layout) {
  Table table({"BY", "COST", "STRONGEST ALONE", "MODEL CALLS", "UNUSED", "TOKENS"});
  for (const router::SpendRow& row : spend.rows()) AddSpendRow(table, row.key(), row);
  AddSpendRow(table, "total", spend.total());
  return table.Render(layout);
}

}  // namespace throughline::cli
