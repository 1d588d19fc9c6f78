#include "services/cli/bench/early_end.h"

#include <time.h>

namespace throughline::cli {

EarlyEnd::EarlyEnd() {
  sigemptyset(&signals_);
  sigaddset(&signals_, SIGINT);
  sigaddset(&signals_, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals_, &before_);
}

EarlyEnd::~EarlyEnd() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

bool EarlyEnd::Asked() {
  const timespec at_once{.tv_sec = 0, .tv_nsec = 0};
  if (!asked_) asked_ = sigtimedwait(&signals_, nullptr, &at_once) > 0;
  return asked_;
}

}  // namespace throughline::cli
