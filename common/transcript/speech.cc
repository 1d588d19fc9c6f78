#include "common/transcript/speech.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/match.h"
#include "common/transcript/text.h"

namespace throughline::transcript {
namespace {

constexpr size_t kMaxTurnsRead = 400;
constexpr size_t kMaxBytesReadOfTurn = 2000;

// Offers, promises to send, questions about how the other side works and buys.
constexpr absl::string_view kSellingPhrases[] = {"i'll send you",
                                                 "i'll send it",
                                                 "send it over to you",
                                                 "send you a",
                                                 "i'll send over",
                                                 "i'll get you",
                                                 "i can get",
                                                 "shall i send",
                                                 "should i send",
                                                 "i'll have a",
                                                 "i'll put together",
                                                 "i'll put the",
                                                 "thanks for making",
                                                 "thanks for the time",
                                                 "thank you for making",
                                                 "our platform",
                                                 "our customers",
                                                 "other customers",
                                                 "a customer of ours",
                                                 "we offer",
                                                 "our pricing",
                                                 "our standard",
                                                 "list price",
                                                 "what would convince",
                                                 "what would it take",
                                                 "who else",
                                                 "by our legal",
                                                 "our legal team",
                                                 "our implementation",
                                                 "our product",
                                                 "the proposal i sent",
                                                 "on your side",
                                                 "your team uses",
                                                 "your current",
                                                 "how are you handling",
                                                 "how do you handle",
                                                 "tell me about",
                                                 "help me understand",
                                                 "walk you through",
                                                 "show you",
                                                 "what's your timeline",
                                                 "what's driving",
                                                 "what does success",
                                                 "does it get signed",
                                                 "get ink",
                                                 "is there a date",
                                                 "when can i have",
                                                 "who signs",
                                                 "and budget?",
                                                 "i usually ask",
                                                 "on your criteria",
                                                 "to you directly",
                                                 "our roadmap",
                                                 "we can offer",
                                                 "our discount",
                                                 "i can offer",
                                                 "at list",
                                                 "your team",
                                                 "to play it back",
                                                 "if i'm understanding",
                                                 "so if i get",
                                                 "revised agreement",
                                                 "before you sign",
                                                 "your procurement",
                                                 "your legal",
                                                 "our soc 2",
                                                 "our security team",
                                                 "we integrate",
                                                 "we're live with"};
// Their own money, sign-off and needs; the seller's things called "your".
constexpr absl::string_view kBuyingPhrases[] = {"you sent",
                                                "your price",
                                                "your pricing",
                                                "your quote",
                                                "your proposal",
                                                "your product",
                                                "your tool",
                                                "your platform",
                                                "your contract",
                                                "your thing",
                                                "your competitor",
                                                "your real number",
                                                "your number",
                                                "your demo",
                                                "your software",
                                                "your sales",
                                                "your auditor",
                                                "our budget",
                                                "my budget",
                                                "i sign ",
                                                "i sign these",
                                                "we're also looking",
                                                "we're looking at",
                                                "too expensive",
                                                "too high",
                                                "you bring me",
                                                "send me",
                                                "send it to me",
                                                "our cfo",
                                                "our ceo",
                                                "our it ",
                                                "my boss",
                                                "my team",
                                                "we use ",
                                                "we've got",
                                                "we lost",
                                                "what do you charge",
                                                "how much does it cost",
                                                "can you do better",
                                                "our legal has",
                                                "our procurement",
                                                "our board",
                                                "our current",
                                                "i can't sign",
                                                "i'll sign",
                                                "we'd need",
                                                "i need it",
                                                "our vendor",
                                                "sign the",
                                                "we'd go",
                                                "it's you",
                                                "we went with",
                                                "i want it",
                                                "my people",
                                                "our students",
                                                "our patients",
                                                "our plant",
                                                "our sites",
                                                "our stores"};

// Finds phrases at word starts in one pass over the words.
class PhraseIndex {
 public:
  PhraseIndex() {
    for (absl::string_view phrase : kSellingPhrases) Add(phrase, 1);
    for (absl::string_view phrase : kBuyingPhrases) Add(phrase, -1);
  }

  // Selling phrases in `text` less buying ones.
  int Score(absl::string_view text) const {
    int score = 0;
    for (size_t at = 0; at < text.size();) {
      const size_t end = std::min(text.size(), text.find(' ', at));
      const auto found = by_first_word_.find(text.substr(at, end - at));
      const Phrase* longest = nullptr;
      if (found != by_first_word_.end()) {
        for (const Phrase& phrase : found->second) {
          if (!absl::StartsWith(text.substr(at), phrase.text)) continue;
          if (longest == nullptr || phrase.text.size() > longest->text.size()) longest = &phrase;
        }
      }
      if (longest == nullptr) {
        at = end + 1;
        continue;
      }
      // "I'll send you a …" offers once, not twice.
      score += longest->weight;
      at += longest->text.size();
      while (at < text.size() && text[at - 1] != ' ') ++at;
    }
    return score;
  }

 private:
  struct Phrase {
    absl::string_view text;
    int weight;
  };

  void Add(absl::string_view phrase, int weight) {
    by_first_word_[phrase.substr(0, phrase.find(' '))].push_back({phrase, weight});
  }

  absl::flat_hash_map<absl::string_view, std::vector<Phrase>> by_first_word_;
};

// Curly apostrophes as straight ones, letters in lower case.
std::string Comparable(absl::string_view text) {
  std::string plain;
  plain.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (absl::StartsWith(text.substr(i), "\xE2\x80\x99")) {
      plain.push_back('\'');
      i += 2;
    } else {
      plain.push_back(text[i]);
    }
  }
  return Lowered(plain);
}

}  // namespace

std::vector<int> SellingScores(const Draft& draft, const People& people) {
  std::vector<int> scores(people.size(), 0);
  const PhraseIndex phrases;
  const size_t limit = std::min(draft.turns.size(), kMaxTurnsRead);
  for (size_t i = 0; i < limit; ++i) {
    const int32_t person = people.OfSpeaker(draft.turns[i].speaker);
    if (person < 0) continue;
    const std::string text =
        Comparable(absl::string_view(draft.turns[i].text).substr(0, kMaxBytesReadOfTurn));
    scores[static_cast<size_t>(person)] += phrases.Score(text);
  }
  for (size_t i = 0; i < scores.size(); ++i) scores[i] -= people.IsGuest(i);
  return scores;
}

}  // namespace throughline::transcript
