// How fast calls are parsed: bytes_per_second, and whether cost grows with the input alone.
#include "common/transcript/parse.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "benchmark/benchmark.h"

namespace throughline::transcript {
namespace {

constexpr absl::string_view kSentences[] = {
    "We looked at the numbers again and the second site is the one that worries me.",
    "Right. So what would it take to get that one started before the summer?",
    "A date. And somebody from your side who has done it before, not a slide about it, because the "
    "last time we did this we lost two weekends and I had to explain it upstairs.",
    "Okay."};
constexpr absl::string_view kNames[] = {"Nadia Volkov", "Wes Lindqvist", "Tom Akers"};

std::string PlainCall(size_t bytes) {
  std::string text =
      "Call: Brightkiln for Osprey Dairy - kickoff\nDate: March 3, 2026\n"
      "Attendees: Nadia Volkov (Director, Osprey Dairy); Wes Lindqvist (Account Executive, "
      "Brightkiln); Tom Akers (Controller, Osprey Dairy)\n\n";
  for (size_t i = 0; text.size() < bytes; ++i) {
    absl::StrAppend(&text, kNames[i % 3], ": ", kSentences[i % 4], "\n\n");
  }
  return text;
}

std::string SrtCall(size_t bytes) {
  std::string text;
  for (size_t i = 0; text.size() < bytes; ++i) {
    absl::StrAppend(&text, i + 1, "\n00:00:01,000 --> 00:00:04,000\n", kNames[i % 3], ": ",
                    kSentences[i % 4], "\n\n");
  }
  return text;
}

std::string FirefliesCall(size_t bytes) {
  std::string text = R"({"data":{"transcript":{"title":"Brightkiln","sentences":[)";
  for (size_t i = 0; text.size() < bytes; ++i) {
    absl::StrAppend(&text, i == 0 ? "" : ",", R"({"index":)", i, R"(,"speaker_name":")",
                    kNames[i % 3], R"(","start_time":1.5,"end_time":2.5,"text":")",
                    kSentences[i % 4], R"("})");
  }
  return text + "]}}}";
}

std::string VttCall(size_t bytes) {
  std::string text = "WEBVTT\n\n";
  for (size_t i = 0; text.size() < bytes; ++i) {
    absl::StrAppend(&text, i + 1, "\n00:00:01.000 --> 00:00:04.000\n<v ", kNames[i % 3], ">",
                    kSentences[i % 4], "</v>\n\n");
  }
  return text;
}

std::string OtterCall(size_t bytes) {
  std::string text;
  for (size_t i = 0; text.size() < bytes; ++i) {
    absl::StrAppend(&text, kNames[i % 3], "  12:31\n", kSentences[i % 4], "\n\n");
  }
  return text;
}

std::string GongCall(size_t bytes) {
  std::string text = R"({"callTranscripts":[{"callId":"1","transcript":[)";
  for (size_t i = 0; text.size() < bytes; ++i) {
    absl::StrAppend(&text, i == 0 ? "" : ",", R"({"speakerId":")", i % 3,
                    R"(","sentences":[{"start":1000,"end":2000,"text":")", kSentences[i % 4],
                    R"("}]})");
  }
  return text + "]}]}";
}

void Run(benchmark::State& state, const std::string& text) {
  for ([[maybe_unused]] auto _ : state) {
    const auto transcript = Parse(text, ParseOptions());
    if (!transcript.ok()) state.SkipWithError(std::string(transcript.status().message()).c_str());
    benchmark::DoNotOptimize(transcript);
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * text.size()));
}

void Plain(benchmark::State& state) { Run(state, PlainCall(static_cast<size_t>(state.range(0)))); }
void Srt(benchmark::State& state) { Run(state, SrtCall(static_cast<size_t>(state.range(0)))); }
void Fireflies(benchmark::State& state) {
  Run(state, FirefliesCall(static_cast<size_t>(state.range(0))));
}

void Vtt(benchmark::State& state) { Run(state, VttCall(static_cast<size_t>(state.range(0)))); }
void Otter(benchmark::State& state) { Run(state, OtterCall(static_cast<size_t>(state.range(0)))); }
void Gong(benchmark::State& state) { Run(state, GongCall(static_cast<size_t>(state.range(0)))); }

BENCHMARK(Plain)->Arg(64 << 10)->Arg(640 << 10)->Arg(6400 << 10);
BENCHMARK(Srt)->Arg(64 << 10)->Arg(640 << 10);
BENCHMARK(Fireflies)->Arg(64 << 10)->Arg(640 << 10);
BENCHMARK(Vtt)->Arg(64 << 10)->Arg(640 << 10);
BENCHMARK(Otter)->Arg(64 << 10)->Arg(640 << 10);
BENCHMARK(Gong)->Arg(64 << 10)->Arg(640 << 10);

}  // namespace
}  // namespace throughline::transcript

BENCHMARK_MAIN();
