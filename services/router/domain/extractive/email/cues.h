#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_EMAIL_CUES_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_EMAIL_CUES_H_

#include "absl/strings/string_view.h"
#include "services/router/domain/extractive/language/lexicon.h"

namespace throughline::router::extractive {

// True when a cue of that kind of lexicon/email.cues is found in the words. A kind that is not
// there ends the program. Thread-safe; a thread remembers what it found in the last words it read.
bool Says(absl::string_view words, absl::string_view kind);

// The cues of lexicon/email.cues. Read-only after its first use; thread-safe.
const Lexicon& EmailLexicon();

}  // namespace throughline::router::extractive

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_EMAIL_CUES_H_
