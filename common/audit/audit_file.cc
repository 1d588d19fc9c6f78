#include "common/audit/audit_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/base/errors.h"
#include "common/base/status_macros.h"
#include "common/observability/json_log.h"

namespace throughline::audit {
namespace {

constexpr size_t kDigits = 64;
constexpr int kMode = 0600;

absl::Status Unwritable(absl::string_view path, absl::string_view what) {
  return absl::UnavailableError(absl::StrCat(path, ": ", what, " (", std::strerror(errno),
                                             "); make room, or look at the disk"));
}

std::optional<Link> ParseHead(absl::string_view text) {
  if (!absl::ConsumeSuffix(&text, "\n")) return std::nullopt;
  const std::vector<absl::string_view> parts = absl::StrSplit(text, ' ');
  Link link;
  if (parts.size() != 2 || parts[1].size() != kDigits ||
      !absl::SimpleAtoi(parts[0], &link.sequence) || link.sequence < 0 ||
      link.sequence >= kMaxSequence) {
    return std::nullopt;
  }
  link.hash = std::string(parts[1]);
  return link;
}

// Always as long, so that a newer head covers an older one.
std::string FormatHead(const Link& link) {
  return absl::StrFormat("%020d %s\n", link.sequence, link.hash);
}

void SyncFolderOf(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  const int file = open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file < 0) return;
  fsync(file);
  close(file);
}

}  // namespace

std::string HeadPath(const std::string& path) { return absl::StrCat(path, ".head"); }

absl::StatusOr<Link> ReadHead(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) return absl::NotFoundError(absl::StrCat(path, ": there is no such head file"));
  const std::string text((std::istreambuf_iterator<char>(stream)),
                         std::istreambuf_iterator<char>());
  const std::optional<Link> link = ParseHead(text);
  if (link.has_value()) return *link;
  return absl::DataLossError(absl::StrCat(path, ": expected a sequence and a hash"));
}

AuditFile::~AuditFile() {
  if (file_ >= 0) close(file_);
  if (head_file_ >= 0) close(head_file_);
}

absl::StatusOr<std::unique_ptr<AuditFile>> AuditFile::Open(const std::string& path,
                                                           int64_t max_bytes) {
  std::unique_ptr<AuditFile> log(new AuditFile(path, max_bytes));
  std::error_code error;
  const auto folder = std::filesystem::path(path).parent_path();
  if (!folder.empty()) std::filesystem::create_directories(folder, error);
  const std::string head_path = HeadPath(path);
  log->head_file_ = open(head_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kMode);
  if (log->head_file_ < 0) {
    return InvalidField(
        "--audit-log",
        absl::StrCat("a file that can be written, not \"", path, "\" (", std::strerror(errno), ")"),
        "name another or change the permissions of its folder");
  }
  if (flock(log->head_file_, LOCK_EX | LOCK_NB) != 0) {
    return InvalidField("--audit-log",
                        absl::StrCat("a file of its own; \"", path, "\" is another process's"),
                        "name another");
  }
  RETURN_IF_ERROR(log->OpenFile());
  RETURN_IF_ERROR(log->ReadFirst());
  RETURN_IF_ERROR(log->ReadTail());
  return log;
}

absl::Status AuditFile::OpenFile() {
  const int file = open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kMode);
  struct stat status = {};
  if (file < 0 || fstat(file, &status) != 0) {
    const absl::Status failed = Unwritable(path_, "the audit log cannot be opened");
    if (file >= 0) close(file);
    return failed;
  }
  file_ = file;
  size_ = status.st_size;
  first_sequence_ = 0;
  return absl::OkStatus();
}

absl::Status AuditFile::ReadFirst() {
  std::string start(std::min<int64_t>(size_, kMaxLineBytes), '\0');
  if (pread(file_, start.data(), start.size(), 0) != static_cast<ssize_t>(start.size())) {
    return Unwritable(path_, "the audit log cannot be read");
  }
  const size_t end = start.find('\n');
  if (end == std::string::npos) return absl::OkStatus();
  const absl::StatusOr<ReadLine> first = Read(start.substr(0, end));
  // A first line that is none gives a rotated file no better name.
  first_sequence_ = first.ok() ? first->link.sequence : 1;
  return absl::OkStatus();
}

