#ifndef THROUGHLINE_COMMON_STORAGE_SQLITE_SCRUB_H_
#define THROUGHLINE_COMMON_STORAGE_SQLITE_SCRUB_H_

#include <string>

#include "absl/status/status.h"
#include "common/base/context.h"

namespace throughline::storage {

// Overwrites what deleted rows left behind in the SQLite file at `path` (WAL mode, secure_delete
// on): the copies in unused parts of pages whose rows were moved to others, which secure_delete
// does not reach, and the write-ahead log, which is cut to nothing. What may stay of a row are
// pieces of up to three bytes between others.
//
// Reads the file once, some 64 MiB at a time; others read meanwhile, and write in between. Stopping
// at any moment leaves the file whole. UNAVAILABLE while another connection keeps reading what the
// log held, or when the file cannot be read or written: repeat the call. Thread-safe.
absl::Status ScrubUnused(const Context& context, const std::string& path);

}  // namespace throughline::storage

#endif  // THROUGHLINE_COMMON_STORAGE_SQLITE_SCRUB_H_
