#ifndef THROUGHLINE_SERVICES_CLI_BENCH_EARLY_END_H_
#define THROUGHLINE_SERVICES_CLI_BENCH_EARLY_END_H_

#include <signal.h>

namespace throughline::cli {

// While the object lives, SIGINT and SIGTERM do not end the process but are asked for: a load run
// that is interrupted still audits. Made before the process has other threads; for one thread.
class EarlyEnd {
 public:
  EarlyEnd();
  // The signals do again what they did before.
  ~EarlyEnd();
  EarlyEnd(const EarlyEnd&) = delete;
  EarlyEnd& operator=(const EarlyEnd&) = delete;

  // True once one has come.
  bool Asked();

 private:
  sigset_t signals_;
  sigset_t before_;
  bool asked_ = false;
};

}  // namespace throughline::cli

#endif  // THROUGHLINE_SERVICES_CLI_BENCH_EARLY_END_H_
