#ifndef THROUGHLINE_COMMON_AUDIT_VERIFY_H_
#define THROUGHLINE_COMMON_AUDIT_VERIFY_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/audit/record.h"

namespace throughline::audit {

// Files of one log, found to be one unbroken chain.
struct Verified {
  int64_t first_sequence = 0;  // beyond 1 when earlier files were not given
  Link last;
};

// Reads the files of one log, in whatever order they are given. `head` is where the chain is known
// to have ended, such as Link of FILE.head, or one that was kept elsewhere; without one, lines cut
// off at the end are not missed. DATA_LOSS names the file and the first line that was changed,
// removed or inserted; NOT_FOUND a file that cannot be read; INVALID_ARGUMENT files without a line.
absl::StatusOr<Verified> Verify(const std::vector<std::string>& paths,
                                const std::optional<Link>& head);

}  // namespace throughline::audit

#endif  // THROUGHLINE_COMMON_AUDIT_VERIFY_H_
