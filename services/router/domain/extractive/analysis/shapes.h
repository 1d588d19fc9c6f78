#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_ANALYSIS_SHAPES_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_ANALYSIS_SHAPES_H_

#include <cstddef>
#include <optional>

#include "services/router/domain/extractive/language/clause.h"

// What the shape of a sentence says, whatever its words. Pure and thread-safe.
namespace throughline::router::extractive {

// A settlement at `token` that still lies ahead: "will be approved", "once it's closed".
bool LiesAhead(const Reading& reading, size_t token);

// "I was hung up on the fee": no longer.
bool PastBefore(const Reading& reading, size_t token);

// Where an enumeration's item begins ("Second, …", "And third, …"): the token after the marker.
std::optional<size_t> EnumerationStart(const Reading& reading, const Span& sentence);

// Where the condition word stands when the sentence has the shape of a condition: "until … not",
// "unless … won't", "before … has to", "if … not … not".
std::optional<size_t> ConditionAt(const Reading& reading, const Span& sentence);

// The sentence speaks of doing the deal: signing, buying, starting, paying.
bool SpeaksOfDeal(const Reading& reading, const Span& sentence);

}  // namespace throughline::router::extractive

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_ANALYSIS_SHAPES_H_
