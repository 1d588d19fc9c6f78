#include "common/base/clock.h"

#include <chrono>

namespace throughline {
namespace {

class RealClock final : public Clock {
 public:
  // Not absl::Now, which hears of a clock that was set only seconds later.
  absl::Time Now() const override { return absl::FromChrono(std::chrono::system_clock::now()); }
  absl::Time SteadyNow() const override {
    return absl::UnixEpoch() +
           absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch());
  }
};

}  // namespace

const Clock& Clock::Real() {
  static const RealClock clock;
  return clock;
}

}  // namespace throughline
