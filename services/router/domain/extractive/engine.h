#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_ENGINE_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_ENGINE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/context.h"
#include "common/deal/types.h"
#include "common/transcript/transcript.h"

// The built-in extractive engine: reads a parsed call and what is known of the deal, and answers
// as a model would, with a verbatim quote behind each claim. Deterministic, no network, no clock.
// All functions are pure and thread-safe. Those that take a Context end with CANCELLED or
// DEADLINE_EXCEEDED some milliseconds after nobody waits for them any more.
namespace throughline::router::extractive {

// How hard to look. The cascade tries kFast first and escalates to kDeep when the judge finds
// evidence that fast reading was not enough.
enum class Tier {
  kFast,  // this call alone, clause by clause
  kDeep,  // the whole ledger, discourse, hypothetical / past / third-party guards, confirmations
};

class CleanSentences;
class SharedAgreedDays;
class TurnReadings;

struct CallInput {
  transcript::Transcript transcript;
  // For all who read this call, or null: what is read of `transcript`, and of it with what is
  // known.
  std::shared_ptr<const TurnReadings> readings;
  std::shared_ptr<const CleanSentences> clean_sentences;
  std::shared_ptr<const SharedAgreedDays> agreed_days;
  std::string call_id;
  absl::Time occurred_at;     // dates in speech ("Friday", "the 29th") resolve against it
  std::string customer_name;  // the customer's organisation; empty when unknown
  std::string seller_name;    // the seller's organisation; empty when unknown
  deal::DealState known;      // from memory, before this call; empty for a new customer
};

// What blocks, who decides, what comes next, to whom to write.
deal::Analysis Analyze(Tier tier, const CallInput& input);
absl::StatusOr<deal::Analysis> Analyze(const Context& context, Tier tier, const CallInput& input);

struct ExtractedFacts {
  std::vector<deal::Fact> facts;  // each self-contained, with evidence; ids unset
  deal::CustomerProfile profile;  // only what this call adds or changes
};

// What this call says of the customer, one fact per statement, and what the profile gains.
ExtractedFacts ExtractFacts(Tier tier, const CallInput& input);
// The same from Analyze(tier, input), for those who have it.
ExtractedFacts ExtractFacts(Tier tier, const CallInput& input, const deal::Analysis& analysis);
absl::StatusOr<ExtractedFacts> ExtractFacts(const Context& context, Tier tier,
                                            const CallInput& input, const deal::Analysis& analysis);

struct EmailInput {
  CallInput call;
  deal::Analysis analysis;
  deal::CustomerProfile profile;  // before this call
  int variation = 0;              // which wording of the same content; 0 is the first
};

// The follow-up: to analysis.follow_up.recipient, one open item in their words, one ask with
// owner and date, at most 150 words. Empty `to` when nobody can be addressed.
deal::Email WriteEmail(Tier tier, const EmailInput& input);
absl::StatusOr<deal::Email> WriteEmail(const Context& context, Tier tier, const EmailInput& input);

}  // namespace throughline::router::extractive

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_ENGINE_H_
