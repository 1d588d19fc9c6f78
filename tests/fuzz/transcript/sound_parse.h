#ifndef THROUGHLINE_TESTS_FUZZ_TRANSCRIPT_SOUND_PARSE_H_
#define THROUGHLINE_TESTS_FUZZ_TRANSCRIPT_SOUND_PARSE_H_

#include <string>

#include "absl/strings/string_view.h"

namespace throughline::fuzz {

// Parses `bytes` as a transcript, in a format that their first byte chooses, and says what is not
// as parse.h promises: an error that names no field, a turn without words or out of order, a
// speaker who is nobody, a limit passed. Empty when all is well.
std::string UnsoundnessOfParsing(absl::string_view bytes);

}  // namespace throughline::fuzz

#endif  // THROUGHLINE_TESTS_FUZZ_TRANSCRIPT_SOUND_PARSE_H_
