#include "services/router/store/sql_ledger.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "common/base/errors.h"
#include "common/base/span.h"
#include "common/base/status_macros.h"
#include "services/router/store/ledger_budgets.h"
#include "services/router/store/ledger_rows.h"

namespace throughline::router {

using sql::SqlDatabase;
using sql::SqlRow;
using sql::SqlSession;
using sql::SqlValue;

namespace {

// Whether the decision itself is what was found to be there.
absl::StatusOr<bool> IsKept(SqlSession& session, const Context& context, absl::string_view id) {
  ASSIGN_OR_RETURN(const std::vector<SqlRow> rows,
                   session.Run(absl::StrCat("SELECT sequence FROM ", session.Table("decisions"),
                                            " WHERE tenant = $1 AND id = $2"),
                               {context.tenant(), id}, "i"));
  return !rows.empty();
}

std::string JournalKey(const Context& context, absl::string_view idempotency_key) {
  return absl::StrCat(context.tenant(), ":", idempotency_key);
}

}  // namespace

SqlLedger::SqlLedger(std::unique_ptr<SqlDatabase> database, std::unique_ptr<AppendJournal> journal)
    : database_(std::move(database)) {
  if (journal != nullptr) {
    journal_ = std::make_unique<JournalWriter>(std::move(journal), *database_);
  }
}

absl::StatusOr<StoredAnswer> SqlLedger::FindAnswer(const Context& context,
                                                   absl::string_view idempotency_key) {
  if (journal_ != nullptr && journal_->MayHold(JournalKey(context, idempotency_key))) {
    RETURN_IF_ERROR(WriteJournal(context));
  }
  StoredAnswer stored;
  RETURN_IF_ERROR(database_->Read(context, [&](SqlSession& session) -> absl::Status {
    ASSIGN_OR_RETURN(
        const std::vector<SqlRow> rows,
        session.Run(
            absl::StrCat("SELECT ", kDecisionColumns, ", fingerprint, answer FROM ",
                         session.Table("decisions"), " WHERE tenant = $1 AND idempotency_key = $2"),
            {context.tenant(), idempotency_key}, absl::StrCat(kDecisionTypes, "tt")));
    if (rows.empty()) {
      NoteFree(context, idempotency_key);
      return absl::NotFoundError("idempotency_key: no answer under it");
    }
    ASSIGN_OR_RETURN(stored.answer.decision, ReadDecision(session, rows[0]));
    stored.fingerprint = rows[0][rows[0].size() - 2].Text();
    stored.answer.text = rows[0].back().Text();
    return absl::OkStatus();
  }));
  return stored;
}

struct SqlLedger::PendingAppend {
  const Context& context;
  const Answer& answer;
  absl::string_view idempotency_key;
  absl::string_view fingerprint;
  std::function<void(Turn)> waiting = nullptr;
  absl::Status status;

