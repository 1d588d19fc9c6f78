#include "common/transcript/transcript.h"

#include <algorithm>

namespace throughline::transcript {

const Participant* FindParticipant(const Transcript& transcript, const std::string& name) {
  const auto& people = transcript.participants;
  const auto found = std::find_if(people.begin(), people.end(),
                                  [&](const Participant& person) { return person.name == name; });
  return found == people.end() ? nullptr : &*found;
}

}  // namespace throughline::transcript
