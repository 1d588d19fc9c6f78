// Loaded into a process before its other libraries: the wall clock reads as many seconds off as the
// file THROUGHLINE_CLOCK_OFFSET_FILE says, from the moment it says so. Waits until a time of that
// clock begin with what it reads then; those under way go on as they were.

#include <dlfcn.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <stdarg.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>

namespace {

using ClockGetTime = int (*)(clockid_t, timespec*);

constexpr long kReadAgainNanoseconds = 10'000'000;

ClockGetTime Real() {
  static const auto real = reinterpret_cast<ClockGetTime>(dlsym(RTLD_NEXT, "clock_gettime"));
  return real;
}

long ReadOffset() {
  const char* path = std::getenv("THROUGHLINE_CLOCK_OFFSET_FILE");
  const int file = path == nullptr ? -1 : open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  char text[32] = {};
  const ssize_t size = read(file, text, sizeof(text) - 1);
  close(file);
  return size > 0 ? std::strtol(text, nullptr, 10) : 0;
}

// Looked up again every few milliseconds.
long OffsetSeconds() {
  static std::atomic<long> offset{0};
  static std::atomic<long> next{0};
  timespec now{};
  Real()(CLOCK_MONOTONIC, &now);
  const long nanoseconds = now.tv_sec * 1'000'000'000 + now.tv_nsec;
  long due = next.load();
  if (nanoseconds >= due &&
      next.compare_exchange_strong(due, nanoseconds + kReadAgainNanoseconds)) {
    offset = ReadOffset();
  }
  return offset;
}

}  // namespace

extern "C" int clock_gettime(clockid_t clock, timespec* time) {
  const int result = Real()(clock, time);
  if (result == 0 && clock == CLOCK_REALTIME) time->tv_sec += OffsetSeconds();
  return result;
}

// Abseil waits for a time of the wall clock by futex, which reads the kernel's.
extern "C" long syscall(long number, ...) {
  using Syscall = long (*)(long, ...);
  static const auto real = reinterpret_cast<Syscall>(dlsym(RTLD_NEXT, "syscall"));
  long words[6];
  va_list arguments;
  va_start(arguments, number);
  for (long& word : words) word = va_arg(arguments, long);
  va_end(arguments);
  timespec until{};
  if (number == SYS_futex && (words[1] & FUTEX_CLOCK_REALTIME) != 0 && words[3] != 0) {
    until = *reinterpret_cast<const timespec*>(words[3]);
    until.tv_sec -= OffsetSeconds();
    words[3] = reinterpret_cast<long>(&until);
  }
  return real(number, words[0], words[1], words[2], words[3], words[4], words[5]);
}

extern "C" int gettimeofday(timeval* time, void*) {
  timespec now{};
  const int result = clock_gettime(CLOCK_REALTIME, &now);
  time->tv_sec = now.tv_sec;
  time->tv_usec = now.tv_nsec / 1000;
  return result;
}

extern "C" time_t time(time_t* out) {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  if (out != nullptr) *out = now.tv_sec;
  return now.tv_sec;
}
