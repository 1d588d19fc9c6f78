#ifndef THROUGHLINE_SERVICES_ANALYST_DOMAIN_RECONCILE_H_
#define THROUGHLINE_SERVICES_ANALYST_DOMAIN_RECONCILE_H_

#include <string>
#include <vector>

#include "common/deal/types.h"

namespace throughline::analyst {

// What two readings of a call may differ in. Numbers as on the wire.
enum class ReadingPoint {
  kSalesCall = 1,
  kPrimaryBlocker = 2,
  kOpenBlockers = 3,
  kSettledBlockers = 4,
  kDecisionMakers = 5,
  kRecipient = 6,
  kNextStep = 7,
  kStage = 8,
};

struct Disagreement {
  ReadingPoint point;
  std::string model;   // short phrase; empty: it found nothing
  std::string engine;  // the same of the engine
};

// A model's analysis beside the engine's.
struct Reconciliation {
  double confidence = 0;  // of the model's analysis, in view of the engine's
  std::vector<ReadingPoint> agreements;
  std::vector<Disagreement> disagreements;
};

// Compares what both say of the same call. Where one says nothing of people, days or the stage,
// there is nothing to compare. Agreement raises the model's confidence towards 1, disagreement
// lowers it towards 0, by half the way at most; what moves the deal (the primary blocker, who
// decides, whom to write to) weighs more. Pure and thread-safe.
Reconciliation Reconcile(const deal::Analysis& model, const deal::Analysis& engine);

}  // namespace throughline::analyst

#endif  // THROUGHLINE_SERVICES_ANALYST_DOMAIN_RECONCILE_H_
