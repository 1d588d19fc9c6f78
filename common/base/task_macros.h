#ifndef THROUGHLINE_COMMON_BASE_TASK_MACROS_H_
#define THROUGHLINE_COMMON_BASE_TASK_MACROS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/status_macros.h"

// RETURN_IF_ERROR for coroutines.
//
//   CO_RETURN_IF_ERROR(co_await limiter.Enter(context));
#define CO_RETURN_IF_ERROR(expr)                                  \
  do {                                                            \
    absl::Status throughline_status_ = (expr);                    \
    if (!throughline_status_.ok()) co_return throughline_status_; \
  } while (false)

// ASSIGN_OR_RETURN for coroutines.
//
//   CO_ASSIGN_OR_RETURN(const Answer answer, co_await router.Ask(context, prompt));
#define CO_ASSIGN_OR_RETURN(lhs, expr) \
  THROUGHLINE_CO_ASSIGN_OR_RETURN_(THROUGHLINE_CONCAT_(throughline_statusor_, __LINE__), lhs, expr)

// Internal to this header.
#define THROUGHLINE_CO_ASSIGN_OR_RETURN_(statusor, lhs, expr) \
  auto statusor = (expr);                                     \
  if (!statusor.ok()) co_return statusor.status();            \
  lhs = std::move(statusor).value()

#endif  // THROUGHLINE_COMMON_BASE_TASK_MACROS_H_
