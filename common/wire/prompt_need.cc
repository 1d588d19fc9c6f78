#include "common/wire/prompt_need.h"

#include "absl/strings/str_cat.h"
#include "common/base/errors.h"

namespace throughline::wire {
namespace {

constexpr char kPromptNeeded[] = "PROMPT_NEEDED";  // as router/domain/router.cc says it

}  // namespace

std::string PromptNeed::WorkOf(const Request& request) {
  return absl::StrCat(static_cast<int>(request.task()), ":", request.model());
}

bool PromptNeed::IsAskedFor(const absl::Status& status) { return Reason(status) == kPromptNeeded; }

bool PromptNeed::IsKnown(const std::string& work, absl::Time now) {
  absl::MutexLock lock(&mutex_);
  const auto known = needed_until_.find(work);
  return known != needed_until_.end() && now < known->second;
}

void PromptNeed::Remember(const std::string& work, absl::Time now) {
  absl::MutexLock lock(&mutex_);
  needed_until_[work] = now + kRemembered;
}

}  // namespace throughline::wire
