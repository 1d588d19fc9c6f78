#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_CLEAN_SENTENCES_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_CLEAN_SENTENCES_H_

#include <cstddef>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"

namespace throughline::router::extractive {

struct CleanSentence {
  std::string text;       // without fillers, closing mark kept off
  std::string addressee;  // first name called at the start or end, lower case; may be empty
};

// The sentences of one call as Clean leaves them, each cleaned once for all who read the call.
// Thread-safe.
class CleanSentences {
 public:
  CleanSentences() : state_(std::make_unique<State>()) {}

  // `make` tells it of `sentence`, the same whoever asks.
  CleanSentence Get(absl::string_view sentence, absl::FunctionRef<CleanSentence()> make) const;

 private:
  // A call of an hour has some 800; what is beyond is cleaned again.
  static constexpr size_t kMaxSentences = 4096;

  struct State {
    absl::Mutex mutex;
    absl::flat_hash_map<std::string, CleanSentence> clean ABSL_GUARDED_BY(mutex);
  };
  std::unique_ptr<State> state_;
};

}  // namespace throughline::router::extractive

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_CLEAN_SENTENCES_H_
