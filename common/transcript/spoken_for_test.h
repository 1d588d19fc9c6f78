#ifndef THROUGHLINE_COMMON_TRANSCRIPT_SPOKEN_FOR_TEST_H_
#define THROUGHLINE_COMMON_TRANSCRIPT_SPOKEN_FOR_TEST_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/transcript/parse.h"

namespace throughline::transcript {

// "Name: text" of every turn.
inline std::vector<std::string> Spoken(const Transcript& transcript) {
  std::vector<std::string> lines;
  for (const Turn& turn : transcript.turns) lines.push_back(turn.speaker + ": " + turn.text);
  return lines;
}

// The same of a text; only the reason when it is refused.
inline std::vector<std::string> SpokenIn(absl::string_view text) {
  const auto transcript = Parse(text, ParseOptions());
  if (!transcript.ok()) return {std::string(transcript.status().message())};
  return Spoken(*transcript);
}

}  // namespace throughline::transcript

#endif  // THROUGHLINE_COMMON_TRANSCRIPT_SPOKEN_FOR_TEST_H_
