#ifndef THROUGHLINE_SERVICES_MEMORY_STORE_ARCHIVE_LINES_H_
#define THROUGHLINE_SERVICES_MEMORY_STORE_ARCHIVE_LINES_H_

#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "services/memory/domain/archive.h"

// An archive as lines of JSON: an ExportedRecord each, head first.
namespace throughline::memory::store {

// Calls `line` with each line, without its end, until that returns false.
absl::Status WriteLines(const Archive& archive, absl::FunctionRef<bool(const std::string&)> line);

// INVALID_ARGUMENT names the line, counted from 0, that is none of an export.
absl::StatusOr<Archive> ReadLines(absl::Span<const std::string* const> lines);

}  // namespace throughline::memory::store

#endif  // THROUGHLINE_SERVICES_MEMORY_STORE_ARCHIVE_LINES_H_
