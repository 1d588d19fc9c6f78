#ifndef THROUGHLINE_COMMON_TRANSCRIPT_CUE_TEXT_H_
#define THROUGHLINE_COMMON_TRANSCRIPT_CUE_TEXT_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace throughline::transcript {

// One stretch of a caption line by one voice.
struct CuePiece {
  std::string voice;             // of "<v Rivera, Ana>"; empty: not given
  std::string text;              // without tags, entities decoded, folded
  bool changes_speaker = false;  // marked ">>" or "-": somebody else, not named
};

// Splits a caption line at its voice tags.
std::vector<CuePiece> SplitCueLine(absl::string_view line);

// The name in a caption line that is only "(Ana Rivera)"; empty for others, "(laughter)" too.
absl::string_view BracketedName(absl::string_view text);

}  // namespace throughline::transcript

#endif  // THROUGHLINE_COMMON_TRANSCRIPT_CUE_TEXT_H_
