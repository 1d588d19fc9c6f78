#ifndef THROUGHLINE_COMMON_AUDIT_AUDIT_FILE_H_
#define THROUGHLINE_COMMON_AUDIT_AUDIT_FILE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/audit/record.h"

namespace throughline::audit {

// The file beside a log that says where its chain ended: "<sequence> <hash>\n".
std::string HeadPath(const std::string& path);
// What a head file says. NOT_FOUND when there is none, DATA_LOSS when it says something else.
absl::StatusOr<Link> ReadHead(const std::string& path);

// Lines on disk, for one process: FILE, which is renamed to FILE.<its first sequence> when it is
// large, and FILE.head. For one thread.
class AuditFile {
 public:
  // What was found amiss when the file was opened.
  struct Found {
    int64_t torn_bytes = 0;     // of a last line that a crash cut off; they were cut away
    int64_t missing_lines = 0;  // that the head has seen and the file does not hold
    bool damaged = false;       // the last line or the head is not as it was written
  };

  // Takes the file for this process; makes it when there is none. The chain goes on behind whatever
  // is last, by the lines or by the head. Errors name --audit-log.
  static absl::StatusOr<std::unique_ptr<AuditFile>> Open(const std::string& path,
                                                         int64_t max_bytes);
  ~AuditFile();
  AuditFile(const AuditFile&) = delete;
  AuditFile& operator=(const AuditFile&) = delete;

  // The last line's.
  const Link& tail() const { return tail_; }
  const Found& found() const { return found_; }

  // Writes all of the lines or, with UNAVAILABLE, none. They survive the process, not the machine.
  // The lines stand behind tail(), one behind the other.
  absl::Status Append(const std::vector<Line>& lines);
  // What was written survives the machine, and the head says so. UNAVAILABLE otherwise.
  absl::Status Sync();

 private:
  AuditFile(std::string path, int64_t max_bytes)
      : path_(std::move(path)), max_bytes_(max_bytes), rotate_at_(max_bytes) {}

  absl::Status OpenFile();
  absl::Status ReadTail();
  absl::Status ReadFirst();
  absl::Status Rotate();
  absl::Status WriteWhole(const std::string& bytes);

  const std::string path_;
  const int64_t max_bytes_;
  Link tail_ = Genesis();
  Found found_;
  int head_file_ = -1;  // locked as long as we live
  int file_ = -1;
  int64_t size_ = 0;            // of whole lines
  bool leftover_ = false;       // something stands behind them
  int64_t rotate_at_;           // bytes
  int64_t first_sequence_ = 0;  // of the file; 0: it is empty
  bool unsynced_ = false;
};

}  // namespace throughline::audit

#endif  // THROUGHLINE_COMMON_AUDIT_AUDIT_FILE_H_
