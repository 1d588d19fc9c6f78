#include "services/router/domain/extractive/email/condition.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "services/router/domain/extractive/email/checks.h"
#include "services/router/domain/extractive/email/cues.h"
#include "services/router/domain/extractive/facts/atoms.h"
#include "services/router/domain/extractive/facts/facts.h"
#include "services/router/domain/extractive/language/text.h"
#include "services/router/domain/extractive/language/tokens.h"

namespace throughline::router::extractive {
namespace {

using deal::BlockerCategory;
using transcript::Side;

constexpr double kMinTelling = 1.2;
constexpr size_t kLongCondition = 20;
constexpr double kUnlinkedHandicap = 1.0;  // a refusal may belong to another matter
constexpr double kPointsAtWhatIsLeft = 1.5;
constexpr double kOver = 1.0;  // what was, is not what is missing

// How well a sentence says what the objector needs: conditions and refusals in full words.
double Telling(const EmailCall& call, const Statement& statement, const std::string& piece) {
  double worth = std::min<double>(static_cast<double>(ContentStems(piece).size()), 6) / 3;
  if (Says(piece, "condition")) worth += 1.5;
  if (Says(piece, "points")) worth -= 2.0;
  if (!StandsAlone(piece, call.cast())) worth -= 0.7;
  if (Says(piece, "refusal")) worth += 0.7;
  if (WordCount(piece) > kLongCondition) worth -= 0.8;
  if (statement.voice == call.reader().name) worth += 0.3;
  return worth;
}

}  // namespace

void FindCondition(const EmailCall& call, EmailMaterial& material) {
  if (!call.input().analysis.primary_blocker) return;
  Candidate best;
  best.worth = kMinTelling;
  for (const Statement& statement : call.Statements()) {
    const bool seller = statement.side == Side::kSeller;
    if (statement.question || (seller && !statement.agreed)) continue;
    const bool said = call.SaidOfPrimary(statement);
    for (const std::string& piece : statement.pieces) {
      const bool points = PointsAtWhatIsLeft(piece);
      if (!points && (seller || (!said && !statement.Has("objection")))) continue;
      if (IsVerbless(piece) || !call.Presentable(statement, piece) || Says(piece, "loose"))
        continue;
      if (RefusesUs(piece)) continue;
      double worth = Telling(call, statement, piece);
      if (!said) worth += call.SpeaksOfPrimary(piece) - kUnlinkedHandicap;
      if (points) worth += kPointsAtWhatIsLeft;
      if (LooksBack(piece)) worth -= kOver;
      if (worth > best.worth) best = {&statement, piece, worth};
    }
  }
  if (best.statement == nullptr) return;
  std::string text = call.ToReader(*best.statement, best.clean);
  if (text.empty()) return;
  material.condition = EmailLine{std::move(text), call.EvidenceOf(*best.statement)};
  material.condition_names_item = PointsAtWhatIsLeft(best.clean);
}

void FindTerms(const EmailCall& call, EmailMaterial& material) {
  const std::optional<Blocker>& primary = call.input().analysis.primary_blocker;
  const bool paper = primary && (primary->category == BlockerCategory::kLegal ||
                                 primary->category == BlockerCategory::kProcurement ||
                                 primary->category == BlockerCategory::kTiming);
  if (!paper) return;
  for (const Statement& statement : call.Statements()) {
    if (statement.side == Side::kSeller || statement.question || statement.numbers == 0) continue;
    for (const std::string& piece : statement.pieces) {
      if (!Says(piece, "accepts") || ContentStems(piece).size() < 3) continue;
      if (!call.Presentable(statement, piece)) continue;
      std::string text =
          WithCurrency(CustomerToReader(piece, statement, call.reader(), call.cast()), call.cast());
      if (!text.empty()) material.agreed = EmailLine{std::move(text), call.EvidenceOf(statement)};
    }
  }
}

}  // namespace throughline::router::extractive
