#include "services/router/domain/extractive/email/asides.h"

#include "absl/functional/function_ref.h"
#include "absl/strings/ascii.h"
#include "absl/strings/strip.h"
#include "services/router/domain/extractive/language/word_lists.h"

namespace throughline::router::extractive {
namespace {

constexpr int kTrade = 3;         // what is said as often belongs to the customer's trade
constexpr int kSaidBySeller = 2;  // who sells speaks of the trade sooner

// "Egg" of "eggs".
std::string Key(absl::string_view word) {
  absl::ConsumeSuffix(&word, "s");
  return std::string(word);
}

// Calls `found` for each homely word of the text until it returns true. With a capital letter such
// words are names.
bool AnyHomely(absl::string_view text, absl::FunctionRef<bool(absl::string_view)> found) {
  static const WordSet& homely = WordList("homely");
  const auto is_letter = [&](size_t at) {
    return at < text.size() && absl::ascii_isalpha(static_cast<unsigned char>(text[at]));
  };
  for (size_t begin = 0; begin < text.size(); ++begin) {
    if (!is_letter(begin)) continue;
    size_t end = begin;
    while (is_letter(end)) ++end;
    const absl::string_view word = text.substr(begin, end - begin);
    if (homely.contains(word) && found(word)) return true;
    begin = end;
  }
  return false;
}

}  // namespace

Asides::Asides(const EmailInput& input, const Cast& cast) {
  for (const transcript::Turn& turn : input.call.transcript.turns) {
    Count(turn.text,
          cast.SideOf(cast.VoiceOf(turn)) == transcript::Side::kSeller ? kSaidBySeller : 1);
  }
  for (const deal::Fact& fact : input.call.known.facts) Count(fact.text, 1);
  Count(absl::AsciiStrToLower(input.call.customer_name), kTrade);
  for (const deal::Blocker& open : input.analysis.open_blockers) Count(open.object, kTrade);
}

void Asides::Count(absl::string_view text, int weight) {
  AnyHomely(text, [&](absl::string_view word) {
    homely_[Key(word)] += weight;
    return false;
  });
}

bool Asides::In(absl::string_view words) const {
  return AnyHomely(words, [&](absl::string_view word) {
    const auto count = homely_.find(Key(word));
    return count == homely_.end() || count->second < kTrade;
  });
}

}  // namespace throughline::router::extractive
