#ifndef THROUGHLINE_COMMON_TRANSCRIPT_CHAT_STAMP_H_
#define THROUGHLINE_COMMON_TRANSCRIPT_CHAT_STAMP_H_

#include <optional>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace throughline::transcript {

// When a message of a chat was written, by the clock on the wall, as exports and copied chats put
// it beside a name: "[2025-10-14 09:02]", "14/10/2025, 09:02 -", "[09:02:31, 10/14/25]",
// "[Oct 14, 9:02 AM]", "9:02 AM". A time alone ("[09:02]") is none: it counts from a call's start.
struct ChatStamp {
  // Midnight UTC of its day, when it names one that can be read one way only.
  std::optional<absl::Time> day;
};

// Takes a stamp, with the dash after it, off the front of `line`; leaves it alone when none is
// there.
std::optional<ChatStamp> TakeChatStamp(absl::string_view* line);

// Takes a stamp off the end of `line`, brackets allowed: "Ana Rivera  9:02 AM".
std::optional<ChatStamp> TakeTrailingChatStamp(absl::string_view* line);

}  // namespace throughline::transcript

#endif  // THROUGHLINE_COMMON_TRANSCRIPT_CHAT_STAMP_H_
