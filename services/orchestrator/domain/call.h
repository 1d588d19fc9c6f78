#ifndef THROUGHLINE_SERVICES_ORCHESTRATOR_DOMAIN_CALL_H_
#define THROUGHLINE_SERVICES_ORCHESTRATOR_DOMAIN_CALL_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "common/deal/types.h"
#include "common/grounding/model_work.h"
#include "common/transcript/transcript.h"

// The values of the pipeline.
namespace throughline::orchestrator {

// A call as its sender has it.
struct CallSource {
  std::string customer_id;
  std::string call_id;     // empty: made from customer, date and content
  std::string transcript;  // the bytes as received
  transcript::Format format = transcript::Format::kUnknown;
  std::optional<absl::CivilDay> call_date;  // unset: the transcript's, else today
  std::string customer_name;                // empty: the transcript's
  std::string seller_name;                  // empty: the transcript's
};

// Names a call; calls of different tenants or customers never meet.
struct CallKey {
  std::string tenant;
  std::string customer_id;
  std::string call_id;
};

// A call that has passed the checks and been read.
struct AcceptedCall {
  CallKey key;
  std::string content_digest;  // of all that decides the result; equal digest, equal call
  transcript::Transcript transcript;
  absl::Time occurred_at;
  std::string customer_name;  // empty when unknown
  std::string seller_name;    // empty when unknown
};

enum class Step { kParse = 1, kRecall = 2, kAnalyze = 3, kWrite = 4, kSave = 5 };
inline constexpr std::array<Step, 5> kAllSteps = {Step::kParse, Step::kRecall, Step::kAnalyze,
                                                  Step::kWrite, Step::kSave};
// "parse", "recall", "analyze", "write", "save".
absl::string_view StepName(Step step);

struct StepTiming {
  Step step;
  absl::Duration duration;
};

struct Cost {
  int64_t nano_usd = 0;
  bool unpriced = false;
};

// What a processed call gave.
struct CallResult {
  std::string customer_id;
  std::string call_id;
  absl::Time occurred_at;
  deal::Analysis analysis;
  deal::Email email;
  std::vector<deal::Fact> facts;  // those the call added, with the ids memory gave them
  std::vector<std::string> superseded_fact_ids;
  std::vector<grounding::RoutedDecision> decisions;
  Cost cost;
  Cost baseline_cost;
  std::vector<StepTiming> timings;
  absl::Duration latency;
  int32_t facts_recalled = 0;
  bool recall_cache_hit = false;
  int64_t memory_version = 0;
  bool replayed = false;
  std::vector<std::string> warnings;
};

// What memory is to keep of a call.
struct Learned {
  std::vector<deal::Fact> facts;  // ids unset
  deal::CustomerProfile profile_changes;
  std::string summary;  // the call in one sentence
};

// A call that is analysed: all that memory is to have of it.
struct ComputedCall {
  AcceptedCall call;
  CallResult result;  // without the e-mail and what memory adds
  Learned learned;
};

// What became of one fact in memory.
struct RetainedFact {
  std::string id;
  bool added = false;  // new, whether or not it closed an older one
  std::vector<std::string> superseded_ids;
};

// What memory answered to a call's facts.
struct Retained {
  std::vector<RetainedFact> facts;  // in the order of Learned::facts
  int32_t added = 0;
  int32_t updated = 0;
  int32_t superseded = 0;
  int64_t version = 0;
};

}  // namespace throughline::orchestrator

#endif  // THROUGHLINE_SERVICES_ORCHESTRATOR_DOMAIN_CALL_H_
