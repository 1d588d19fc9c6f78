#ifndef THROUGHLINE_TESTS_GOLDEN_STORY_H_
#define THROUGHLINE_TESTS_GOLDEN_STORY_H_

#include <string>

#include "absl/status/statusor.h"
#include "tests/eval/series.h"

// A labelled series as the built-in engine understands it, call by call, for people to read and
// for tests to compare.
namespace throughline::golden {

// Blockers, people, next step, e-mail, facts and profile after each call of `series`, each call
// read with what the earlier ones left. INVALID_ARGUMENT when a call cannot be parsed.
absl::StatusOr<std::string> TellSeries(const eval::Series& series);

}  // namespace throughline::golden

#endif  // THROUGHLINE_TESTS_GOLDEN_STORY_H_
