#include "services/memory/domain/rendering.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "common/deal/names.h"
#include "services/memory/domain/packing.h"

namespace throughline::memory {
namespace {

std::string Spoken(absl::string_view name) { return absl::StrReplaceAll(name, {{"_", " "}}); }

// Appends `text` as one line.
void AppendOneLine(absl::string_view text, std::string* line) {
  // Most texts have no white space to take out, which is told faster than it is taken out.
  bool after_space = true;
  bool extra = false;
  for (const char c : text) {
    const bool space = c == ' ' || (c >= '\t' && c <= '\r');
    extra |= space && after_space;
    after_space = space;
  }
  if (!extra && !after_space) {
    line->append(text.data(), text.size());
    return;
  }
  std::string trimmed(text);
  absl::RemoveExtraAsciiWhitespace(&trimmed);
  line->append(trimmed);
}

std::string OneLine(absl::string_view text) {
  std::string line;
  AppendOneLine(text, &line);
  return line;
}

std::string Day(absl::Time time) {
  if (time == absl::InfiniteFuture() || time == absl::InfinitePast()) return absl::FormatTime(time);
  const absl::CivilDay day = absl::ToCivilDay(time, absl::UTCTimeZone());
  return absl::StrCat(day.year(), "-", absl::Dec(day.month(), absl::kZeroPad2), "-",
                      absl::Dec(day.day(), absl::kZeroPad2));
}

// Day() of one fact after another: those that stand together are often of one day.
class Days {
 public:
  absl::string_view Of(absl::Time time) {
    if (text_.empty() || time < begin_ || time >= end_) {
      const absl::CivilDay day = absl::ToCivilDay(time, absl::UTCTimeZone());
      begin_ = absl::FromCivil(day, absl::UTCTimeZone());
      end_ = begin_ + absl::Hours(24);
      text_ = Day(time);
    }
    return text_;
  }

 private:
  absl::Time begin_;
  absl::Time end_;
  std::string text_;
};

// Collects lines while they fit.
class LineBudget {
 public:
  explicit LineBudget(int max_tokens) : left_(max_tokens) {}

  void Add(absl::string_view line) {
    const int tokens = EstimateTokens(line.size()) + 1;
    if (tokens > left_) return;
    left_ -= tokens;
    absl::StrAppend(&text_, line, "\n");
  }
  std::string Take() { return std::move(text_); }

