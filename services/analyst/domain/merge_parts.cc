#include "services/analyst/domain/merge_parts.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

namespace throughline::analyst {
namespace {

using deal::Blocker;
using deal::BlockerStatus;
using deal::BlockerTransition;
using deal::Evidence;
using deal::Stakeholder;

// Of the words of the shorter of two objects, what makes them one.
constexpr double kSameObject = 0.6;

// Turn numbers of a part as the whole call counts them.
class Renumbering {
 public:
  Renumbering(const std::string& call_id, const CallPart& part) : call_id_(call_id), part_(part) {}

  void Apply(Evidence& evidence) const {
    if (!evidence.call_id.empty() && evidence.call_id != call_id_) return;
    if (part_.whole_turn.empty()) return;
    const auto last = static_cast<int32_t>(part_.whole_turn.size()) - 1;
    evidence.turn = part_.whole_turn[static_cast<size_t>(std::clamp(evidence.turn, 0, last))];
  }
  void Apply(std::vector<Evidence>& evidence) const {
    for (Evidence& one : evidence) Apply(one);
  }
  void Apply(std::vector<Blocker>& blockers) const {
    for (Blocker& blocker : blockers) Apply(blocker);
  }
  void Apply(Blocker& blocker) const {
    for (BlockerTransition& step : blocker.history) Apply(step.evidence);
  }
  void Apply(std::vector<Stakeholder>& people) const {
    for (Stakeholder& person : people) Apply(person.authority_evidence);
  }
  template <typename Entry>
  void ApplyToEntries(std::vector<Entry>& entries) const {
    for (Entry& entry : entries) Apply(entry.evidence);
  }

 private:
  const std::string& call_id_;
  const CallPart& part_;
};

void Renumber(const Renumbering& numbers, deal::Analysis& analysis) {
  if (analysis.primary_blocker) numbers.Apply(*analysis.primary_blocker);
  numbers.Apply(analysis.open_blockers);
  numbers.Apply(analysis.resolved_blockers);
  numbers.Apply(analysis.decision_makers);
  numbers.Apply(analysis.nominal_decision_makers);
  numbers.Apply(analysis.stakeholders);
  if (analysis.next_step) numbers.Apply(analysis.next_step->evidence);
  numbers.Apply(analysis.follow_up.evidence);
  numbers.Apply(analysis.suspicious_content);
}

void Renumber(const Renumbering& numbers, CallFacts& answer) {
  for (deal::Fact& fact : answer.facts) numbers.Apply(fact.evidence);
  deal::CustomerProfile& profile = answer.profile_changes;
  for (auto* entries : {&profile.buying_triggers, &profile.preferences, &profile.personal_details,
                        &profile.channel_preference}) {
    numbers.ApplyToEntries(*entries);
  }
  numbers.ApplyToEntries(profile.objections);
  for (auto* entry : {&profile.budget, &profile.last_interaction}) {
    if (*entry) numbers.Apply((*entry)->evidence);
  }
}

std::set<std::string> WordsOf(absl::string_view text) {
  const auto is_separator = [](char c) { return absl::ascii_isspace(c) || absl::ascii_ispunct(c); };
  std::string spaced = absl::AsciiStrToLower(text);
  std::replace_if(spaced.begin(), spaced.end(), is_separator, ' ');
  std::set<std::string> words = absl::StrSplit(spaced, ' ', absl::SkipEmpty());
  for (const char* filler : {"the", "a", "an", "of", "for", "our", "their", "your", "on", "in"}) {
    words.erase(filler);
  }
  return words;
}

bool AreAlike(const std::string& a, const std::string& b) {
  const std::set<std::string> words_a = WordsOf(a);
  const std::set<std::string> words_b = WordsOf(b);
  std::vector<std::string> shared;
  std::set_intersection(words_a.begin(), words_a.end(), words_b.begin(), words_b.end(),
                        std::back_inserter(shared));
  const size_t fewer = std::min(words_a.size(), words_b.size());
  return fewer > 0 &&
         static_cast<double>(shared.size()) >= kSameObject * static_cast<double>(fewer);
}

bool Overlap(const Evidence& a, const Evidence& b) {
  return a.turn == b.turn &&
         (absl::StrContains(a.quote, b.quote) || absl::StrContains(b.quote, a.quote));
}

bool ShareWords(const Blocker& a, const Blocker& b) {
  return std::any_of(a.history.begin(), a.history.end(), [&](const BlockerTransition& step) {
    return std::any_of(b.history.begin(), b.history.end(), [&](const BlockerTransition& other) {
      return Overlap(step.evidence, other.evidence);
    });
  });
}

bool IsSame(const Blocker& a, const Blocker& b) {
  if (a.id == b.id) return true;
  return a.category == b.category && (AreAlike(a.object, b.object) || ShareWords(a, b));
}

void FillIn(std::string& text, const std::string& other) {
  if (text.empty()) text = other;
}

// The steps of a blocker in the call's order: one of each status in a row, for a part that comes
// later tells of what an earlier one told of; what is raised after it was settled is reopened.
void OrderHistory(const std::string& call_id, Blocker& blocker) {
  const auto earlier = [&](const BlockerTransition& step) {
    return !step.evidence.call_id.empty() && step.evidence.call_id != call_id;
  };
  std::stable_sort(blocker.history.begin(), blocker.history.end(),
                   [&](const BlockerTransition& a, const BlockerTransition& b) {
                     if (earlier(a) != earlier(b)) return earlier(a);
                     return !earlier(a) && a.evidence.turn < b.evidence.turn;
                   });
  std::vector<BlockerTransition> steps;
  for (BlockerTransition& step : blocker.history) {
    if (!steps.empty() && step.status == BlockerStatus::kRaised) {
      if (deal::IsOpen(steps.back().status)) continue;
      step.status = BlockerStatus::kReopened;
    }
    if (!steps.empty() && steps.back().status == step.status) continue;
    steps.push_back(std::move(step));
  }
  blocker.history = std::move(steps);
  if (!blocker.history.empty()) blocker.status = blocker.history.back().status;
}

class AnalysisMerge {
 public:
  explicit AnalysisMerge(const std::string& call_id) : call_id_(call_id) {}

