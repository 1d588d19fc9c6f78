#ifndef THROUGHLINE_COMMON_STORAGE_REDIS_H_
#define THROUGHLINE_COMMON_STORAGE_REDIS_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "common/base/clock.h"
#include "common/base/context.h"
#include "common/storage/redis_connection.h"

namespace throughline::storage {

struct RedisOptions {
  std::string host = "127.0.0.1";
  int port = 6379;
  int database = 0;
  std::string password_file;  // empty: no password. Read when the client is made
  std::string tls_ca_file;    // whom to believe over TLS; empty: plain text. Read then, too
  absl::Duration connect_timeout = absl::Milliseconds(200);
  absl::Duration command_timeout = absl::Milliseconds(100);
  // After a failure every call fails at once for this long; then one call tries again.
  absl::Duration backoff = absl::Seconds(1);
  size_t max_connections = 8;
};

// A client for a Redis that may be absent, slow or full. It never blocks longer than the timeouts
// and the context allow (looking up a host name aside), and while Redis is down only one call per
// backoff window pays a timeout. Keys and values are binary-safe. Errors: UNAVAILABLE (down, slow,
// backing off), RESOURCE_EXHAUSTED (Redis out of memory, or all connections busy),
// DEADLINE_EXCEEDED and CANCELLED (the context's), INTERNAL (a reply of the wrong type).
// Thread-safe.
class RedisClient {
 public:
  // Connects lazily: succeeds with Redis down. Errors: an unreadable password file or
  // file of CAs. Makes the
  // process ignore SIGPIPE, which hiredis would raise when Redis closes a connection.
  static absl::StatusOr<std::unique_ptr<RedisClient>> Create(RedisOptions options,
                                                             const Clock& clock = Clock::Real());
  ~RedisClient();

  // Empty when the key is not there.
  absl::StatusOr<std::optional<std::string>> Get(const Context& context, absl::string_view key);
  // `time_to_live` is at least 1 ms.
  absl::Status SetEx(const Context& context, absl::string_view key, absl::string_view value,
                     absl::Duration time_to_live);
  // OK also when the key is not there.
  absl::Status Del(const Context& context, absl::string_view key);
  // Deletes every key that begins with `prefix` and says how many there were. Walks the whole
  // keyspace in steps: for erasures, not for requests.
  absl::StatusOr<int64_t> DelPrefix(const Context& context, absl::string_view prefix);
  // The value after adding one; a missing key counts as 0.
  absl::StatusOr<int64_t> Incr(const Context& context, absl::string_view key);
  absl::Status Ping(const Context& context);

  // "host:port", for messages.
  const std::string& address() const { return address_; }

 private:
  using Connection = std::unique_ptr<RedisConnection>;
  using Reply = RedisReply;

  RedisClient(RedisOptions options, std::string password, std::unique_ptr<RedisTls> tls,
              const Clock& clock);

  // Sends one command and waits for its reply; an error reply is an error.
  absl::StatusOr<Reply> Command(const Context& context, absl::Span<const absl::string_view> words);
  // Command within its span.
  absl::StatusOr<Reply> Run(const Context& context, absl::Span<const absl::string_view> words);
  // An idle connection, or null with leave to open one.
  absl::StatusOr<Connection> Take() ABSL_LOCKS_EXCLUDED(mutex_);
  absl::StatusOr<Connection> Connect(const Context& context);
  void GiveBack(Connection connection) ABSL_LOCKS_EXCLUDED(mutex_);
  // Forgets a connection that failed. Unless the context's own end explains it, every connection is
  // closed and calls fail at once until the backoff has passed.
  void Drop(const Context& context) ABSL_LOCKS_EXCLUDED(mutex_);

  const RedisOptions options_;
  const std::string password_;
  const std::unique_ptr<RedisTls> tls_;  // null: plain text
  const std::string address_;
  const Clock& clock_;

  absl::Mutex mutex_;
  std::vector<Connection> idle_ ABSL_GUARDED_BY(mutex_);
  size_t open_ ABSL_GUARDED_BY(mutex_) = 0;
  bool failing_ ABSL_GUARDED_BY(mutex_) = false;
  bool probing_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Time retry_at_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
};

}  // namespace throughline::storage

#endif  // THROUGHLINE_COMMON_STORAGE_REDIS_H_
