#ifndef THROUGHLINE_COMMON_TRANSCRIPT_MEETING_JSON_H_
#define THROUGHLINE_COMMON_TRANSCRIPT_MEETING_JSON_H_

#include <optional>

#include "common/transcript/draft.h"
#include "common/transcript/json_reader.h"

namespace throughline::transcript {

// One reader for each tool's JSON. Nothing when `root` is not of that shape. Elements of the wrong
// type are skipped with a warning.
std::optional<Draft> ReadGong(const Json& root);
std::optional<Draft> ReadFireflies(const Json& root);
std::optional<Draft> ReadChat(const Json& root);
std::optional<Draft> ReadGranola(const Json& root);
std::optional<Draft> ReadWhisper(const Json& root);
// Grain, and any other list of {speaker, text, start, end}.
std::optional<Draft> ReadGrain(const Json& root);

// Title, date, attendees and organizer under the names that meeting tools use.
void ReadMeeting(const Json& meeting, Draft* draft);

// The array of segments at `root` or under one of the usual names; nullptr when there is none.
const Json* FindSegments(const Json& root);

// Seconds that are no valid offset into a call (negative, or days long) give nothing.
std::optional<absl::Duration> CallOffset(std::optional<double> seconds);

// Adds the warning for `skipped` elements of the wrong type, if any.
void WarnSkipped(size_t skipped, Draft* draft);

}  // namespace throughline::transcript

#endif  // THROUGHLINE_COMMON_TRANSCRIPT_MEETING_JSON_H_
