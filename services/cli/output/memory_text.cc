#include "services/cli/output/memory_text.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "services/cli/output/table.h"
#include "services/cli/output/text.h"

namespace throughline::cli {
namespace {

namespace deal = throughline::deal::v1;
namespace memory = throughline::memory::v1;

constexpr int kQuoteIndent = 4;

std::string Section(absl::string_view title, const std::string& body, const Style& style) {
  return body.empty() ? "" : absl::StrCat("\n", style.Bold(title), "\n", body);
}

bool IsSettled(const deal::Blocker& blocker) {
  return blocker.status() == deal::BLOCKER_STATUS_RESOLVED ||
         blocker.status() == deal::BLOCKER_STATUS_WITHDRAWN;
}

std::string RenderBlocker(const deal::Blocker& blocker, bool primary, const Layout& layout) {
  const std::string line =
      absl::StrCat(primary ? "▶ " : "  ", Words(blocker.category()), ": ",
                   OneLine(blocker.object()), " (", Words(blocker.status()), ")",
                   blocker.owner().empty() ? "" : absl::StrCat(", ", OneLine(blocker.owner())));
  std::string out = IsSettled(blocker) ? layout.style.Green(line) : layout.style.Yellow(line);
  out += "\n";
  for (const deal::BlockerTransition& step : blocker.history()) {
    out += layout.style.Dim(Paragraph(
        absl::StrCat(Day(step.at()), " ", Words(step.status()), " ", Quote(step.evidence())),
        kQuoteIndent, layout.width));
  }
  return out;
}

std::string RenderPeople(const deal::DealState& state, const Layout& layout) {
  if (state.stakeholders().empty()) return "";
  Table table({"NAME", "TITLE", "ROLE", "NOTE"});
  for (const deal::Stakeholder& person : state.stakeholders()) {
    table.AddRow({person.name(), person.title(), Words(person.role()),
                  person.nominal() ? absl::StrCat("in name only: ", person.nominal_reason()) : ""});
  }
  return table.Render(layout);
}

std::string RenderTimeline(const deal::DealState& state, const Layout& layout) {
  if (state.timeline().empty()) return "";
  Table table({"DATE", "CALL", "STAGE", "DECIDES", "FACTS", "BLOCKER"});
  for (const deal::TimelineEntry& entry : state.timeline()) {
    table.AddRow({Day(entry.occurred_at()), entry.call_id(), Words(entry.stage()),
                  absl::StrJoin(entry.decision_makers(), ", "), absl::StrCat(entry.facts_added()),
                  entry.has_primary_blocker()
                      ? absl::StrCat(Words(entry.primary_blocker().category()), ": ",
                                     entry.primary_blocker().object())
                      : "none"});
  }
  return table.Render(layout);
}

template <typename Entries>
std::string RenderEntries(const Entries& entries, const Layout& layout) {
  std::string out;
  for (const deal::ProfileEntry& entry : entries) {
    out += Paragraph(absl::StrCat("- ", OneLine(entry.text())), 2, layout.width);
    const std::string quote = Quote(entry.evidence());
    if (!quote.empty()) out += layout.style.Dim(Paragraph(quote, kQuoteIndent, layout.width));
  }
  return out;
}

std::string RenderObjections(const deal::CustomerProfile& profile, const Layout& layout) {
  std::string out;
  for (const deal::Objection& objection : profile.objections()) {
    std::string line =
        absl::StrCat("- ", OneLine(objection.text()), " (", Words(objection.status()), ")");
    if (!objection.how_addressed().empty()) {
      absl::StrAppend(&line, ": ", OneLine(objection.how_addressed()));
    }
    out += Paragraph(line, 2, layout.width);
  }
  return out;
}

}  // namespace

std::string RenderDeal(const std::string& customer_id, const deal::DealState& state,
                       const Layout& layout) {
  const Style& style = layout.style;
  std::string out = style.Bold(absl::StrCat(OneLine(customer_id), " · ", Words(state.stage()),
                                            " · version ", state.version()));
  out += "\n";
  std::string blockers;
  for (const deal::Blocker& blocker : state.blockers()) {
    blockers += RenderBlocker(blocker, blocker.id() == state.primary_blocker_id(), layout);
  }
  out += Section("Blockers", blockers, style);
  out += Section("People", RenderPeople(state, layout), style);
  out += Section("Calls", RenderTimeline(state, layout), style);
  return out;
}

std::string RenderProfile(const deal::CustomerProfile& profile, const Layout& layout) {
  const Style& style = layout.style;
  std::string out =
      style.Bold(absl::StrCat(OneLine(profile.customer_id()), " · ", Words(profile.journey_stage()),
                              " · version ", profile.version()));
  out += "\n";
  out += Section("Why now", RenderEntries(profile.buying_triggers(), layout), style);
  if (profile.has_budget()) {
    out += Section("Budget", Paragraph(OneLine(profile.budget().text()), 2, layout.width), style);
  }
  out += Section("Objections", RenderObjections(profile, layout), style);
  out += Section("Preferences", RenderEntries(profile.preferences(), layout), style);
  out += Section("Personal", RenderEntries(profile.personal_details(), layout), style);
  out += Section("Channels", RenderEntries(profile.channel_preference(), layout), style);
  if (profile.has_last_interaction()) {
    out += Section("Last call",
                   Paragraph(absl::StrCat(Day(profile.last_interaction().at()), " ",
                                          OneLine(profile.last_interaction().text())),
                             2, layout.width),
                   style);
  }
  return out;
}

std::string RenderFactTable(const std::vector<deal::Fact>& facts, const Layout& layout) {
  Table table({"SINCE", "UNTIL", "KIND", "SAID BY", "FACT"});
  for (const deal::Fact& fact : facts) {
    const std::string speaker = fact.evidence().empty() ? "" : fact.evidence().rbegin()->speaker();
    table.AddRow(
        {Day(fact.valid_from()), Day(fact.valid_to()), Words(fact.kind()), speaker, fact.text()});
  }
  return table.Render(layout);
}

std::string RenderRecall(const memory::RecallResponse& recalled, const Layout& layout) {
  Table table({"SCORE", "DATE", "KIND", "FACT"});
  for (const memory::ScoredFact& scored : recalled.results()) {
    std::string text = scored.fact().text();
    if (!scored.explanation().empty()) {
      std::vector<std::string> parts;
      for (const memory::ScoreComponent& part : scored.explanation()) {
        parts.push_back(absl::StrFormat("%s %.3f", part.name(), part.value()));
      }
      absl::StrAppend(&text, " [", absl::StrJoin(parts, ", "), "]");
    }
    table.AddRow({absl::StrFormat("%.3f", scored.score()), Day(scored.fact().valid_from()),
                  Words(scored.fact().kind()), text});
  }
  if (table.empty()) return "Nothing is known that bears on the query.\n";
  return table.Render(layout);
}

}  // namespace throughline::cli