 private:
  int left_;
  std::string text_;
};

void AddEntries(absl::string_view label, const std::vector<deal::ProfileEntry>& entries,
                LineBudget* lines) {
  std::vector<const deal::ProfileEntry*> newest_first;
  for (const deal::ProfileEntry& entry : entries) newest_first.push_back(&entry);
  std::stable_sort(newest_first.begin(), newest_first.end(),
                   [](const auto* a, const auto* b) { return a->at > b->at; });
  for (const deal::ProfileEntry* entry : newest_first) {
    lines->Add(absl::StrCat(label, ": ", OneLine(entry->text)));
  }
}

void AddObjections(const std::vector<deal::Objection>& objections, deal::ObjectionStatus status,
                   LineBudget* lines) {
  for (const deal::Objection& objection : objections) {
    const bool addressed = objection.status == deal::ObjectionStatus::kAddressed;
    if (addressed != (status == deal::ObjectionStatus::kAddressed)) continue;
    std::string line = absl::StrCat(addressed ? "Settled objection: " : "Open objection: ",
                                    OneLine(objection.text));
    if (addressed && !objection.how_addressed.empty()) {
      absl::StrAppend(&line, " (settled by: ", OneLine(objection.how_addressed), ")");
    }
    lines->Add(line);
  }
}

std::string BlockerLine(const deal::Blocker& blocker) {
  const bool open = deal::IsOpen(blocker.status);
  std::string line = absl::StrCat(
      open ? "Open blocker: " : "Closed blocker: ", Spoken(deal::Name(blocker.category)), ", ",
      OneLine(blocker.object), ", ", Spoken(deal::Name(blocker.status)), " on ",
      Day(blocker.history.back().at));
  if (open && !blocker.clearing_condition.empty()) {
    absl::StrAppend(&line, "; clears when: ", OneLine(blocker.clearing_condition));
  }
  if (open && !blocker.owner.empty()) absl::StrAppend(&line, "; owner: ", blocker.owner);
  if (!open && !blocker.history.back().evidence.quote.empty()) {
    absl::StrAppend(&line, "; in their words: \"", OneLine(blocker.history.back().evidence.quote),
                    "\"");
  }
  return line;
}

std::string StakeholderLine(const deal::Stakeholder& person) {
  std::string line = absl::StrCat("Person: ", person.name);
  if (!person.title.empty()) absl::StrAppend(&line, ", ", person.title);
  if (person.nominal) {
    absl::StrAppend(&line, ", does not decide");
  } else if (person.role != deal::StakeholderRole::kUnspecified) {
    absl::StrAppend(&line, ", ", Spoken(deal::Name(person.role)));
  }
  return line;
}

bool Decides(const deal::Stakeholder& person) {
  using deal::StakeholderRole;
  return !person.nominal &&
         (person.role == StakeholderRole::kEconomicBuyer ||
          person.role == StakeholderRole::kCoSigner || person.role == StakeholderRole::kApprover);
}

void AppendFactLine(const deal::Fact& fact, Days* days, std::string* lines) {
  absl::StrAppend(lines, "- ");
  if (fact.valid_from != absl::InfinitePast()) {
    absl::StrAppend(lines, "[", days->Of(fact.valid_from), "] ");
  }
  AppendOneLine(fact.text, lines);
  if (fact.valid_to != absl::InfiniteFuture()) {
    absl::StrAppend(lines, " (until ", Day(fact.valid_to), ")");
  }
  lines->push_back('\n');
}

}  // namespace

std::string RenderProfile(const deal::CustomerProfile& profile, int max_tokens) {
  LineBudget lines(max_tokens);
  if (profile.budget.has_value()) {
    lines.Add(absl::StrCat("Budget: ", OneLine(profile.budget->text)));
  }
  if (profile.journey_stage != deal::JourneyStage::kUnspecified) {
    lines.Add(absl::StrCat("Stage: ", Spoken(deal::Name(profile.journey_stage))));
  }
  AddObjections(profile.objections, deal::ObjectionStatus::kOpen, &lines);
  AddEntries("Why now", profile.buying_triggers, &lines);
  AddEntries("Reach", profile.channel_preference, &lines);
  AddEntries("Prefers", profile.preferences, &lines);
  if (profile.last_interaction.has_value()) {
    lines.Add(absl::StrCat("Last call (", Day(profile.last_interaction->at),
                           "): ", OneLine(profile.last_interaction->text)));
  }
  AddEntries("Personal", profile.personal_details, &lines);
  AddObjections(profile.objections, deal::ObjectionStatus::kAddressed, &lines);
  return lines.Take();
}

std::string RenderDeal(const deal::DealState& deal, int max_tokens) {
  LineBudget lines(max_tokens);
  for (const deal::Blocker& blocker : deal.blockers) {
    if (blocker.id == deal.primary_blocker_id)
      lines.Add(absl::StrCat("Primary. ", BlockerLine(blocker)));
  }
  for (const deal::Blocker& blocker : deal.blockers) {
    if (deal::IsOpen(blocker.status) && blocker.id != deal.primary_blocker_id) {
      lines.Add(BlockerLine(blocker));
    }
  }
  for (const deal::Stakeholder& person : deal.stakeholders) {
    if (Decides(person) || person.nominal) lines.Add(StakeholderLine(person));
  }
  if (deal.stage != deal::JourneyStage::kUnspecified) {
    lines.Add(absl::StrCat("Stage: ", Spoken(deal::Name(deal.stage))));
  }
  for (const deal::Blocker& blocker : deal.blockers) {
    if (!deal::IsOpen(blocker.status)) lines.Add(BlockerLine(blocker));
  }
  for (const deal::Stakeholder& person : deal.stakeholders) {
    if (!Decides(person) && !person.nominal) lines.Add(StakeholderLine(person));
  }
  return lines.Take();
}

std::string RenderContext(const CustomerState& state, const std::vector<SharedFact>& facts) {
  std::string text;
  const auto add = [&text](absl::string_view heading, absl::string_view body) {
    if (body.empty()) return;
    absl::StrAppend(&text, text.empty() ? "" : "\n", heading, "\n", body);
  };
  add("Deal", RenderDeal(state.deal));
  if (state.profile.has_value()) add("Profile", RenderProfile(*state.profile));
  std::string lines;
  Days days;
  for (const SharedFact& fact : facts) AppendFactLine(*fact, &days, &lines);
  add("Facts", lines);
  return text;
}

}  // namespace throughline::memory
