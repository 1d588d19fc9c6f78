#ifndef THROUGHLINE_SERVICES_MEMORY_DOMAIN_TEXT_H_
#define THROUGHLINE_SERVICES_MEMORY_DOMAIN_TEXT_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

struct sb_stemmer;

// Words as ranking and deduplication see them.
namespace throughline::memory {

// Lower-case words of `text` in order: letters and digits, thousands separators dropped ("7,600" is
// "7600"), contractions opened ("can't" is "can", "not"), possessive 's dropped.
std::vector<std::string> Words(absl::string_view text);

// True for words that carry no subject of their own: "the", "what", "not".
bool IsStopWord(absl::string_view word);

// Brings inflected words to a common stem: Snowball English behind a table of irregular forms
// ("went" is "go"). Not thread-safe; cheap to make.
class Stemmer {
 public:
  Stemmer();
  ~Stemmer();
  Stemmer(const Stemmer&) = delete;
  Stemmer& operator=(const Stemmer&) = delete;

  // `word` as Words gives it.
  std::string Stem(absl::string_view word);
  // Stems of the words of `text` that are no stop words, in order.
  std::vector<std::string> Terms(absl::string_view text);

 private:
  sb_stemmer* stemmer_;
};

// What is left of a statement when its wording is taken away: stems in order with negations,
// numbers, currencies, percent signs and the small words that meaning hangs on ("before", "must"),
// without other stop words, fillers and lead-ins ("they said that"). Two texts with one signature
// say the same; the reverse need not hold. Never empty for text with a visible character.
std::string Signature(Stemmer& stemmer, absl::string_view text);

// One of the words that a signature is made of.
struct SignatureTerm {
  std::string term;
  // What is said hangs on it whoever says it: a number, a date, a negation, a word that turns or
  // narrows a statement ("rejected", "former", "must").
  bool essential = false;
  bool capitalised = false;  // in this text: a name, or the first word of a sentence
};
// The words of a signature in order; none for a text of stop words alone.
std::vector<SignatureTerm> SignatureTerms(Stemmer& stemmer, absl::string_view text);
// The signature of `text`, whose words these are.
std::string SignatureOf(const std::vector<SignatureTerm>& terms, absl::string_view text);

// `text` in lower case with white space folded and none at the ends, for comparing names and keys.
std::string Fold(absl::string_view text);

// True when `text` is well-formed UTF-8 without NUL.
bool IsCleanText(absl::string_view text);

}  // namespace throughline::memory

#endif  // THROUGHLINE_SERVICES_MEMORY_DOMAIN_TEXT_H_
