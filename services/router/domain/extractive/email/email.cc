#include "services/router/domain/extractive/email/email.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/base/patience.h"
#include "common/base/status_macros.h"
#include "common/transcript/person.h"
#include "services/router/domain/extractive/email/action.h"
#include "services/router/domain/extractive/email/address.h"
#include "services/router/domain/extractive/email/ask.h"
#include "services/router/domain/extractive/email/context.h"
#include "services/router/domain/extractive/email/draft.h"
#include "services/router/domain/extractive/email/opening.h"
#include "services/router/domain/extractive/engine.h"
#include "services/router/domain/extractive/facts/text.h"
#include "services/router/domain/extractive/short_turns.h"

namespace throughline::router::extractive {
namespace {

using deal::Email;

// An e-mail of as many words has room for nothing that is not needed.
constexpr size_t kComfortableWords = 110;

void Address(const EmailInput& input, Email& email) {
  const std::string& recipient = input.analysis.follow_up.recipient;
  email.to.push_back({recipient, AddressOf(recipient, input)});
  for (const std::string& name : input.analysis.follow_up.copy) {
    if (name != recipient) email.copy.push_back({name, AddressOf(name, input)});
  }
}

// By name; "Prospect" and "Them" are labels of a transcript, and nobody is called so.
std::string Greeting(const EmailContext& context) {
  const std::string& reader = context.Recipient();
  if (!absl::StrContains(reader, ' ') &&
      transcript::SideOfRole(reader) != transcript::Side::kUnknown) {
    return context.voice.Say("greeting.unnamed", {});
  }
  return context.voice.Toned("greeting", {{"name", FirstName(reader)}});
}

std::string Closing(const EmailContext& context) {
  std::vector<std::string> lines = {context.voice.Toned("closing", {})};
  const std::string sender = SenderOf(context.input, context.cast);
  if (!sender.empty()) lines.push_back(FirstName(sender));
  if (context.cast.seller() != "the seller") lines.push_back(context.cast.seller());
  return absl::StrJoin(lines, "\n");
}

// What is said, in the order in which the claims are made; then how it is laid out.
Email Write(const EmailContext& context) {
  Email email;
  Address(context.input, email);
  const Asking asking(context);
  email.subject = Capitalized(asking.Subject());
  Draft draft;
  const Paragraph needs = context.Lost() ? Paragraph() : WriteNeeds(context, draft);
  WriteOpening(context, draft);
  WriteAction(context, asking, needs, draft);
  const std::string question = asking.Question(absl::StrJoin(draft.action, " "));
  const std::string greeting = Greeting(context);
  const std::string closing = Closing(context);
  const bool brief = context.material.brief;
  const size_t fixed = CountWords(greeting) + CountWords(closing) + CountWords(question);
  const size_t most = brief ? kMaxMessageWords : kMaxEmailWords;
  draft.Shorten(most - std::min(most, fixed), brief);
  const size_t words = fixed + draft.Words();
  if (!brief && words < kComfortableWords) UseRoom(context, kComfortableWords - words, draft);
  draft.action.push_back(question);
  email.body = absl::StrCat(greeting, "\n", absl::StrJoin(draft.opening, " "), "\n\n",
                            absl::StrJoin(draft.action, " "), "\n\n", closing);
  email.claims = draft.claims();
  return email;
}

absl::StatusOr<Email> Compose(const Context& context, Tier tier, const EmailInput& input) {
  Patience patience(context);
  const Cast cast(input.call, patience);
  const Asides asides(input, cast);
  const EmailMaterial material = GatherMaterial(tier, input, cast, asides);
  const EmailQuotes quotes =
      tier == Tier::kFast ? EmailQuotes{} : FindQuotes(input, material.withheld, asides, patience);
  RETURN_IF_ERROR(patience.Check());
  const Voice voice(input, material.brief);
  return Write({tier, input, cast, asides, material, quotes, voice});
}

}  // namespace

size_t CountWords(absl::string_view text) {
  const std::vector<absl::string_view> words =
      absl::StrSplit(text, absl::ByAnyChar(" \n"), absl::SkipEmpty());
  return words.size();
}

absl::StatusOr<Email> WriteEmail(const Context& context, Tier tier, const EmailInput& input) {
  if (input.analysis.follow_up.recipient.empty() || !input.analysis.is_sales_call) return Email{};
  const ShortTurns turns(input.call);
  if (&*turns == &input.call) return Compose(context, tier, input);
  EmailInput cut = input;
  cut.call = *turns;
  return Compose(context, tier, cut);
}

Email WriteEmail(Tier tier, const EmailInput& input) {
  return *WriteEmail(Context::Background(), tier, input);
}

}  // namespace throughline::router::extractive
