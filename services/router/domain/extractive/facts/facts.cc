#include "services/router/domain/extractive/facts/facts.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/patience.h"
#include "common/base/status_macros.h"
#include "re2/re2.h"
#include "services/router/domain/extractive/engine.h"
#include "services/router/domain/extractive/facts/atoms.h"
#include "services/router/domain/extractive/facts/deal.h"
#include "services/router/domain/extractive/facts/passages.h"
#include "services/router/domain/extractive/facts/wording.h"
#include "services/router/domain/extractive/language/tokens.h"
#include "services/router/domain/extractive/profile.h"
#include "services/router/domain/extractive/short_turns.h"

namespace throughline::router::extractive {
namespace {

using deal::Fact;
using transcript::Side;

// Share of the shorter fact's content words that must stand in the other one.
constexpr double kSameOverlap = 0.9;
constexpr double kSameLength = 0.7;

deal::Evidence EvidenceOf(const CallInput& input, const transcript::Turn& turn,
                          const std::string& quote) {
  return {input.call_id, turn.index, turn.speaker, quote};
}

std::string TextOf(const Statement& atom, const Cast& cast, absl::CivilDay today) {
  return WithDates(WithCurrency(WithDigits(FactSentence(atom, cast)), cast), today);
}

// The person the statement is about when it is about one; the seller for the seller's words.
std::string SubjectOf(const Statement& statement, const Cast& cast) {
  if (statement.side == Side::kSeller) return cast.seller();
  static const RE2& personal = *new RE2("(?i)\\b(i|my|me)\\b");
  static const RE2& company = *new RE2("(?i)\\b(we|our|us)\\b");
  const bool own =
      RE2::PartialMatch(statement.clean, personal) && !RE2::PartialMatch(statement.clean, company);
  return own ? statement.voice : "";
}

std::vector<std::string> TagsOf(const Statement& statement) {
  std::vector<std::string> tags;
  if (statement.Has("hedge")) tags.push_back("hedged");
  if (statement.passage) tags.push_back("passage");
  if (statement.side == Side::kSeller) tags.push_back("seller");
  if (statement.question || statement.asked_turn != nullptr) tags.push_back("question");
  return tags;
}

Fact MakeFact(const Statement& statement, const CallInput& input, const Cast& cast) {
  const absl::CivilDay today = absl::ToCivilDay(input.occurred_at, absl::UTCTimeZone());
  Fact fact;
  fact.kind = KindOf(statement);
  fact.text = TextOf(statement, cast, today);
  if (fact.text.empty()) return fact;
  fact.subject = SubjectOf(statement, cast);
  if (const auto property = PropertyOf(statement, fact.kind, cast, today)) {
    fact.subject = property->subject;
    fact.attribute = property->attribute;
    fact.value = property->value;
  }
  fact.evidence.push_back(EvidenceOf(input, *statement.turn, statement.quote));
  if (statement.asked_turn != nullptr) {
    fact.evidence.push_back(EvidenceOf(input, *statement.asked_turn, statement.asked_quote));
  }
  fact.confidence = Confidence(statement);
  fact.valid_from = input.occurred_at;
  fact.tags = TagsOf(statement);
  return fact;
}

std::vector<std::string> NumbersIn(const std::vector<Token>& tokens) {
  std::vector<std::string> numbers;
  for (const Token& token : tokens) {
    if (absl::ascii_isdigit(static_cast<unsigned char>(token.text.front())) ||
        token.text.front() == '$') {
      numbers.push_back(token.text);
    }
  }
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

}  // namespace

bool SameFacts::Add(absl::string_view text) {
  const std::vector<Token> tokens = Tokenize(text);
  const std::string digits = WithDigits(text, tokens);
  Key key{ContentStems(tokens), NumbersIn(digits == text ? tokens : Tokenize(digits))};
  std::sort(key.stems.begin(), key.stems.end());
  std::vector<size_t> others;
  for (const std::string& stem : key.stems) {
    const auto found = by_stem_.find(stem);
    if (found == by_stem_.end()) continue;
    for (const size_t other : found->second) {
      if (shared_[other]++ == 0) others.push_back(other);
    }
  }
  bool said = false;
  for (const size_t other : others) {
    const size_t count = std::exchange(shared_[other], 0);
    const double smaller =
        static_cast<double>(std::min(key.stems.size(), keys_[other].stems.size()));
    const double larger =
        static_cast<double>(std::max(key.stems.size(), keys_[other].stems.size()));
    said = said || (static_cast<double>(count) >= kSameOverlap * smaller &&
                    smaller >= kSameLength * larger && key.numbers == keys_[other].numbers);
  }
  if (said) return false;
  for (const std::string& stem : key.stems) by_stem_[stem].push_back(keys_.size());
  keys_.push_back(std::move(key));
  shared_.push_back(0);
  return true;
}

ExtractedFacts ExtractFacts(Tier tier, const CallInput& input) {
  return ExtractFacts(tier, input, Analyze(tier, input));
}

ExtractedFacts ExtractFacts(Tier tier, const CallInput& input, const deal::Analysis& analysis) {
  return *ExtractFacts(Context::Background(), tier, input, analysis);
}

absl::StatusOr<ExtractedFacts> ExtractFacts(const Context& context, Tier tier,
                                            const CallInput& whole,
                                            const deal::Analysis& analysis) {
  Patience patience(context);
  const ShortTurns turns(whole);
  const CallInput& input = *turns;
  const Cast cast(input, patience);
  const std::string only_open =
      analysis.open_blockers.size() == 1 ? analysis.open_blockers.front().object : "";
  AtomReader reader(AntecedentsOf(analysis, input.call_id, cast), only_open, cast);
  std::vector<Statement> statements = FindStatements(tier, input, cast);
  EraseSuspicious(analysis.suspicious_content, input.transcript, statements);
  for (const Statement& statement : statements) {
    if (patience.Ended(statement.quote.size())) return patience.Check();
    reader.Add(statement);
  }
  std::vector<ScoredFact> scored;
  std::vector<Statement> kept;
  const auto keep = [&](const Statement& words, double score) {
    if (score < kWorthKeeping) return;
    Fact fact = MakeFact(words, input, cast);
    if (fact.text.empty()) return;
    scored.emplace_back(score, std::move(fact));
    kept.push_back(words);
  };
  for (const Statement& atom : reader.atoms()) {
    if (patience.Ended(atom.quote.size())) return patience.Check();
    const bool short_seller_talk =
        tier == Tier::kFast && atom.side == Side::kSeller && !atom.Has("commitment");
    if (!short_seller_talk) keep(atom, Usefulness(atom));
  }
  if (tier == Tier::kDeep) {
    for (const Statement& passage : FindPassages(statements, kept, cast)) {
      keep(passage, PassageUsefulness(passage));
    }
  }
  RETURN_IF_ERROR(patience.Check());
  std::stable_sort(scored.begin(), scored.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  SameFacts same;
  for (const Fact& known : input.known.facts) same.Add(known.text);
  ExtractedFacts result;
  const size_t limit = tier == Tier::kFast ? kMaxFastFactsPerCall : kMaxFactsPerCall;
  // What was said in one sentence comes first: it carries the attributes.
  std::vector<ScoredFact> deal_facts = DealFacts(input, analysis, cast);
  const size_t room = limit - std::min(limit, deal_facts.size());
  for (auto& [score, fact] : scored) {
    if (result.facts.size() >= room) break;
    if (same.Add(fact.text)) result.facts.push_back(std::move(fact));
  }
  for (auto& [score, fact] : deal_facts) {
    if (result.facts.size() >= limit) break;
    if (same.Add(fact.text)) result.facts.push_back(std::move(fact));
  }
  result.profile = ExtractProfile(input, analysis, result.facts, cast);
  RETURN_IF_ERROR(patience.Check());
  return result;
}

}  // namespace throughline::router::extractive
