#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_TEXT_LANGUAGE_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_TEXT_LANGUAGE_H_

#include <string>

#include "absl/strings/string_view.h"
#include "services/router/domain/text/words.h"

namespace throughline::router::text {

// The ISO 639-1 code of the language a text is clearly written in, by its commonest words: en, de,
// fr, es, it, pt, nl. Empty when the text is too short to tell or mixes them. Linear.
std::string GuessLanguage(const WordList& words);

enum class Script { kUnknown, kLatin, kGreek, kCyrillic, kHebrew, kArabic, kIndic, kHan, kHangul };
inline constexpr size_t kScripts = 9;

// The script of most letters of a text; kUnknown for few letters or mixed ones.
Script GuessScript(absl::string_view text);

}  // namespace throughline::router::text

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_TEXT_LANGUAGE_H_
