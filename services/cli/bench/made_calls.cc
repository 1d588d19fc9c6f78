#include "services/cli/bench/made_calls.h"

#include <array>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/wire/time.h"
#include "services/cli/bench/customers.h"

namespace throughline::cli {
namespace {

// A customer's history does not reach beyond this many days: the dates begin again.
constexpr int64_t kMaxDays = 20'000;
constexpr int kHour = 10;

constexpr char kBuyer[] = "Mike Reynolds";
constexpr char kSeller[] = "Sarah Chen";
constexpr std::array kQuestions = {"Who decides on the budget?", "What did they say of the price?",
                                   "What is open with security?", "What was promised, by when?"};

std::vector<std::pair<std::string, std::string>> Turns(int64_t number) {
  const int64_t price = 1000 + number % 9000;
  return {
      {kSeller, "Thanks for joining, Mike. How did the review of the offer go?"},
      {kBuyer, absl::StrCat("The price is still the problem. ", price,
                            " euros a month is more than our budget allows.")},
      {kSeller, "What would make it work for you?"},
      {kBuyer,
       absl::StrCat("We have ", 20 + number % 400,
                    " people on the old tool, and we need the move done before the audit.")},
      {kBuyer, "Security also wants to see your SOC 2 report before we sign anything."},
      {kSeller, "Understood. I will send you the report and a new offer by Friday."},
      {kBuyer, "Good. Dana Whitfield, our CFO, approves everything above that amount."},
      {kSeller, "Then let us talk to her together next week."},
  };
}

}  // namespace

absl::CivilDay DayOfCall(int64_t number) { return absl::CivilDay(1971, 1, 1) + number % kMaxDays; }

std::string MadeTranscript(int64_t number, const std::vector<std::string>& texts) {
  if (!texts.empty()) return texts[static_cast<size_t>(number) % texts.size()];
  std::string text;
  for (const auto& [speaker, words] : Turns(number)) {
    absl::StrAppend(&text, speaker, ": ", words, "\n\n");
  }
  return text;
}

throughline::orchestrator::v1::IngestRequest MadeConversation(int64_t number) {
  throughline::orchestrator::v1::IngestRequest request;
  for (const auto& [speaker, words] : Turns(number)) {
    auto& message = *request.add_messages();
    message.set_role(speaker);
    message.set_content(words);
  }
  *request.mutable_occurred_at() = wire::ToTimestamp(
      absl::FromCivil(absl::CivilHour(DayOfCall(number)) + kHour, absl::UTCTimeZone()));
  return request;
}

throughline::router::v1::CompleteRequest MadeCompletion(int64_t number) {
  throughline::router::v1::CompleteRequest request;
  request.set_task(throughline::router::v1::TASK_KIND_EXTRACT_FACTS);
  auto& call = *request.mutable_call();
  call.set_call_id(CallId(number));
  auto& transcript = *call.mutable_transcript();
  *transcript.mutable_occurred_at() =
      wire::ToTimestamp(absl::FromCivil(DayOfCall(number), absl::UTCTimeZone()));
  for (const char* name : {kBuyer, kSeller}) {
    auto& participant = *transcript.add_participants();
    participant.set_name(name);
    participant.set_presence(throughline::deal::v1::PRESENCE_PRESENT);
  }
  for (const auto& [speaker, words] : Turns(number)) {
    auto& turn = *transcript.add_turns();
    turn.set_index(transcript.turns_size() - 1);
    turn.set_speaker(speaker);
    turn.set_text(words);
  }
  return request;
}

std::string MadeQuestion(int64_t number) {
  return kQuestions[static_cast<size_t>(number) % kQuestions.size()];
}

}  // namespace throughline::cli
