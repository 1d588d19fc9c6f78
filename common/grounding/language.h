#ifndef THROUGHLINE_COMMON_GROUNDING_LANGUAGE_H_
#define THROUGHLINE_COMMON_GROUNDING_LANGUAGE_H_

#include <string>

#include "absl/strings/string_view.h"
#include "common/grounding/call_context.h"

// In which language people speak. All functions are pure and thread-safe.
namespace throughline::grounding {

// Whether a text has so many of English's commonest words that it must be English.
bool ReadsAsEnglish(absl::string_view text);

// The English name of the language that a text's commonest words or its letters are of; empty when
// they are of none that is known here, or of several. Tells others from each other, not from
// English.
std::string LanguageOf(absl::string_view text);

// Whether a call is held in English, by the words that open it.
bool IsEnglish(const CallContext& call);
// Whether a call is held in another language than English, by the words that open it. A call of a
// few words tells nothing.
bool IsForeign(const CallContext& call);

// Why the built-in engine cannot read such a call, one line that ends with what to do: to configure
// a model for `purpose` ("e-mails").
std::string WhyUnread(const CallContext& call, absl::string_view purpose);

}  // namespace throughline::grounding

#endif  // THROUGHLINE_COMMON_GROUNDING_LANGUAGE_H_
