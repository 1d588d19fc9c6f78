#ifndef THROUGHLINE_SERVICES_MEMORY_STORE_RANDOM_CALLS_FOR_TESTS_H_
#define THROUGHLINE_SERVICES_MEMORY_STORE_RANDOM_CALLS_FOR_TESTS_H_

#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/memory/domain/facts_for_tests.h"

namespace throughline::memory {

// Calls of a customer that contradict, repeat and complete each other: the same for the same seed.
class RandomCalls {
 public:
  explicit RandomCalls(unsigned seed) : random_(seed) {}

  // The call numbered `number`, from 0. Several may share a day.
  RetainCommand Call(int number) {
    const std::string id = absl::StrCat("call-", number);
    const absl::Time at = Day(3, 1 + Below(20));
    RetainCommand command = OfCall(id, at, {});
    for (int turn = 1, facts = 1 + Below(5); turn <= facts; ++turn) {
      command.facts.push_back(Fact(id, turn, at));
    }
    if (Below(3) == 0) command.facts.push_back(command.facts.front());
    command.texts = {{.text = absl::StrCat("Ann: marker", number, " and ", Word()), .turn = 1}};
    command.analysis = Analysis(id, at);
    command.profile_changes = Profile(id);
    if (Below(2) == 0) command.tags = {Word()};
    return command;
  }
  int Below(int bound) { return static_cast<int>(random_() % static_cast<unsigned>(bound)); }

 private:
  std::string Word() {
    static constexpr const char* kWords[] = {"oracle", "warehouse", "budget", "invoice", "pilot"};
    return kWords[Below(5)];
  }
  // The same thing in more words and fewer, or with another number.
  std::string Warehouses() {
    const auto perhaps = [this](const char* word) { return Below(2) == 0 ? word : ""; };
    return absl::StrCat("They run ", 4 + Below(2), perhaps(" shiny"), " cross-dock warehouses for",
                        perhaps(" rural"), " grocery chains", perhaps(" across"), " in Ohio.");
  }
  deal::Fact Fact(const std::string& id, int turn, absl::Time at) {
    const deal::Evidence evidence = Said(id, turn, absl::StrCat("quote ", turn, " of ", id));
    deal::Fact fact =
        Below(2) == 0
            ? ValueFact(Word(), absl::StrCat("$", 1 + Below(3), ",000"), evidence)
            : PlainFact(Below(2) == 0 ? absl::StrCat("They use the ", Word(), ".") : Warehouses(),
                        evidence);
    if (Below(3) == 0) fact.subject = Below(2) == 0 ? "Sarah Chen" : "sarah chen";
    if (Below(4) == 0) fact.valid_from = at - absl::Hours(24 * Below(10));
    if (Below(3) == 0) fact.tags = {Word()};
    return fact;
  }
  deal::Analysis Analysis(const std::string& id, absl::Time at) {
    static constexpr deal::BlockerStatus kStatuses[] = {
        deal::BlockerStatus::kRaised, deal::BlockerStatus::kBeingAddressed,
        deal::BlockerStatus::kResolved, deal::BlockerStatus::kReopened};
    static constexpr const char* kNames[] = {"Sarah Chen", "Robert Smith", "Bob Smith",
                                             "Chen, Sarah", "Tom Reed"};
    deal::Analysis analysis{.stage = static_cast<deal::JourneyStage>(1 + Below(6))};
    const deal::BlockerStatus status = kStatuses[Below(4)];
    auto& list = deal::IsOpen(status) ? analysis.open_blockers : analysis.resolved_blockers;
    list.push_back(BlockerOf(deal::BlockerCategory::kPrice, Word(),
                             {{.status = status, .at = at, .evidence = Said(id, 2, "blocked")}}));
    for (int i = 0, people = Below(3); i < people; ++i) {
      analysis.stakeholders.push_back({.name = kNames[Below(5)], .title = "title of " + id});
    }
    return analysis;
  }
  deal::CustomerProfile Profile(const std::string& id) {
    deal::CustomerProfile profile;
    profile.preferences = {{.text = "likes the " + Word(), .evidence = Said(id, 4, "liked")}};
    if (Below(2) == 0) {
      profile.budget = deal::ProfileEntry{.text = absl::StrCat("$", Below(9), ",000"),
                                          .evidence = Said(id, 5, "money")};
    }
    return profile;
  }

  std::mt19937 random_;
};

}  // namespace throughline::memory

#endif  // THROUGHLINE_SERVICES_MEMORY_STORE_RANDOM_CALLS_FOR_TESTS_H_
