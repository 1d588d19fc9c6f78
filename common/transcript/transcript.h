#ifndef THROUGHLINE_COMMON_TRANSCRIPT_TRANSCRIPT_H_
#define THROUGHLINE_COMMON_TRANSCRIPT_TRANSCRIPT_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace throughline::transcript {

// Which party of the deal a person belongs to.
enum class Side { kUnknown = 0, kSeller = 1, kCustomer = 2 };

// Being named in a call is not being on it.
enum class Presence { kUnknown = 0, kPresent = 1, kInvited = 2, kMentioned = 3 };

// Where the text came from; decides how it is split into turns.
enum class Format {
  kUnknown = 0,
  kPlain = 1,      // Name: text
  kBracketed = 2,  // [hh:mm:ss] Name (Title): text
  kWebVtt = 3,     // Zoom, Teams and generic WebVTT
  kSrt = 4,
  kOtter = 5,  // "Name  12:31" or "12:31 - Name" above the words
  kGoogleMeet = 6,
  kGong = 7,
  kFireflies = 8,
  kGrain = 9,  // and any other JSON list of {speaker, text}
  kGranola = 10,
  kWhisper = 11,
  kChat = 12,          // JSON array of {role, content}
  kUnattributed = 13,  // prose without speakers
};

struct Participant {
  std::string name;          // as first given in full: "Sarah Chen"
  std::string title;         // "IT Security Lead"; empty when not stated
  std::string organization;  // empty when not stated
  std::string email;         // empty when not stated
  Side side = Side::kUnknown;
  Presence presence = Presence::kUnknown;
};

struct Turn {
  int32_t index = 0;                    // position in Transcript::turns, from 0
  std::string speaker;                  // a participant's name; empty when unknown
  std::string text;                     // verbatim, white space folded to single spaces
  std::optional<absl::Duration> start;  // since the call began
  std::optional<absl::Duration> end;
};

// One call as everybody downstream sees it.
struct Transcript {
  std::vector<Turn> turns;
  std::vector<Participant> participants;
  std::optional<absl::Time> occurred_at;  // from the text, if it says; midnight UTC for a bare date
  std::string title;                      // "Call: …" header or meeting title; may be empty
  Format format = Format::kUnknown;
  std::vector<std::string> warnings;  // what could not be understood, for people
};

// The participant whose name is exactly `name`, or nullptr.
const Participant* FindParticipant(const Transcript& transcript, const std::string& name);

}  // namespace throughline::transcript

#endif  // THROUGHLINE_COMMON_TRANSCRIPT_TRANSCRIPT_H_
