#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/deal/types.h"
#include "services/router/domain/extractive/language/people_words.h"
#include "services/router/domain/judge/checks.h"
#include "services/router/domain/text/fold.h"

namespace throughline::router {
namespace {

using Json = nlohmann::json;

std::string StringAt(const Json& object, const char* key) {
  if (!object.is_object()) return "";
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

const Json& ArrayAt(const Json& object, const char* key) {
  static const Json& empty = *new Json(Json::array());
  if (!object.is_object()) return empty;
  const auto found = object.find(key);
  return found != object.end() && found->is_array() ? *found : empty;
}

std::string FoldedAt(const Json& object, const char* key) {
  return text::Fold(StringAt(object, key));
}

// Blockers that the answer lists, each object folded once.
class ListedBlockers {
 public:
  ListedBlockers(const Json& answer, const char* list) {
    for (const Json& entry : ArrayAt(answer, list)) {
      blockers_.push_back({StringAt(entry, "id"), FoldedAt(entry, "object"), &entry});
    }
  }

  // The entry that speaks of the ledger's `blocker`: by id, else by its object.
  const Json* Find(const deal::Blocker& blocker) const {
    const std::string object = text::Fold(blocker.object);
    for (const Listed& listed : blockers_) {
      const bool same_id = !blocker.id.empty() && listed.id == blocker.id;
      if (same_id || (!object.empty() && listed.object == object)) return listed.entry;
    }
    return nullptr;
  }

 private:
  struct Listed {
    std::string id;
    std::string object;  // folded
    const Json* entry;
  };
  std::vector<Listed> blockers_;
};

// Whether the entry's history holds a step to one of `statuses` with words behind it.
bool HasStep(const Json& entry, std::initializer_list<absl::string_view> statuses) {
  for (const Json& step : ArrayAt(entry, "history")) {
    for (const absl::string_view status : statuses) {
      if (StringAt(step, "status") != status || !step.contains("evidence")) continue;
      if (!StringAt(step["evidence"], "quote").empty()) return true;
    }
  }
  return false;
}

// What is wrong with how the answer treats a blocker the ledger holds; empty when nothing is.
std::string ProblemWithBlocker(const ListedBlockers& open_ones, const ListedBlockers& settled,
                               const deal::Blocker& blocker) {
  const Json* open = open_ones.Find(blocker);
  const Json* resolved = settled.Find(blocker);
  if (deal::IsOpen(blocker.status)) {
    if (open != nullptr) return "";
    if (resolved == nullptr) {
      return absl::StrCat("Open before the call and not accounted for: ", blocker.object, ".");
    }
    if (HasStep(*resolved, {"BLOCKER_STATUS_RESOLVED", "BLOCKER_STATUS_WITHDRAWN"})) return "";
    return absl::StrCat("Reported as settled without words that settle it: ", blocker.object, ".");
  }
  if (open != nullptr && !HasStep(*open, {"BLOCKER_STATUS_REOPENED"})) {
    return absl::StrCat("Settled before the call and open again without words that reopen it: ",
                        blocker.object, ".");
  }
  return "";
}

bool IsDecider(const deal::Stakeholder& person) {
  return person.nominal || person.role == deal::StakeholderRole::kEconomicBuyer ||
         person.role == deal::StakeholderRole::kCoSigner ||
         person.role == deal::StakeholderRole::kApprover;
}

// The folded name without forms of address: "lurleen" for "Miss Lurleen".
std::string BareName(const std::string& name) {
  std::vector<absl::string_view> bare;
  const std::string folded = text::Fold(name);
  for (const absl::string_view word : text::FoldedWords(folded)) {
    if (!extractive::IsHonorific(word)) bare.push_back(word);
  }
  return bare.empty() ? folded : absl::StrJoin(bare, " ");
}

// People that the answer lists, each name made bare once.
class ListedPeople {
 public:
  ListedPeople(const Json& answer, const char* list) {
    for (const Json& entry : ArrayAt(answer, list)) {
      std::string name = BareName(StringAt(entry, "name"));
      if (!name.empty()) people_.emplace_back(std::move(name), &entry);
    }
  }

  // The entry for somebody; a first name stands for the full one.
  const Json* Find(const std::string& bare_name) const {
    for (const auto& [name, entry] : people_) {
      if (text::ContainsPhrase(name, bare_name) || text::ContainsPhrase(bare_name, name)) {
        return entry;
      }
    }
    return nullptr;
  }

 private:
  std::vector<std::pair<std::string, const Json*>> people_;
};

struct AnsweredPeople {
  explicit AnsweredPeople(const Json& answer)
      : deciders(answer, "decisionMakers"),
        nominal(answer, "nominalDecisionMakers"),
        listed(answer, "stakeholders") {}

  ListedPeople deciders;
  ListedPeople nominal;
  ListedPeople listed;
};

std::string ProblemWithPerson(const AnsweredPeople& answer, const deal::Stakeholder& person) {
  const std::string name = BareName(person.name);
  if (name.empty()) return "";
  const Json* decider = answer.deciders.Find(name);
  const Json* nominal = answer.nominal.Find(name);
  if (decider == nullptr && nominal == nullptr && answer.listed.Find(name) == nullptr) {
    return absl::StrCat("Has a part in the decision and is left out: ", person.name, ".");
  }
  if (person.nominal && nominal == nullptr && decider != nullptr &&
      ArrayAt(*decider, "authorityEvidence").empty()) {
    return absl::StrCat("Known to decide in name only and reported as deciding without words that ",
                        "say so: ", person.name, ".");
  }
  return "";
}

}  // namespace

Finding CheckKnownState(const Draft& draft) {
  const extractive::CallInput* call = draft.request.Call();
  if (draft.request.task != TaskKind::kAnalyzeCall || call == nullptr || !draft.json.has_value()) {
    return Finding::Skipped();
  }
  const deal::DealState& known = call->known;
  if (known.blockers.empty() && known.stakeholders.empty()) return Finding::Skipped();
  const auto off_topic = draft.json->find("notASalesCall");
  if (off_topic != draft.json->end() && off_topic->is_boolean() && off_topic->get<bool>()) {
    return Finding::Passed("The call is about something else.");
  }
  const ListedBlockers open(*draft.json, "openBlockers");
  const ListedBlockers settled(*draft.json, "resolvedBlockers");
  for (const deal::Blocker& blocker : known.blockers) {
    const std::string problem = ProblemWithBlocker(open, settled, blocker);
    if (!problem.empty()) return Finding::Failed(DecisionReason::kKnownStateConflict, problem);
  }
  const AnsweredPeople answered(*draft.json);
  for (const deal::Stakeholder& person : known.stakeholders) {
    if (!IsDecider(person)) continue;
    const std::string problem = ProblemWithPerson(answered, person);
    if (!problem.empty()) return Finding::Failed(DecisionReason::kKnownStateConflict, problem);
  }
  return Finding::Passed(absl::StrCat(known.blockers.size(), " blockers accounted for."));
}

}  // namespace throughline::router
