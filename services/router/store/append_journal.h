#ifndef THROUGHLINE_SERVICES_ROUTER_STORE_APPEND_JOURNAL_H_
#define THROUGHLINE_SERVICES_ROUTER_STORE_APPEND_JOURNAL_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"

namespace throughline::router {

// Entries on their way into a database, in a file of fixed size that is mapped into memory: adding
// one is a copy, and the kernel keeps it when the process dies. Two halves take turns: one is added
// to while the other is written out. Thread-safe.
class AppendJournal {
 public:
  static constexpr size_t kHalfBytes = 2 * 1024 * 1024;

  // Opens or creates the file; its room on the disk is taken at once. FAILED_PRECONDITION while
  // another process has it; errors name the path.
  static absl::StatusOr<std::unique_ptr<AppendJournal>> Open(const std::string& path);

  // Leaves what was not dropped in the file, for the next Open.
  ~AppendJournal();
  AppendJournal(const AppendJournal&) = delete;
  AppendJournal& operator=(const AppendJournal&) = delete;

  // False, without keeping the entry, when there is no room or the entry is empty.
  bool Append(absl::string_view entry) ABSL_LOCKS_EXCLUDED(mutex_);

  // What is to be written out next, in order but for what a process that died left in both halves:
  // the same again until Drop. Views into the file, valid
  // until then. For one thread at a time.
  std::vector<absl::string_view> Take() ABSL_LOCKS_EXCLUDED(mutex_);
  // What Take gave is in the database: its bytes are wiped.
  void Drop() ABSL_LOCKS_EXCLUDED(mutex_);

  bool IsEmpty() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Half {
    char* begin = nullptr;
    size_t used = 0;
    std::vector<absl::string_view> entries;
  };

  AppendJournal(int file, char* map);
  // The entries that are whole, of which a process that died may have left some.
  static void Recover(Half& half);

  const int file_;
  char* const map_;
  mutable absl::Mutex mutex_;
  std::array<Half, 2> halves_ ABSL_GUARDED_BY(mutex_);
  size_t active_ ABSL_GUARDED_BY(mutex_) = 0;  // the half that is added to
};

}  // namespace throughline::router

#endif  // THROUGHLINE_SERVICES_ROUTER_STORE_APPEND_JOURNAL_H_
