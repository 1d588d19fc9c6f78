#include "services/router/domain/extractive/clean_sentences.h"

namespace throughline::router::extractive {

CleanSentence CleanSentences::Get(absl::string_view sentence,
                                  absl::FunctionRef<CleanSentence()> make) const {
  {
    absl::MutexLock lock(&state_->mutex);
    const auto found = state_->clean.find(sentence);
    if (found != state_->clean.end()) return found->second;
  }
  CleanSentence made = make();
  absl::MutexLock lock(&state_->mutex);
  if (state_->clean.size() < kMaxSentences) state_->clean.try_emplace(sentence, made);
  return made;
}

}  // namespace throughline::router::extractive
