#ifndef THROUGHLINE_COMMON_BASE_PATIENCE_H_
#define THROUGHLINE_COMMON_BASE_PATIENCE_H_

#include <cstddef>

#include "absl/status/status.h"
#include "common/base/context.h"

namespace throughline {

// For how long work that never blocks is waited for. Its loops ask, and leave off once it has
// ended; what they leave behind is for nobody to read, since whoever called them asks Check() next.
// Not thread-safe: one for each answer.
class Patience {
 public:
  // A few milliseconds' work at most lies between one look at the clock and the next.
  static constexpr size_t kBytesPerLook = 8192;

  // Without end; all who ask may share it.
  static Patience& Forever() {
    static auto& forever = *new Patience;
    return forever;
  }
  // Borrows `context`.
  explicit Patience(const Context& context) : context_(&context) {}

  // True when nobody waits any more, from then on always. `bytes` are about to be read: the clock
  // is looked at once in kBytesPerLook.
  bool Ended(size_t bytes) {
    if (context_ == nullptr) return false;
    unseen_bytes_ += bytes;
    return !(unseen_bytes_ < kBytesPerLook ? status_ : Check()).ok();
  }

  // Looks at once. CANCELLED or DEADLINE_EXCEEDED from the first time on that it is so.
  const absl::Status& Check() {
    if (context_ == nullptr) return status_;
    unseen_bytes_ = 0;
    if (status_.ok()) status_ = context_->Check();
    return status_;
  }

 private:
  Patience() = default;

  const Context* context_ = nullptr;
  size_t unseen_bytes_ = 0;
  absl::Status status_;
};

}  // namespace throughline

#endif  // THROUGHLINE_COMMON_BASE_PATIENCE_H_
