#ifndef THROUGHLINE_COMMON_OBSERVABILITY_JSON_LOG_H_
#define THROUGHLINE_COMMON_OBSERVABILITY_JSON_LOG_H_

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <variant>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/base/context.h"

namespace throughline {

enum class Severity { kDebug, kInfo, kWarning, kError };

// "debug", "info", "warning" or "error"; INVALID_ARGUMENT lists them.
absl::StatusOr<Severity> ParseSeverity(absl::string_view name);

// One key and value of a log line. Keys are snake_case; durations end in _ms or _seconds.
// Never pass transcript text, message bodies or secrets. Borrows texts: for the call of Log alone.
struct LogField {
  absl::string_view key;
  std::variant<absl::string_view, std::string, int64_t, double, bool> value;

  LogField(absl::string_view k, absl::string_view v) : key(k), value(v) {}
  LogField(absl::string_view k, const char* v) : key(k), value(absl::string_view(v)) {}
  LogField(absl::string_view k, const std::string& v) : key(k), value(absl::string_view(v)) {}
  LogField(absl::string_view k, int v) : key(k), value(int64_t{v}) {}
  LogField(absl::string_view k, int64_t v) : key(k), value(v) {}
  LogField(absl::string_view k, uint64_t v) : key(k), value(static_cast<int64_t>(v)) {}
  LogField(absl::string_view k, double v) : key(k), value(v) {}
  LogField(absl::string_view k, bool v) : key(k), value(v) {}
  // In milliseconds; name the key accordingly.
  LogField(absl::string_view k, absl::Duration v) : key(k), value(absl::ToDoubleMilliseconds(v)) {}
  // As "NOT_FOUND: message".
  LogField(absl::string_view k, const absl::Status& v) : key(k), value(v.ToString()) {}
};

// Writes one line of JSON to stderr: time (RFC 3339, ms, UTC), severity, service, message, fields.
// Invalid UTF-8 is replaced, never fatal. Lines below the minimum severity cost one comparison.
// Thread-safe; lines never interleave.
void Log(Severity severity, absl::string_view message, std::initializer_list<LogField> fields = {});

// The same, with the request's request_id, traceparent and tenant.
void Log(const Context& context, Severity severity, absl::string_view message,
         std::initializer_list<LogField> fields = {});

// Process-wide; main calls it once, before it starts threads. Until then the service name is empty
// and the minimum is kInfo.
void ConfigureLogging(absl::string_view service, Severity minimum);

// Takes the process's log lines (without line end) for the life of the object: for tests. At most
// one at a time. `sink` may run on any thread, one call at a time.
class ScopedLogSink {
 public:
  explicit ScopedLogSink(std::function<void(absl::string_view line)> sink);
  ~ScopedLogSink();
  ScopedLogSink(const ScopedLogSink&) = delete;
  ScopedLogSink& operator=(const ScopedLogSink&) = delete;
};

// Says once that a dependency fails and once that it is back, however many requests notice.
// Thread-safe.
class OutageLog {
 public:
  // `dependency` names it in the log line: "redis at 127.0.0.1:6379".
  explicit OutageLog(std::string dependency) : dependency_(std::move(dependency)) {}

  // Logs a warning on the first failure since the last success.
  void Failed(const absl::Status& why) ABSL_LOCKS_EXCLUDED(mutex_);
  // Logs the recovery when an outage was logged. Cheap otherwise.
  void Succeeded() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  const std::string dependency_;
  absl::Mutex mutex_;
  bool failing_ ABSL_GUARDED_BY(mutex_) = false;
  int64_t failures_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace throughline

#endif  // THROUGHLINE_COMMON_OBSERVABILITY_JSON_LOG_H_
