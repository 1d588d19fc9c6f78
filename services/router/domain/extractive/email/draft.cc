#include "services/router/domain/extractive/email/draft.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/router/domain/extractive/email/email.h"
#include "services/router/domain/extractive/language/tokens.h"

namespace throughline::router::extractive {
namespace {

// Two sentences that share more than this say the same.
constexpr double kSameSentence = 0.75;

}  // namespace

void Draft::Claim(Paragraph& paragraph, std::string sentence, const deal::Evidence& evidence) {
  claims_.push_back({sentence, {}});
  if (!evidence.quote.empty()) AlsoRestsOn(evidence);
  paragraph.push_back(std::move(sentence));
}

void Draft::AlsoRestsOn(const deal::Evidence& evidence) {
  claims_.back().evidence.push_back(evidence);
}

void Draft::AddLine(Paragraph& paragraph, const EmailLine& line) {
  if (!IsSaid(line.text)) Claim(paragraph, absl::StrCat(line.text, "."), line.evidence);
}

bool Draft::IsSaid(absl::string_view text) const {
  return std::any_of(claims_.begin(), claims_.end(), [&](const deal::EmailClaim& claim) {
    return StemOverlap(ContentStems(claim.text), ContentStems(text)) > kSameSentence;
  });
}

bool Draft::IsRepeated(const deal::Evidence& words) const {
  return std::any_of(claims_.begin(), claims_.end(), [&](const deal::EmailClaim& claim) {
    return absl::StrContains(claim.text, words.quote) &&
           std::any_of(claim.evidence.begin(), claim.evidence.end(),
                       [&](const deal::Evidence& held) { return held.turn == words.turn; });
  });
}

size_t Draft::Words() const {
  return CountWords(absl::StrJoin(opening, " ")) + CountWords(absl::StrJoin(action, " "));
}

void Draft::Shorten(size_t most, bool brief) {
  const auto too_long = [&] { return Words() > most; };
  const size_t sentences = brief ? 2 : 3;
  while (too_long() && opening.size() > sentences) DropLast(opening);
  while (too_long() && action.size() > 1) DropLast(action);
  while (too_long() && opening.size() > 2) DropLast(opening);
}

void Draft::DropLast(Paragraph& paragraph) {
  std::erase_if(claims_,
                [&](const deal::EmailClaim& claim) { return claim.text == paragraph.back(); });
  paragraph.pop_back();
}

}  // namespace throughline::router::extractive
