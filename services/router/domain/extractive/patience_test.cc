#include "common/base/patience.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/testing/status_matchers.h"
#include "services/router/domain/extractive/analysis/agreed_days.h"
#include "services/router/domain/extractive/engine.h"
#include "services/router/domain/extractive/language/turn_readings.h"

namespace throughline::router::extractive {
namespace {

// Every look at it takes a millisecond.
class CountingClock final : public Clock {
 public:
  absl::Time Now() const override { return SteadyNow(); }
  absl::Time SteadyNow() const override { return absl::UnixEpoch() + absl::Milliseconds(++looks_); }
  int looks() const { return looks_; }

 private:
  mutable int looks_ = 0;
};

CallInput LongCall(int turns) {
  CallInput input;
  input.call_id = "long";
  input.transcript.participants = {
      {"Noor Haddad", "", "", "", transcript::Side::kSeller, transcript::Presence::kPresent},
      {"Ada Lind", "", "", "", transcript::Side::kCustomer, transcript::Presence::kPresent}};
  for (int i = 0; i < turns; ++i) {
    transcript::Turn turn;
    turn.index = i;
    turn.speaker = i % 2 == 0 ? "Ada Lind" : "Noor Haddad";
    turn.text = i % 2 == 0 ? absl::StrCat("We need the security report by May ", i % 28 + 1,
                                          ", and the price is too high for us.")
                           : "I'll send you the report by Friday. Who signs the contract?";
    input.transcript.turns.push_back(turn);
  }
  return input;
}

Context Until(const Clock& clock, int looks) {
  return Context(
      Context::Fields{.deadline = absl::UnixEpoch() + absl::Milliseconds(looks), .clock = &clock});
}

TEST(Patience, LooksAtTheClockOnceInAWhileAndStaysEnded) {
  CountingClock clock;
  const Context context = Until(clock, 3);
  Patience patience(context);
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(patience.Ended(Patience::kBytesPerLook / 200));
  EXPECT_EQ(clock.looks(), 0);
  while (!patience.Ended(Patience::kBytesPerLook)) {
  }
  EXPECT_EQ(clock.looks(), 3);
  EXPECT_TRUE(patience.Ended(1));
  EXPECT_THAT(patience.Check(), StatusIs(absl::StatusCode::kDeadlineExceeded));
  EXPECT_EQ(clock.looks(), 3);
  EXPECT_FALSE(Patience::Forever().Ended(1 << 30));
}

// Wherever in its work an answer is when the deadline comes, it looks at the clock no more: nothing
// of the call is read after that.
TEST(Patience, EveryAnswerEndsAtItsDeadline) {
  const CallInput call = LongCall(600);
  const deal::Analysis analysis = Analyze(Tier::kDeep, call);
  ASSERT_FALSE(analysis.follow_up.recipient.empty());
  const EmailInput email{.call = call, .analysis = analysis};
  const auto ends = [](auto answer) {
    CountingClock whole;
    ASSERT_OK(answer(Until(whole, 1'000'000)).status());
    ASSERT_GT(whole.looks(), 10);
    for (int looks = 1; looks < whole.looks(); looks += 3) {
      CountingClock clock;
      EXPECT_THAT(answer(Until(clock, looks)).status(),
                  StatusIs(absl::StatusCode::kDeadlineExceeded));
      EXPECT_EQ(clock.looks(), looks);
    }
  };
  ends([&](const Context& context) { return Analyze(context, Tier::kDeep, call); });
  ends([&](const Context& context) { return ExtractFacts(context, Tier::kDeep, call, analysis); });
  ends([&](const Context& context) { return WriteEmail(context, Tier::kDeep, email); });
}

TEST(Patience, ACancelledAnswerEnds) {
  const auto cancellation = std::make_shared<CancellationSource>();
  cancellation->Cancel();
  const Context context(Context::Fields{.cancellation = cancellation});
  EXPECT_THAT(Analyze(context, Tier::kFast, LongCall(10)).status(),
              StatusIs(absl::StatusCode::kCancelled));
}

// What several share is never left half done by one who goes.
TEST(Patience, WhoLeavesLeavesNothingHalfDone) {
  CallInput call = LongCall(600);
  const deal::Analysis alone = Analyze(Tier::kDeep, call);
  call.readings = std::make_shared<const TurnReadings>();
  call.agreed_days = std::make_shared<const SharedAgreedDays>();
  CountingClock whole;
  ASSERT_OK(Analyze(Until(whole, 1'000'000), Tier::kDeep, LongCall(600)).status());
  for (int looks = 1; looks < whole.looks(); ++looks) {
    CountingClock clock;
    const auto left = Analyze(Until(clock, looks), Tier::kDeep, call);
    if (left.ok()) break;  // the others' readings are at hand
  }
  const deal::Analysis shared = Analyze(Tier::kDeep, call);
  ASSERT_TRUE(shared.next_step.has_value());
  EXPECT_EQ(shared.next_step->due_date, alone.next_step->due_date);
  EXPECT_EQ(shared.open_blockers.size(), alone.open_blockers.size());
  EXPECT_EQ(ExtractFacts(Tier::kDeep, call, shared).facts.size(),
            ExtractFacts(Tier::kDeep, LongCall(600), alone).facts.size());
}

}  // namespace
}  // namespace throughline::router::extractive
