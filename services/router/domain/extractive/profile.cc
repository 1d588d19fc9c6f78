#include "services/router/domain/extractive/profile.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/civil_time.h"
#include "re2/re2.h"
#include "services/router/domain/extractive/email/words.h"
#include "services/router/domain/extractive/language/dates.h"

namespace throughline::router::extractive {
namespace {

using deal::Analysis;
using deal::Blocker;
using deal::CustomerProfile;
using deal::Fact;
using deal::FactKind;
using deal::Objection;
using deal::ObjectionStatus;
using deal::ProfileEntry;

ProfileEntry EntryOf(const Fact& fact, std::string text) {
  return {std::move(text), fact.evidence.front(), fact.valid_from};
}

// Said by the customer, in one sentence: what a profile can be read from.
bool IsPlain(const Fact& fact) {
  return !absl::c_linear_search(fact.tags, "seller") &&
         !absl::c_linear_search(fact.tags, "passage");
}

// The strongest facts of a kind, in order.
std::vector<ProfileEntry> EntriesOf(const std::vector<Fact>& facts, FactKind kind) {
  std::vector<ProfileEntry> entries;
  for (const Fact& fact : facts) {
    if (entries.size() >= kMaxProfileEntriesPerCall) break;
    if (fact.kind == kind && IsPlain(fact) && !fact.evidence.empty()) {
      entries.push_back(EntryOf(fact, fact.text));
    }
  }
  return entries;
}

std::vector<ProfileEntry> Channels(const std::vector<Fact>& facts) {
  std::vector<ProfileEntry> channels;
  for (const Fact& fact : facts) {
    if (fact.attribute != "channel" || fact.evidence.empty()) continue;
    channels.push_back(EntryOf(fact, absl::StrCat(fact.subject, ": ", fact.value)));
  }
  return channels;
}

// A statement about an amount, or that the money is there: not any sentence near the budget.
bool NamesMoney(absl::string_view text) {
  static const RE2& money = *new RE2(
      "(?i)[$€£][0-9]|[0-9]{2,}|\\b(?:hundred|thousand|million|grand|twenty|thirty|forty|fifty|"
      "sixty|seventy|eighty|ninety)\\b|\\bbudget (?:is|was)\\b.*\\b(?:approved|locked|there|set|"
      "frozen|gone)\\b|\\bsigned off on the budget\\b");
  return RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), money);
}

std::optional<ProfileEntry> Budget(const CallInput& input, const Analysis& analysis,
                                   const std::vector<Fact>& facts) {
  for (const Fact& fact : facts) {
    if (fact.attribute == "budget" && !fact.evidence.empty()) return EntryOf(fact, fact.text);
  }
  for (const Fact& fact : facts) {
    if (fact.kind == FactKind::kBudget && IsPlain(fact) && NamesMoney(fact.text) &&
        !fact.evidence.empty()) {
      return EntryOf(fact, fact.text);
    }
  }
  // The money was settled in this call without a figure: the words that settled it.
  for (const Blocker& blocker : analysis.resolved_blockers) {
    const bool money = blocker.category == deal::BlockerCategory::kBudget ||
                       blocker.category == deal::BlockerCategory::kPrice;
    if (!money || blocker.history.empty() || !SpeaksOfMoney(analysis.budget)) continue;
    const deal::BlockerTransition& last = blocker.history.back();
    if (last.evidence.call_id != input.call_id) continue;
    static const RE2& budget =
        *new RE2("(?i)\\b(?:budget|line|thousand|million|approved)\\b|[$€£]");
    if (!NamesMoney(analysis.budget) || !RE2::PartialMatch(analysis.budget, budget)) continue;
    return ProfileEntry{absl::StrCat("Said of the money: \"", analysis.budget, "\""), last.evidence,
                        last.at};
  }
  return std::nullopt;
}

Objection ObjectionOf(const Blocker& blocker, bool open) {
  Objection objection;
  objection.text = blocker.object.empty() ? blocker.description : blocker.object;
  objection.status = open ? ObjectionStatus::kOpen : ObjectionStatus::kAddressed;
  objection.blocker_id = blocker.id;
  if (!blocker.history.empty()) {
    const deal::BlockerTransition& last = blocker.history.back();
    objection.evidence = open ? blocker.history.front().evidence : last.evidence;
    objection.at = last.at;
    if (!open) {
      const std::string& speaker = last.evidence.speaker;
      objection.how_addressed = absl::StrCat(speaker.empty() ? "The customer" : speaker,
                                             " said: \"", last.evidence.quote, "\"");
    }
  }
  return objection;
}

