#include "services/router/domain/extractive/language/people_words.h"

#include "services/router/domain/extractive/language/word_lists.h"

namespace throughline::router::extractive {

bool IsHonorific(absl::string_view word) {
  static const WordSet& listed = WordList("honorific");
  return listed.contains(word);
}

bool IsPersonalPronoun(absl::string_view word) {
  return word == "he" || word == "she" || word == "him" || word == "her" || word == "his" ||
         word == "hers";
}

bool IsBodyWord(absl::string_view word) {
  if (word.size() < 5) return false;  // asked of every word of a call
  static const WordSet& listed = WordList("body");
  return listed.contains(word);
}

bool IsTitleWord(absl::string_view word) {
  static const WordSet& listed = WordList("title");
  return listed.contains(word);
}

bool IsRelation(absl::string_view word) {
  static const WordSet& listed = WordList("relation");
  return listed.contains(word);
}

bool SaysWhichOne(absl::string_view word) {
  static const WordSet& listed = WordList("which one");
  return listed.contains(word);
}

}  // namespace throughline::router::extractive
