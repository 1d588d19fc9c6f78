#ifndef THROUGHLINE_COMMON_TRANSCRIPT_JSON_READER_H_
#define THROUGHLINE_COMMON_TRANSCRIPT_JSON_READER_H_

#include <initializer_list>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace throughline::transcript {

using Json = nlohmann::json;

// Reads JSON without exceptions. INVALID_ARGUMENT says at which byte it breaks, or that it nests
// more than kMaxJsonDepth deep.
inline constexpr int kMaxJsonDepth = 64;
absl::StatusOr<Json> ReadJson(absl::string_view text);

// The member of the first of these names that is there and not null; nullptr when none is or when
// `object` is no object.
const Json* Member(const Json& object, std::initializer_list<absl::string_view> names);

// The first of these members that is a non-empty string, or a number written out; "" for others.
std::string TextMember(const Json& object, std::initializer_list<absl::string_view> names);

// The first of these members that is a number, or a string holding one.
std::optional<double> NumberMember(const Json& object,
                                   std::initializer_list<absl::string_view> names);

// The first of these members that is an array; nullptr when none is.
const Json* ArrayMember(const Json& object, std::initializer_list<absl::string_view> names);

// The object nearest the root that has a member `name` which is an array; nullptr when none has.
const Json* FindOwner(const Json& root, absl::string_view name);

// "2025-08-20T18:00:00Z", other dates, or seconds or milliseconds since 1970.
std::optional<absl::Time> TimeMember(const Json& object,
                                     std::initializer_list<absl::string_view> names);

}  // namespace throughline::transcript

#endif  // THROUGHLINE_COMMON_TRANSCRIPT_JSON_READER_H_
