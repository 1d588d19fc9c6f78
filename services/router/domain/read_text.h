#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_READ_TEXT_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_READ_TEXT_H_

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "services/router/domain/text/fold.h"
#include "services/router/domain/text/numbers.h"
#include "services/router/domain/text/words.h"

namespace throughline::router {

// A prompt or a draft, read once for all who judge it. Borrows the text; immutable; thread-safe.
struct ReadText {
  explicit ReadText(absl::string_view source) : ReadText(source, text::FoldAndCount(source)) {}
  ReadText(const ReadText&) = delete;
  ReadText& operator=(const ReadText&) = delete;

  // Whether any of the phrases stands in the text.
  template <size_t N>
  bool HasAny(const text::Phrase (&phrases)[N]) const {
    return std::any_of(std::begin(phrases), std::end(phrases), [this](const text::Phrase& phrase) {
      return folded_words.Contains(phrase);
    });
  }
  // How many of them do.
  template <size_t N>
  size_t CountAny(const text::Phrase (&phrases)[N]) const {
    return static_cast<size_t>(std::count_if(
        std::begin(phrases), std::end(phrases),
        [this](const text::Phrase& phrase) { return folded_words.Contains(phrase); }));
  }

  const absl::string_view text;
  const std::string folded;
  const text::WordList folded_words;
  const std::vector<text::NumberMention> numbers;
  const size_t words;  // as a reader counts them

 private:
  ReadText(absl::string_view source, text::FoldedText as_folded)
      : text(source),
        folded(std::move(as_folded.folded)),
        folded_words(folded),
        numbers(text::FindNumbers(source)),
        words(as_folded.words) {}
};

}  // namespace throughline::router

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_READ_TEXT_H_
