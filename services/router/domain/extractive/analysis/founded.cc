#include "services/router/domain/extractive/analysis/founded.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "services/router/domain/extractive/analysis/evidence.h"

namespace throughline::router::extractive {
namespace {

using deal::BlockerStatus;

// A sentence is about a category from here on: by chance it would be one in thirteen.
constexpr float kLeastAbout = 0.12F;
// Words that belong to a category rather than hint at it.
constexpr double kOwnTopic = 0.5;

// Tells which settlings of one call rest on words about what they settle.
class SettlingCheck {
 public:
  SettlingCheck(const CallView& call, const std::vector<ScoredSentence>& sentences,
                const std::vector<std::vector<Topic>>& topics)
      : call_(call), sentences_(sentences), topics_(topics) {}

  void Apply(Entry& entry) const {
    std::vector<deal::BlockerTransition>& history = entry.blocker.history;
    for (size_t i = 1; i < history.size(); ++i) {
      const bool here = history[i].evidence.call_id == call_.input->call_id;
      if (!here || history[i].status != BlockerStatus::kResolved) continue;
      if (IsFounded(entry, history[i].evidence)) continue;
      const bool undone = i + 1 < history.size() &&
                          history[i + 1].status == BlockerStatus::kReopened &&
                          deal::IsOpen(history[i - 1].status);
      const auto first = history.begin() + static_cast<std::ptrdiff_t>(i);
      history.erase(first, first + (undone ? 2 : 1));
      --i;
      entry.blocker.status = history.back().status;
    }
  }

 private:
  bool IsFounded(const Entry& entry, const deal::Evidence& said) const {
    const size_t subject = SubjectOf(entry.blocker.category);
    if (subject == kSubjects) return true;
    for (size_t i = 0; i < sentences_.size(); ++i) {
      const ScoredSentence& one = sentences_[i];
      const Line& line = call_.lines[one.line];
      if (line.turn->index != said.turn) continue;
      const Span& span = line.reading.sentences[one.sentence].span;
      if (!absl::StrContains(Quote(line.turn->text, span), said.quote)) continue;
      if (FindCue(line, "won") != nullptr) return true;  // whoever signs has settled everything
      if (one.subject[subject] >= kLeastAbout || Names(entry, one)) return true;
      return (i > 0 && Names(entry, sentences_[i - 1])) ||
             (i + 1 < sentences_.size() && Names(entry, sentences_[i + 1]));
    }
    return true;
  }

  // The sentence has words of the category, or of the thing itself.
  bool Names(const Entry& entry, const ScoredSentence& one) const {
    const Reading& reading = call_.lines[one.line].reading;
    const Span& span = reading.sentences[one.sentence].span;
    for (const Topic& topic : topics_[one.line]) {
      const bool here =
          topic.first_token >= span.first_token && topic.first_token < span.last_token;
      if (!here) continue;
      const bool own = topic.category == entry.blocker.category && topic.weight >= kOwnTopic;
      if (own || (!entry.stems.empty() && StemOverlap(entry.stems, topic.stems) > 0)) return true;
    }
    return false;
  }

  const CallView& call_;
  const std::vector<ScoredSentence>& sentences_;
  const std::vector<std::vector<Topic>>& topics_;
};

}  // namespace

void DropUnfounded(const CallView& call, const std::vector<ScoredSentence>& sentences,
                   const std::vector<std::vector<Topic>>& topics, std::vector<Entry>& entries) {
  const SettlingCheck check(call, sentences, topics);
  for (Entry& entry : entries) check.Apply(entry);
}

}  // namespace throughline::router::extractive
