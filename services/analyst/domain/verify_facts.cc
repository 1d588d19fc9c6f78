#include "services/analyst/domain/verify_facts.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/grounding/evidence.h"

namespace throughline::analyst {
namespace {

constexpr char kNotSaid[] = "nobody said these words in the call";
constexpr char kInstructs[] = "it repeats words that try to instruct the software";

class Verification {
 public:
  Verification(const grounding::CallContext& call, const std::vector<deal::Evidence>& instructions)
      : call_(call), checker_(call, grounding::InstructedWords(call, instructions)) {}

  VerifiedFacts Run(CallFacts claimed) {
    VerifiedFacts result;
    for (deal::Fact& fact : claimed.facts) {
      if (VerifyFact(fact)) result.extracted.facts.push_back(std::move(fact));
    }
    result.extracted.profile_changes = std::move(claimed.profile_changes);
    VerifyProfile(result.extracted.profile_changes);
    result.dropped = std::move(dropped_);
    return result;
  }

 private:
  bool Refuse(absl::string_view claim, absl::string_view reason) {
    dropped_.push_back(
        {.claim = std::string(claim.substr(0, kMaxFactLabelBytes)), .reason = std::string(reason)});
    return false;
  }

  bool Repeats(absl::string_view text) const { return checker_.instructed().AreRepeatedIn(text); }

  bool VerifyFact(deal::Fact& fact) {
    if (kept_ == kMaxFacts) {
      return Refuse(fact.text, absl::StrCat("a call keeps at most ", kMaxFacts, " facts"));
    }
    if (fact.text.empty() || fact.text.size() > kMaxFactTextBytes ||
        fact.subject.size() > kMaxFactLabelBytes || fact.attribute.size() > kMaxFactLabelBytes) {
      return Refuse(fact.text, "it is empty or too long to keep");
    }
    if (fact.kind == deal::FactKind::kUnspecified || fact.kind == deal::FactKind::kVerbatim) {
      return Refuse(fact.text, "it does not say what kind of fact it is");
    }
    fact.evidence = checker_.Keep(fact.evidence);
    if (fact.evidence.empty()) return Refuse(fact.text, kNotSaid);
    if (Repeats(fact.text) || Repeats(fact.value)) return Refuse(fact.text, kInstructs);
    std::erase_if(fact.tags, [](const std::string& tag) {
      return tag.empty() || tag.size() > kMaxFactTagBytes;
    });
    if (fact.tags.size() > kMaxFactTags) fact.tags.resize(kMaxFactTags);
    fact.id.clear();
    fact.superseded_by.clear();
    fact.valid_to = absl::InfiniteFuture();
    fact.recorded_at = absl::InfinitePast();
    if (fact.valid_from == absl::InfinitePast()) fact.valid_from = CallTime();
    fact.confidence = std::clamp(fact.confidence, 0.0, 1.0);
    ++kept_;
    return true;
  }

  // Works on ProfileEntry and Objection alike.
  template <typename Entry>
  bool VerifyEntry(Entry& entry) {
    const std::optional<deal::Evidence> held = checker_.Check(entry.evidence);
    if (entry.text.empty() || entry.text.size() > kMaxFactTextBytes || !held) {
      return Refuse(entry.text, kNotSaid);
    }
    if (Repeats(entry.text)) return Refuse(entry.text, kInstructs);
    entry.evidence = *held;
    entry.at = CallTime();
    return true;
  }

  template <typename Entry>
  void VerifyEntries(std::vector<Entry>& entries) {
    std::erase_if(entries, [this](Entry& entry) { return !VerifyEntry(entry); });
  }

  void VerifyEntry(std::optional<deal::ProfileEntry>& entry) {
    if (entry && !VerifyEntry(*entry)) entry.reset();
  }

  void VerifyProfile(deal::CustomerProfile& profile) {
    profile.customer_id = call_.customer_id;
    profile.version = 0;
    VerifyEntries(profile.buying_triggers);
    VerifyEntry(profile.budget);
    VerifyEntries(profile.objections);
    VerifyEntries(profile.preferences);
    VerifyEntries(profile.personal_details);
    VerifyEntries(profile.channel_preference);
    // A summary of the call need not quote it.
    if (profile.last_interaction && profile.last_interaction->evidence.quote.empty()) {
      profile.last_interaction.reset();
    }
    VerifyEntry(profile.last_interaction);
  }

  absl::Time CallTime() const {
    return call_.transcript.occurred_at.value_or(absl::InfinitePast());
  }

  const grounding::CallContext& call_;
  const grounding::EvidenceChecker checker_;
  size_t kept_ = 0;
  std::vector<grounding::DroppedClaim> dropped_;
};

}  // namespace

VerifiedFacts VerifyFacts(const grounding::CallContext& call, CallFacts claimed,
                          const std::vector<deal::Evidence>& instructions) {
  return Verification(call, instructions).Run(std::move(claimed));
}

}  // namespace throughline::analyst
