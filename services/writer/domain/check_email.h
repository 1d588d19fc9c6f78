#ifndef THROUGHLINE_SERVICES_WRITER_DOMAIN_CHECK_EMAIL_H_
#define THROUGHLINE_SERVICES_WRITER_DOMAIN_CHECK_EMAIL_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/deal/types.h"
#include "services/writer/domain/model_router.h"

namespace throughline::writer {

// What a verified draft breaks of the rules a follow-up keeps, each as a phrase that completes "the
// draft …"; empty when it may go to a person. An e-mail to nobody has only its length to keep.
//
// The rules: the recipient is greeted by name; there is a subject; at most kMaxBodyWords words and
// three paragraphs; no placeholder; English after an English call and after no other; the open item
// in the customer's words, and in the subject; a claim with evidence; at most one line on what was
// settled; one ask, and a day when one was agreed. What needs English words to tell is asked of
// English drafts only. Pure and thread-safe.
std::vector<std::string> ProblemsOf(const EmailTask& task, const deal::Email& email);

// Words as people count them: runs without white space.
int CountWords(absl::string_view text);

}  // namespace throughline::writer

#endif  // THROUGHLINE_SERVICES_WRITER_DOMAIN_CHECK_EMAIL_H_
