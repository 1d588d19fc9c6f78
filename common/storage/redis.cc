#include "common/storage/redis.h"

#include <hiredis/hiredis.h>
#include <signal.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/host_port.h"
#include "common/base/status_macros.h"
#include "common/storage/database_span.h"

namespace throughline::storage {
namespace {

constexpr absl::string_view kScanStep = "500";

absl::StatusOr<std::string> ReadPassword(const std::string& file) {
  if (file.empty()) return std::string();
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream content;
  content << stream.rdbuf();
  if (!stream) {
    return absl::NotFoundError(absl::StrCat(
        "the Redis password file ", file, " cannot be read; correct the path or its permissions"));
  }
  return std::string(absl::StripTrailingAsciiWhitespace(content.str()));
}

// The reply's error as a status; OK for any other reply.
absl::Status StatusOfReply(const std::string& address, const redisReply& reply) {
  if (reply.type != REDIS_REPLY_ERROR) return absl::OkStatus();
  const absl::string_view error(reply.str, reply.len);
  if (absl::StartsWith(error, "OOM")) {
    return absl::ResourceExhaustedError(absl::StrCat("redis at ", address, " is out of memory"));
  }
  for (const absl::string_view passing : {"LOADING", "BUSY", "MASTERDOWN", "READONLY", "NOAUTH",
                                          "WRONGPASS", "MISCONF", "CLUSTERDOWN"}) {
    if (absl::StartsWith(error, passing)) {
      return absl::UnavailableError(absl::StrCat("redis at ", address, " refuses: ", error));
    }
  }
  return absl::InternalError(absl::StrCat("redis at ", address, ": ", error));
}

absl::Status WrongType(const std::string& address) {
  return absl::InternalError(absl::StrCat("redis at ", address, " sent a reply of another type"));
}

}  // namespace

absl::StatusOr<std::unique_ptr<RedisClient>> RedisClient::Create(RedisOptions options,
                                                                 const Clock& clock) {
  ASSIGN_OR_RETURN(std::string password, ReadPassword(options.password_file));
  std::unique_ptr<RedisTls> tls;
  if (!options.tls_ca_file.empty()) {
    ASSIGN_OR_RETURN(tls, RedisTls::Load(options.tls_ca_file));
  }
  signal(SIGPIPE, SIG_IGN);
  return std::unique_ptr<RedisClient>(
      new RedisClient(std::move(options), std::move(password), std::move(tls), clock));
}

RedisClient::RedisClient(RedisOptions options, std::string password, std::unique_ptr<RedisTls> tls,
                         const Clock& clock)
    : options_(std::move(options)),
      password_(std::move(password)),
      tls_(std::move(tls)),
      address_(HostPort{options_.host, options_.port}.ToString()),
      clock_(clock) {}

RedisClient::~RedisClient() = default;

absl::StatusOr<std::optional<std::string>> RedisClient::Get(const Context& context,
                                                            absl::string_view key) {
  ASSIGN_OR_RETURN(const Reply reply, Command(context, {"GET", key}));
  if (reply->type == REDIS_REPLY_NIL) return std::optional<std::string>();
  if (reply->type != REDIS_REPLY_STRING) return WrongType(address_);
  return std::optional<std::string>(std::string(reply->str, reply->len));
}

absl::Status RedisClient::SetEx(const Context& context, absl::string_view key,
                                absl::string_view value, absl::Duration time_to_live) {
  const std::string milliseconds =
      absl::StrCat(std::max<int64_t>(1, absl::ToInt64Milliseconds(time_to_live)));
  return Command(context, {"SET", key, value, "PX", milliseconds}).status();
}

absl::Status RedisClient::Del(const Context& context, absl::string_view key) {
  return Command(context, {"DEL", key}).status();
}

absl::StatusOr<int64_t> RedisClient::DelPrefix(const Context& context, absl::string_view prefix) {
  std::string pattern;
  for (const char c : prefix) {
    if (absl::string_view("*?[]\\^").find(c) != absl::string_view::npos) pattern.push_back('\\');
    pattern.push_back(c);
  }
  pattern.push_back('*');
  int64_t deleted = 0;
  std::string cursor = "0";
  do {
    ASSIGN_OR_RETURN(const Reply reply,
                     Command(context, {"SCAN", cursor, "MATCH", pattern, "COUNT", kScanStep}));
    const bool is_page = reply->type == REDIS_REPLY_ARRAY && reply->elements == 2 &&
                         reply->element[0]->type == REDIS_REPLY_STRING &&
                         reply->element[1]->type == REDIS_REPLY_ARRAY;
    if (!is_page) return WrongType(address_);
    cursor.assign(reply->element[0]->str, reply->element[0]->len);
    std::vector<absl::string_view> words = {"DEL"};
    for (size_t i = 0; i < reply->element[1]->elements; ++i) {
      const redisReply& key = *reply->element[1]->element[i];
      words.emplace_back(key.str, key.len);
    }
    if (words.size() == 1) continue;
    ASSIGN_OR_RETURN(const Reply count, Command(context, words));
    if (count->type != REDIS_REPLY_INTEGER) return WrongType(address_);
    deleted += count->integer;
  } while (cursor != "0");
  return deleted;
}

absl::StatusOr<int64_t> RedisClient::Incr(const Context& context, absl::string_view key) {
  ASSIGN_OR_RETURN(const Reply reply, Command(context, {"INCR", key}));
  if (reply->type != REDIS_REPLY_INTEGER) return WrongType(address_);
  return static_cast<int64_t>(reply->integer);
}

absl::Status RedisClient::Ping(const Context& context) {
  return Command(context, {"PING"}).status();
}

absl::StatusOr<RedisClient::Reply> RedisClient::Command(const Context& context,
                                                        absl::Span<const absl::string_view> words) {
  DatabaseSpan span(context, "redis", words.front(), "");
  absl::StatusOr<Reply> reply = Run(context, words);
  span.Note(reply.status()).IgnoreError();
  return reply;
}

absl::StatusOr<RedisClient::Reply> RedisClient::Run(const Context& context,
                                                    absl::Span<const absl::string_view> words) {
  RETURN_IF_ERROR(context.Check());
  ASSIGN_OR_RETURN(Connection connection, Take());
  if (connection == nullptr) {
    absl::StatusOr<Connection> connected = Connect(context);
    if (!connected.ok()) {
      Drop(context);
      return connected.status();
    }
    connection = *std::move(connected);
  }
  const absl::Duration timeout = std::min(options_.command_timeout, context.Remaining());
  absl::StatusOr<Reply> reply = connection->Exchange(timeout, words);
  if (!reply.ok()) {
    Drop(context);
    RETURN_IF_ERROR(context.Check());
    return reply.status();
  }
  GiveBack(std::move(connection));
  RETURN_IF_ERROR(StatusOfReply(address_, **reply));
  return reply;
}

absl::StatusOr<RedisClient::Connection> RedisClient::Take() {
  absl::MutexLock lock(&mutex_);
  if (failing_ && (probing_ || clock_.Now() < retry_at_)) {
    return absl::UnavailableError(absl::StrCat("redis at ", address_, " is down; backing off"));
  }
  if (idle_.empty() && open_ >= options_.max_connections) {
    return absl::ResourceExhaustedError(
        absl::StrCat("all ", open_, " connections to redis at ", address_, " are busy"));
  }
  probing_ = failing_;  // while it fails, one call finds out for all
  if (idle_.empty()) {
    ++open_;
    return nullptr;
  }
  Connection connection = std::move(idle_.back());
  idle_.pop_back();
  return connection;
}

absl::StatusOr<RedisClient::Connection> RedisClient::Connect(const Context& context) {
  ASSIGN_OR_RETURN(
      Connection connection,
      RedisConnection::Open(options_.host, options_.port,
                            std::min(options_.connect_timeout, context.Remaining()), tls_.get()));
  const absl::Duration command_timeout = std::min(options_.command_timeout, context.Remaining());
  if (!password_.empty()) {
    ASSIGN_OR_RETURN(const Reply reply, connection->Exchange(command_timeout, {"AUTH", password_}));
    if (reply->type == REDIS_REPLY_ERROR) {
      return absl::UnavailableError(
          absl::StrCat("redis at ", address_, " refuses the password; correct its file"));
    }
  }
  if (options_.database != 0) {
    const std::string database = absl::StrCat(options_.database);
    ASSIGN_OR_RETURN(const Reply reply,
                     connection->Exchange(command_timeout, {"SELECT", database}));
    RETURN_IF_ERROR(StatusOfReply(address_, *reply));
  }
  return connection;
}

void RedisClient::GiveBack(Connection connection) {
  absl::MutexLock lock(&mutex_);
  failing_ = false;
  probing_ = false;
  idle_.push_back(std::move(connection));
}

void RedisClient::Drop(const Context& context) {
  std::vector<Connection> dead;  // closed after the lock is released
  absl::MutexLock lock(&mutex_);
  --open_;
  probing_ = false;
  if (!context.Check().ok()) return;
  open_ -= idle_.size();
  dead.swap(idle_);
  failing_ = true;
  retry_at_ = clock_.Now() + options_.backoff;
}

}  // namespace throughline::storage
