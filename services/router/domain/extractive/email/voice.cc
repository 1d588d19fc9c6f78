#include "services/router/domain/extractive/email/voice.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/transcript/person.h"

namespace throughline::router::extractive {
namespace {

using deal::JourneyStage;

std::string ToneOf(JourneyStage stage, bool brief) {
  const bool late = stage == JourneyStage::kNegotiation || stage == JourneyStage::kProcurement ||
                    stage == JourneyStage::kCommit || stage == JourneyStage::kClosedWon;
  if (late || brief) return "brisk";
  return stage == JourneyStage::kStalled ? "patient" : "warm";
}

// Of the customer, as far as memory tells.
size_t CallsBefore(const deal::DealState& known) {
  return known.timeline.empty() ? static_cast<size_t>(known.version) : known.timeline.size();
}

}  // namespace

Voice::Voice(const EmailInput& input, bool brief)
    : input_(input),
      tone_(ToneOf(input.analysis.stage, brief)),
      seed_(input.call.customer_name.empty() ? input.call.call_id : input.call.customer_name),
      turn_(CallsBefore(input.call.known) + static_cast<size_t>(input.variation)) {}

std::string Voice::Say(absl::string_view section, const Phrases::Slots& slots, size_t turn) const {
  return EnglishPhrases().Say(section, seed_, slots, turn_ + turn);
}

std::string Voice::Toned(absl::string_view section, const Phrases::Slots& slots) const {
  return Say(absl::StrCat(section, ".", tone_), slots);
}

std::string Voice::Whose(const deal::Evidence& words) const {
  if (words.speaker == input_.analysis.follow_up.recipient) return ".own";
  const bool named =
      !words.speaker.empty() && transcript::SideOfRole(words.speaker) == transcript::Side::kUnknown;
  return named ? ".other" : "";
}

std::string Joined(std::vector<std::string> words) {
  if (words.size() < 2) return words.empty() ? "" : words.front();
  const std::string last = words.back();
  words.pop_back();
  return absl::StrCat(absl::StrJoin(words, ", "), " and ", last);
}

}  // namespace throughline::router::extractive
