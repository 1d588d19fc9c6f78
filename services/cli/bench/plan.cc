#include "services/cli/bench/plan.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/errors.h"

namespace throughline::cli {
namespace {

absl::Status BadMix(absl::string_view text) {
  return InvalidField(
      "--mix",
      absl::StrCat("weights from 0 to ", Mix::kMaxWeight,
                   " of process, ingest, recall and complete, not all 0, got \"", text, "\""),
      "write it as process=1,recall=4");
}

// A well-mixed number for each pair: the finaliser of SplitMix64.
uint64_t Scramble(uint64_t seed, uint64_t number) {
  uint64_t z = seed * 0x9E3779B97F4A7C15u + (number + 1) * 0xD1B54A32D192ED03u;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

}  // namespace

absl::string_view Name(Operation operation) {
  switch (operation) {
    case Operation::kProcess:
      return "process";
    case Operation::kIngest:
      return "ingest";
    case Operation::kRecall:
      return "recall";
    case Operation::kComplete:
      return "complete";
  }
  return "";
}

absl::StatusOr<Mix> Mix::Parse(absl::string_view text) {
  Mix mix;
  for (const absl::string_view part : absl::StrSplit(text, ',', absl::SkipWhitespace())) {
    const std::pair<absl::string_view, absl::string_view> sides =
        absl::StrSplit(absl::StripAsciiWhitespace(part), absl::MaxSplits('=', 1));
    const auto operation = std::find_if(kEveryOperation.begin(), kEveryOperation.end(),
                                        [&](Operation each) { return Name(each) == sides.first; });
    int weight = 0;
    if (operation == kEveryOperation.end() || !absl::SimpleAtoi(sides.second, &weight) ||
        weight < 0 || weight > kMaxWeight) {
      return BadMix(text);
    }
    mix.total_ += weight - std::exchange(mix.weights_[static_cast<int>(*operation)], weight);
  }
  if (mix.total_ == 0) return BadMix(text);
  return mix;
}

Operation Mix::At(uint64_t seed, int64_t number) const {
  auto left = static_cast<int>(Scramble(seed, static_cast<uint64_t>(number)) %
                               static_cast<uint64_t>(std::max(total_, 1)));
  for (const Operation operation : kEveryOperation) {
    left -= weights_[static_cast<int>(operation)];
    if (left < 0) return operation;
  }
  return Operation::kProcess;
}

int64_t Plan::Operations() const {
  if (rate_per_second <= 0) return kMaxOperations;
  const double wanted = std::ceil(rate_per_second * absl::ToDoubleSeconds(duration));
  return wanted >= static_cast<double>(kMaxOperations) ? kMaxOperations
                                                       : static_cast<int64_t>(wanted);
}

absl::Duration Plan::DueAfter(int64_t number) const {
  if (rate_per_second <= 0) return absl::ZeroDuration();
  return absl::Seconds(static_cast<double>(number) / rate_per_second);
}

}  // namespace throughline::cli
