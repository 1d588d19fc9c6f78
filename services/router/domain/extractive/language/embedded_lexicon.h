#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_LANGUAGE_EMBEDDED_LEXICON_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_LANGUAGE_EMBEDDED_LEXICON_H_

#include <vector>

#include "services/router/domain/extractive/language/lexicon.h"

namespace throughline::router::extractive {

// The cue files of lexicon/, written into a source file at build time.
std::vector<Lexicon::File> EmbeddedLexiconFiles();
// The cues of facts.cues, kept apart: only fact extraction reads them.
std::vector<Lexicon::File> EmbeddedFactFiles();
// The cues of email.cues, kept apart likewise.
std::vector<Lexicon::File> EmbeddedEmailFiles();
// The e-mail phrases of email.en.phrases.
std::vector<Lexicon::File> EmbeddedPhraseFiles();
// words.lists.
std::vector<Lexicon::File> EmbeddedWordFiles();
// given_names.txt.
std::vector<Lexicon::File> EmbeddedNameFiles();
// sentences.model, calls.model, sales.model, judgement.model and people.model, in this order.
std::vector<Lexicon::File> EmbeddedModelFiles();

}  // namespace throughline::router::extractive

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_LANGUAGE_EMBEDDED_LEXICON_H_
