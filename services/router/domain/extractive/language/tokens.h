#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_LANGUAGE_TOKENS_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_LANGUAGE_TOKENS_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

// Words of speech, normalised so that one cue pattern meets all spellings: lower case, contractions
// opened ("can't" -> can not, "she's" -> she is), hyphens split, thousands commas dropped,
// hesitations ("uh", "um") left out. Offsets point into the original text, so that whatever is
// found can be quoted verbatim. Pure and thread-safe.
namespace throughline::router::extractive {

struct Token {
  std::string text;  // "not", "4800", "$4800", "'s" (possessive)
  size_t begin = 0;  // byte offsets into the text; both halves of a contraction share them
  size_t end = 0;
  char before = 0;       // strongest punctuation since the previous token: . ? ! ; : , - " or 0
  bool capital = false;  // written with a capital letter or as an acronym
};

std::vector<Token> Tokenize(absl::string_view text);

// A light English stemmer for comparing content words: "guarantees" and "guaranteed" meet.
std::string Stem(absl::string_view lower_word);

// Articles, pronouns, auxiliaries, prepositions: words that say nothing about the object.
bool IsStopWord(absl::string_view lower_word);

// Stems of the content words in `text`, in order, without duplicates.
std::vector<std::string> ContentStems(absl::string_view text);
std::vector<std::string> ContentStems(const std::vector<Token>& tokens);

// How much two lists of stems have in common: shared / size of the smaller, 0 to 1.
double StemOverlap(const std::vector<std::string>& a, const std::vector<std::string>& b);

}  // namespace throughline::router::extractive

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_LANGUAGE_TOKENS_H_
