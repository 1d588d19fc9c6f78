#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_ANALYSIS_OBJECTS_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_ANALYSIS_OBJECTS_H_

#include <cstddef>
#include <vector>

#include "services/router/domain/extractive/analysis/call.h"
#include "services/router/domain/extractive/analysis/statements.h"
#include "services/router/domain/extractive/analysis/topics.h"

namespace throughline::router::extractive {

// Finds the things a cue speaks of, from the words nearest to it outwards. All answers point into
// the topics it was made with. Thread-safe.
class ObjectFinder {
 public:
  ObjectFinder(const CallView& call, const std::vector<std::vector<Topic>>& topics)
      : call_(call), topics_(topics) {}

  // Topics of `line` that overlap tokens [first, last).
  std::vector<const Topic*> Within(size_t line, size_t first, size_t last) const;
  // The object of a closing statement stands before it, or in its slot.
  std::vector<const Topic*> Closing(size_t line, const CueMatch& match) const;
  // The object of an open item stands in the cue's slot, or in its clause.
  std::vector<const Topic*> Open(size_t line, const CueMatch& match, Move move) const;
  // For pointers and bare worries: the thing is named next.
  std::vector<const Topic*> Next(size_t line, const CueMatch& match, Move move) const;
  // The surest thing named in the sentence of the cue.
  std::vector<const Topic*> InSentence(size_t line, const CueMatch& match) const;
  // The last thing named before the token: in the turn, else (`far`) in the turns before.
  std::vector<const Topic*> Before(size_t line, size_t token, bool far) const;

 private:
  // "Price is not our problem", "the fee is fine": spoken of, and not in the way.
  bool IsSettledThere(const Topic& topic) const;

  const CallView& call_;
  const std::vector<std::vector<Topic>>& topics_;
};

// The surest one; nullptr when there is none.
const Topic* Heaviest(const std::vector<const Topic*>& topics);

// True when the cue's slot holds nothing but pronouns and the like.
bool OnlyPronouns(const Line& line, const CueMatch& match);

// "That's our stumbling block": what it is was said before.
bool PointsBack(const Line& line, const CueMatch& match);

}  // namespace throughline::router::extractive

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_ANALYSIS_OBJECTS_H_
