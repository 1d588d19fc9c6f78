#ifndef THROUGHLINE_SERVICES_ORCHESTRATOR_STORE_SCHEMA_H_
#define THROUGHLINE_SERVICES_ORCHESTRATOR_STORE_SCHEMA_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "common/storage/sqlite.h"

namespace throughline::orchestrator {

// Opens or creates the orchestrator's file, with the tables of calls and of jobs. The directory of
// `path` exists. Errors are SqliteDatabase::Open's.
absl::StatusOr<std::unique_ptr<storage::SqliteDatabase>> OpenDatabase(const std::string& path);

}  // namespace throughline::orchestrator

#endif  // THROUGHLINE_SERVICES_ORCHESTRATOR_STORE_SCHEMA_H_
