#include "common/wire/time.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace throughline::wire {
namespace {

// What google.protobuf.Timestamp may hold: 0001-01-01 to 9999-12-31.
const absl::Time kMinTimestamp = absl::FromUnixSeconds(-62135596800);
const absl::Time kMaxTimestamp = absl::FromUnixSeconds(253402300799);

}  // namespace

google::protobuf::Timestamp ToTimestamp(absl::Time time) {
  const absl::Time clamped = std::clamp(time, kMinTimestamp, kMaxTimestamp);
  google::protobuf::Timestamp timestamp;
  const int64_t seconds = absl::ToUnixSeconds(clamped);
  timestamp.set_seconds(seconds);
  timestamp.set_nanos(
      static_cast<int32_t>(absl::ToInt64Nanoseconds(clamped - absl::FromUnixSeconds(seconds))));
  return timestamp;
}

absl::Time FromTimestamp(const google::protobuf::Timestamp& timestamp) {
  return FromTimestamp(timestamp.seconds(), timestamp.nanos());
}

absl::Time FromTimestamp(int64_t seconds, int32_t nanos) {
  return absl::FromUnixSeconds(seconds) + absl::Nanoseconds(nanos);
}

google::protobuf::Duration ToDuration(absl::Duration duration) {
  google::protobuf::Duration proto;
  absl::Duration rest;
  proto.set_seconds(absl::IDivDuration(duration, absl::Seconds(1), &rest));
  proto.set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(rest)));
  return proto;
}

absl::Duration FromDuration(const google::protobuf::Duration& duration) {
  return absl::Seconds(duration.seconds()) + absl::Nanoseconds(duration.nanos());
}

std::string FormatDay(absl::CivilDay day) { return absl::FormatCivilTime(day); }

absl::StatusOr<absl::CivilDay> ParseDay(absl::string_view text) {
  absl::CivilDay day;
  // Formatting back refuses what ParseCivilTime is lenient about: "2026-1-5", surrounding blanks.
  if (!absl::ParseCivilTime(text, &day) || absl::FormatCivilTime(day) != text) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", text, "\" is not a day; expected YYYY-MM-DD, e.g. 2026-02-26"));
  }
  return day;
}

}  // namespace throughline::wire
