#ifndef THROUGHLINE_COMMON_STORAGE_DATABASE_SPAN_H_
#define THROUGHLINE_COMMON_STORAGE_DATABASE_SPAN_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/base/context.h"
#include "common/base/span.h"

namespace throughline::storage {

// The span of one use of a database, from waiting for a connection to the commit. Never a statement
// or a value. `system` is OpenTelemetry's word for the software, `name` the file or schema.
class DatabaseSpan {
 public:
  DatabaseSpan(const Context& context, absl::string_view system, absl::string_view operation,
               absl::string_view name)
      : span_(context, operation, name, SpanKind::kClient) {
    span_.Set("db.system.name", system);
    span_.Set("db.operation.name", operation);
    if (!name.empty()) span_.Set("db.namespace", name);
  }

  // Notes how it ended. What only the callback can have meant, a row that is not there, say, is no
  // failure of the database.
  absl::Status Note(absl::Status status) {
    switch (status.code()) {
      case absl::StatusCode::kInvalidArgument:
      case absl::StatusCode::kNotFound:
      case absl::StatusCode::kAlreadyExists:
      case absl::StatusCode::kFailedPrecondition:
      case absl::StatusCode::kAborted:
        return status;
      default:
        return span_.Note(std::move(status));
    }
  }

 private:
  Span span_;
};

}  // namespace throughline::storage

#endif  // THROUGHLINE_COMMON_STORAGE_DATABASE_SPAN_H_
