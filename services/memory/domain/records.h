#ifndef THROUGHLINE_SERVICES_MEMORY_DOMAIN_RECORDS_H_
#define THROUGHLINE_SERVICES_MEMORY_DOMAIN_RECORDS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/deal/types.h"

// What memory keeps of a customer, as its stores see it: plain values.
namespace throughline::memory {

// Every key, query and cache entry carries both.
struct CustomerKey {
  std::string tenant;
  std::string customer_id;

  friend bool operator==(const CustomerKey&, const CustomerKey&) = default;
  // NOLINTNEXTLINE(modernize-use-nullptr): reads <=> as comparing with a literal 0
  friend auto operator<=>(const CustomerKey&, const CustomerKey&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const CustomerKey& key) {
    return H::combine(std::move(h), key.tenant, key.customer_id);
  }
};

// One time that somebody said a fact. Facts are derived from their statements, so that the order
// in which calls arrive makes no difference.
struct Statement {
  std::string signature;  // of the value; set for single-valued facts only
  std::string subject;    // as this speaker spelt them; empty in rows of old
  std::string attribute;
  std::string text;
  std::string value;
  deal::FactKind kind = deal::FactKind::kUnspecified;
  double confidence = 0;
  absl::Time valid_from;
  absl::Time recorded_at;
  std::string call_id;  // the call whose write brought it; empty when none did
  std::vector<deal::Evidence> evidence;
  std::vector<std::string> tags;
};

struct Invalidation {
  absl::Time at;
  std::string reason;
};

// A typed fact or a verbatim text.
struct FactRow {
  std::string key;  // facts of one key merge or supersede each other; empty for verbatim text
  deal::Fact fact;  // as callers see it
  std::vector<Statement> statements;  // oldest first; empty for verbatim text
  std::optional<Invalidation> invalidation;
  std::string call_id;   // where it stands: the first call that said it
  int32_t turn = 0;      // and the turn of that call
  std::string speaker;   // who said a verbatim text; empty when unknown
  int64_t sequence = 0;  // order of arrival within the customer, from 1

  bool IsVerbatim() const { return fact.kind == deal::FactKind::kVerbatim; }
  // Found by default: neither superseded nor invalidated.
  bool IsCurrent() const { return fact.superseded_by.empty() && !invalidation.has_value(); }
};

// What one call, or one edit of the profile, adds to the state of the deal. State is the fold of
// all contributions in order of their time.
struct Contribution {
  std::string id;       // unique within the customer; the call's id unless it is an edit
  std::string call_id;  // empty for an edit
  absl::Time at;        // when the call took place
  std::string summary;
  int32_t facts_added = 0;
  std::optional<deal::Analysis> analysis;
  std::optional<deal::CustomerProfile> profile_changes;
};

// The fold of a customer's contributions.
struct CustomerState {
  deal::DealState deal;  // facts and version stay empty
  // The deal is in brief, its past apart (deal_past.h). A stored one that is not was written by a
  // release that knew no past: what there is of it counts for nothing.
  bool in_brief = false;
  std::optional<deal::CustomerProfile> profile;  // version as stored
};

// A version of the profile as it was written.
struct ProfileRecord {
  deal::CustomerProfile profile;
  absl::Time written_at;
  std::string call_id;  // the call that changed it; empty when none did
};

// The numbers of a customer.
struct CustomerHead {
  int64_t version = 0;         // 0: unknown customer
  int64_t erased_version = 0;  // the last version that took rows away
  int64_t last_sequence = 0;
  int64_t last_profile_version = 0;
  int64_t current_facts = 0;  // typed facts that hold now
  absl::Time updated_at;
  absl::Time last_contribution_at = absl::InfinitePast();
  std::string last_contribution_id;
};

enum class RetainOutcome { kAdded = 1, kUpdated = 2, kSuperseded = 3, kDuplicate = 4 };

// What became of one row of a Retain.
struct RetainedRow {
  std::string id;
  RetainOutcome outcome = RetainOutcome::kAdded;
  std::vector<std::string> superseded_ids;
};

struct RetainResult {
  std::vector<RetainedRow> facts;
  std::vector<RetainedRow> texts;
  int64_t version = 0;
  bool replayed = false;
};

// The answer given to an idempotency key.
struct Reply {
  std::string request_digest;
  RetainResult result;
  absl::Time given_at = absl::InfiniteFuture();  // unknown for replies of old
};

struct CustomerSummary {
  std::string customer_id;
  int64_t version = 0;
  int64_t current_facts = 0;
  absl::Time updated_at;
};

}  // namespace throughline::memory

#endif  // THROUGHLINE_SERVICES_MEMORY_DOMAIN_RECORDS_H_
