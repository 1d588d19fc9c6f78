#ifndef THROUGHLINE_SERVICES_MEMORY_STORE_POSTGRES_TRANSACTION_H_
#define THROUGHLINE_SERVICES_MEMORY_STORE_POSTGRES_TRANSACTION_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/types/span.h"
#include "common/storage/postgres.h"
#include "services/memory/domain/memory_store.h"
#include "services/memory/store/entry_packs.h"

namespace throughline::memory::store {

// One customer's rows through a connection lent by PostgresDatabase. Facts that are put are sent
// many in a statement: before the next read of facts, and by Flush, which ends every write.
class PostgresTransaction final : public CustomerTransaction {
 public:
  // Borrows both for the life of the object.
  PostgresTransaction(storage::PostgresConnection& connection, const CustomerKey& key)
      : connection_(connection), key_(key) {}

  // What tells the customer's writes apart from other customers': its advisory lock.
  static int64_t LockOf(const CustomerKey& key);
  // Finds out the next version; before the first write.
  absl::Status BeginWrite();
  // Sends what has been put and not been sent yet, and ends the write: packs are complete again.
  absl::Status Finish();

  absl::StatusOr<CustomerHead> Head() override;
  absl::StatusOr<CustomerState> State() override;
  absl::StatusOr<std::vector<deal::DealState>> DealPast() override;
  absl::Status VisitEntries(int64_t version, EntryVisitor& visitor) override;
  absl::StatusOr<std::vector<FactRow>> FactsChangedSince(int64_t version,
                                                         Statements statements) override;
  absl::StatusOr<std::vector<FactRow>> FactsById(absl::Span<const std::string> ids,
                                                 Statements statements) override;
  absl::StatusOr<std::vector<FactRow>> FactsWithKeys(absl::Span<const std::string> keys) override;
  absl::StatusOr<std::optional<Contribution>> ContributionById(absl::string_view id) override;
  absl::StatusOr<std::vector<Contribution>> Contributions() override;
  absl::StatusOr<std::optional<ProfileRecord>> Profile(int64_t version) override;
  absl::StatusOr<std::vector<ProfileRecord>> Profiles(int64_t before, int limit) override;

  int64_t next_version() const override { return next_version_; }
  absl::Status PutFact(const FactRow& row) override;
  absl::Status EraseFact(absl::string_view id) override;
  absl::Status PutContribution(const Contribution& contribution) override;
  absl::Status EraseContribution(absl::string_view id) override;
  absl::Status PutProfile(const ProfileRecord& record) override;
  absl::Status EraseProfile(int64_t version) override;
  absl::StatusOr<std::optional<Reply>> FindReply(absl::string_view idempotency_key) override;
  absl::Status PutReply(absl::string_view idempotency_key, const Reply& reply) override;
  absl::Status EraseReplies(absl::Time before) override;
  absl::Status PutState(const CustomerState& state) override;
  absl::Status AddToDealPast(const deal::DealState& past) override;
  absl::Status EraseDealPast() override;
  absl::Status PutHead(const CustomerHead& head) override;
  absl::Status EraseCustomer() override;

 private:
  static constexpr size_t kMaxPendingFacts = 2000;
  static constexpr size_t kMaxPendingBytes = size_t{4} << 20;

  // Facts put and not sent yet, column by column.
  struct PendingFacts {
    absl::flat_hash_map<std::string, size_t> position_of;  // by id
    std::vector<std::string> ids;
    std::vector<std::string> keys;
    std::vector<std::string> bodies;
    std::vector<std::string> statements;
    std::vector<IndexEntry> entries;
    size_t bytes = 0;
  };

  // A write in so many puts a customer's entries into new packs, without those that have been
  // replaced and with those of small writes together.
  static constexpr int64_t kRepackEvery = 256;
  // That many at a time, so that a large customer does not have to fit into memory.
  static constexpr int64_t kRepackedAtOnce = 20000;

  // Sends what has been put and not been sent yet.
  absl::Status Flush();
  // Makes the customer's packs anew from its facts.
  absl::Status Repack();
  // Up to so many of the customer's entries with an id after `after`, in order of id.
  absl::StatusOr<std::vector<PendingEntry>> EntriesAfter(const std::string& after, int64_t limit);
  // Runs `sql`, whose first two parameters are this customer and the others `more`.
  absl::StatusOr<storage::PostgresRows> Execute(const std::string& sql,
                                                std::vector<storage::PostgresValue> more = {});
  std::string Digest() const;

  storage::PostgresConnection& connection_;
  const CustomerKey& key_;
  int64_t next_version_ = 0;
  std::optional<CustomerHead> head_;  // once read, for it is asked for often
  RowAnalyser analyser_;
  PendingFacts pending_;
  int64_t parts_ = 0;     // packs sent in this write
  bool packed_ = true;    // packs hold what facts hold
  bool changed_ = false;  // the write ends with a version of its own
};

}  // namespace throughline::memory::store

#endif  // THROUGHLINE_SERVICES_MEMORY_STORE_POSTGRES_TRANSACTION_H_
