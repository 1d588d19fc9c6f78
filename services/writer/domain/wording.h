#ifndef THROUGHLINE_SERVICES_WRITER_DOMAIN_WORDING_H_
#define THROUGHLINE_SERVICES_WRITER_DOMAIN_WORDING_H_

#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/string_view.h"
#include "re2/re2.h"

// Sentences and words of drafts, for the checks. Pure and thread-safe.
namespace throughline::writer {

inline bool Matches(absl::string_view text, const RE2& pattern) {
  return RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), pattern);
}

inline bool IsSpace(char c) { return absl::ascii_isspace(static_cast<unsigned char>(c)); }

inline std::string FirstName(absl::string_view name) {
  return std::string(name.substr(0, name.find(' ')));
}

// Sentences with the white space that follows them, so that joining gives the text back.
std::vector<std::string> SplitSentences(absl::string_view text);

// What a text is about: its words of four letters or more, acronyms and figures, less what every
// text has, in lower case and cut to the letters that inflection leaves alone.
using ContentWords = std::set<std::string>;
ContentWords ContentWordsOf(absl::string_view text);

// How many words both have.
size_t SharedWords(const ContentWords& a, const ContentWords& b);

// Whether `word` stands in `text` as a whole word, case and all.
bool ContainsWord(absl::string_view text, absl::string_view word);

// Whether a sentence asks its reader for something; requests without a question mark are known in
// English only.
bool Asks(absl::string_view sentence, bool is_english);

// Whether the writer of this (English) sentence, in words of their own, binds the seller's side to
// something beyond keeping in touch.
bool Promises(absl::string_view sentence);

// What the writer of a text says in words of their own: somebody else's, to the end of the
// quotation or of the text, are left out.
std::string WithoutQuotations(absl::string_view text);

// The first day that a text names by month and number, as it names it; empty when none.
std::string FirstDayIn(absl::string_view text);

// `text` with each day said once where it is said twice in a row: "by Friday, June 27, that is
// Friday, June 27, whether" becomes "by Friday, June 27, whether".
std::string WithoutRepeatedDays(std::string text);

// The e-mail and web addresses of a text.
std::vector<std::string> AddressesIn(absl::string_view text);

}  // namespace throughline::writer

#endif  // THROUGHLINE_SERVICES_WRITER_DOMAIN_WORDING_H_
