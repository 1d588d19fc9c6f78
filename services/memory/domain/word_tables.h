#ifndef THROUGHLINE_SERVICES_MEMORY_DOMAIN_WORD_TABLES_H_
#define THROUGHLINE_SERVICES_MEMORY_DOMAIN_WORD_TABLES_H_

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"

// The English word lists behind text.h and person_name.h. Built once; read-only, thread-safe.
namespace throughline::memory {

const absl::flat_hash_set<absl::string_view>& StopWords();

// Stop words that a statement's meaning hangs on all the same: "before", "against", "must".
const absl::flat_hash_set<absl::string_view>& SenseWords();

// Words, some of them stems, that no restatement adds or leaves out: they turn a statement
// ("rejected"), narrow it ("former", "partly"), date it ("Monday", "last") or measure it
// ("double").
const absl::flat_hash_set<absl::string_view>& EssentialWords();

// Words that a statement may gain or lose in a retelling: "already", "really".
const absl::flat_hash_set<absl::string_view>& FillerWords();

// Verbs that lead in somebody's words: "said", "confirmed".
const absl::flat_hash_set<absl::string_view>& ReportingVerbs();

// Small numbers in words to their digits.
const absl::flat_hash_map<absl::string_view, absl::string_view>& NumberWords();

// Inflected form to base form, for the forms that no stemmer reaches.
const absl::flat_hash_map<absl::string_view, absl::string_view>& IrregularForms();

// Short form of a first name to one common key: "mike" and "michael" have the same.
const absl::flat_hash_map<absl::string_view, absl::string_view>& Nicknames();

}  // namespace throughline::memory

#endif  // THROUGHLINE_SERVICES_MEMORY_DOMAIN_WORD_TABLES_H_
