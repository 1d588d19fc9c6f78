#include "services/router/store/append_journal.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <limits>

#include "absl/strings/str_cat.h"

namespace throughline::router {
namespace {

// What stands before each entry. Zero bytes end a half.
struct EntryHead {
  uint64_t check = 0;  // of the entry's bytes
  uint64_t bytes = 0;
};

constexpr size_t kAlignment = alignof(EntryHead);

size_t RoomOf(size_t bytes) {
  return sizeof(EntryHead) + (bytes + kAlignment - 1) / kAlignment * kAlignment;
}

// FNV-1a: tells an entry that was written whole from one that was not.
uint64_t CheckOf(absl::string_view bytes) {
  uint64_t check = 14695981039346656037u;
  for (const char byte : bytes) check = (check ^ static_cast<unsigned char>(byte)) * 1099511628211u;
  return check;
}

absl::Status Failed(const std::string& path, int file, absl::string_view what) {
  const int error = errno;
  if (file >= 0) close(file);
  return absl::UnavailableError(absl::StrCat("cannot ", what, " the journal ", path, ": ",
                                             std::strerror(error),
                                             "; make room on the disk or correct permissions"));
}

}  // namespace

absl::StatusOr<std::unique_ptr<AppendJournal>> AppendJournal::Open(const std::string& path) {
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) return Failed(path, file, "open");
  if (flock(file, LOCK_EX | LOCK_NB) != 0) {
    close(file);
    return absl::FailedPreconditionError(absl::StrCat("another process has the journal ", path));
  }
  // With the room taken, no write to the map can meet a full disk.
  errno = posix_fallocate(file, 0, 2 * kHalfBytes);
  if (errno != 0) return Failed(path, file, "take room for");
  void* map = mmap(nullptr, 2 * kHalfBytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (map == MAP_FAILED) return Failed(path, file, "map");
  return std::unique_ptr<AppendJournal>(new AppendJournal(file, static_cast<char*>(map)));
}

AppendJournal::AppendJournal(int file, char* map) : file_(file), map_(map) {
  absl::MutexLock lock(&mutex_);
  for (size_t i = 0; i < halves_.size(); ++i) {
    halves_[i].begin = map_ + i * kHalfBytes;
    Recover(halves_[i]);
  }
  if (halves_[0].used > 0) active_ = 1;
}

AppendJournal::~AppendJournal() {
  munmap(map_, 2 * kHalfBytes);
  close(file_);
}

void AppendJournal::Recover(Half& half) {
  while (half.used + sizeof(EntryHead) <= kHalfBytes) {
    EntryHead head;
    std::memcpy(&head, half.begin + half.used, sizeof(head));
    const size_t left = kHalfBytes - half.used - sizeof(head);
    if (head.bytes == 0 || head.bytes > left) return;
    const absl::string_view entry(half.begin + half.used + sizeof(head), head.bytes);
    if (CheckOf(entry) != head.check) return;
    half.entries.push_back(entry);
    half.used += RoomOf(head.bytes);
  }
}

bool AppendJournal::Append(absl::string_view entry) {
  const EntryHead head = {.check = CheckOf(entry), .bytes = entry.size()};
  absl::MutexLock lock(&mutex_);
  Half& half = halves_[active_];
  if (entry.empty() || half.used + RoomOf(entry.size()) > kHalfBytes) return false;
  char* const at = half.begin + half.used;
  std::memcpy(at + sizeof(head), entry.data(), entry.size());
  // Whoever dies in between leaves no head, and so no entry. What a thread has done when it is
  // killed is all that precedes the kill, so only the compiler must keep the order.
  std::atomic_signal_fence(std::memory_order_release);
  std::memcpy(at, &head, sizeof(head));
  half.entries.emplace_back(at + sizeof(head), entry.size());
  half.used += RoomOf(entry.size());
  return true;
}

std::vector<absl::string_view> AppendJournal::Take() {
  absl::MutexLock lock(&mutex_);
  if (halves_[1 - active_].entries.empty()) active_ = 1 - active_;
  return halves_[1 - active_].entries;
}

void AppendJournal::Drop() {
  absl::MutexLock lock(&mutex_);
  Half& half = halves_[1 - active_];
  // From the front: what is cut short by a crash holds no entry.
  std::memset(half.begin, 0, half.used);
  half.used = 0;
  half.entries.clear();
}

bool AppendJournal::IsEmpty() const {
  absl::MutexLock lock(&mutex_);
  return halves_[0].entries.empty() && halves_[1].entries.empty();
}

}  // namespace throughline::router