  // Inside a transaction. ALREADY_EXISTS leaves nothing in it.
  absl::Status Insert(SqlSession& session) const {
    const absl::Status inserted =
        InsertRows(session, RowsOf(context.tenant(), answer, idempotency_key, fingerprint));
    if (inserted.ok()) return SettleBudgets(session, context.tenant(), answer.decision);
    if (!absl::IsNotFound(inserted)) return inserted;
    ASSIGN_OR_RETURN(const bool is_kept, IsKept(session, context, answer.decision.id));
    if (is_kept) return absl::OkStatus();
    return absl::AlreadyExistsError("idempotency_key: an answer is stored under it");
  }
};

Task<absl::Status> SqlLedger::Append(const Context& context, const Answer& answer,
                                     absl::string_view idempotency_key,
                                     absl::string_view fingerprint) {
  Span span(context, "append", "decision");
  if (AppendToJournal(context, answer, idempotency_key, fingerprint)) co_return absl::OkStatus();
  // The database may take its time: that is for a thread which nobody else waits for.
  co_await Reschedule();
  // Decisions stand in the order they came in; an error is this write's, too.
  absl::Status before = WriteJournal(span.context());
  if (!before.ok()) co_return before;
  PendingAppend own{.context = context,
                    .answer = answer,
                    .idempotency_key = idempotency_key,
                    .fingerprint = fingerprint};
  if (!database_->GainsByBatches()) {
    WriteBatch(span.context(), {&own});
    co_return own.status;
  }
  auto begin = [&](std::function<void(Turn)> done) { Queue(own, std::move(done)); };
  const Turn turn = co_await Completion<Turn>(begin);
  if (turn == Turn::kWrite) {
    const std::vector<PendingAppend*> batch = TakeBatch();
    WriteBatch(span.context(), batch);
    HandOver(batch, own);
  }
  co_return own.status;
}

bool SqlLedger::AppendToJournal(const Context& context, const Answer& answer,
                                absl::string_view idempotency_key, absl::string_view fingerprint) {
  // Budgets, and keys that nobody looked for, are held against what others have written.
  return journal_ != nullptr && answer.decision.budget_accounts.empty() &&
         (idempotency_key.empty() || TakeFree(context, idempotency_key)) &&
         journal_->Append(Encode(RowsOf(context.tenant(), answer, idempotency_key, fingerprint)),
                          idempotency_key.empty() ? "" : JournalKey(context, idempotency_key));
}

void SqlLedger::NoteFree(const Context& context, absl::string_view idempotency_key) {
  if (journal_ == nullptr) return;
  absl::MutexLock lock(&mutex_);
  // Those of requests that failed are left over.
  if (free_keys_.size() >= kMaxFreeKeys) free_keys_.clear();
  free_keys_.insert(JournalKey(context, idempotency_key));
}

bool SqlLedger::TakeFree(const Context& context, absl::string_view idempotency_key) {
  absl::MutexLock lock(&mutex_);
  return free_keys_.erase(JournalKey(context, idempotency_key)) > 0;
}

absl::Status SqlLedger::WriteJournal(const Context& context) {
  return journal_ == nullptr ? absl::OkStatus() : journal_->Write(context);
}

void SqlLedger::Queue(PendingAppend& pending, std::function<void(Turn)> waiting) {
  pending.waiting = std::move(waiting);
  {
    absl::MutexLock lock(&mutex_);
    waiting_.push_back(&pending);
    if (std::exchange(writing_, true)) return;
  }
  std::exchange(pending.waiting, nullptr)(Turn::kWrite);
}

std::vector<SqlLedger::PendingAppend*> SqlLedger::TakeBatch() {
  absl::MutexLock lock(&mutex_);
  const size_t count = std::min(waiting_.size(), kMaxAppendsPerCommit);
  const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(count);
  std::vector<PendingAppend*> batch(waiting_.begin(), end);
  waiting_.erase(waiting_.begin(), end);
  return batch;
}

void SqlLedger::WriteBatch(const Context& context, const std::vector<PendingAppend*>& batch) {
  const absl::Status shared = database_->Write(context, [&](SqlSession& session) -> absl::Status {
    for (PendingAppend* member : batch) {
      member->status = member->Insert(session);
      if (!member->status.ok() && !absl::IsAlreadyExists(member->status)) return member->status;
    }
    return absl::OkStatus();
  });
  if (shared.ok()) return;
  const bool is_out = absl::IsUnavailable(shared) || absl::IsDeadlineExceeded(shared);
  if (batch.size() == 1 || is_out) {
    for (PendingAppend* member : batch) member->status = shared;
    return;
  }
  // One of them cannot be kept; the others can.
  for (PendingAppend* member : batch) WriteBatch(context, {member});
}

void SqlLedger::HandOver(const std::vector<PendingAppend*>& batch, const PendingAppend& writer) {
  std::vector<std::function<void(Turn)>> written;
  for (PendingAppend* member : batch) {
    if (member != &writer) written.push_back(std::move(member->waiting));
  }
  std::function<void(Turn)> next;
  {
    absl::MutexLock lock(&mutex_);
    writing_ = !waiting_.empty();
    if (writing_) next = std::exchange(waiting_.front()->waiting, nullptr);
  }
  for (const auto& done : written) done(Turn::kWritten);
  if (next != nullptr) next(Turn::kWrite);
}

absl::Status SqlLedger::Read(const Context& context, SqlDatabase::Callback read) {
  RETURN_IF_ERROR(WriteJournal(context));
  return database_->Read(context, read);
}

absl::Status SqlLedger::Write(const Context& context, SqlDatabase::Callback write) {
  RETURN_IF_ERROR(WriteJournal(context));
  return database_->Write(context, write);
}

absl::StatusOr<DecisionPage> SqlLedger::List(const Context& context, const DecisionFilter& filter) {
  int64_t before = std::numeric_limits<int64_t>::max();
  if (!filter.page_token.empty() && !absl::SimpleAtoi(filter.page_token, &before)) {
    return InvalidField("page_token", "a next_page_token of this method",
                        "start again without one");
  }
  RETURN_IF_ERROR(WriteJournal(context));
  std::vector<PlacedDecision> found;
  bool is_last = true;
  RETURN_IF_ERROR(database_->Read(context, [&](SqlSession& session) -> absl::Status {
    ASSIGN_OR_RETURN(
        const std::vector<SqlRow> rows,
        session.Run(absl::StrCat("SELECT ", kDecisionColumns, " FROM ", session.Table("decisions"),
                                 " WHERE tenant = $1 AND sequence < $2 AND ",
                                 OfCustomer("$3", filter.customer_id), " AND ",
                                 sql::Matches("call_id", "$4", filter.call_id),
                                 " AND ($5 = 0 OR task = $5) AND decided_at_us >= $6 "
                                 "ORDER BY sequence DESC LIMIT $7"),
                    {context.tenant(), before, filter.customer_id, filter.call_id,
                     filter.task ? static_cast<int64_t>(*filter.task) : int64_t{0},
                     absl::ToUnixMicros(filter.since), int64_t{filter.page_size} + 1},
                    kDecisionTypes));
    is_last = rows.size() <= static_cast<size_t>(filter.page_size);
    for (const SqlRow& row : rows) found.push_back(ReadDecisionRow(row));
    if (!is_last) found.pop_back();
    return AddAttempts(session, absl::MakeSpan(found));
  }));
  DecisionPage page;
  if (!is_last) page.next_page_token = absl::StrCat(found.back().sequence);
  for (PlacedDecision& placed : found) page.decisions.push_back(std::move(placed.decision));
  return page;
}

absl::StatusOr<Decision> SqlLedger::Get(const Context& context, absl::string_view id) {
  RETURN_IF_ERROR(WriteJournal(context));
  Decision decision;
  RETURN_IF_ERROR(database_->Read(context, [&](SqlSession& session) -> absl::Status {
    ASSIGN_OR_RETURN(
        const std::vector<SqlRow> rows,
        session.Run(absl::StrCat("SELECT ", kDecisionColumns, " FROM ", session.Table("decisions"),
                                 " WHERE tenant = $1 AND id = $2"),
                    {context.tenant(), id}, kDecisionTypes));
    if (rows.empty()) {
      return absl::NotFoundError(
          absl::StrCat("decision_id: no decision \"", id, "\"; ListDecisions has those there are"));
    }
    ASSIGN_OR_RETURN(decision, ReadDecision(session, rows[0]));
    return absl::OkStatus();
  }));
  return decision;
}

absl::StatusOr<Spend> SqlLedger::SumSpend(const Context& context, const SpendQuery& query) {
  RETURN_IF_ERROR(WriteJournal(context));
  Spend spend;
  RETURN_IF_ERROR(database_->Read(context, [&](SqlSession& session) -> absl::Status {
    ASSIGN_OR_RETURN(spend, router::SumSpend(session, context.tenant(), query));
    return absl::OkStatus();
  }));
  return spend;
}

absl::StatusOr<int64_t> SqlLedger::ForgetAnswers(const Context& context,
                                                 absl::string_view customer_id,
                                                 absl::string_view call_id) {
  int64_t forgotten = 0;
  RETURN_IF_ERROR(Write(context, [&](SqlSession& session) -> absl::Status {
    const std::string decisions = session.Table("decisions");
    constexpr char kOfCustomer[] =
        " WHERE tenant = $1 AND customer_id = $2 AND ($3 = '' OR call_id = $3)";
    const std::vector<SqlValue> about = {context.tenant(), customer_id, call_id};
    // What checks say may quote what was said.
    RETURN_IF_ERROR(session
                        .Run(absl::StrCat("UPDATE ", session.Table("attempts"),
                                          " SET checks = '', explanation = '' WHERE decision IN "
                                          "(SELECT sequence FROM ",
                                          decisions, kOfCustomer, ")"),
                             about, "")
                        .status());
    ASSIGN_OR_RETURN(const std::vector<SqlRow> rows,
                     session.Run(absl::StrCat("UPDATE ", decisions,
                                              " SET answer = NULL, fingerprint = NULL, "
                                              "idempotency_key = NULL, explanation = ''",
                                              kOfCustomer, " RETURNING sequence"),
                                 about, "i"));
    forgotten = static_cast<int64_t>(rows.size());
    return absl::OkStatus();
  }));
  RETURN_IF_ERROR(ScrubErased(context));
  return forgotten;
}

absl::StatusOr<int64_t> SqlLedger::FindNewestSequence(const Context& context) {
  int64_t newest = 0;
  RETURN_IF_ERROR(Read(context, [&](SqlSession& session) -> absl::Status {
    ASSIGN_OR_RETURN(newest, NewestSequence(session));
    return absl::OkStatus();
  }));
  return newest;
}

absl::StatusOr<LedgerGrowth> SqlLedger::SumGrowthAfter(const Context& context, int64_t after,
                                                       int64_t until) {
  LedgerGrowth growth;
  RETURN_IF_ERROR(Read(context, [&](SqlSession& session) -> absl::Status {
    ASSIGN_OR_RETURN(growth, SumGrowth(session, after, until));
    return absl::OkStatus();
  }));
  return growth;
}

absl::Status SqlLedger::Reserve(const Context& context, absl::Span<const BudgetAccount> accounts,
                                const Reservation& reservation) {
  if (accounts.empty()) return absl::OkStatus();
  const absl::Time now = context.clock().Now();
  return database_->Write(context, [&](SqlSession& session) {
    return ReserveBudgets(session, context.tenant(), accounts, reservation, now);
  });
}

absl::StatusOr<std::vector<BudgetState>> SqlLedger::States(
    const Context& context, absl::Span<const BudgetAccount> accounts) {
  std::vector<BudgetState> states;
  RETURN_IF_ERROR(database_->Read(context, [&](SqlSession& session) -> absl::Status {
    for (const BudgetAccount& account : accounts) {
      ASSIGN_OR_RETURN(BudgetState state, ReadBudget(session, context.tenant(), account));
      states.push_back(std::move(state));
    }
    return absl::OkStatus();
  }));
  return states;
}

}  // namespace throughline::router
