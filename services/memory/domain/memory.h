#ifndef THROUGHLINE_SERVICES_MEMORY_DOMAIN_MEMORY_H_
#define THROUGHLINE_SERVICES_MEMORY_DOMAIN_MEMORY_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/clock.h"
#include "common/base/context.h"
#include "services/memory/domain/archive.h"
#include "services/memory/domain/commands.h"
#include "services/memory/domain/embedder.h"
#include "services/memory/domain/meaning.h"
#include "services/memory/domain/memory_store.h"
#include "services/memory/domain/recall_gate.h"
#include "services/memory/domain/recollection.h"
#include "services/memory/domain/snapshot_cache.h"

namespace throughline::memory {

// Everything known of customers: checks requests, runs each in one transaction of the store, ranks
// recalls in process. The tenant is the context's. Errors: INVALID_ARGUMENT naming the field,
// NOT_FOUND, ABORTED (key reused, version conflict), FAILED_PRECONDITION, the store's UNAVAILABLE,
// the context's. Thread-safe; blocks.
class Memory {
 public:
  struct Options {
    size_t max_snapshot_bytes = size_t{128} << 20;
    int processors = 2;            // how many recalls work at once; further ones wait in order
    Embedder* embedder = nullptr;  // borrowed; null: recalls go by words
    size_t max_vector_bytes = size_t{64} << 20;
  };

  // Borrows both.
  Memory(MemoryStore& store, const Clock& clock, Options options);

  absl::StatusOr<RetainResult> Retain(const Context& context, const std::string& customer_id,
                                      RetainCommand command);

  // The version a recall with this min_version would read now; 0 for an unknown customer.
  absl::StatusOr<int64_t> Version(const Context& context, const std::string& customer_id,
                                  int64_t min_version = 0);
  // Checks a recall without running it.
  absl::Status CheckRecall(const std::string& customer_id, const RecallQuery& query) const;
  absl::StatusOr<Recollection> Recall(const Context& context, const std::string& customer_id,
                                      const RecallQuery& query);

  // `version` 0: the newest.
  absl::StatusOr<deal::CustomerProfile> GetProfile(const Context& context,
                                                   const std::string& customer_id, int64_t version);
  absl::StatusOr<deal::CustomerProfile> UpdateProfile(const Context& context,
                                                      const std::string& customer_id,
                                                      const deal::CustomerProfile& changes,
                                                      int64_t expected_version);
  // Newest first, below version `before` (0: all); at most `limit`.
  absl::StatusOr<std::vector<ProfileRecord>> ListProfiles(const Context& context,
                                                          const std::string& customer_id,
                                                          int64_t before, int limit);

  // The deal after the calls up to `as_of`; facts stay empty.
  absl::StatusOr<deal::DealState> GetDeal(const Context& context, const std::string& customer_id,
                                          std::optional<absl::Time> as_of);
  // Newest first.
  absl::StatusOr<FactPage> ListFacts(const Context& context, const std::string& customer_id,
                                     const RowFilter& filter, int page_size,
                                     const std::string& page_token);
  // Oldest first.
  absl::StatusOr<std::vector<deal::Fact>> FactHistory(const Context& context,
                                                      const std::string& customer_id,
                                                      const std::string& fact_id);

  absl::StatusOr<ChangedFact> Invalidate(const Context& context, const std::string& customer_id,
                                         const std::string& fact_id, const std::string& reason);
  absl::StatusOr<ChangedFact> Restore(const Context& context, const std::string& customer_id,
                                      const std::string& fact_id);
  absl::StatusOr<ForgetReceipt> Forget(const Context& context, const std::string& customer_id,
                                       const ForgetTarget& target);

  // The customer's verbatim texts that were said before `before`.
  absl::StatusOr<int64_t> CountTexts(const Context& context, const std::string& customer_id,
                                     absl::Time before);
  // Erases them as Forget does, but for what they leave in files: how many it was.
  absl::StatusOr<int64_t> EraseTexts(const Context& context, const std::string& customer_id,
                                     absl::Time before);
  // Overwrites what erasures have left in files, where the store can.
  absl::Status ScrubErased(const Context& context);
  // Those who have a customer. The context's tenant makes no difference.
  absl::StatusOr<std::vector<std::string>> ListTenants(const Context& context) {
    return store_.ListTenants(context);
  }

