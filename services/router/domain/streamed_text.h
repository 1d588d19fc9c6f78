#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_STREAMED_TEXT_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_STREAMED_TEXT_H_

#include <string>

#include "absl/strings/string_view.h"
#include "services/router/domain/ports.h"

namespace throughline::router {

// Lets the visible part of an answer through while it is written: what StripReasoning would leave
// of the whole, as soon as it is certain. Holds back what may yet turn out to be a tag, and
// everything until the first closing tag of a model that may think without an opening one. Linear.
// Not thread-safe.
class StreamedText {
 public:
  // `may_think_untagged`: the text may begin with reasoning that only its closing tag tells.
  // Borrows `out`.
  StreamedText(bool may_think_untagged, TextSink& out)
      : may_think_untagged_(may_think_untagged), out_(out) {}

  // The next piece of the model's text.
  void Append(absl::string_view piece);
  // Reasoning came in a field of its own: the text is all answer.
  void ReasoningCameApart();
  // The model has ended; `visible` is what StripReasoning left of the whole text. Sends the rest of
  // it. False when what went out before is not its beginning.
  bool Finish(absl::string_view visible);

  bool began() const { return !released_.empty(); }

 private:
  enum class Mode { kStart, kHolding, kThinking, kAnswer, kBroken };

  bool Step();
  bool StepStart();
  bool StepHolding();
  bool StepThinking();
  bool StepAnswer();
  void Release(absl::string_view text);

  bool may_think_untagged_;
  TextSink& out_;
  Mode mode_ = Mode::kStart;
  std::string pending_;
  std::string closer_;  // in kThinking
  std::string held_space_;
  std::string released_;
};

}  // namespace throughline::router

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_STREAMED_TEXT_H_
