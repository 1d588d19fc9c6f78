#include "common/observability/json_log.h"

#include <atomic>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/base/attributes.h"
#include "absl/base/const_init.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/base/errors.h"

namespace throughline {
namespace {

// The process's one log. Everything here is constant-initialised or never destroyed, so that
// logging works before main and while the process ends.
ABSL_CONST_INIT std::atomic<Severity> minimum_severity{Severity::kInfo};
ABSL_CONST_INIT absl::Mutex output_mutex(absl::kConstInit);

struct Output {
  std::string service;
  std::function<void(absl::string_view)> sink;
};
Output& GlobalOutput() ABSL_EXCLUSIVE_LOCKS_REQUIRED(output_mutex) {
  static auto& output = *new Output;
  return output;
}

constexpr absl::string_view kSeverityNames[] = {"debug", "info", "warning", "error"};

using Json = nlohmann::ordered_json;

Json LineStart(Severity severity, absl::string_view message) {
  return Json{{"time", absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", absl::Now(), absl::UTCTimeZone())},
              {"severity", std::string(kSeverityNames[static_cast<int>(severity)])},
              {"message", std::string(message)}};
}

std::string Stored(absl::string_view text) { return std::string(text); }
template <typename Number>
Number Stored(Number number) {
  return number;
}

void AddFields(Json& line, std::initializer_list<LogField> fields) {
  for (const LogField& field : fields) {
    Json& value = line[std::string(field.key)];
    std::visit([&](const auto& given) { value = Stored(given); }, field.value);
  }
}

void Emit(Json line) {
  absl::MutexLock lock(&output_mutex);
  Output& output = GlobalOutput();
  if (!output.service.empty()) line["service"] = output.service;
  const std::string text =
      line.dump(/*indent=*/-1, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace);
  if (output.sink) {
    output.sink(text);
  } else {
    std::fprintf(stderr, "%s\n", text.c_str());
  }
}

bool Enabled(Severity severity) {
  return severity >= minimum_severity.load(std::memory_order_relaxed);
}

}  // namespace

absl::StatusOr<Severity> ParseSeverity(absl::string_view name) {
  for (int i = 0; i < 4; ++i) {
    if (kSeverityNames[i] == name) return static_cast<Severity>(i);
  }
  return InvalidField("log_level",
                      absl::StrCat("debug, info, warning or error, got \"", name, "\""),
                      "use info when in doubt");
}

void Log(Severity severity, absl::string_view message, std::initializer_list<LogField> fields) {
  if (!Enabled(severity)) return;
  Json line = LineStart(severity, message);
  AddFields(line, fields);
  Emit(std::move(line));
}

void Log(const Context& context, Severity severity, absl::string_view message,
         std::initializer_list<LogField> fields) {
  if (!Enabled(severity)) return;
  Json line = LineStart(severity, message);
  line["tenant"] = context.tenant();
  if (!context.request_id().empty()) line["request_id"] = context.request_id();
  if (!context.traceparent().empty()) line["traceparent"] = context.traceparent();
  AddFields(line, fields);
  Emit(std::move(line));
}

void ConfigureLogging(absl::string_view service, Severity minimum) {
  minimum_severity.store(minimum, std::memory_order_relaxed);
  absl::MutexLock lock(&output_mutex);
  GlobalOutput().service = std::string(service);
}

ScopedLogSink::ScopedLogSink(std::function<void(absl::string_view)> sink) {
  absl::MutexLock lock(&output_mutex);
  GlobalOutput().sink = std::move(sink);
}

ScopedLogSink::~ScopedLogSink() {
  absl::MutexLock lock(&output_mutex);
  GlobalOutput().sink = nullptr;
}

void OutageLog::Failed(const absl::Status& why) {
  absl::MutexLock lock(&mutex_);
  ++failures_;
  if (std::exchange(failing_, true)) return;
  Log(Severity::kWarning, absl::StrCat(dependency_, " fails; silent until it is back"),
      {{"dependency", dependency_}, {"error", why}});
}

void OutageLog::Succeeded() {
  absl::MutexLock lock(&mutex_);
  if (!std::exchange(failing_, false)) return;
  Log(Severity::kInfo, absl::StrCat(dependency_, " is back"),
      {{"dependency", dependency_}, {"failures", std::exchange(failures_, 0)}});
}

}  // namespace throughline
