#include "tests/golden/story.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/status_macros.h"
#include "common/deal/names.h"
#include "common/transcript/parse.h"
#include "services/router/domain/extractive/engine.h"

namespace throughline::golden {
namespace {

using deal::Analysis;
using deal::Blocker;
using deal::CustomerProfile;
using deal::ProfileEntry;
using deal::Stakeholder;
using router::extractive::CallInput;
using router::extractive::ExtractedFacts;
using router::extractive::Tier;

std::string Quoted(const deal::Evidence& evidence) {
  return absl::StrCat("      \"", evidence.quote, "\"",
                      evidence.speaker.empty() ? "" : absl::StrCat(" (", evidence.speaker, ")"),
                      "\n");
}

std::string Told(const char* label, const Blocker& blocker) {
  return absl::StrCat("  ", label, ": ", deal::Name(blocker.category), ", ", blocker.object, ", ",
                      deal::Name(blocker.status), "\n",
                      blocker.history.empty() ? "" : Quoted(blocker.history.back().evidence));
}

std::string Told(const char* label, const Stakeholder& person) {
  std::string text = absl::StrCat("  ", label, ": ", person.name,
                                  person.title.empty() ? "" : absl::StrCat(", ", person.title),
                                  " (", deal::Name(person.role), ")\n");
  if (!person.authority_evidence.empty()) {
    absl::StrAppend(&text, Quoted(person.authority_evidence.back()));
  }
  return text;
}

std::string Told(const Analysis& analysis) {
  if (!analysis.is_sales_call) return "  no sales call\n";
  std::string text = absl::StrCat("  stage: ", deal::Name(analysis.stage), "\n");
  if (analysis.primary_blocker) {
    absl::StrAppend(&text, "  why it comes first: ", analysis.primary_reason, "\n");
  }
  for (const Blocker& blocker : analysis.open_blockers) {
    absl::StrAppend(&text, Told("open", blocker));
  }
  for (const Blocker& blocker : analysis.resolved_blockers) {
    absl::StrAppend(&text, Told("settled", blocker));
  }
  for (const Stakeholder& person : analysis.decision_makers) {
    absl::StrAppend(&text, Told("decides", person));
  }
  for (const Stakeholder& person : analysis.nominal_decision_makers) {
    absl::StrAppend(&text, Told("in name only", person));
  }
  if (analysis.next_step) {
    const deal::NextStep& step = *analysis.next_step;
    absl::StrAppend(&text, "  next step: ", step.description, " / ", step.owner, " / ",
                    step.due_date ? absl::FormatCivilTime(*step.due_date) : "no date", "\n");
  }
  for (const deal::Evidence& evidence : analysis.suspicious_content) {
    absl::StrAppend(&text, "  suspicious:\n", Quoted(evidence));
  }
  return text;
}

std::string Told(const deal::Email& email) {
  if (email.to.empty()) return "";
  std::vector<std::string> copies;
  for (const deal::EmailAddress& copy : email.copy) copies.push_back(copy.name);
  return absl::StrCat("  e-mail to ", email.to.front().name,
                      copies.empty() ? "" : absl::StrCat(", copy ", absl::StrJoin(copies, ", ")),
                      "\n  subject: ", email.subject, "\n", email.body, "\n");
}

std::string Told(const CustomerProfile& profile) {
  std::string text;
  const auto add = [&text](const char* label, const std::vector<ProfileEntry>& entries) {
    for (const ProfileEntry& entry : entries) {
      absl::StrAppend(&text, "  ", label, ": ", entry.text, "\n");
    }
  };
  add("trigger", profile.buying_triggers);
  add("preference", profile.preferences);
  add("personal", profile.personal_details);
  add("channel", profile.channel_preference);
  if (profile.budget) absl::StrAppend(&text, "  budget: ", profile.budget->text, "\n");
  if (profile.last_interaction) {
    absl::StrAppend(&text, "  last: ", profile.last_interaction->text, "\n");
  }
  return text;
}

// What memory would hand to the next call.
void Remember(const Analysis& analysis, const ExtractedFacts& extracted, deal::DealState& known) {
  if (!analysis.is_sales_call) return;
  known.blockers = analysis.open_blockers;
  known.blockers.insert(known.blockers.end(), analysis.resolved_blockers.begin(),
                        analysis.resolved_blockers.end());
  for (const Stakeholder& person : analysis.stakeholders) {
    std::erase_if(known.stakeholders,
                  [&](const Stakeholder& other) { return other.name == person.name; });
    known.stakeholders.push_back(person);
  }
  known.stage = analysis.stage;
  known.facts.insert(known.facts.end(), extracted.facts.begin(), extracted.facts.end());
  ++known.version;
}

}  // namespace

absl::StatusOr<std::string> TellSeries(const eval::Series& series) {
  std::string story;
  deal::DealState known;
  for (size_t i = 0; i < series.calls.size(); ++i) {
    const eval::CallLabels& call = series.calls[i];
    std::ifstream stream(call.file, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(stream),
                           std::istreambuf_iterator<char>()};
    ASSIGN_OR_RETURN(const transcript::Transcript transcript,
                     transcript::Parse(text, {.seller_organization = series.seller}));
    const CallInput input{.transcript = transcript,
                          .call_id = absl::StrCat("call-", i + 1),
                          .occurred_at = call.date,
                          .customer_name = series.customer,
                          .seller_name = series.seller,
                          .known = known};
    const Analysis analysis = Analyze(Tier::kDeep, input);
    const ExtractedFacts extracted = ExtractFacts(Tier::kDeep, input, analysis);
    absl::StrAppend(&story, i == 0 ? "" : "\n", "call ", i + 1, ", ",
                    absl::FormatTime("%A, %B %-d, %Y", call.date, absl::UTCTimeZone()), "\n",
                    Told(analysis));
    absl::StrAppend(&story, Told(WriteEmail(Tier::kDeep, {input, analysis, {}})),
                    Told(extracted.profile));
    for (const deal::Fact& fact : extracted.facts) {
      absl::StrAppend(&story, "  + ", deal::Name(fact.kind), ": ", fact.text, "\n");
    }
    Remember(analysis, extracted, known);
  }
  return story;
}

}  // namespace throughline::golden
