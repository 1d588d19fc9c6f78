#ifndef THROUGHLINE_COMMON_STORAGE_POSTGRES_CONNECTION_H_
#define THROUGHLINE_COMMON_STORAGE_POSTGRES_CONNECTION_H_

#include <memory>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "common/base/context.h"
#include "common/storage/postgres_value.h"

struct pg_conn;
struct pg_result;

namespace throughline::storage {

// A connection to PostgreSQL, lent by PostgresDatabase to one Read or Write: the callback runs
// statements, the database begins and ends the transaction. For one thread at a time.
//
// It leaves nothing behind in the session, so that a pooler may hand the session to somebody else
// between transactions. Statements are prepared once and kept only where the server answers
// itself; behind a pooler each is sent whole.
class PostgresConnection {
 public:
  // Connects as libpq's connection string `conninfo` says, within `timeout` (looking up a host
  // name aside). UNAVAILABLE names the server, never the password.
  static absl::StatusOr<std::unique_ptr<PostgresConnection>> Open(const std::string& conninfo,
                                                                  absl::Duration timeout);
  ~PostgresConnection();
  PostgresConnection(const PostgresConnection&) = delete;
  PostgresConnection& operator=(const PostgresConnection&) = delete;

  // Runs one statement and waits for all its rows. Until the context ends; the transaction is
  // lost then. Errors: UNAVAILABLE (server gone, full, restarting, conflict of transactions),
  // DEADLINE_EXCEEDED, CANCELLED, ALREADY_EXISTS (unique violation), PERMISSION_DENIED,
  // INVALID_ARGUMENT (text that is not UTF-8), INTERNAL otherwise.
  absl::StatusOr<PostgresRows> Execute(const std::string& sql,
                                       absl::Span<const PostgresValue> parameters = {});

 private:
  friend class PostgresDatabase;
  static constexpr size_t kMaxPreparedStatements = 256;

  explicit PostgresConnection(pg_conn* connection);

  // Every statement until the next call ends with `context`, which it borrows.
  void Bind(const Context* context) { context_ = context; }
  // Statements without parameters or rows, in one round trip.
  absl::Status Run(const std::string& sql);
  // False when it cannot be used again.
  bool healthy() const { return healthy_; }
  // True inside a transaction that a failed statement has spoilt.
  bool failed() const;
  // "host:port/database", for messages.
  const std::string& address() const { return address_; }

  absl::Status Connect(absl::Duration timeout);
  // Finds out whether the server itself is at the other end.
  absl::Status DetectPooler();
  absl::Status Prepare(const std::string& sql, absl::Span<const PostgresValue> parameters,
                       std::string* name);
  // Sends what is left to send and waits for the last result of what was sent.
  absl::StatusOr<PostgresRows> Receive();
  // Waits until the socket has something, or the context ends.
  absl::Status AwaitSocket(short events);
  absl::Status StatusOf(const pg_result* result);
  absl::Status Lost();

  struct Deleter {
    void operator()(pg_conn* connection) const;
  };
  std::unique_ptr<pg_conn, Deleter> connection_;
  const Context* context_ = nullptr;
  std::string address_;
  absl::flat_hash_map<std::string, std::string> prepared_;  // statement to its name
  bool keeps_statements_ = false;
  bool healthy_ = true;
};

}  // namespace throughline::storage

#endif  // THROUGHLINE_COMMON_STORAGE_POSTGRES_CONNECTION_H_
