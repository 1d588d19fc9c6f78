#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_TEXT_EQUATIONS_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_TEXT_EQUATIONS_H_

#include <optional>
#include <vector>

#include "absl/strings/string_view.h"

// Sums that a text writes out, worked again. Pure; linear in the input (each "=" looks back and
// ahead over a bounded distance).
namespace throughline::router::text {

// "3 sprints x 60 meters = 180 meters", "<<3*60=180>>", "200 / 4 \* 2 = 100".
struct Equation {
  double stated = 0;    // the result as written
  double computed = 0;  // what the left side really gives
  bool holds = false;   // equal within the rounding that the written digits allow
  std::vector<double> operands;
};

// Every "=" with a sum of at least two numbers on its left and a number, or a further sum, on its
// right; TeX is read, too. Sums with variables, roots and functions are left alone.
std::vector<Equation> FindEquations(absl::string_view text);

// The value of the first sum that a question writes out: "What is 17 * 24?" → 408.
std::optional<double> FindAskedSum(absl::string_view question);

}  // namespace throughline::router::text

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_TEXT_EQUATIONS_H_