  // Everything of the customer. NOT_FOUND for an unknown one.
  absl::StatusOr<Archive> Export(const Context& context, const std::string& customer_id);
  // Writes an archive into a customer nobody has written to and returns its version.
  // FAILED_PRECONDITION when somebody has.
  absl::StatusOr<int64_t> Import(const Context& context, const std::string& customer_id,
                                 const Archive& archive);

  absl::StatusOr<std::vector<CustomerSummary>> ListCustomers(const Context& context,
                                                             absl::string_view after, int limit);
  absl::Status Ready(const Context& context) { return store_.Ping(context); }

 private:
  // For reads of whatever is the newest.
  static constexpr int64_t kNewest = 0;

  static CustomerKey Key(const Context& context, const std::string& customer_id) {
    return {.tenant = context.tenant(), .customer_id = customer_id};
  }

  // After an erasure: takes what is kept of the customer apart from the store.
  absl::Status EraseTraces(const Context& context, const CustomerKey& key);

  // The vector of the question, once the customer's rows have theirs.
  absl::StatusOr<Vector> PrepareMeaning(const Context& context, const CustomerKey& key,
                                        const RecallQuery& query);

  using SnapshotCallback = absl::FunctionRef<absl::Status(CustomerView&, const Snapshot&)>;

  // Runs `read` on the customer at its newest version (or, given a `min_version`, at one not older)
  // and on the rows of the very same moment; version 0 and an empty index for an unknown customer.
  // `read` may be run again from its beginning.
  absl::Status ReadSnapshot(const Context& context, const CustomerKey& key, int64_t min_version,
                            SnapshotCallback read);
  // The customer as `view` shows it, made from what is cached and what has changed since.
  absl::StatusOr<std::shared_ptr<const Snapshot>> BringUpToDate(CustomerView& view,
                                                                const CustomerKey& key);
  // The same in one round trip, made from `known`, which may be null; null when that did not do.
  absl::StatusOr<std::shared_ptr<const Snapshot>> LoadShort(
      const Context& context, const CustomerKey& key, ShortReads& reads, int64_t min_version,
      const std::shared_ptr<const Snapshot>& known);
  // Ends the making of a snapshot, and keeps it.
  std::shared_ptr<const Snapshot> Keep(const CustomerKey& key, LoadedCustomer loaded,
                                       CustomerIndex::Builder builder);

  // What a recall goes by beside its query.
  struct Bearings {
    MeaningUse use = MeaningUse::kNotAsked;
    Vector question;
    absl::Time now;
  };
  // Answers from `snapshot`, whose rows `fetch` gets.
  absl::StatusOr<Recollection> RecallIn(const CustomerKey& key, const Snapshot& snapshot,
                                        const RecallQuery& query, const Bearings& bearings,
                                        FetchRows fetch);
  // Ranks what is known before it asks whether that still holds: one round trip for a customer that
  // is known, two for one that is not. No value when the long way has to be gone.
  absl::StatusOr<std::optional<Recollection>> RecallShort(const Context& context,
                                                          const CustomerKey& key, ShortReads& reads,
                                                          const RecallQuery& query,
                                                          const Bearings& bearings);
  absl::StatusOr<Recollection> RecallLong(const Context& context, const CustomerKey& key,
                                          const RecallQuery& query, const Bearings& bearings);

  MemoryStore& store_;
  const Clock& clock_;
  SnapshotCache snapshots_;
  Embedder* const embedder_;
  Meaning meaning_;
  RecallGate gate_;   // for the processor
  RecallGate loads_;  // for bringing customers in over a connection, which waits in between
};

}  // namespace throughline::memory

#endif  // THROUGHLINE_SERVICES_MEMORY_DOMAIN_MEMORY_H_
