#ifndef THROUGHLINE_COMMON_STORAGE_REDIS_CONNECTION_H_
#define THROUGHLINE_COMMON_STORAGE_REDIS_CONNECTION_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"

struct redisContext;
struct redisReply;
struct ssl_ctx_st;
struct ssl_st;

namespace throughline::storage {

struct RedisReplyDeleter {
  void operator()(redisReply* reply) const;
};
using RedisReply = std::unique_ptr<redisReply, RedisReplyDeleter>;

// What a client of Redis over TLS believes. Thread-safe.
class RedisTls {
 public:
  // The server's certificate has to be signed by a CA of `ca_file`, PEM, and to name its host.
  // NOT_FOUND or INVALID_ARGUMENT names the file.
  static absl::StatusOr<std::unique_ptr<RedisTls>> Load(const std::string& ca_file);

  ssl_ctx_st* get() const { return context_.get(); }

 private:
  struct Deleter {
    void operator()(ssl_ctx_st* context) const;
  };
  explicit RedisTls(ssl_ctx_st* context) : context_(context) {}

  std::unique_ptr<ssl_ctx_st, Deleter> context_;
};

// One connection to a Redis, in plain text or over TLS. For one thread at a time.
class RedisConnection {
 public:
  // Over TLS with `tls`, in plain text when it is null; each of connecting and the handshake's
  // steps takes at most `timeout`. UNAVAILABLE names the address and says why.
  static absl::StatusOr<std::unique_ptr<RedisConnection>> Open(const std::string& host, int port,
                                                               absl::Duration timeout,
                                                               const RedisTls* tls);
  ~RedisConnection();

  // Sends one command and waits for its reply, each read at most `timeout`. UNAVAILABLE when there
  // is none; the connection is of no further use then.
  absl::StatusOr<RedisReply> Exchange(absl::Duration timeout,
                                      absl::Span<const absl::string_view> words);

 private:
  struct SessionDeleter {
    void operator()(ssl_st* session) const;
  };

  RedisConnection(redisContext* context, std::string address)
      : context_(context), address_(std::move(address)) {}

  absl::Status Handshake(const std::string& host, const RedisTls& tls);
  // Exchange over TLS, which this hiredis does not speak; null with `timed_out` or an error's text.
  redisReply* ExchangeOverTls(int count, const char** data, const size_t* sizes);
  bool Send(absl::string_view bytes);

  redisContext* const context_;
  const std::string address_;
  std::unique_ptr<ssl_st, SessionDeleter> session_;  // null in plain text
};

}  // namespace throughline::storage

#endif  // THROUGHLINE_COMMON_STORAGE_REDIS_CONNECTION_H_
