#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_ANSWER_FORM_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_ANSWER_FORM_H_

#include <cstddef>
#include <string>

#include "services/router/domain/read_text.h"

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

WantedForm ReadWantedForm(const ReadText& prompt);

// How the draft misses the form that is wanted, as a clause ("code was asked for and there is
// none"); empty when it does not.
std::string FindFormDefect(const WantedForm& wanted, const ReadText& draft);

}  // namespace throughline::router

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_ANSWER_FORM_H_
