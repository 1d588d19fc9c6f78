#include "services/router/domain/extractive/email/call.h"

#include <algorithm>
#include <cstdlib>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "services/router/domain/extractive/email/checks.h"
#include "services/router/domain/extractive/email/quotes.h"
#include "services/router/domain/extractive/facts/facts.h"
#include "services/router/domain/extractive/language/perspective.h"
#include "services/router/domain/extractive/language/text.h"
#include "services/router/domain/extractive/language/tokens.h"

namespace throughline::router::extractive {
namespace {

using deal::Blocker;
using deal::BlockerCategory;
using transcript::Side;

constexpr size_t kMaxLineWords = 34;  // a longer sentence is no line of an e-mail
constexpr double kTellingStems = 4;

}  // namespace

EmailCall::EmailCall(Tier tier, const EmailInput& input, const Cast& cast, const Asides& asides)
    : tier_(tier),
      input_(input),
      cast_(cast),
      asides_(asides),
      agreed_(AgreedDaysOf(input.call, cast.patience())),
      reader_{input.analysis.follow_up.recipient,
              absl::ToCivilDay(input.call.occurred_at, absl::UTCTimeZone())},
      statements_(FindStatements(Tier::kDeep, input.call, cast)) {
  LearnMatter();
  EraseSuspicious(input.analysis.suspicious_content, input.call.transcript, statements_);
  for (const Statement& statement : statements_) {
    const absl::string_view verb =
        absl::string_view(statement.clean).substr(0, statement.clean.find(' '));
    const bool asks = statement.Has("need") || statement.Has("preference") || IsDirectiveVerb(verb);
    if (asks && statement.side != Side::kSeller) wish_turns_.insert(statement.turn->index);
  }
  for (const transcript::Turn& turn : input.call.transcript.turns) {
    last_turn_ = std::max(last_turn_, turn.index);
  }
}

void EmailCall::LearnMatter() {
  const deal::Analysis& analysis = input_.analysis;
  const std::optional<Blocker>& primary = analysis.primary_blocker;
  std::string subject;
  if (primary) {
    money_ = IsMoney(primary->category);
    absl::StrAppend(&subject, primary->object, " ", primary->clearing_condition, " ");
    for (const deal::BlockerTransition& transition : primary->history) {
      if (transition.evidence.call_id != input_.call.call_id) continue;
      absl::StrAppend(&subject, transition.evidence.quote, " ");
      said_.push_back(transition.evidence.quote);
    }
    if (!primary->clearing_condition.empty()) said_.push_back(primary->clearing_condition);
  }
  if (analysis.next_step) absl::StrAppend(&subject, analysis.next_step->description);
  subject_ = ContentStems(subject);
  for (const Blocker& open : analysis.open_blockers) money_ = money_ || IsMoney(open.category);
  for (const auto* blockers : {&analysis.open_blockers, &analysis.resolved_blockers}) {
    for (const Blocker& blocker : *blockers) {
      const bool named = !blocker.object.empty() && absl::ascii_isupper(blocker.object.front());
      if (blocker.category == BlockerCategory::kCompetition && named) {
        rivals_.push_back(blocker.object);
      }
    }
  }
}

const std::vector<Statement>& EmailCall::Statements() const {
  static const auto* const kNone = new std::vector<Statement>;
  return cast_.patience().Check().ok() ? statements_ : *kNone;
}

bool EmailCall::IsWithheld(const Statement& statement) {
  return statement.Has("instruction") || statement.Has("health") || statement.Has("personal") ||
         statement.Has("anecdote") || statement.Has("smalltalk");
}

bool EmailCall::Presentable(const Statement& statement, absl::string_view clean,
                            bool answers) const {
  const bool confirmed = statement.agreed && statement.side == Side::kSeller;
  if ((statement.question && !confirmed && !answers) || IsWithheld(statement) ||
      statement.Has("hypothetical") || statement.called_colleague) {
    return false;
  }
  if (clean.empty() || WordCount(clean) > kMaxLineWords) return false;
  // Half of a quotation.
  if (std::count(clean.begin(), clean.end(), '"') % 2 != 0) return false;
  if (!IsCivil(clean) || IsPrivate(clean) || StaysOut(clean) || NamesARival(clean)) return false;
  if (SpeaksOfAnotherVendor(clean) || TellsWhereabouts(clean) || asides_.In(clean)) return false;
  return money_ || !SpeaksOfMoney(clean);
}

bool EmailCall::NamesARival(absl::string_view clean) const {
  return std::any_of(rivals_.begin(), rivals_.end(),
                     [&](const std::string& rival) { return absl::StrContains(clean, rival); });
}

double EmailCall::Relevance(const Statement& statement, absl::string_view clean) const {
  // A word or two overlap by chance.
  const std::vector<std::string> stems = ContentStems(clean);
  const double length = std::min(1.0, static_cast<double>(stems.size()) / kTellingStems);
  double worth = 2.5 * length * StemOverlap(stems, subject_);
  worth += std::min(statement.numbers, 2) * 0.6 + std::min(statement.names, 2) * 0.3;
  if (last_turn_ > 0) worth += static_cast<double>(statement.turn->index) / last_turn_;
  if (DayIn(clean, reader_.today)) worth += 1.0;
  if (statement.agreed) worth += 0.4;
  worth += NearPromise(statement);
  if (statement.Has("hedge")) worth -= 1.2;
  return worth;
}

double EmailCall::SpeaksOfPrimary(absl::string_view clean) const {
  return StemOverlap(ContentStems(clean), subject_);
}

double EmailCall::NearPromise(const Statement& statement) const {
  const int32_t turn = statement.turn->index;
  if (statement.side != Side::kSeller && promise_turns_.contains(turn + 1)) return 1.5;
  if (agreed_.delivery && std::abs(turn - agreed_.delivery->evidence.turn) <= 2) return 1.2;
  for (int32_t distance = -2; distance <= 2; ++distance) {
    if (promise_turns_.contains(turn + distance)) return 0.8;
  }
  return 0;
}

deal::Evidence EmailCall::EvidenceOf(const Statement& statement) const {
  return {input_.call.call_id, statement.turn->index, statement.turn->speaker, statement.quote};
}

bool EmailCall::SaidOfPrimary(const Statement& statement) const {
  return std::any_of(said_.begin(), said_.end(), [&](const std::string& quote) {
    return absl::StrContains(statement.quote, quote) || absl::StrContains(quote, statement.quote);
  });
}

std::string EmailCall::ToReader(const Statement& statement, const std::string& clean) const {
  if (statement.side == Side::kSeller) {
    return SellerToReader(clean, statement, reader_, cast_);
  }
  std::string own = WithoutRemarks(clean, asides_);
  if (absl::StrContains(own, "…")) own = clean;
  if (absl::EndsWith(own, ".")) own.pop_back();
  return WithCurrency(CustomerToReader(own, statement, reader_, cast_), cast_);
}

}  // namespace throughline::router::extractive
