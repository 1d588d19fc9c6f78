#include "services/router/domain/judge/sources.h"

#include <string>

#include "services/router/domain/text/fold.h"

namespace throughline::router {
namespace {

// A plain prompt whose contract grounds nothing asks no question of its sources.
bool NeedsGrounding(const Request& request) {
  return request.Call() != nullptr || !request.contract.fields.empty() ||
         request.contract.ground_numbers;
}

// The words of the latest user message: what a general draft answers.
absl::string_view Question(const Request& request) {
  for (auto message = request.messages.rbegin(); message != request.messages.rend(); ++message) {
    if (message->role == Role::kUser) return message->content;
  }
  return request.messages.empty() ? absl::string_view() : request.messages.back().content;
}

}  // namespace

Sources::Sources(const Request& request)
    : shared_(request.call_sources != nullptr ? request.call_sources
                                              : std::make_shared<const CallSources>()) {
  if (request.task == TaskKind::kGeneral) question_.emplace(Question(request));
  if (!NeedsGrounding(request)) return;
  absl::Time now = absl::InfinitePast();
  if (const extractive::CallInput* call = request.Call()) {
    now = call->occurred_at;
    call_ = &shared_->Of(*call);
  }
  if (request.email.has_value()) own_.AddEmailInput(*request.email);
  for (const std::string& source : request.contract.sources) own_.AddText(source, now);
  // A general prompt is what its answer is about; the prompt of a call task only repeats the call.
  if (request.Call() == nullptr) {
    for (const Message& message : request.messages) own_.AddText(message.content, now);
  }
  own_.Close();
}

bool Sources::HasQuote(absl::string_view quote, int64_t turn) const {
  const std::string phrase = text::Fold(quote);
  if (turn >= 0 && static_cast<size_t>(turn) < call_->turns() &&
      text::ContainsPhrase(call_->FoldedTurn(turn), phrase)) {
    return true;
  }
  return call_->HasPhrase(phrase) || own_.HasPhrase(phrase);
}

bool Sources::HasName(absl::string_view name) const {
  const std::string folded = text::Fold(name);
  for (const absl::string_view part : text::FoldedWords(folded)) {
    if (call_->HasWord(part) || own_.HasWord(part)) continue;
    if (!call_->HasWordLike(part) && !own_.HasWordLike(part)) return false;
  }
  return true;
}

}  // namespace throughline::router
