#include "services/router/domain/extractive/email/promises.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "re2/re2.h"
#include "services/router/domain/extractive/email/checks.h"
#include "services/router/domain/extractive/email/cues.h"
#include "services/router/domain/extractive/language/text.h"
#include "services/router/domain/extractive/language/tokens.h"

namespace throughline::router::extractive {
namespace {

using transcript::Side;

constexpr size_t kMaxCandidates = 3;  // of each kind
constexpr size_t kTellingScrap = 3;
constexpr double kRecapHandicap = 0.4;
constexpr double kBySeller = 0.3;
constexpr double kAnswersWish = 1.2;
constexpr double kHandsOver = 2.0;  // the seller's own last word on what is sent to whom and when

void KeepBest(std::vector<Candidate>& candidates) {
  std::stable_sort(candidates.begin(), candidates.end(),
                   [](const Candidate& a, const Candidate& b) { return a.worth > b.worth; });
  if (candidates.size() > kMaxCandidates) candidates.resize(kMaxCandidates);
}

// "Two paragraphs. I can do that by Monday": the key words before say what "that" is.
std::string WithObject(const Candidate& candidate) {
  static const RE2& bare = *new RE2("(?i)\\b(do|send|have|get|draft|put) (that|it)\\b");
  const std::vector<std::string>& pieces = candidate.statement->pieces;
  const auto at = std::find(pieces.begin(), pieces.end(), candidate.clean);
  if (at == pieces.begin() || at == pieces.end() || !Matches(candidate.clean, bare)) {
    return candidate.clean;
  }
  const std::string& before = *(at - 1);
  if (!IsVerbless(before) || ContentStems(before).size() < 2) return candidate.clean;
  return absl::StrCat(before, ": ", candidate.clean);
}

// "I'll have a signed one to you": the one thing left, by its name.
std::string WithItsName(const EmailCall& call, std::string promise) {
  const deal::Analysis& analysis = call.input().analysis;
  static const RE2& one = *new RE2("(?i)\\b(a|the) (\\w+ed|new|clean|final|written) one\\b");
  if (analysis.open_blockers.size() == 1 && !analysis.open_blockers.front().object.empty()) {
    std::string name = WithArticle(analysis.open_blockers.front().object, call.cast());
    absl::string_view bare(name);
    absl::ConsumePrefix(&bare, "the ");
    RE2::Replace(&promise, one, absl::StrCat("\\1 \\2 ", bare));
  }
  return promise;
}

// The seller's turn right after the customer asked for something, late in the call.
bool AnswersAWish(const EmailCall& call, const Statement& statement) {
  return call.tier() == Tier::kDeep && 2 * statement.turn->index > call.last_turn() &&
         call.IsWish(statement.turn->index - 1);
}

// "The technician is Oona Salmi": names, figures or a day, in a full sentence.
bool TellsSomething(const Statement& statement, const std::string& piece) {
  const bool telling = statement.names > 0 || statement.numbers > 0;
  return telling && !IsVerbless(piece) && !Says(piece, "leans.on.others") &&
         WordsBesidesDates(piece) >= 3;
}

// A customer's list of what is open is not said twice.
bool NamesAnItem(const EmailMaterial& material, absl::string_view clean) {
  return std::any_of(material.items.begin(), material.items.end(), [&](const EmailLine& item) {
    const std::vector<std::string> stems = ContentStems(item.text);
    return stems.size() > 1 && StemOverlap(stems, ContentStems(clean)) >= 1 && !DayNamed(clean);
  });
}

// Key words said by the seller of what goes to whom on which day.
bool IsHandedOver(const Candidate& candidate) {
  return candidate.statement->side == Side::kSeller && HandsOver(candidate.clean);
}

// Nothing, unless the words without a verb sum something up for the reader.
double RecapWorth(const EmailCall& call, const EmailMaterial& material, const Candidate& recap) {
  const Statement& statement = *recap.statement;
  const std::string& piece = recap.clean;
  if (!IsVerbless(piece) || IsInterjection(piece)) return 0;
  const bool seller = statement.side == Side::kSeller;
  const bool answers_wish = seller && call.IsWish(statement.turn->index - 1);
  const bool hands_over = IsHandedOver(recap);
  if (statement.asked_turn != nullptr && !answers_wish && !hands_over) return 0;
  const size_t telling = WordsBesidesDates(piece);
  const bool due = seller && DayNamed(piece);
  if (telling < (due ? 1 : 2) || !ReadsAsRecap(piece)) return 0;
  const bool asks = absl::EndsWith(statement.quote, "?");
  if (!call.Presentable(statement, piece, hands_over && !asks)) return 0;
  if (!hands_over && NamesAnItem(material, piece)) return 0;
  const bool linked = DayNamed(piece) || call.SpeaksOfPrimary(piece) > 0 || telling >= 3;
  if (!linked) return 0;
  return call.Relevance(statement, piece) - kRecapHandicap + (seller ? kBySeller : 0) +
         (answers_wish ? kAnswersWish : 0) + (hands_over ? kHandsOver : 0);
}

// Beside what the seller said goes out when, scraps say nothing.
void DropScraps(std::vector<Candidate>& candidates) {
  if (std::none_of(candidates.begin(), candidates.end(), IsHandedOver)) return;
  std::erase_if(candidates, [](const Candidate& candidate) {
    return !IsHandedOver(candidate) && !DayNamed(candidate.clean) &&
           WordsBesidesDates(candidate.clean) < kTellingScrap;
  });
}

}  // namespace

void FindPromises(EmailCall& call, EmailMaterial& material) {
  std::vector<Candidate> candidates;
  for (const Statement& statement : call.Statements()) {
    if (statement.side != Side::kSeller) continue;
    const bool answers = AnswersAWish(call, statement);
    for (const std::string& piece : statement.pieces) {
      if ((!Promises(piece) && !(answers && TellsSomething(statement, piece))) ||
          !call.Presentable(statement, piece))
        continue;
      const bool late = 2 * statement.turn->index > call.last_turn();
      const bool full = late && ContentStems(piece).size() > 2;
      if (!full && call.SpeaksOfPrimary(piece) == 0 && !Says(piece, "to.reader") &&
          !DayIn(statement.turn->text, call.reader().today)) {
        continue;
      }
      double worth = call.Relevance(statement, piece);
      if (Says(piece, "delivers")) worth += 1.0;
      if (Says(piece, "offhand")) worth -= 1.0;
      if (worth >= kLeastEmailWorth) candidates.push_back({&statement, piece, worth});
    }
  }
  KeepBest(candidates);
  for (const Candidate& candidate : candidates) {
    std::string text = SellerToReader(WithItsName(call, WithObject(candidate)),
                                      *candidate.statement, call.reader(), call.cast());
    if (text.empty()) continue;
    const auto day = DayIn(candidate.clean, call.reader().today);
    if (day && !material.promised) {
      material.promised = EmailDay{*day, call.EvidenceOf(*candidate.statement)};
    }
    material.promises.push_back({std::move(text), call.EvidenceOf(*candidate.statement)});
    call.RememberPromise(candidate.statement->turn->index);
  }
}

void FindRecaps(const EmailCall& call, EmailMaterial& material) {
  std::vector<Candidate> candidates;
  for (const Statement& statement : call.Statements()) {
    for (const std::string& piece : statement.pieces) {
      Candidate recap = {&statement, piece, 0};
      recap.worth = RecapWorth(call, material, recap);
      if (recap.worth >= kLeastEmailWorth) candidates.push_back(std::move(recap));
    }
  }
  DropScraps(candidates);
  KeepBest(candidates);
  for (const Candidate& candidate : candidates) {
    const bool seller = candidate.statement->side == Side::kSeller;
    std::string text =
        seller ? SellerToReader(candidate.clean, *candidate.statement, call.reader(), call.cast())
               : ListedToReader(candidate.clean, *candidate.statement, call.reader(), call.cast());
    if (!text.empty()) {
      const auto day = DayIn(candidate.clean, call.reader().today);
      if (day && !material.promised && candidate.statement->side == Side::kSeller) {
        material.promised = EmailDay{*day, call.EvidenceOf(*candidate.statement)};
      }
      material.recaps.push_back({std::move(text), call.EvidenceOf(*candidate.statement)});
    }
  }
}

}  // namespace throughline::router::extractive
