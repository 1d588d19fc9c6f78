#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_ANSWER_FORM_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_ANSWER_FORM_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

// In what form a prompt wants its answer, and whether a draft has it. Pure, thread-safe, linear.
namespace throughline::router {

// What a prompt says about the form of its answer.
struct WantedForm {
  bool code = false;
  bool json = false;
  bool yes_or_no = false;
  bool translation = false;    // the answer is in a language of its own
  std::string choices;         // the letters of the choices it gives, "ABCD"; empty: none
  std::string folded_choices;  // where their texts stand; set with `choices`
  size_t items = 0;            // "list five …"; 0: not said
  size_t most_words = 0;       // 0: not said
  size_t most_sentences = 0;
};

// `folded` is text::Fold of the prompt.
WantedForm ReadWantedForm(absl::string_view prompt, absl::string_view folded);

// How the draft misses the form that is wanted, as a clause ("code was asked for and there is
// none"); empty when it does not. `folded` and `words` are the draft's.
std::string FindFormDefect(const WantedForm& wanted, absl::string_view draft,
                           absl::string_view folded, size_t words);

}  // namespace throughline::router

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_ANSWER_FORM_H_
