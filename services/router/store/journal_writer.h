#ifndef THROUGHLINE_SERVICES_ROUTER_STORE_JOURNAL_WRITER_H_
#define THROUGHLINE_SERVICES_ROUTER_STORE_JOURNAL_WRITER_H_

#include <atomic>
#include <memory>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/base/context.h"
#include "common/sql/sql.h"
#include "services/router/store/append_journal.h"

namespace throughline::router {

// Inserts what stands in the journal, each entry the Encode of a decision's rows, and drops it.
// What the database has already is left as it is. For one thread at a time.
absl::Status WriteOut(AppendJournal& journal, sql::SqlDatabase& database, const Context& context);

// A journal in front of a database, written out by a thread of its own moments after entries come.
// Thread-safe.
class JournalWriter {
 public:
  // How long entries gather for one transaction.
  static constexpr absl::Duration kGather = absl::Milliseconds(10);

  // Borrows the database.
  JournalWriter(std::unique_ptr<AppendJournal> journal, sql::SqlDatabase& database);
  // Writes what is left; what cannot be written stays in the file.
  ~JournalWriter();
  JournalWriter(const JournalWriter&) = delete;
  JournalWriter& operator=(const JournalWriter&) = delete;

  // True when the entry outlives the process. False when there is no room, or when the database did
  // not take the last entries: then it has to be asked itself. `key`: what the entry will be asked
  // for by; empty: nothing.
  bool Append(absl::string_view entry, std::string key) ABSL_LOCKS_EXCLUDED(gather_mutex_);

  // False when every entry appended under `key` is in the database.
  bool MayHold(absl::string_view key) const ABSL_LOCKS_EXCLUDED(gather_mutex_);

  // OK when everything appended before is in the database.
  absl::Status Write(const Context& context) ABSL_LOCKS_EXCLUDED(write_mutex_);

 private:
  using Keys = absl::flat_hash_set<std::string>;

  void Run() ABSL_LOCKS_EXCLUDED(gather_mutex_);
  // The keys of what is about to be written, of entries that are still in the journal.
  void BeginKeys() ABSL_LOCKS_EXCLUDED(gather_mutex_);
  void EndKeys(bool are_written) ABSL_LOCKS_EXCLUDED(gather_mutex_);

  const std::unique_ptr<AppendJournal> journal_;
  sql::SqlDatabase& database_;
  absl::Mutex write_mutex_;  // held while entries are written
  std::atomic<bool> is_database_ok_{true};
  mutable absl::Mutex gather_mutex_;
  absl::CondVar changed_;
  bool has_entries_ ABSL_GUARDED_BY(gather_mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(gather_mutex_) = false;
  Keys keys_ ABSL_GUARDED_BY(gather_mutex_);
  Keys written_keys_ ABSL_GUARDED_BY(gather_mutex_);  // of entries that are being written
  std::thread thread_;
};

}  // namespace throughline::router

#endif  // THROUGHLINE_SERVICES_ROUTER_STORE_JOURNAL_WRITER_H_
