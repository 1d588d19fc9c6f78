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

bool PromptNeed::IsPromptNeeded(const absl::Status& status) {
  return Reason(status) == kPromptNeeded;
}

bool PromptNeed::IsUnread(const std::string& work) {
  absl::MutexLock lock(&mutex_);
  return unread_.contains(work);
}

void PromptNeed::Note(const std::string& work, bool unread) {
  absl::MutexLock lock(&mutex_);
  if (unread) {
    unread_.insert(work);
  } else {
    unread_.erase(work);
  }
}

}  // namespace throughline::wire
