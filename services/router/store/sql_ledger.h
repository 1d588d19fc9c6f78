#ifndef THROUGHLINE_SERVICES_ROUTER_STORE_SQL_LEDGER_H_
#define THROUGHLINE_SERVICES_ROUTER_STORE_SQL_LEDGER_H_

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "common/sql/sql.h"
#include "services/router/domain/budget.h"
#include "services/router/domain/ports.h"
#include "services/router/store/append_journal.h"
#include "services/router/store/journal_writer.h"
#include "services/router/store/ledger_spend.h"

namespace throughline::router {

// Decisions, model calls and budgets in a database: one row a decision, one a model call, written
// in one transaction that also settles the budgets. Appends that come together share a transaction,
// which the first of them writes on its thread while the others wait without one.
//
// With a journal, a decision without a budget to settle is kept there and written to the database
// moments later, by a thread of the ledger's: without a key, or under one that FindAnswer has just
// found free. Whoever reads decisions, asks for a key that stands in the journal or appends to the
// database itself sees to it that the journal has been written before.
// Thread-safe.
class SqlLedger final : public DecisionLog, public BudgetBook {
 public:
  // `journal` may be null; else it is empty.
  explicit SqlLedger(std::unique_ptr<sql::SqlDatabase> database,
                     std::unique_ptr<AppendJournal> journal = nullptr);

  absl::StatusOr<StoredAnswer> FindAnswer(const Context& context,
                                          absl::string_view idempotency_key) override;
  Task<absl::Status> Append(const Context& context, const Answer& answer,
                            absl::string_view idempotency_key,
                            absl::string_view fingerprint) override ABSL_LOCKS_EXCLUDED(mutex_);
  absl::StatusOr<DecisionPage> List(const Context& context, const DecisionFilter& filter) override;
  absl::StatusOr<Decision> Get(const Context& context, absl::string_view id) override;
  absl::StatusOr<Spend> SumSpend(const Context& context, const SpendQuery& query) override;
  absl::StatusOr<int64_t> ForgetAnswers(const Context& context, absl::string_view customer_id,
                                        absl::string_view call_id) override;

  absl::Status Reserve(const Context& context, absl::Span<const BudgetAccount> accounts,
                       const Reservation& reservation) override;
  absl::StatusOr<std::vector<BudgetState>> States(
      const Context& context, absl::Span<const BudgetAccount> accounts) override;

  // A transaction on what the ledger holds, the journal's decisions included.
  absl::Status Read(const Context& context, sql::SqlDatabase::Callback read);
  absl::Status Write(const Context& context, sql::SqlDatabase::Callback write);

  // What the ledger gained, of all tenants: see ledger_spend.h.
  absl::StatusOr<int64_t> FindNewestSequence(const Context& context);
  absl::StatusOr<LedgerGrowth> SumGrowthAfter(const Context& context, int64_t after, int64_t until);

  // Overwrites what erased decisions left in the database's files.
  absl::Status ScrubErased(const Context& context) { return database_->ScrubErased(context); }
  // OK while the database answers.
  absl::Status Ping(const Context& context) { return database_->Ping(context); }

 private:
  struct PendingAppend;
  // What a waiting append goes on to do.
  enum class Turn { kWritten, kWrite };
  static constexpr size_t kMaxAppendsPerCommit = 64;
  static constexpr size_t kMaxFreeKeys = 4096;

  // Calls `waiting` when the append has been written, or when its writer is the next to write.
  void Queue(PendingAppend& pending, std::function<void(Turn)> waiting) ABSL_LOCKS_EXCLUDED(mutex_);
  // The first of those that wait, in order.
  std::vector<PendingAppend*> TakeBatch() ABSL_LOCKS_EXCLUDED(mutex_);
  void WriteBatch(const Context& context, const std::vector<PendingAppend*>& batch);
  // Wakes those whose appends were written, but for `writer`, and the next writer.
  void HandOver(const std::vector<PendingAppend*>& batch, const PendingAppend& writer)
      ABSL_LOCKS_EXCLUDED(mutex_);

  // False when the decision has to be written to the database at once.
  bool AppendToJournal(const Context& context, const Answer& answer,
                       absl::string_view idempotency_key, absl::string_view fingerprint);
  absl::Status WriteJournal(const Context& context);
  // With a journal: that FindAnswer found nothing under the key; and whether it did, asked once.
  void NoteFree(const Context& context, absl::string_view idempotency_key)
      ABSL_LOCKS_EXCLUDED(mutex_);
  bool TakeFree(const Context& context, absl::string_view idempotency_key)
      ABSL_LOCKS_EXCLUDED(mutex_);

  const std::unique_ptr<sql::SqlDatabase> database_;
  std::unique_ptr<JournalWriter> journal_;  // null: there is none
  absl::Mutex mutex_;
  absl::flat_hash_set<std::string> free_keys_ ABSL_GUARDED_BY(mutex_);
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  std::deque<PendingAppend*> waiting_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace throughline::router

#endif  // THROUGHLINE_SERVICES_ROUTER_STORE_SQL_LEDGER_H_
