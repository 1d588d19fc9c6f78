#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_READ_TEXT_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_READ_TEXT_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "services/router/domain/text/fold.h"
#include "services/router/domain/text/numbers.h"
#include "services/router/domain/text/phrase_finder.h"

namespace throughline::router {

// A prompt or a draft, read once for all who judge it. Borrows the text; immutable; thread-safe.
struct ReadText {
  explicit ReadText(absl::string_view source)
      : text(source),
        folded(text::Fold(source)),
        phrases(folded),
        numbers(text::FindNumbers(source)),
        words(text::CountWords(source)) {}
  ReadText(const ReadText&) = delete;
  ReadText& operator=(const ReadText&) = delete;

  // Whether any of the phrases, each as text::Fold gives it, stands in the text.
  template <size_t N>
  bool HasAny(const absl::string_view (&folded_phrases)[N]) const {
    for (const absl::string_view phrase : folded_phrases) {
      if (phrases.Contains(phrase)) return true;
    }
    return false;
  }
  // How many of them do.
  template <size_t N>
  size_t CountAny(const absl::string_view (&folded_phrases)[N]) const {
    size_t count = 0;
    for (const absl::string_view phrase : folded_phrases) count += phrases.Contains(phrase) ? 1 : 0;
    return count;
  }

  const absl::string_view text;
  const std::string folded;
  const text::PhraseFinder phrases;
  const std::vector<text::NumberMention> numbers;
  const size_t words;
};

}  // namespace throughline::router

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_READ_TEXT_H_