// Objections that this call raised, moved or settled.
std::vector<Objection> Objections(const CallInput& input, const Analysis& analysis) {
  std::vector<Objection> objections;
  const auto add = [&](const Blocker& blocker, bool open) {
    if (blocker.history.empty()) return;
    if (blocker.history.back().evidence.call_id != input.call_id) return;
    objections.push_back(ObjectionOf(blocker, open));
  };
  for (const Blocker& blocker : analysis.open_blockers) add(blocker, true);
  for (const Blocker& blocker : analysis.resolved_blockers) add(blocker, false);
  return objections;
}

std::string Listed(std::vector<std::string> names) {
  if (names.size() < 2) return names.empty() ? "" : names.front();
  const std::string last = names.back();
  names.pop_back();
  return absl::StrCat(absl::StrJoin(names, ", "), " and ", last);
}

std::string Objects(const std::vector<Blocker>& blockers, const std::string& call_id,
                    const Cast& cast) {
  std::vector<std::string> objects;
  for (const Blocker& blocker : blockers) {
    const bool here = call_id.empty() || (!blocker.history.empty() &&
                                          blocker.history.back().evidence.call_id == call_id);
    const std::string& name = blocker.object.empty() ? blocker.description : blocker.object;
    if (here && !name.empty()) objects.push_back(WithArticle(name, cast));
  }
  return Listed(std::move(objects));
}

// "; next step with Tom Beck by Friday, June 5".
std::string NextStepWords(const Analysis& analysis) {
  const std::optional<deal::NextStep>& next = analysis.next_step;
  if (!next || (next->owner.empty() && !next->due_date)) return "";
  return absl::StrCat(
      "; the next step", next->owner.empty() ? "" : absl::StrCat(" is with ", next->owner),
      !next->due_date       ? ""
      : next->owner.empty() ? absl::StrCat(" is due by ", FormatDay(*next->due_date))
                            : absl::StrCat(" by ", FormatDay(*next->due_date)));
}

// One sentence on this call: who, what was settled, what is open, what comes next.
std::optional<ProfileEntry> LastInteraction(const CallInput& input, const Analysis& analysis,
                                            const Cast& cast) {
  ProfileEntry entry;
  if (analysis.primary_blocker && !analysis.primary_blocker->history.empty()) {
    entry.evidence = analysis.primary_blocker->history.back().evidence;
  } else if (analysis.next_step) {
    entry.evidence = analysis.next_step->evidence;
  }
  std::vector<std::string> present;
  for (const std::string& name : cast.People(transcript::Side::kCustomer)) {
    const bool spoke =
        std::any_of(input.transcript.turns.begin(), input.transcript.turns.end(),
                    [&](const transcript::Turn& turn) { return cast.VoiceOf(turn) == name; });
    if (spoke) present.push_back(name);
  }
  const absl::CivilDay day = absl::ToCivilDay(input.occurred_at, absl::UTCTimeZone());
  const std::string settled = Objects(analysis.resolved_blockers, input.call_id, cast);
  const std::string open = Objects(analysis.open_blockers, "", cast);
  entry.text =
      absl::StrCat("On ", FormatDay(day), ", ", present.empty() ? cast.customer() : Listed(present),
                   settled.empty() ? "" : absl::StrCat(" settled ", settled, " and"),
                   open.empty() ? " left nothing open" : absl::StrCat(" left ", open, " open"),
                   NextStepWords(analysis), ".");
  entry.at = input.occurred_at;
  return entry;
}

}  // namespace

CustomerProfile ExtractProfile(const CallInput& input, const Analysis& analysis,
                               const std::vector<Fact>& facts, const Cast& cast) {
  CustomerProfile profile;
  if (!analysis.is_sales_call) return profile;
  profile.buying_triggers = EntriesOf(facts, FactKind::kTrigger);
  profile.preferences = EntriesOf(facts, FactKind::kPreference);
  profile.personal_details = EntriesOf(facts, FactKind::kPersonal);
  profile.channel_preference = Channels(facts);
  profile.budget = Budget(input, analysis, facts);
  profile.objections = Objections(input, analysis);
  profile.journey_stage = analysis.stage;
  profile.last_interaction = LastInteraction(input, analysis, cast);
  return profile;
}

}  // namespace throughline::router::extractive
