#ifndef THROUGHLINE_COMMON_WIRE_TIME_H_
#define THROUGHLINE_COMMON_WIRE_TIME_H_

#include <google/protobuf/duration.pb.h>
#include <google/protobuf/timestamp.pb.h>

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"

namespace throughline::wire {

// Whole nanoseconds. Times outside what a Timestamp can hold (years 1 to 9999) are clamped to it.
google::protobuf::Timestamp ToTimestamp(absl::Time time);
absl::Time FromTimestamp(const google::protobuf::Timestamp& timestamp);
// The time of a Timestamp with these fields.
absl::Time FromTimestamp(int64_t seconds, int32_t nanos);

google::protobuf::Duration ToDuration(absl::Duration duration);
absl::Duration FromDuration(const google::protobuf::Duration& duration);

// "2026-03-03".
std::string FormatDay(absl::CivilDay day);
// INVALID_ARGUMENT unless `text` is an existing day as YYYY-MM-DD.
absl::StatusOr<absl::CivilDay> ParseDay(absl::string_view text);

}  // namespace throughline::wire

#endif  // THROUGHLINE_COMMON_WIRE_TIME_H_
