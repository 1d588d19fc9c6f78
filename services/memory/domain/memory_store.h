#ifndef THROUGHLINE_SERVICES_MEMORY_DOMAIN_MEMORY_STORE_H_
#define THROUGHLINE_SERVICES_MEMORY_DOMAIN_MEMORY_STORE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/base/context.h"
#include "services/memory/domain/entry_block.h"
#include "services/memory/domain/records.h"

namespace throughline::memory {

// Whether facts are wanted with their statements, which only writing needs.
enum class Statements { kWith, kWithout };

// A row as an index knows it.
struct RowPlace {
  std::string id;
  int64_t place = 0;  // of IndexEntry
};

// One customer at one moment. Valid inside the callback it is given to; used by one thread.
class CustomerView {
 public:
  virtual ~CustomerView() = default;

  // Version 0 when nobody has written to the customer.
  virtual absl::StatusOr<CustomerHead> Head() = 0;
  // Empty for an unknown customer.
  virtual absl::StatusOr<CustomerState> State() = 0;
  // What State leaves out of the deal (deal_past.h), in the order it was added.
  virtual absl::StatusOr<std::vector<deal::DealState>> DealPast() = 0;
  // Rows that changed after `version`, in no particular order; 0: all.
  virtual absl::StatusOr<std::vector<FactRow>> FactsChangedSince(int64_t version,
                                                                 Statements statements) = 0;
  // Shows `visitor` what filters and ranking need of each row that changed after `version`; 0: all.
  // Unless a store keeps entries beside its rows, they are made on the way.
  virtual absl::Status VisitEntries(int64_t version, EntryVisitor& visitor);
  // Those of the rows that are there, in no particular order.
  virtual absl::StatusOr<std::vector<FactRow>> FactsById(absl::Span<const std::string> ids,
                                                         Statements statements) = 0;
  // The same without statements, for rows whose entries were visited at this moment or an earlier
  // one: a store that knows places finds them faster.
  virtual absl::StatusOr<std::vector<FactRow>> FactsAt(absl::Span<const RowPlace> places);
  // All rows of the keys, in no particular order, with statements. Keys are not empty.
  virtual absl::StatusOr<std::vector<FactRow>> FactsWithKeys(
      absl::Span<const std::string> keys) = 0;
  virtual absl::StatusOr<std::optional<Contribution>> ContributionById(absl::string_view id) = 0;
  // In order of (at, id).
  virtual absl::StatusOr<std::vector<Contribution>> Contributions() = 0;
  virtual absl::StatusOr<std::optional<ProfileRecord>> Profile(int64_t version) = 0;
  // Newest first, only versions below `before`; 0 for all.
  virtual absl::StatusOr<std::vector<ProfileRecord>> Profiles(int64_t before, int limit) = 0;
};

// One customer being written to: reads see its own writes. All or nothing.
class CustomerTransaction : public CustomerView {
 public:
  // The version of the head after this transaction.
  virtual int64_t next_version() const = 0;

  virtual absl::Status PutFact(const FactRow& row) = 0;
  virtual absl::Status EraseFact(absl::string_view id) = 0;
  virtual absl::Status PutContribution(const Contribution& contribution) = 0;
  virtual absl::Status EraseContribution(absl::string_view id) = 0;
  virtual absl::Status PutProfile(const ProfileRecord& record) = 0;
  virtual absl::Status EraseProfile(int64_t version) = 0;
  virtual absl::StatusOr<std::optional<Reply>> FindReply(absl::string_view idempotency_key) = 0;
  virtual absl::Status PutReply(absl::string_view idempotency_key, const Reply& reply) = 0;
  // Takes away the replies given before `time`; all: InfiniteFuture.
  virtual absl::Status EraseReplies(absl::Time before) = 0;
  virtual absl::Status PutState(const CustomerState& state) = 0;
  // At most once a transaction.
  virtual absl::Status AddToDealPast(const deal::DealState& past) = 0;
  virtual absl::Status EraseDealPast() = 0;
  // Ends every write that changes something: its version becomes next_version().
  virtual absl::Status PutHead(const CustomerHead& head) = 0;
  // Takes away everything. A later first write goes on from the version after this one, so that
  // nothing cached under an old version is ever taken for new.
  virtual absl::Status EraseCustomer() = 0;
};

// What a snapshot of a customer holds beside the index of its rows.
struct LoadedCustomer {
  CustomerHead head;
  CustomerState state;
};

// Ways of a store that lies a network away: one statement and one round trip each, which sees one
// moment without a transaction around it. No value: the long way, MemoryStore::Read, knows better.
// Thread-safe; errors are the store's.
class ShortReads {
 public:
  virtual ~ShortReads() = default;

  // A `since` that trusts no place noted before.
  static constexpr int64_t kAfresh = -1;

  // Everything an index is made from: head, state, and to `visitor` the rows that changed after
  // version `since`; 0 or kAfresh: all. `min_version` as for MemoryStore::Read. What has been
  // visited counts for nothing when no value is returned.
  virtual absl::StatusOr<std::optional<LoadedCustomer>> Load(const Context& context,
                                                             const CustomerKey& key,
                                                             int64_t min_version, int64_t since,
                                                             EntryVisitor& visitor) = 0;
  // Those rows, without statements, in no particular order; no value unless the customer is at
  // `version` and all rows are still where they were visited. `min_version` as for
  // MemoryStore::Read.
  virtual absl::StatusOr<std::optional<std::vector<FactRow>>> RowsAt(
      const Context& context, const CustomerKey& key, int64_t min_version, int64_t version,
      absl::Span<const RowPlace> places) = 0;
};

// Where customers are kept. Implementations are thread-safe; writes of one customer happen one
// after the other. Errors: UNAVAILABLE when the store cannot be reached or written to.
class MemoryStore {
 public:
  using ReadCallback = absl::FunctionRef<absl::Status(CustomerView&)>;
  using WriteCallback = absl::FunctionRef<absl::Status(CustomerTransaction&)>;

  virtual ~MemoryStore() = default;

  // Shows a moment at which the customer had reached at least `min_version`. 0: the newest; a
  // version that there is: possibly an older moment, from a copy nearby; one that is yet to come:
  // the newest. `read` may be run again from its beginning when a copy fails.
  virtual absl::Status Read(const Context& context, const CustomerKey& key, int64_t min_version,
                            ReadCallback read) = 0;
  // Durable when it returns OK; without a trace when `write` or the store fails.
  virtual absl::Status Write(const Context& context, const CustomerKey& key,
                             WriteCallback write) = 0;
  // The version alone, `min_version` as for Read: asked before every recall. 0 for an unknown
  // customer.
  virtual absl::StatusOr<int64_t> Version(const Context& context, const CustomerKey& key,
                                          int64_t min_version) = 0;
  // Null when a Read costs no round trips. Lives as long as the store.
  virtual ShortReads* short_reads() { return nullptr; }
  // In order of id, only ids after `after`.
  virtual absl::StatusOr<std::vector<CustomerSummary>> ListCustomers(const Context& context,
                                                                     absl::string_view tenant,
                                                                     absl::string_view after,
                                                                     int limit) = 0;
  // Those who have a customer, in order.
  virtual absl::StatusOr<std::vector<std::string>> ListTenants(const Context& context) = 0;
  // Overwrites what erasures have left on disk, where the store can.
  virtual absl::Status ScrubErased(const Context& context) = 0;
  virtual absl::Status Ping(const Context& context) = 0;
};

}  // namespace throughline::memory

#endif  // THROUGHLINE_SERVICES_MEMORY_DOMAIN_MEMORY_STORE_H_
