#ifndef THROUGHLINE_SERVICES_MEMORY_DOMAIN_COMMANDS_H_
#define THROUGHLINE_SERVICES_MEMORY_DOMAIN_COMMANDS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/deal/types.h"
#include "services/memory/domain/kept_facts.h"
#include "services/memory/domain/ranking.h"
#include "services/memory/domain/records.h"

// What callers ask of memory, and what they get. The proto says the same at length.
namespace throughline::memory {

struct CallRecord {
  std::string call_id;
  absl::Time occurred_at;
  std::string summary;
};

struct VerbatimText {
  std::string id;  // empty: made from the text
  std::string text;
  std::string speaker;
  std::optional<absl::Time> at;
  std::vector<std::string> tags;
  std::string call_id;
  int32_t turn = 0;
};

struct RetainCommand {
  std::optional<CallRecord> call;
  std::vector<deal::Fact> facts;
  std::vector<VerbatimText> texts;
  std::optional<deal::Analysis> analysis;
  std::optional<deal::CustomerProfile> profile_changes;
  std::string idempotency_key;  // empty: never matched
  std::string request_digest;   // tells requests of one key apart
  std::vector<std::string> tags;
};

enum class TagsMatch { kAny, kAll, kAnyStrict, kAllStrict, kExact };

struct RowFilter {
  std::vector<std::string> tags;
  TagsMatch tags_match = TagsMatch::kAny;
  std::vector<deal::FactKind> kinds;  // empty: all
  std::string call_id;                // empty: all
  std::optional<absl::Time> since;    // valid_from at or after
  std::optional<absl::Time> until;    // valid_from before
  std::optional<absl::Time> as_of;    // unset: what holds now
  bool include_closed = false;
};

inline constexpr int kDefaultRecallTokens = 4096;
inline constexpr int kDefaultRecallLimit = 50;

struct RecallQuery {
  std::string query;
  RecallBudget budget = RecallBudget::kMid;
  int max_tokens = kDefaultRecallTokens;
  int limit = kDefaultRecallLimit;
  RowFilter filter;
  int64_t min_version = 0;
  std::string page_token;
  std::optional<absl::Time> query_time;
};

struct ScoredFact {
  SharedFact fact;  // never null
  double score = 0;
  ScoreParts parts;
};

// Whether a recall could tell what texts mean.
enum class MeaningUse {
  kNotAsked,  // not at this budget, or there is no embedder
  kUsed,
  kMissing,  // the embedder did not answer in time: words alone decided
};

struct Recollection {
  std::vector<ScoredFact> results;
  CustomerState state;
  std::string rendered_context;
  int64_t version = 0;
  std::string next_page_token;
  MeaningUse meaning = MeaningUse::kNotAsked;
};

struct FactPage {
  std::vector<deal::Fact> facts;
  std::string next_page_token;
  int64_t version = 0;
};

struct ChangedFact {
  deal::Fact fact;
  int64_t version = 0;
};

// What is to be erased; everything of the customer when both are empty.
struct ForgetTarget {
  std::string call_id;
  std::string fact_id;
};

struct ForgetReceipt {
  std::string receipt_id;
  absl::Time forgotten_at;
  int64_t facts = 0;
  int64_t blockers = 0;
  int64_t stakeholders = 0;
  int64_t profile_versions = 0;
};

}  // namespace throughline::memory

#endif  // THROUGHLINE_SERVICES_MEMORY_DOMAIN_COMMANDS_H_
