#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_LANGUAGE_GUARDS_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_LANGUAGE_GUARDS_H_

#include <cstddef>
#include <vector>

#include "services/router/domain/extractive/language/clause.h"
#include "services/router/domain/extractive/language/lexicon.h"

// What keeps a clause from being a plain statement about this deal now. Pure and thread-safe.
namespace throughline::router::extractive {

struct Guards {
  bool question = false;      // asked, not said
  bool hypothetical = false;  // "if", "suppose", "hypothetically"
  bool anecdote = false;      // another time or place: "at my last company", "three years ago"
  bool third_party = false;   // somebody else's company: "my sister's insurer", "a friend's plant"
  bool reported = false;      // "he said", "they told me": somebody's words passed on
  bool hedged = false;        // "might", "maybe", "let me check"
  bool denied = false;        // "isn't a problem", "no longer an issue"

  // Says something of this deal, now.
  bool Plain() const { return !question && !hypothetical && !anecdote && !third_party; }
};

// One entry per clause of `reading`. `matches` are the cues found in it.
std::vector<Guards> FindGuards(const Reading& reading, const std::vector<CueMatch>& matches);

// True when "not", "no", "never" or the like stands within `window` words before `token`, in the
// same clause.
bool NegatedBefore(const Reading& reading, size_t token, size_t window);

}  // namespace throughline::router::extractive

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_LANGUAGE_GUARDS_H_
