#ifndef THROUGHLINE_COMMON_TESTING_PG_BOUNCER_H_
#define THROUGHLINE_COMMON_TESTING_PG_BOUNCER_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/testing/child_process.h"
#include "common/testing/postgres_server.h"
#include "common/testing/temp_directory.h"

namespace throughline {

// A real PgBouncer in transaction mode before a PostgresServer: every transaction may get another
// of its few sessions. Killed when destroyed.
class PgBouncer {
 public:
  // Borrows `server`. `sessions`: how many it opens to each database.
  static absl::StatusOr<std::unique_ptr<PgBouncer>> Start(const PostgresServer& server,
                                                          int sessions);
  // False where the package is not installed.
  static bool Installed();

  // How to connect through it to `database` of the server.
  std::string Conninfo(absl::string_view database) const;

 private:
  PgBouncer() = default;

  TempDirectory directory_;
  std::unique_ptr<ChildProcess> process_;
};

}  // namespace throughline

#endif  // THROUGHLINE_COMMON_TESTING_PG_BOUNCER_H_
