#include "common/testing/pg_bouncer.h"

#include <unistd.h>

#include "absl/strings/match.h"
#include "absl/strings/substitute.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "common/base/status_macros.h"

namespace throughline {
namespace {

constexpr char kProgram[] = "/usr/sbin/pgbouncer";
constexpr int kPort = 6432;
constexpr absl::Duration kLaunchTimeout = absl::Seconds(20);
constexpr absl::Duration kPollInterval = absl::Milliseconds(10);
// $0: where the server's socket lies, $1: its port, $2: where ours lies, $3: our port, $4:
// sessions.
constexpr char kConfiguration[] = R"([databases]
* = host=$0 port=$1 user=throughline
[pgbouncer]
listen_addr =
unix_socket_dir = $2
listen_port = $3
auth_type = any
pool_mode = transaction
default_pool_size = $4
max_client_conn = 200
)";

}  // namespace

bool PgBouncer::Installed() { return access(kProgram, X_OK) == 0; }

absl::StatusOr<std::unique_ptr<PgBouncer>> PgBouncer::Start(const PostgresServer& server,
                                                            int sessions) {
  std::unique_ptr<PgBouncer> pooler(new PgBouncer);
  const std::string configuration = pooler->directory_.Write(
      "pgbouncer.ini",
      absl::Substitute(kConfiguration, server.socket_directory(), PostgresServer::kPort,
                       pooler->directory_.path(), kPort, sessions));
  RETURN_IF_ERROR(PostgresServer::HandOver(pooler->directory_.path()));
  ASSIGN_OR_RETURN(
      pooler->process_,
      ChildProcess::Start({.command = PostgresServer::Unprivileged({kProgram, configuration})}));
  const absl::Time deadline = absl::Now() + kLaunchTimeout;
  while (!absl::StrContains(pooler->process_->Stderr(), "process up")) {
    if (!pooler->process_->Running() || absl::Now() > deadline) {
      return absl::UnavailableError(
          absl::StrCat("PgBouncer did not start: ", pooler->process_->Stderr()));
    }
    absl::SleepFor(kPollInterval);
  }
  return pooler;
}

std::string PgBouncer::Conninfo(absl::string_view database) const {
  return absl::Substitute("host=$0 port=$1 user=throughline dbname=$2", directory_.path(), kPort,
                          database);
}

}  // namespace throughline
