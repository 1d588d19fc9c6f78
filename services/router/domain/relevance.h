#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_RELEVANCE_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_RELEVANCE_H_

#include "absl/strings/string_view.h"
#include "services/router/domain/read_text.h"

// How much a draft has to do with its prompt. Pure, thread-safe, linear. Texts come from
// text::Fold where they are called folded.
namespace throughline::router {

// Whether a draft of some length takes up none of the prompt's words, compared by their stems.
// False where that says nothing: few words, or a script that does not part them.
bool IsOffTopic(const ReadText& prompt, const ReadText& draft);

// Whether most of the draft is the prompt over again.
bool IsEcho(absl::string_view folded_prompt, absl::string_view folded_draft);

// Share of the draft's names and numbers that the prompt does not hold, for a prompt that gives the
// text to answer from; 0 for other prompts.
double UngroundedShare(const ReadText& prompt, const ReadText& draft);

}  // namespace throughline::router

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_RELEVANCE_H_
