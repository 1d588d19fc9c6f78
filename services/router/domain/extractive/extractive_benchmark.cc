#include <string>

#include "benchmark/benchmark.h"
#include "services/router/domain/extractive/engine.h"

namespace throughline::router::extractive {
namespace {

constexpr int kWordsPerTurn = 40;

// A call of about `words` words: customers and a seller in turn, every sentence of another kind.
CallInput LongCall(int words) {
  static constexpr const char* kTexts[] = {
      "We like the map, honestly, but the monthly fee is too high for what my team would use, and "
      "I'd need to see the numbers for all four sites before I could take it to anybody upstairs.",
      "That's fair. I'll send you the revised proposal with the annual term by Friday, May 23rd, "
      "and we can talk about the security questionnaire on the call next Thursday if that works.",
      "Until the security review is through, nobody signs anything here. I need a current "
      "penetration test and a written data retention policy, and Carla Voss signs all contracts.",
      "Our old vendor did that three years ago and it never worked, so my people are careful now. "
      "The weather was awful this weekend, by the way, and the children had a match on Saturday.",
  };
  CallInput input;
  input.call_id = "long";
  input.occurred_at = absl::FromCivil(absl::CivilDay(2025, 5, 14), absl::UTCTimeZone());
  input.transcript.participants = {
      {"Noor Haddad", "", "", "", transcript::Side::kSeller, transcript::Presence::kPresent},
      {"Ada Lind", "", "", "", transcript::Side::kCustomer, transcript::Presence::kPresent}};
  for (int i = 0; i * kWordsPerTurn < words; ++i) {
    transcript::Turn turn;
    turn.index = i;
    turn.speaker = i % 4 == 1 ? "Noor Haddad" : "Ada Lind";
    turn.text = kTexts[i % 4];
    input.transcript.turns.push_back(turn);
  }
  return input;
}

void BM_Analyze(benchmark::State& state) {
  const CallInput input = LongCall(static_cast<int>(state.range(1)));
  const Tier tier = state.range(0) == 0 ? Tier::kFast : Tier::kDeep;
  for ([[maybe_unused]] auto _ : state) benchmark::DoNotOptimize(Analyze(tier, input));
  state.SetLabel(tier == Tier::kFast ? "fast" : "deep");
}
BENCHMARK(BM_Analyze)
    ->ArgNames({"deep", "words"})
    ->ArgsProduct({{0, 1}, {1200, 12000, 120000}})
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace throughline::router::extractive

BENCHMARK_MAIN();
