#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_LANGUAGE_TURN_READINGS_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_LANGUAGE_TURN_READINGS_H_

#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "common/base/patience.h"
#include "common/transcript/transcript.h"
#include "services/router/domain/extractive/language/clause.h"
#include "services/router/domain/extractive/language/lexicon.h"
#include "services/router/domain/extractive/language/sentence_model.h"

namespace throughline::router::extractive {

// A turn as it stands, whoever looks at it: its words and the cues of BuiltinLexicon in them.
struct TurnReading {
  Reading reading;
  std::vector<CueMatch> matches;
};

// The turns of one transcript, read once, when first asked for: by both tiers and by whoever
// writes. Thread-safe.
class TurnReadings {
 public:
  TurnReadings() : state_(std::make_unique<State>()) {}

  // By turn; none where `patience` ends before all are read, and whoever asks next reads on. Every
  // call names the same transcript.
  const std::vector<TurnReading>& Of(const transcript::Transcript& transcript,
                                     Patience& patience) const;

  // What BuiltinSentenceModel makes of each sentence of a turn of those that Of() gave: once, when
  // first asked for.
  const std::vector<SentenceScores>& ScoresOf(size_t turn) const;

 private:
  struct State {
    absl::Mutex mutex;
    std::vector<TurnReading> turns ABSL_GUARDED_BY(mutex);  // does not change once it is whole
    // By turn; what is there does not change.
    std::vector<std::vector<SentenceScores>> scores ABSL_GUARDED_BY(mutex);
  };
  std::unique_ptr<State> state_;
};

}  // namespace throughline::router::extractive

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_LANGUAGE_TURN_READINGS_H_
