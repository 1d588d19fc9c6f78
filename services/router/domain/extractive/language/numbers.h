#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_LANGUAGE_NUMBERS_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_LANGUAGE_NUMBERS_H_

#include <cstddef>
#include <optional>
#include <vector>

#include "absl/strings/string_view.h"
#include "services/router/domain/extractive/language/tokens.h"

// Numbers as people say them: "4,800", "forty-eight hundred", "one hundred and twenty thousand",
// "85k", "the twenty-ninth". Pure and thread-safe.
namespace throughline::router::extractive {

// True for digits and for number words ("forty", "hundred"), not for ordinals.
bool IsNumberWord(absl::string_view lower_word);
// True for ordinals written out ("third").
bool IsOrdinalWord(absl::string_view lower_word);

struct NumberMention {
  double value = 0;
  size_t first_token = 0;
  size_t last_token = 0;  // exclusive
  bool dollars = false;   // "$", "dollars", "bucks", "grand" stand with it
  bool percent = false;
  bool ordinal = false;  // "29th", "twenty-ninth"
};

// The number that begins at token `at` and not later; nullopt when none does.
std::optional<NumberMention> NumberAt(const std::vector<Token>& tokens, size_t at, size_t last);

}  // namespace throughline::router::extractive

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_LANGUAGE_NUMBERS_H_
