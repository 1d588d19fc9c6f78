#include "services/cli/output/call_text.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/cli/output/routing_text.h"
#include "services/cli/output/table.h"
#include "services/cli/output/text.h"

namespace throughline::cli {
namespace {

namespace deal = throughline::deal::v1;
namespace orchestrator = throughline::orchestrator::v1;

constexpr int kIndent = 16;
constexpr int kMailIndent = 4;

std::string Heading(absl::string_view title, const Style& style) {
  return absl::StrCat("\n", style.Bold(title), "\n");
}

std::string QuoteLine(const deal::Evidence& evidence, const Layout& layout) {
  const std::string quote = Quote(evidence);
  if (quote.empty()) return "";
  return layout.style.Dim(Paragraph(quote, kIndent, layout.width));
}

const deal::Evidence& NewestEvidence(const deal::Blocker& blocker) {
  return blocker.history().empty() ? deal::Evidence::default_instance()
                                   : blocker.history().rbegin()->evidence();
}

std::string RenderBlocker(absl::string_view label, const deal::Blocker& blocker,
                          const Layout& layout) {
  const std::string what = absl::StrCat(Words(blocker.category()), ": ", OneLine(blocker.object()),
                                        " (", Words(blocker.status()), ")");
  return Labelled(label, what, layout.width);
}

std::string RenderBlockers(const deal::Analysis& analysis, const Layout& layout) {
  std::string out;
  if (analysis.has_primary_blocker()) {
    const deal::Blocker& primary = analysis.primary_blocker();
    out += layout.style.Red(RenderBlocker("Blocker", primary, layout));
    out += Labelled("  why", Printable(analysis.primary_reason()), layout.width);
    out += Labelled("  clears when", OneLine(primary.clearing_condition()), layout.width);
    out += QuoteLine(NewestEvidence(primary), layout);
  } else if (!analysis.not_a_sales_call() && analysis.confidence() == 0) {
    out += Labelled("Blocker", "not known", layout.width);
  } else {
    out += layout.style.Green(Labelled(
        "Blocker", analysis.not_a_sales_call() ? "none: not a sales call" : "nothing is open",
        layout.width));
  }
  for (const deal::Blocker& blocker : analysis.open_blockers()) {
    if (blocker.id() != analysis.primary_blocker().id()) {
      out += layout.style.Yellow(RenderBlocker("Also open", blocker, layout));
    }
  }
  for (const deal::Blocker& blocker : analysis.resolved_blockers()) {
    out += layout.style.Green(RenderBlocker("Settled", blocker, layout));
    out += QuoteLine(NewestEvidence(blocker), layout);
  }
  return out;
}

std::string PersonLine(const deal::Stakeholder& person) {
  std::string line = OneLine(person.name());
  if (!person.title().empty()) absl::StrAppend(&line, ", ", OneLine(person.title()));
  if (const std::string role = Words(person.role()); !role.empty()) {
    absl::StrAppend(&line, " (", role, ")");
  }
  return line;
}

std::string RenderPeople(const deal::Analysis& analysis, const Layout& layout) {
  std::string out;
  for (const deal::Stakeholder& person : analysis.decision_makers()) {
    out += Labelled("Decides", PersonLine(person), layout.width);
    if (!person.authority_evidence().empty()) {
      out += QuoteLine(person.authority_evidence(0), layout);
    }
  }
  if (analysis.decision_makers().empty()) {
    out += Labelled("Decides", "not known yet", layout.width);
  }
  for (const deal::Stakeholder& person : analysis.nominal_decision_makers()) {
    out += Labelled("In name only", PersonLine(person), layout.width);
    out += Labelled("  why", OneLine(person.nominal_reason()), layout.width);
  }
  return out;
}

std::string RenderNextStep(const deal::Analysis& analysis, const Layout& layout) {
  if (!analysis.has_next_step()) return Labelled("Next step", "none agreed", layout.width);
  const deal::NextStep& step = analysis.next_step();
  std::vector<std::string> parts = {OneLine(step.description())};
  if (!step.owner().empty()) parts.push_back(OneLine(step.owner()));
  if (!step.due_date().empty()) parts.push_back(absl::StrCat("by ", OneLine(step.due_date())));
  return Labelled("Next step", absl::StrJoin(parts, " · "), layout.width);
}

// Words that tried to instruct the software: shown, and nothing else came of them.
std::string RenderSuspicious(const deal::Analysis& analysis, const Layout& layout) {
  std::string out;
  for (const deal::Evidence& evidence : analysis.suspicious_content()) {
    out += layout.style.Yellow(
        Labelled("Suspicious", "words that try to instruct the software, ignored", layout.width));
    out += QuoteLine(evidence, layout);
  }
  return out;
}

std::string Addresses(const google::protobuf::RepeatedPtrField<deal::EmailAddress>& people) {
  std::vector<std::string> written;
  for (const deal::EmailAddress& person : people) {
    written.push_back(person.address().empty() ? OneLine(person.name())
                                               : absl::StrCat(OneLine(person.name()), " <",
                                                              OneLine(person.address()), ">"));
  }
  return absl::StrJoin(written, ", ");
}

std::string RenderEmail(const deal::Email& email, const Layout& layout) {
  std::string out = Heading("E-mail", layout.style);
  if (email.to().empty()) {
    return out + Paragraph("None: the call names nobody to write to.", kMailIndent, layout.width);
  }
  out += Paragraph(absl::StrCat("To: ", Addresses(email.to())), kMailIndent, layout.width);
  if (!email.cc().empty()) {
    out += Paragraph(absl::StrCat("Cc: ", Addresses(email.cc())), kMailIndent, layout.width);
  }
  out += Paragraph(absl::StrCat("Subject: ", OneLine(email.subject())), kMailIndent, layout.width);
  out += "\n";
  out += Paragraph(Printable(email.body()), kMailIndent, layout.width);
  return out;
}

std::string RenderFacts(const orchestrator::CallResult& result, const Layout& layout) {
  const int superseded = result.superseded_fact_ids_size();
  std::string out =
      Heading(absl::StrCat("Facts: ", result.facts_size(), " added, ", superseded, " superseded"),
              layout.style);
  for (const deal::Fact& fact : result.facts()) {
    out += Paragraph(absl::StrCat("+ ", OneLine(fact.text())), kMailIndent, layout.width);
  }
  for (const std::string& id : result.superseded_fact_ids()) {
    out += layout.style.Dim(
        Paragraph(absl::StrCat("- superseded: ", OneLine(id)), kMailIndent, layout.width));
  }
  return out;
}

std::string RenderTimings(const orchestrator::CallResult& result, const Layout& layout) {
  std::vector<std::string> steps;
  for (const orchestrator::StepTiming& timing : result.timings()) {
    steps.push_back(absl::StrCat(Words(timing.step()), " ", Short(timing.duration())));
  }
  std::string line = absl::StrCat(Short(result.latency()), " in all");
  if (!steps.empty()) absl::StrAppend(&line, ": ", absl::StrJoin(steps, ", "));
  absl::StrAppend(&line, "; ", result.facts_recalled(), " facts recalled",
                  result.recall_cache_hit() ? " from the cache" : "");
  return absl::StrCat("\n", layout.style.Dim(Paragraph(line, 0, layout.width)));
}

}  // namespace

std::string RenderCall(const orchestrator::CallResult& result, const Layout& layout) {
  const deal::Analysis& analysis = result.analysis();
  std::vector<std::string> title = {OneLine(result.customer_id()), OneLine(result.call_id())};
  if (const std::string day = Day(result.occurred_at()); !day.empty()) title.push_back(day);
  if (const std::string stage = Words(analysis.stage()); !stage.empty()) title.push_back(stage);
  if (result.replayed()) title.push_back("stored answer of an earlier run");

  std::string out = absl::StrCat(layout.style.Bold(absl::StrJoin(title, " · ")), "\n\n");
  out += RenderBlockers(analysis, layout);
  out += RenderPeople(analysis, layout);
  out += RenderNextStep(analysis, layout);
  out += Labelled("Budget", OneLine(analysis.budget()), layout.width);
  out += Labelled("Timeline", OneLine(analysis.timeline()), layout.width);
  out += RenderSuspicious(analysis, layout);
  out += RenderEmail(result.email(), layout);
  out += RenderFacts(result, layout);
  out += Heading(absl::StrCat("Routing: ", Money(result.cost()), ", ",
                              Money(result.baseline_cost()), " with the strongest model alone"),
                 layout.style);
  for (const auto& decision : result.decisions()) {
    out += Paragraph(DecisionLine(decision), kMailIndent, layout.width);
  }
  for (const std::string& warning : result.warnings()) {
    out += layout.style.Yellow(Labelled("Note", OneLine(warning), layout.width));
  }
  out += RenderTimings(result, layout);
  return out;
}

std::string RenderCalls(const std::vector<orchestrator::CallSummary>& calls, const Layout& layout) {
  Table table({"DATE", "CALL", "DECIDES", "E-MAIL TO", "FACTS", "COST", "BLOCKER"});
  for (const orchestrator::CallSummary& call : calls) {
    const std::string blocker = call.has_primary_blocker()
                                    ? absl::StrCat(Words(call.primary_blocker().category()), ": ",
                                                   call.primary_blocker().object())
                                    : "none";
    table.AddRow({Day(call.occurred_at()), call.call_id(),
                  absl::StrJoin(call.decision_makers(), ", "), call.email_recipient(),
                  absl::StrCat(call.facts_added()), Money(call.cost()), blocker});
  }
  return table.Render(layout);
}

}  // namespace throughline::cli
