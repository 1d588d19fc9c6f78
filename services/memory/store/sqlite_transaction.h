#ifndef THROUGHLINE_SERVICES_MEMORY_STORE_SQLITE_TRANSACTION_H_
#define THROUGHLINE_SERVICES_MEMORY_STORE_SQLITE_TRANSACTION_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "common/storage/sqlite.h"
#include "services/memory/domain/memory_store.h"
#include "services/memory/store/entry_packs.h"

namespace throughline::memory::store {

// One customer's rows through a connection lent by SqliteDatabase. SQLiteCpp's exceptions pass
// through to the database, which turns them into statuses.
class SqliteTransaction final : public CustomerTransaction {
 public:
  // Borrows both for the life of the object.
  SqliteTransaction(storage::SqliteConnection& connection, const CustomerKey& key)
      : connection_(connection), key_(key) {}

  // Finds out the next version; before the first write.
  absl::Status BeginWrite();
  // Ends a write: the customer's packs hold its entries again.
  absl::Status Finish();

  absl::StatusOr<CustomerHead> Head() override;
  absl::StatusOr<CustomerState> State() override;
  absl::StatusOr<std::vector<deal::DealState>> DealPast() override;
  absl::Status VisitEntries(int64_t version, EntryVisitor& visitor) override;
  absl::StatusOr<std::vector<FactRow>> FactsChangedSince(int64_t version,
                                                         Statements statements) override;
  absl::StatusOr<std::vector<FactRow>> FactsById(absl::Span<const std::string> ids,
                                                 Statements statements) override;
  absl::StatusOr<std::vector<FactRow>> FactsAt(absl::Span<const RowPlace> places) override;
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
  // A statement whose first two parameters are this customer.
  storage::SqliteStatement Prepare(const char* sql);
  std::string Digest() const;
  // The rows of `sql` for each of `values`, its third parameter.
  absl::StatusOr<int64_t> PlaceOf(absl::string_view id);
  absl::StatusOr<std::vector<FactRow>> FactsWhere(const char* sql,
                                                  absl::Span<const std::string> values,
                                                  Statements statements);

  // A write in so many puts a customer's entries into new packs, without those that have been
  // replaced and with those of small writes together.
  static constexpr int64_t kRepackEvery = 256;
  static constexpr size_t kMaxPackBytes = size_t{64} << 10;
  // About as many as a pack holds.
  static constexpr size_t kMaxPendingEntries = 1000;

  // Of a customer that nobody has written to since packs came.
  absl::Status VisitUnpacked(int64_t version, EntryVisitor& visitor);
  // Shows `visitor` the newest entry of each fact that changed after `version`.
  absl::Status VisitPacked(int64_t version, EntryVisitor& visitor);
  void PutPacks(int64_t version);  // of what is pending
  void Pack(PendingEntry entry, int64_t version);
  class Packer;
  // Brings a customer's entries from rows of their own into packs.
  absl::Status MoveIntoPacks();
  // Makes the customer's packs anew, without what has been erased.
  absl::Status Repack();

  storage::SqliteConnection& connection_;
  const CustomerKey& key_;
  RowAnalyser analyser_;
  int64_t next_version_ = 0;
  bool packed_ = true;                       // the customer's entries are in packs
  bool changed_ = false;                     // the write ends with a version of its own
  std::vector<PendingEntry> pending_;        // entries not written yet
  int64_t part_ = 0;                         // of the pack that comes next
  absl::flat_hash_set<std::string> erased_;  // facts that are there no more
};

}  // namespace throughline::memory::store

#endif  // THROUGHLINE_SERVICES_MEMORY_STORE_SQLITE_TRANSACTION_H_