  void Add(deal::Analysis answer) {
    ++answers_;
    merged_.confidence += answer.confidence;
    merged_.suspicious_content.insert(merged_.suspicious_content.end(),
                                      answer.suspicious_content.begin(),
                                      answer.suspicious_content.end());
    if (!answer.is_sales_call) return;
    any_sale_ = true;
    for (auto* list : {&answer.open_blockers, &answer.resolved_blockers}) {
      for (Blocker& blocker : *list) AddBlocker(std::move(blocker));
    }
    if (answer.primary_blocker) {
      primaries_.emplace_back(AddBlocker(*answer.primary_blocker), answer.primary_reason);
    }
    AddPeople(answer.decision_makers, merged_.decision_makers);
    AddPeople(answer.nominal_decision_makers, merged_.nominal_decision_makers);
    AddPeople(answer.stakeholders, merged_.stakeholders);
    if (answer.next_step) merged_.next_step = std::move(answer.next_step);
    if (!answer.follow_up.recipient.empty()) merged_.follow_up = std::move(answer.follow_up);
    if (answer.stage != deal::JourneyStage::kUnspecified) merged_.stage = answer.stage;
    if (!answer.budget.empty()) merged_.budget = std::move(answer.budget);
    if (!answer.timeline.empty()) merged_.timeline = std::move(answer.timeline);
  }

  deal::Analysis Finish() {
    if (answers_ > 0) merged_.confidence /= answers_;
    merged_.is_sales_call = any_sale_;
    for (Blocker& blocker : blockers_) OrderHistory(call_id_, blocker);
    ChoosePrimary();
    for (Blocker& blocker : blockers_) {
      (deal::IsOpen(blocker.status) ? merged_.open_blockers : merged_.resolved_blockers)
          .push_back(std::move(blocker));
    }
    std::erase_if(merged_.decision_makers, [this](const Stakeholder& person) {
      return Find(merged_.nominal_decision_makers, person.name) != nullptr;
    });
    return std::move(merged_);
  }

 private:
  static Stakeholder* Find(std::vector<Stakeholder>& people, const std::string& name) {
    const auto found = std::find_if(people.begin(), people.end(),
                                    [&](const Stakeholder& one) { return one.name == name; });
    return found == people.end() ? nullptr : &*found;
  }

  // Its place among the blockers.
  size_t AddBlocker(Blocker blocker) {
    if (blocker.id.empty()) blocker.id = deal::BlockerId(blocker.category, blocker.object);
    const auto same = std::find_if(blockers_.begin(), blockers_.end(),
                                   [&](const Blocker& other) { return IsSame(other, blocker); });
    const auto place = static_cast<size_t>(same - blockers_.begin());
    if (same == blockers_.end()) {
      blockers_.push_back(std::move(blocker));
      return place;
    }
    FillIn(same->description, blocker.description);
    if (!blocker.owner.empty()) same->owner = std::move(blocker.owner);
    if (!blocker.clearing_condition.empty()) {
      same->clearing_condition = std::move(blocker.clearing_condition);
    }
    std::move(blocker.history.begin(), blocker.history.end(), std::back_inserter(same->history));
    return place;
  }