absl::Status AuditFile::ReadTail() {
  std::string end(std::min<int64_t>(size_, 2 * kMaxLineBytes), '\0');
  const int64_t from = size_ - static_cast<int64_t>(end.size());
  if (pread(file_, end.data(), end.size(), from) != static_cast<ssize_t>(end.size())) {
    return Unwritable(path_, "the audit log cannot be read");
  }
  const size_t last_end = end.rfind('\n');
  const int64_t whole =
      last_end == std::string::npos ? from : from + static_cast<int64_t>(last_end) + 1;
  found_.torn_bytes = size_ - whole;
  if (found_.torn_bytes > 0 && ftruncate(file_, whole) != 0) {
    return Unwritable(path_, "half a line cannot be cut away");
  }
  size_ = whole;
  if (last_end != std::string::npos) {
    const size_t before = last_end == 0 ? std::string::npos : end.rfind('\n', last_end - 1);
    const size_t begin = before == std::string::npos ? 0 : before + 1;
    const absl::StatusOr<ReadLine> last = Read(end.substr(begin, last_end - begin));
    found_.damaged = !last.ok() || !last->intact || last->link.sequence == kMaxSequence;
    if (!found_.damaged) tail_ = last->link;
  }
  const absl::StatusOr<Link> head = ReadHead(HeadPath(path_));
  if (head.ok() && head->sequence > tail_.sequence) {
    found_.missing_lines = head->sequence - tail_.sequence;
    tail_ = *head;
  }
  struct stat status = {};
  if (!head.ok() && fstat(head_file_, &status) == 0 && status.st_size > 0) found_.damaged = true;
  return absl::OkStatus();
}

absl::Status AuditFile::Rotate() {
  RETURN_IF_ERROR(Sync());
  const std::string name = absl::StrFormat("%s.%012d", path_, first_sequence_);
  // Never over another: that would lose its lines.
  if (renameat2(AT_FDCWD, path_.c_str(), AT_FDCWD, name.c_str(), RENAME_NOREPLACE) != 0) {
    return Unwritable(path_, absl::StrCat("the audit log cannot be renamed to ", name));
  }
  const int rotated = std::exchange(file_, -1);
  const absl::Status opened = OpenFile();
  if (!opened.ok()) {
    file_ = rotated;  // goes on in the file that has another name now
    return opened;
  }
  close(rotated);
  rotate_at_ = max_bytes_;
  SyncFolderOf(path_);
  return absl::OkStatus();
}

absl::Status AuditFile::WriteWhole(const std::string& bytes) {
  if (leftover_ && ftruncate(file_, size_) != 0) {
    return Unwritable(path_, "half a line cannot be cut away");
  }
  leftover_ = false;
  size_t written = 0;
  while (written < bytes.size()) {
    const ssize_t wrote = pwrite(file_, bytes.data() + written, bytes.size() - written,
                                 size_ + static_cast<int64_t>(written));
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) {
      const absl::Status failed = Unwritable(path_, "the audit log cannot be written");
      leftover_ = written > 0 && ftruncate(file_, size_) != 0;
      return failed;
    }
    written += static_cast<size_t>(wrote);
  }
  return absl::OkStatus();
}

absl::Status AuditFile::Append(const std::vector<Line>& lines) {
  if (lines.empty()) return absl::OkStatus();
  std::string bytes;
  for (const Line& line : lines) absl::StrAppend(&bytes, line.text, "\n");
  if (first_sequence_ != 0 && size_ + static_cast<int64_t>(bytes.size()) > rotate_at_) {
    // A file that is too large is better than a line that is lost.
    if (const absl::Status rotated = Rotate(); !rotated.ok()) {
      rotate_at_ = size_ + max_bytes_;
      Log(Severity::kError, "the audit log grows beyond its size", {{"error", rotated.message()}});
    }
  }
  RETURN_IF_ERROR(WriteWhole(bytes));
  size_ += static_cast<int64_t>(bytes.size());
  if (first_sequence_ == 0) first_sequence_ = lines.front().link.sequence;
  tail_ = lines.back().link;
  unsynced_ = true;
  return absl::OkStatus();
}

absl::Status AuditFile::Sync() {
  if (!unsynced_) return absl::OkStatus();
  if (fdatasync(file_) != 0) return Unwritable(path_, "the audit log cannot be synced");
  const std::string head = FormatHead(tail_);
  // Somebody's longer head would else stand out behind ours for ever.
  if (pwrite(head_file_, head.data(), head.size(), 0) != static_cast<ssize_t>(head.size()) ||
      ftruncate(head_file_, static_cast<off_t>(head.size())) != 0) {
    return Unwritable(HeadPath(path_), "the head of the audit log cannot be written");
  }
  unsynced_ = false;
  return absl::OkStatus();
}

}  // namespace throughline::audit
