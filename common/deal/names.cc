#include "common/deal/names.h"

#include <array>
#include <cstddef>

namespace throughline::deal {
namespace {

template <typename Enum, size_t kSize>
absl::string_view At(const std::array<absl::string_view, kSize>& names, Enum value) {
  const auto index = static_cast<size_t>(value);
  return index < kSize ? names[index] : names[0];
}

}  // namespace

absl::string_view Name(BlockerCategory category) {
  static constexpr std::array<absl::string_view, 15> kNames = {
      "unspecified",       "price",       "budget", "authority", "need",        "timing",
      "security",          "compliance",  "legal",  "technical", "integration", "competition",
      "change_management", "procurement", "none"};
  return At(kNames, category);
}

absl::string_view Name(BlockerStatus status) {
  static constexpr std::array<absl::string_view, 6> kNames = {
      "unspecified", "raised", "being_addressed", "resolved", "withdrawn", "reopened"};
  return At(kNames, status);
}

absl::string_view Name(StakeholderRole role) {
  static constexpr std::array<absl::string_view, 8> kNames = {
      "unspecified", "economic_buyer", "co_signer", "approver",
      "champion",    "influencer",     "user",      "gatekeeper"};
  return At(kNames, role);
}

absl::string_view Name(JourneyStage stage) {
  static constexpr std::array<absl::string_view, 11> kNames = {
      "unspecified", "discovery", "evaluation", "pilot",       "proposal", "negotiation",
      "procurement", "commit",    "closed_won", "closed_lost", "stalled"};
  return At(kNames, stage);
}

absl::string_view Name(FactKind kind) {
  static constexpr std::array<absl::string_view, 13> kNames = {
      "unspecified", "statement", "preference", "personal",    "commitment", "trigger", "objection",
      "budget",      "timeline",  "decision",   "stakeholder", "competitor", "verbatim"};
  return At(kNames, kind);
}

}  // namespace throughline::deal
