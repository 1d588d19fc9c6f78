#include "services/memory/domain/profile_merge.h"

#include <algorithm>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/memory/domain/text.h"

namespace throughline::memory {
namespace {

using deal::CustomerProfile;
using deal::Objection;
using deal::ObjectionStatus;
using deal::ProfileEntry;

absl::Time TimeOf(absl::Time stated, absl::Time otherwise) {
  const bool unset = stated == absl::Time() || stated == absl::InfinitePast();
  return unset ? otherwise : stated;
}

ProfileEntry Dated(ProfileEntry entry, absl::Time otherwise) {
  entry.at = TimeOf(entry.at, otherwise);
  return entry;
}

// "Sarah Chen: email" is about "sarah chen".
std::string PersonOfChannel(Stemmer& /*stemmer*/, const ProfileEntry& entry) {
  return Fold(absl::string_view(entry.text).substr(0, entry.text.find(':')));
}

std::string SenseOf(Stemmer& stemmer, const ProfileEntry& entry) {
  return Signature(stemmer, entry.text);
}

std::string ObjectionKey(Stemmer& stemmer, const Objection& objection) {
  return objection.blocker_id.empty() ? absl::StrCat("words ", Signature(stemmer, objection.text))
                                      : absl::StrCat("blocker ", objection.blocker_id);
}

// Drops the oldest entries beyond the limit.
template <typename Entry>
void Cap(std::vector<Entry>* entries) {
  if (entries->size() <= kMaxProfileEntriesPerField) return;
  const auto surplus = static_cast<ptrdiff_t>(entries->size() - kMaxProfileEntriesPerField);
  entries->erase(entries->begin(), entries->begin() + surplus);
}

// Adds each entry, or lets it take the place of the one with the same key when it is as new.
template <typename Entry, typename KeyOf>
void MergeList(Stemmer& stemmer, const std::vector<Entry>& incoming, absl::Time at, KeyOf key_of,
               std::vector<Entry>* known) {
  for (Entry entry : incoming) {
    if (entry.text.empty()) continue;
    entry.at = TimeOf(entry.at, at);
    const std::string key = key_of(stemmer, entry);
    const auto same = std::find_if(known->begin(), known->end(),
                                   [&](const Entry& k) { return key_of(stemmer, k) == key; });
    if (same == known->end()) {
      known->push_back(std::move(entry));
    } else if (entry.at >= same->at) {
      *same = std::move(entry);
    }
  }
  Cap(known);
}

void MergeNewest(const std::optional<ProfileEntry>& incoming, absl::Time at,
                 std::optional<ProfileEntry>* known) {
  if (!incoming.has_value() || incoming->text.empty()) return;
  const ProfileEntry entry = Dated(*incoming, at);
  if (!known->has_value() || entry.at >= (*known)->at) *known = entry;
}

// An objection whose blocker is settled is addressed, by the words that settled it; one whose
// blocker is open again stands again.
void FollowLedger(const deal::DealState& deal, std::vector<Objection>* objections) {
  for (Objection& objection : *objections) {
    const auto blocker =
        std::find_if(deal.blockers.begin(), deal.blockers.end(),
                     [&](const deal::Blocker& b) { return b.id == objection.blocker_id; });
    if (blocker == deal.blockers.end()) continue;
    const deal::BlockerTransition& last = blocker->history.back();
    if (deal::IsOpen(blocker->status)) {
      objection.status = ObjectionStatus::kOpen;
      objection.how_addressed.clear();
    } else {
      if (objection.how_addressed.empty()) objection.how_addressed = last.evidence.quote;
      objection.status = ObjectionStatus::kAddressed;
    }
  }
  std::stable_sort(objections->begin(), objections->end(),
                   [](const Objection& a, const Objection& b) {
                     return (a.status == ObjectionStatus::kAddressed) <
                            (b.status == ObjectionStatus::kAddressed);
                   });
}

auto Fields(const deal::Evidence& e) { return std::tie(e.call_id, e.turn, e.speaker, e.quote); }

bool Same(const ProfileEntry& a, const ProfileEntry& b) {
  return a.text == b.text && a.at == b.at && Fields(a.evidence) == Fields(b.evidence);
}

bool Same(const Objection& a, const Objection& b) {
  return std::tie(a.text, a.status, a.how_addressed, a.blocker_id, a.at) ==
             std::tie(b.text, b.status, b.how_addressed, b.blocker_id, b.at) &&
         Fields(a.evidence) == Fields(b.evidence);
}

bool Same(const std::optional<ProfileEntry>& a, const std::optional<ProfileEntry>& b) {
  return a.has_value() == b.has_value() && (!a.has_value() || Same(*a, *b));
}

template <typename Entry>
bool Same(const std::vector<Entry>& a, const std::vector<Entry>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const Entry& x, const Entry& y) { return Same(x, y); });
}

}  // namespace

void ApplyToProfile(const Contribution& contribution, const deal::DealState& deal,
                    std::optional<CustomerProfile>* profile) {
  const bool is_sales_call =
      contribution.analysis.has_value() && contribution.analysis->is_sales_call;
  CustomerProfile merged = profile->value_or(CustomerProfile{});
  const absl::Time at = contribution.at;
  if (contribution.profile_changes.has_value()) {
    Stemmer stemmer;
    const CustomerProfile& changes = *contribution.profile_changes;
    MergeList(stemmer, changes.buying_triggers, at, SenseOf, &merged.buying_triggers);
    MergeList(stemmer, changes.preferences, at, SenseOf, &merged.preferences);
    MergeList(stemmer, changes.personal_details, at, SenseOf, &merged.personal_details);
    MergeList(stemmer, changes.channel_preference, at, PersonOfChannel, &merged.channel_preference);
    MergeList(stemmer, changes.objections, at, ObjectionKey, &merged.objections);
    MergeNewest(changes.budget, at, &merged.budget);
    MergeNewest(changes.last_interaction, at, &merged.last_interaction);
    if (changes.journey_stage != deal::JourneyStage::kUnspecified) {
      merged.journey_stage = changes.journey_stage;
    }
  }
  if (is_sales_call && contribution.analysis->stage != deal::JourneyStage::kUnspecified) {
    merged.journey_stage = contribution.analysis->stage;
  }
  const bool told = contribution.profile_changes.has_value() &&
                    contribution.profile_changes->last_interaction.has_value();
  if (is_sales_call && !told && !contribution.summary.empty()) {
    MergeNewest(
        ProfileEntry{
            .text = contribution.summary, .evidence = {.call_id = contribution.call_id}, .at = at},
        at, &merged.last_interaction);
  }
  FollowLedger(deal, &merged.objections);
  if (!IsEmpty(merged)) *profile = std::move(merged);
}

bool SameContent(const CustomerProfile& a, const CustomerProfile& b) {
  return Same(a.buying_triggers, b.buying_triggers) && Same(a.budget, b.budget) &&
         Same(a.objections, b.objections) && Same(a.preferences, b.preferences) &&
         Same(a.personal_details, b.personal_details) &&
         Same(a.channel_preference, b.channel_preference) && a.journey_stage == b.journey_stage &&
         Same(a.last_interaction, b.last_interaction);
}

bool IsEmpty(const CustomerProfile& changes) { return SameContent(changes, CustomerProfile{}); }

}  // namespace throughline::memory
