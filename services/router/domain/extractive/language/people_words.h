#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_LANGUAGE_PEOPLE_WORDS_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_LANGUAGE_PEOPLE_WORDS_H_

#include "absl/strings/string_view.h"

// Words that stand for people or beside their names, in lower case.
namespace throughline::router::extractive {

// True for forms of address: "mr", "frau", "professor".
bool IsHonorific(absl::string_view lower_word);

// True for "he", "she", "him", "her", "hers" and "his": words for one person spoken of.
bool IsPersonalPronoun(absl::string_view lower_word);

// True for "board", "committee" and the like.
bool IsBodyWord(absl::string_view lower_word);

// True for words that name a function: "cfo", "director", "controller", "provost".
bool IsTitleWord(absl::string_view lower_word);

// "My sister Josie": kin and colleagues are introduced like titles.
bool IsRelation(absl::string_view word);

// "The last board", "the whole committee": not a part of its name.
bool SaysWhichOne(absl::string_view word);

}  // namespace throughline::router::extractive

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_LANGUAGE_PEOPLE_WORDS_H_
