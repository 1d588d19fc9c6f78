#ifndef THROUGHLINE_COMMON_TRANSCRIPT_PERSON_H_
#define THROUGHLINE_COMMON_TRANSCRIPT_PERSON_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/transcript/transcript.h"

namespace throughline::transcript {

// What one place in a transcript says about one person.
struct PersonNote {
  Participant person;  // presence kUnknown when the place does not say
  std::string alias;   // another label of the same person: "Prospect" of "Prospect (Priya)"
  bool guest = false;  // marked as from outside the meeting's organisation
};

// Reads a speaker label: "Sarah Chen", "Luis Ferrante (Account Manager, Vibrosense)",
// "Rivera, Ana (Guest)", "Prospect (Priya – RevOps Director)", "ana@acme.example". The name is
// empty for labels that name nobody.
PersonNote ParsePersonLabel(absl::string_view label);

// Reads one entry of an attendee list: as above, and "Sarah Chen, IT Lead, Acme",
// "Sarah Chen - IT Lead @ Acme", "Sarah Chen <sarah@acme.example>"; marks such as "invited" or
// "declined" set the presence.
PersonNote ParseAttendee(absl::string_view entry);

// Splits "A (Title, Co); B …" or "A, B and C" and reads each entry.
std::vector<PersonNote> ParseAttendeeList(absl::string_view list);

// The side a role label stands for: "Prospect", "AE", "Me", "Them" …; kUnknown for other words.
Side SideOfRole(absl::string_view label);

// Whether the label tells voices apart without naming anybody: "Speaker 2", "Participant 1".
bool IsAnonymousLabel(absl::string_view label);

}  // namespace throughline::transcript

#endif  // THROUGHLINE_COMMON_TRANSCRIPT_PERSON_H_
