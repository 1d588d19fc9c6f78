#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_ANALYSIS_AGREED_DAYS_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_ANALYSIS_AGREED_DAYS_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/civil_time.h"
#include "common/base/patience.h"
#include "common/deal/types.h"
#include "services/router/domain/extractive/analysis/call.h"

// Which of the days named on a call both sides settled on, and for what.
namespace throughline::router::extractive {

struct AgreedDay {
  absl::CivilDay day;
  size_t line = 0;          // index into CallView::lines
  deal::Evidence evidence;  // the sentence that says most plainly what the day is for
  transcript::Side side = transcript::Side::kUnknown;  // whose sentence that is
};

struct AgreedDays {
  std::optional<AgreedDay> delivery;  // something goes to the customer
  std::optional<AgreedDay> meeting;   // the two sides talk again
  std::vector<AgreedDay> others;      // spoken of towards the end, by weight; kMaxOtherDays at most
};

inline constexpr size_t kMaxOtherDays = 2;

// Weighs every day from today on by the words around it and by who repeats it. A day that bounds
// something else ("until the thirtieth", "the board meets on the fourth") counts against itself.
AgreedDays FindAgreedDays(const CallView& call);

// What FindAgreedDays finds in one call with what is known before it, looked for in depth and once
// for all who share it. Thread-safe.
class SharedAgreedDays {
 public:
  SharedAgreedDays() : state_(std::make_unique<State>()) {}

  // Every caller's `find` finds the same, or nothing where nobody waits any more.
  AgreedDays Get(absl::FunctionRef<std::optional<AgreedDays>()> find) const;

 private:
  struct State {
    absl::Mutex mutex;
    std::optional<AgreedDays> days ABSL_GUARDED_BY(mutex);
  };
  std::unique_ptr<State> state_;
};

// Those of the call, read in depth; others' where they are shared.
AgreedDays AgreedDaysOf(const CallInput& input, Patience& patience);
// The same where the call is read already. A fast reading is nobody else's.
AgreedDays AgreedDaysOf(const CallView& call);

}  // namespace throughline::router::extractive

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_ANALYSIS_AGREED_DAYS_H_
