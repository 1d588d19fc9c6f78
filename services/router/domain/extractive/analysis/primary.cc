#include "services/router/domain/extractive/analysis/primary.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace throughline::router::extractive {
namespace {

// A sentence with fewer words explains nothing.
constexpr size_t kTellingWords = 4;

double Rank(const Entry& entry) { return entry.strength - (entry.in_review ? 0.4 : 0); }

// "Yes." confirms and says nothing: then the words that put the thing in the way.
const deal::Evidence& Telling(const Entry& entry) {
  if (Tokenize(entry.why.quote).size() >= kTellingWords || entry.blocker.history.empty()) {
    return entry.why;
  }
  for (auto move = entry.blocker.history.rbegin(); move != entry.blocker.history.rend(); ++move) {
    if (Tokenize(move->evidence.quote).size() >= kTellingWords) return move->evidence;
  }
  return entry.why;
}

}  // namespace

std::vector<const Entry*> RankOpen(const std::vector<Entry>& entries) {
  std::vector<const Entry*> open;
  for (const Entry& entry : entries) {
    if (deal::IsOpen(entry.blocker.status)) open.push_back(&entry);
  }
  std::stable_sort(open.begin(), open.end(), [](const Entry* a, const Entry* b) {
    if (Rank(*a) != Rank(*b)) return Rank(*a) > Rank(*b);
    return a->order > b->order;
  });
  return open;
}

std::string PrimaryReason(const Entry& entry) {
  const deal::Evidence& said = Telling(entry);
  const std::string& who = said.speaker.empty() ? "the customer" : said.speaker;
  const std::string quote = absl::StrCat("\"", said.quote, "\"");
  if (!entry.mentioned) {
    return absl::StrCat(entry.blocker.object,
                        " is still open from an earlier call and nothing newer is in the way.");
  }
  switch (entry.strongest) {
    case Move::kPointer:
      return absl::StrCat(who, " names it as what matters now: ", quote);
    case Move::kGate:
      return absl::StrCat("Nothing moves without it, says ", who, ": ", quote);
    case Move::kFix:
      return absl::StrCat(who, " ties the deal to it: ", quote);
    case Move::kReopen:
      return absl::StrCat(who, " brought it back: ", quote);
    case Move::kProgress:
      return absl::StrCat(entry.blocker.object, " is under way and nothing newer is in the way.");
    default:
      return absl::StrCat("It is the latest thing raised, by ", who, ": ", quote);
  }
}

}  // namespace throughline::router::extractive