  static void AddPeople(std::vector<Stakeholder>& people, std::vector<Stakeholder>& all) {
    for (Stakeholder& person : people) {
      Stakeholder* same = Find(all, person.name);
      if (same == nullptr) {
        all.push_back(std::move(person));
        continue;
      }
      FillIn(same->title, person.title);
      FillIn(same->organization, person.organization);
      FillIn(same->email, person.email);
      FillIn(same->nominal_reason, person.nominal_reason);
      same->nominal = same->nominal || person.nominal;
      // A part that does not speak of somebody shows nothing.
      same->decides_probability = std::max(same->decides_probability, person.decides_probability);
      if (same->role == deal::StakeholderRole::kUnspecified) same->role = person.role;
      std::move(person.authority_evidence.begin(), person.authority_evidence.end(),
                std::back_inserter(same->authority_evidence));
    }
  }

  // The latest that a part put first and that is still open.
  void ChoosePrimary() {
    for (auto named = primaries_.rbegin(); named != primaries_.rend(); ++named) {
      const Blocker& blocker = blockers_[named->first];
      if (!deal::IsOpen(blocker.status)) continue;
      merged_.primary_blocker = blocker;
      merged_.primary_reason = named->second;
      return;
    }
  }

  const std::string& call_id_;
  deal::Analysis merged_;
  std::vector<Blocker> blockers_;
  std::vector<std::pair<size_t, std::string>> primaries_;  // place among blockers_, and why
  int answers_ = 0;
  bool any_sale_ = false;
};

bool IsSame(const deal::Fact& a, const deal::Fact& b) {
  if (a.kind != b.kind || a.subject != b.subject || a.attribute != b.attribute) return false;
  if (WordsOf(a.text) == WordsOf(b.text)) return true;
  const bool same_words =
      !a.evidence.empty() && !b.evidence.empty() && Overlap(a.evidence[0], b.evidence[0]);
  return same_words && (a.attribute.empty() ? AreAlike(a.text, b.text) : a.value == b.value);
}

template <typename Entry>
void AddEntries(std::vector<Entry>& entries, std::vector<Entry>& all) {
  for (Entry& entry : entries) {
    const bool is_known = std::any_of(all.begin(), all.end(), [&](const Entry& other) {
      return WordsOf(other.text) == WordsOf(entry.text) ||
             (Overlap(other.evidence, entry.evidence) && AreAlike(other.text, entry.text));
    });
    if (!is_known) all.push_back(std::move(entry));
  }
}

void AddFacts(CallFacts answer, CallFacts& all) {
  for (deal::Fact& fact : answer.facts) {
    const bool is_known = std::any_of(all.facts.begin(), all.facts.end(),
                                      [&](const deal::Fact& other) { return IsSame(other, fact); });
    if (!is_known) all.facts.push_back(std::move(fact));
  }
  deal::CustomerProfile& from = answer.profile_changes;
  deal::CustomerProfile& to = all.profile_changes;
  AddEntries(from.buying_triggers, to.buying_triggers);
  AddEntries(from.objections, to.objections);
  AddEntries(from.preferences, to.preferences);
  AddEntries(from.personal_details, to.personal_details);
  AddEntries(from.channel_preference, to.channel_preference);
  if (from.budget) to.budget = std::move(from.budget);
  if (from.last_interaction) to.last_interaction = std::move(from.last_interaction);
  if (from.journey_stage != deal::JourneyStage::kUnspecified) to.journey_stage = from.journey_stage;
}

}  // namespace

deal::Analysis MergeAnalyses(const grounding::CallContext& call, const std::vector<CallPart>& parts,
                             std::vector<deal::Analysis> answers) {
  AnalysisMerge merge(call.call_id);
  for (size_t i = 0; i < std::min(parts.size(), answers.size()); ++i) {
    Renumber(Renumbering(call.call_id, parts[i]), answers[i]);
    merge.Add(std::move(answers[i]));
  }
  return merge.Finish();
}

CallFacts MergeFacts(const grounding::CallContext& call, const std::vector<CallPart>& parts,
                     std::vector<CallFacts> answers) {
  CallFacts all;
  for (size_t i = 0; i < std::min(parts.size(), answers.size()); ++i) {
    Renumber(Renumbering(call.call_id, parts[i]), answers[i]);
    AddFacts(std::move(answers[i]), all);
  }
  return all;
}

}  // namespace throughline::analyst
