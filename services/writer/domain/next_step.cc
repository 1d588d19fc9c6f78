#include "services/writer/domain/next_step.h"

#include <algorithm>
#include <cstdlib>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "re2/re2.h"
#include "services/writer/domain/check_email.h"
#include "services/writer/domain/prompts.h"
#include "services/writer/domain/wording.h"

namespace throughline::writer {
namespace {

constexpr size_t kLeastContentWords = 4;
constexpr int kMostWords = 25;
constexpr double kSaidShare = 0.6;

// The promise without the words that tie it to what was said before: "So then I'll …".
std::string OwnWords(std::string quote) {
  static const RE2& ties =
      *new RE2("(?i)^(?:(?:and|so|then|well|okay|ok|right|yes|yeah|good|great|sure),? )+");
  RE2::Replace(&quote, ties, "");
  return quote;
}

// Whether the promise was made to the reader: it speaks to nobody, or the reader spoke right before
// or after, and it calls nobody else by name.
bool IsSaidToReader(const EmailTask& task, const deal::Evidence& evidence) {
  const transcript::Transcript& call = task.call.transcript;
  const std::string& reader = task.analysis.follow_up.recipient;
  const bool names_another =
      std::any_of(call.participants.begin(), call.participants.end(), [&](const auto& person) {
        return person.name != reader && ContainsWord(evidence.quote, FirstName(person.name));
      });
  if (names_another) return false;
  static const RE2& second_person = *new RE2("(?i)\\byou(?:r|rs)?\\b");
  if (!Matches(evidence.quote, second_person)) return true;
  return std::any_of(call.turns.begin(), call.turns.end(), [&](const transcript::Turn& turn) {
    return turn.speaker == reader && std::abs(turn.index - evidence.turn) == 1;
  });
}

bool IsPromise(const EmailTask& task, const deal::Evidence& evidence) {
  const transcript::Participant* speaker =
      transcript::FindParticipant(task.call.transcript, evidence.speaker);
  return speaker != nullptr && speaker->side == transcript::Side::kSeller &&
         evidence.call_id == task.call.call_id && !absl::StrContains(evidence.quote, "?") &&
         !absl::StrContains(evidence.quote, "\"") && CountWords(evidence.quote) <= kMostWords &&
         ContentWordsOf(evidence.quote).size() >= kLeastContentWords && Promises(evidence.quote);
}

bool IsSaid(const deal::Email& email, const deal::Evidence& evidence) {
  const bool is_claimed =
      std::any_of(email.claims.begin(), email.claims.end(), [&](const deal::EmailClaim& claim) {
        return std::any_of(claim.evidence.begin(), claim.evidence.end(), [&](const auto& held) {
          return held.turn == evidence.turn && (absl::StrContains(held.quote, evidence.quote) ||
                                                absl::StrContains(evidence.quote, held.quote));
        });
      });
  const ContentWords words = ContentWordsOf(evidence.quote);
  return is_claimed || static_cast<double>(SharedWords(words, ContentWordsOf(email.body))) >=
                           kSaidShare * static_cast<double>(words.size());
}

}  // namespace

deal::Email WithNextStep(const EmailTask& task, deal::Email email) {
  if (!task.analysis.next_step || email.to.empty()) return email;
  const deal::Evidence& evidence = task.analysis.next_step->evidence;
  const size_t action = email.body.find("\n\n");
  if (action == std::string::npos || !IsPromise(task, evidence) ||
      !IsSaidToReader(task, evidence) || IsSaid(email, evidence)) {
    return email;
  }
  const std::string name = FirstName(evidence.speaker);
  const bool signs = absl::StrContains(email.body, absl::StrCat("\n", name));
  std::string sentence = absl::StrCat("As ", signs ? "I" : name, " said on the call: \"",
                                      OwnWords(evidence.quote), "\"");
  if (CountWords(email.body) + CountWords(sentence) > kMaxBodyWords) return email;
  email.body.insert(action + 2, absl::StrCat(sentence, " "));
  email.claims.push_back({.text = std::move(sentence), .evidence = {evidence}});
  return email;
}

}  // namespace throughline::writer
