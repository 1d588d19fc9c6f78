#include "common/storage/sqlite_scrub.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/Transaction.h>
#include <sqlite3.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "common/base/status_macros.h"
#include "common/storage/sqlite_open.h"

// The layout of pages is that of "Database File Format" of SQLite's documentation, sections 1.3
// (header), 1.5 (free pages), 1.6 (b-tree pages) and 1.7 (overflow pages).
namespace throughline::storage {
namespace {

constexpr int kMaxAttempts = 10;  // in a row that change nothing
constexpr absl::Duration kPatience = absl::Milliseconds(500);
// Others wait to write while so much is read: some 30 ms when the system has the file in memory.
constexpr int64_t kBytesPerTurn = int64_t{64} << 20;
constexpr int64_t kBytesPerRead = int64_t{1} << 20;
constexpr int64_t kFileHeaderBytes = 100;
constexpr int64_t kReservedBytesOffset = 20;
// Overflow pages and lists of free pages begin with the number of a page. Up to here its first byte
// is none that a b-tree page begins with.
constexpr int64_t kMostPages = int64_t{2} << 24;

using Page = absl::Span<const unsigned char>;

int64_t TwoBytes(Page page, int64_t offset) { return page[offset] << 8 | page[offset + 1]; }

struct Range {
  int64_t begin = 0;
  int64_t end = 0;
};

// The parts of a b-tree page that hold nothing: the gap between the cells' places and the cells,
// and the free blocks among these, each behind its header of four bytes. Empty for other pages and
// for those that are not as documented. `header` is where the page's own header begins.
std::vector<Range> UnusedRanges(Page page, int64_t header, int64_t usable) {
  const int type = page[header];
  const bool is_leaf = type == 10 || type == 13;
  if (!is_leaf && type != 2 && type != 5) return {};
  const int64_t stated = TwoBytes(page, header + 5);
  const int64_t cells_begin = stated == 0 ? 65536 : stated;
  const int64_t places_end = header + (is_leaf ? 8 : 12) + 2 * TwoBytes(page, header + 3);
  if (places_end > cells_begin || cells_begin > usable) return {};
  std::vector<Range> unused = {{places_end, cells_begin}};
  int64_t previous_end = cells_begin;
  for (int64_t block = TwoBytes(page, header + 1); block != 0; block = TwoBytes(page, block)) {
    if (block < previous_end || block + 4 > usable) return {};
    const int64_t end = block + TwoBytes(page, block + 2);
    if (end < block + 4 || end > usable) return {};
    unused.push_back({block + 4, end});
    previous_end = end;
  }
  return unused;
}

// A connection of its own; its methods throw SQLite::Exception.
class Scrubber {
 public:
  explicit Scrubber(const std::string& path)
      : connection_(path, SQLite::OPEN_READWRITE,
                    static_cast<int>(absl::ToInt64Milliseconds(kPatience))) {
    page_bytes_ = connection_.execAndGet("PRAGMA page_size").getInt64();
    file_ = File(SQLITE_FCNTL_FILE_POINTER);
  }

  // Writes the log's content to the file and cuts the log to nothing. False: others use it.
  bool EmptyLog() {
    SQLite::Statement checkpoint(connection_, "PRAGMA wal_checkpoint(TRUNCATE)");
    return checkpoint.executeStep() && checkpoint.getColumn(0).getInt() == 0;
  }

  // Scrubs some pages from where the last turn ended, while nobody else writes. False, and nothing
  // done, when somebody wrote since the log was cut: what the log holds would replace these pages.
  bool Turn() {
    SQLite::Transaction turn(connection_, SQLite::TransactionBehavior::IMMEDIATE);
    if (!LogIsEmpty()) return false;
    ScrubPages();
    // Any change makes other connections forget the pages they hold, with what was scrubbed.
    const int version = connection_.execAndGet("PRAGMA user_version").getInt();
    connection_.exec(absl::StrCat("PRAGMA user_version = ", version));
    turn.commit();
    return true;
  }

  bool IsDone() const { return is_done_; }

 private:
  sqlite3_file* File(int which) {
    sqlite3_file* file = nullptr;
    Check(sqlite3_file_control(connection_.getHandle(), "main", which, &file));
    return file;
  }

  void Check(int code) {
    if (code != SQLITE_OK) throw SQLite::Exception("the file cannot be scrubbed", code);
  }

  bool LogIsEmpty() {
    sqlite3_file* log = File(SQLITE_FCNTL_JOURNAL_POINTER);
    sqlite3_int64 bytes = 0;
    if (log->pMethods != nullptr) Check(log->pMethods->xFileSize(log, &bytes));
    return bytes == 0;
  }

  void ScrubPages() {
    sqlite3_int64 bytes = 0;
    Check(file_->pMethods->xFileSize(file_, &bytes));
    const int64_t turn_end = std::min<int64_t>(bytes, next_ + kBytesPerTurn);
    while (next_ < turn_end) {
      buffer_.resize(std::min(kBytesPerRead, turn_end - next_));
      Check(file_->pMethods->xRead(file_, buffer_.data(), static_cast<int>(buffer_.size()), next_));
      if (next_ == 0) usable_bytes_ = page_bytes_ - buffer_[kReservedBytesOffset];
      for (int64_t page = 0; page < std::ssize(buffer_); page += page_bytes_) ScrubPage(page);
      next_ += std::ssize(buffer_);
    }
    Check(file_->pMethods->xSync(file_, SQLITE_SYNC_NORMAL));
    is_done_ = next_ >= bytes || next_ / page_bytes_ >= kMostPages;
  }

  // Of the page at `offset` of the buffer, what is not zero already.
  void ScrubPage(int64_t offset) {
    const Page page = Page(buffer_).subspan(offset, page_bytes_);
    const int64_t header = next_ + offset == 0 ? kFileHeaderBytes : 0;
    for (const Range& range : UnusedRanges(page, header, usable_bytes_)) {
      const Page bytes = page.subspan(range.begin, range.end - range.begin);
      if (std::all_of(bytes.begin(), bytes.end(), [](unsigned char byte) { return byte == 0; })) {
        continue;
      }
      zeros_.resize(std::max(zeros_.size(), bytes.size()));
      Check(file_->pMethods->xWrite(file_, zeros_.data(), static_cast<int>(bytes.size()),
                                    next_ + offset + range.begin));
    }
  }

  SQLite::Database connection_;
  sqlite3_file* file_ = nullptr;
  int64_t page_bytes_ = 0;
  int64_t usable_bytes_ = 0;
  int64_t next_ = 0;  // the offset of the first page not scrubbed
  bool is_done_ = false;
  std::vector<unsigned char> buffer_;
  std::vector<unsigned char> zeros_;
};

}  // namespace

absl::Status ScrubUnused(const Context& context, const std::string& path) {
  try {
    Scrubber scrubber(path);
    int vain_attempts = 0;
    while (vain_attempts < kMaxAttempts) {
      RETURN_IF_ERROR(context.Check());
      const bool is_empty = scrubber.EmptyLog();
      if (is_empty && scrubber.IsDone()) return absl::OkStatus();
      vain_attempts = is_empty && scrubber.Turn() ? 0 : vain_attempts + 1;
    }
  } catch (const SQLite::Exception& error) {
    return StatusOfSqlite(path, error.getErrorCode(), error.what());
  }
  return absl::UnavailableError(
      "the erased rows are gone, but the log that held them is still in use; repeat the call");
}

}  // namespace throughline::storage
