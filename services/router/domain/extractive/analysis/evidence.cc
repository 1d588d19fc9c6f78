#include "services/router/domain/extractive/analysis/evidence.h"

#include <algorithm>
#include <cmath>

namespace throughline::router::extractive {
namespace {

using transcript::Side;

constexpr float kLate = 0.66F;
constexpr float kLast = 0.85F;
constexpr float kLeastShare = 0.02F;
constexpr float kLeastChance = 0.01F;

using Masses = std::array<float, kSubjects>;

float ShareLog(float part, float whole) { return std::log(part / (whole + 1e-6F) + kLeastShare); }

float Sum(const Masses& masses) {
  float sum = 0;
  for (const float mass : masses) sum += mass;
  return sum;
}

// Running totals of one call, per subject.
struct Totals {
  Masses against{}, against_late{}, against_most{}, closing{}, closing_late{}, closing_most{};
  Masses after{}, spoken{}, seller{}, seller_late{}, last{}, pointing{};
  std::array<size_t, kSubjects> closing_at{};
};

Totals Accumulate(const std::vector<ScoredSentence>& sentences) {
  Totals totals;
  for (size_t i = 0; i < sentences.size(); ++i) {
    const ScoredSentence& one = sentences[i];
    const bool late = one.place > kLate;
    for (size_t s = 0; s < kSubjects; ++s) {
      const float mass = one.subject[s];
      if (!one.customer) {
        const float said = mass * (1 - 0.5F * one.scores.Of(Act::kNeutral));
        totals.seller[s] += said;
        if (late) totals.seller_late[s] += said;
        continue;
      }
      const float against = one.Against() * mass;
      const float closing = one.Closing() * mass;
      totals.spoken[s] += one.counts * one.scores.subject[s];
      totals.against[s] += against;
      totals.pointing[s] += one.Pointing() * mass;
      totals.closing[s] += closing;
      if (late) totals.against_late[s] += against;
      if (late) totals.closing_late[s] += closing;
      if (one.place > kLast) totals.last[s] += against;
      totals.against_most[s] = std::max(totals.against_most[s], against);
      if (closing > totals.closing_most[s]) {
        totals.closing_most[s] = closing;
        totals.closing_at[s] = i;
      }
    }
  }
  for (size_t s = 0; s < kSubjects; ++s) {
    for (size_t i = totals.closing_at[s] + 1; i < sentences.size(); ++i) {
      if (sentences[i].customer)
        totals.after[s] += sentences[i].Against() * sentences[i].subject[s];
    }
  }
  return totals;
}

// The strongest statement of each kind about each subject.
struct Stated {
  Masses raise{}, gate{}, pointer{}, only{}, settle{}, reopen{}, pointer_late{}, gate_late{};
};

Stated Collect(const CallView& call, const std::vector<BlockerStatement>& statements) {
  Stated stated;
  const auto keep = [](float& place, double weight) {
    place = std::max(place, static_cast<float>(weight));
  };
  for (const BlockerStatement& statement : statements) {
    const size_t s = SubjectOf(statement.category);
    if (s == kSubjects) continue;
    const bool late =
        static_cast<float>(statement.line + 1) > kLate * static_cast<float>(call.lines.size());
    switch (statement.move) {
      case Move::kProgress:
        break;
      case Move::kAsk:
        keep(stated.raise[s], 0.5 * statement.weight);
        break;
      case Move::kNeed:
        keep(stated.raise[s], 0.7 * statement.weight);
        break;
      case Move::kRaise:
      case Move::kFix:
        keep(stated.raise[s], statement.weight);
        break;
      case Move::kGate:
        keep(stated.gate[s], statement.weight);
        if (late) keep(stated.gate_late[s], statement.weight);
        break;
      case Move::kPointer:
        keep(stated.pointer[s], statement.weight);
        if (late) keep(stated.pointer_late[s], statement.weight);
        if (statement.only) keep(stated.only[s], 1);
        break;
      case Move::kSettle:
      case Move::kWithdraw:
        keep(stated.settle[s], statement.weight);
        break;
      case Move::kReopen:
        keep(stated.reopen[s], statement.weight);
        break;
    }
  }
  return stated;
}

// Where each subject stood before the call, and where the cues put it.
struct Ledgered {
  std::array<bool, kSubjects> was_open{}, was_settled{}, open{}, settled{};
  size_t count_was_open = 0;
  bool any_open = false;
  size_t first = kSubjects;  // the strongest open one
};

Ledgered ReadLedger(const CallView& call, const std::vector<Entry>& entries) {
  Ledgered ledger;
  for (const deal::Blocker& blocker : call.known().blockers) {
    const size_t s = SubjectOf(blocker.category);
    if (s == kSubjects) continue;
    (deal::IsOpen(blocker.status) ? ledger.was_open : ledger.was_settled)[s] = true;
  }
  ledger.count_was_open = std::count(ledger.was_open.begin(), ledger.was_open.end(), true);
  const Entry* strongest = nullptr;
  for (const Entry& entry : entries) {
    const size_t s = SubjectOf(entry.blocker.category);
    if (s == kSubjects) continue;
    const bool open = deal::IsOpen(entry.blocker.status);
    (open ? ledger.open : ledger.settled)[s] = true;
    if (!open) continue;
    ledger.any_open = true;
    const bool stronger = strongest == nullptr || entry.strength > strongest->strength ||
                          (entry.strength == strongest->strength && entry.order > strongest->order);
    if (!stronger) continue;
    strongest = &entry;
    ledger.first = s;
  }
  return ledger;
}

}  // namespace

size_t SubjectOf(deal::BlockerCategory category) {
  const int index = static_cast<int>(category) - static_cast<int>(deal::BlockerCategory::kPrice);
  return index < 0 || index >= static_cast<int>(kSubjects) ? kSubjects : static_cast<size_t>(index);
}

deal::BlockerCategory CategoryOf(size_t subject) {
  return static_cast<deal::BlockerCategory>(static_cast<int>(deal::BlockerCategory::kPrice) +
                                            static_cast<int>(subject));
}

std::array<SubjectFeatures, kSubjects> FeaturesOfSubjects(
    const CallView& call, const std::vector<ScoredSentence>& sentences, const CallScores& whole,
    const std::vector<BlockerStatement>& statements, const std::vector<std::vector<Topic>>& topics,
    const std::vector<Entry>& entries) {
  const Totals totals = Accumulate(sentences);
  const Stated stated = Collect(call, statements);
  const Ledgered ledger = ReadLedger(call, entries);
  Masses named{};
  Masses named_by_seller{};
  for (const std::vector<Topic>& in_line : topics) {
    for (const Topic& topic : in_line) {
      const size_t s = SubjectOf(topic.category);
      if (s == kSubjects) continue;
      const bool seller = call.lines[topic.line].side == Side::kSeller;
      (seller ? named_by_seller : named)[s] += static_cast<float>(topic.weight);
    }
  }
  std::array<SubjectFeatures, kSubjects> features{};
  for (size_t s = 0; s < kSubjects; ++s) {
    const float was_open = ledger.was_open[s] ? 1 : 0;
    const bool others_open = ledger.count_was_open > (ledger.was_open[s] ? 1U : 0U);
    features[s] = {std::log1p(totals.against[s]),
                   std::log1p(totals.against_late[s]),
                   totals.against_most[s],
                   std::log1p(totals.closing[s]),
                   std::log1p(totals.closing_late[s]),
                   totals.closing_most[s],
                   ShareLog(totals.against[s], Sum(totals.against)),
                   ShareLog(totals.against_late[s], Sum(totals.against_late)),
                   ShareLog(totals.closing[s], Sum(totals.closing)),
                   std::log1p(totals.after[s]),
                   ShareLog(totals.spoken[s], Sum(totals.spoken)),
                   ShareLog(totals.seller[s], Sum(totals.seller)),
                   ShareLog(totals.seller_late[s], Sum(totals.seller_late)),
                   ShareLog(totals.last[s], Sum(totals.last)),
                   std::log1p(named[s]),
                   ShareLog(named[s], Sum(named)),
                   std::log1p(named_by_seller[s]),
                   was_open,
                   ledger.was_settled[s] ? 1.0F : 0.0F,
                   was_open * std::log1p(totals.closing[s]),
                   was_open * std::log1p(totals.against_late[s]),
                   was_open * stated.settle[s],
                   was_open > 0 && !others_open ? 1.0F : 0.0F,
                   was_open == 0 && others_open ? 1.0F : 0.0F,
                   call.known().version == 0 && call.known().blockers.empty() ? 1.0F : 0.0F,
                   stated.raise[s],
                   stated.gate[s],
                   stated.pointer[s],
                   stated.only[s],
                   stated.settle[s],
                   stated.reopen[s],
                   stated.pointer_late[s] + stated.gate_late[s],
                   ledger.open[s] ? 1.0F : 0.0F,
                   ledger.first == s ? 1.0F : 0.0F,
                   ledger.settled[s] ? 1.0F : 0.0F,
                   ledger.any_open ? 1.0F : 0.0F,
                   std::log(whole[s] + kLeastChance),
                   std::log(whole[kSubjects] + kLeastChance),
                   totals.pointing[s],
                   ShareLog(totals.pointing[s], Sum(totals.pointing))};
  }
  return features;
}

}  // namespace throughline::router::extractive
