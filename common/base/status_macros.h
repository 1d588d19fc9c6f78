#ifndef THROUGHLINE_COMMON_BASE_STATUS_MACROS_H_
#define THROUGHLINE_COMMON_BASE_STATUS_MACROS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

// Returns from the enclosing function when `expr` (an absl::Status) is not OK.
//
//   RETURN_IF_ERROR(store.Commit(ctx));
#define RETURN_IF_ERROR(expr)                                                   \
  do {                                                                          \
    if (absl::Status throughline_status_ = (expr); !throughline_status_.ok()) { \
      return throughline_status_;                                               \
    }                                                                           \
  } while (false)

// Evaluates `expr` (an absl::StatusOr<T>) once; on error returns its status from the enclosing
// function, otherwise moves the value into `lhs`, which may declare a variable.
//
//   ASSIGN_OR_RETURN(const Transcript transcript, ParseTranscript(bytes));
//
// A type with a comma needs an alias. Not usable inside a lambda whose return type is deduced.
#define ASSIGN_OR_RETURN(lhs, expr) \
  THROUGHLINE_ASSIGN_OR_RETURN_(THROUGHLINE_CONCAT_(throughline_statusor_, __LINE__), lhs, expr)

// Internal to this header.
#define THROUGHLINE_CONCAT_INNER_(a, b) a##b
#define THROUGHLINE_CONCAT_(a, b) THROUGHLINE_CONCAT_INNER_(a, b)
#define THROUGHLINE_ASSIGN_OR_RETURN_(statusor, lhs, expr) \
  auto statusor = (expr);                                  \
  if (!statusor.ok()) return statusor.status();            \
  lhs = std::move(statusor).value()

#endif  // THROUGHLINE_COMMON_BASE_STATUS_MACROS_H_
