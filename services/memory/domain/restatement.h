#ifndef THROUGHLINE_SERVICES_MEMORY_DOMAIN_RESTATEMENT_H_
#define THROUGHLINE_SERVICES_MEMORY_DOMAIN_RESTATEMENT_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "services/memory/domain/text.h"

// When two texts that differ in wording say the same thing: their signatures are equal, or one has
// one word more than the other, which only fills it out ("four large warehouses in Ohio"), among so
// many that both have. Everything that meaning hangs on must be in both, in the same order:
// numbers, names, dates, negations, what turns or narrows a statement ("rejected", "former",
// "must").
//
// Likeness by a share of common words is no equivalence: a may be like b and b like c without a
// being like c, and then facts would depend on the order in which calls arrive. So a text is like
// one other text alone, the fullest that was said first of those with one word more, and all that
// lead to one text are one fact. That is a function of the set of texts, whatever their order.
namespace throughline::memory {

// So many words both texts have at least: five of six are the same.
inline constexpr size_t kMinWordsInCommon = 5;

// What a text says, in a form to keep: its signature, and of each of its terms whether it may be
// missing from a restatement. Texts of one signature differ in that by their capitals.
std::string SenseOfText(Stemmer& stemmer, absl::string_view text);

// The signature in a sense; all of a string that is a signature alone.
absl::string_view SignatureOfSense(absl::string_view sense);

// Adds to `sense` what may not be missing from `other`, which has the same signature.
void Merge(absl::string_view other, std::string* sense);

// The same for senses of one signature and for any two of which one restates the other; of others,
// for few.
std::string RestatementBlock(absl::string_view sense);

// The signatures of the texts with one word less that `sense` fills out.
std::vector<std::string> SignaturesFilledOutBy(absl::string_view sense);

// By position, the place in `senses` of the fullest text that each is a restatement of, its own
// when there is none. `senses` are of one block and of different signatures, in the order they were
// said.
std::vector<size_t> FullestRestatements(const std::vector<absl::string_view>& senses);

}  // namespace throughline::memory

#endif  // THROUGHLINE_SERVICES_MEMORY_DOMAIN_RESTATEMENT_H_
