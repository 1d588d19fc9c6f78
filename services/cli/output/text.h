#ifndef THROUGHLINE_SERVICES_CLI_OUTPUT_TEXT_H_
#define THROUGHLINE_SERVICES_CLI_OUTPUT_TEXT_H_

#include <google/protobuf/descriptor.h>
#include <google/protobuf/duration.pb.h>
#include <google/protobuf/generated_enum_reflection.h>
#include <google/protobuf/timestamp.pb.h>

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "throughline/deal/v1/deal.pb.h"
#include "throughline/router/v1/router_service.pb.h"

// Small pieces of text for people. Pure and thread-safe.
namespace throughline::cli {

// The value's name without its type, in lower case: BLOCKER_STATUS_BEING_ADDRESSED gives
// "being_addressed", an unspecified value "".
std::string EnumLabel(const google::protobuf::EnumDescriptor& type, int value);

// The same for a generated enum.
template <typename Enum>
std::string Label(Enum value) {
  return EnumLabel(*google::protobuf::GetEnumDescriptor<Enum>(), static_cast<int>(value));
}

// As Label, with spaces: "being addressed".
template <typename Enum>
std::string Words(Enum value);

// "2026-01-14", or "" for an unset time.
std::string Day(const google::protobuf::Timestamp& time);
// "2026-01-14 09:30:05", or "" for an unset time.
std::string DayAndTime(const google::protobuf::Timestamp& time);
// "0.4 ms", "12 ms", "3.2 s".
std::string Short(absl::Duration duration);
std::string Short(const google::protobuf::Duration& duration);
// "$0.000412"; "at least $0.0004" when a price was missing.
std::string Money(const throughline::router::v1::Cost& cost);

// "1 row", "2 rows".
std::string Count(int64_t number, absl::string_view noun);

// Text with control characters (line ends included) made spaces, so that it stays on one line and
// cannot steer a terminal.
std::string OneLine(absl::string_view text);
// Text with control characters but line feeds removed.
std::string Printable(absl::string_view text);

// Columns that UTF-8 text takes, one a code point; markup of Style counts nothing.
int DisplayWidth(absl::string_view text);
// Text cut to `width` columns, "…" at the end when something was cut.
std::string Truncate(absl::string_view text, int width);
// Words filled to lines of `width` columns; line feeds in the text stay.
std::vector<std::string> Wrap(absl::string_view text, int width);
// Wrapped text, each line after `indent` spaces and ended by a line feed.
std::string Paragraph(absl::string_view text, int indent, int width);
// A label of a fixed width, then the text wrapped beside it. Nothing when the text is empty.
std::string Labelled(absl::string_view label, absl::string_view text, int width);

// "“quote” — Speaker, call call-1".
std::string Quote(const throughline::deal::v1::Evidence& evidence);

std::string SpacesForUnderscores(std::string text);

template <typename Enum>
std::string Words(Enum value) {
  return SpacesForUnderscores(Label(value));
}

}  // namespace throughline::cli

#endif  // THROUGHLINE_SERVICES_CLI_OUTPUT_TEXT_H_
