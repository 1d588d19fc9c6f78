#ifndef THROUGHLINE_TESTS_EVAL_SCORE_H_
#define THROUGHLINE_TESTS_EVAL_SCORE_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

// Counting for the evaluation of labelled deal series: sets, names, phrases, facts.
namespace throughline::eval {

// Right answers among given and wanted ones.
struct Counts {
  size_t right = 0;
  size_t given = 0;
  size_t wanted = 0;

  void Add(const Counts& other);
  double Precision() const;  // 1 when nothing was given
  double Recall() const;     // 1 when nothing was wanted
  double F1() const;
};

// A measure with a yes or no for each case.
struct Share {
  size_t yes = 0;
  size_t all = 0;

  void Add(bool value);
  void Add(const Share& other);
  double Value() const;  // 1 when there were no cases
};

// Both as sets.
Counts CompareSets(std::vector<std::string> given, std::vector<std::string> wanted);

// "Stu" and "Stu Kaminsky", "Erik Halvorsen (plant manager)": the same person.
bool SamePerson(absl::string_view a, absl::string_view b);

// True when one of the alternatives of `entry` ("a|b|c") stands in `text` as whole words, however
// numbers, ordinals and hyphens are written.
bool Mentions(absl::string_view text, absl::string_view entry);

// The share of the content words of `label` that `text` has, numbers compared by value.
double WordRecall(absl::string_view text, absl::string_view label);

}  // namespace throughline::eval

#endif  // THROUGHLINE_TESTS_EVAL_SCORE_H_
