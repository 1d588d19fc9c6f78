#ifndef THROUGHLINE_COMMON_STORAGE_MIGRATION_H_
#define THROUGHLINE_COMMON_STORAGE_MIGRATION_H_

#include "absl/strings/string_view.h"

namespace throughline::storage {

// One step of a schema. Versions count 1, 2, 3, …; a released step never changes.
struct Migration {
  int version;
  absl::string_view name;
  absl::string_view sql;  // one or more statements
};

}  // namespace throughline::storage

#endif  // THROUGHLINE_COMMON_STORAGE_MIGRATION_H_
