#include "common/storage/redis_connection.h"

#include <arpa/inet.h>
#include <hiredis/hiredis.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/host_port.h"
#include "common/base/status_macros.h"

namespace throughline::storage {
namespace {

constexpr absl::Duration kShortestTimeout = absl::Milliseconds(1);
constexpr size_t kReadBytes = 16 * 1024;  // a record of TLS

timeval Bounded(absl::Duration timeout) {
  return absl::ToTimeval(std::max(kShortestTimeout, timeout));
}

bool IsIpAddress(const std::string& host) {
  unsigned char bytes[sizeof(in6_addr)];
  return inet_pton(AF_INET, host.c_str(), bytes) == 1 ||
         inet_pton(AF_INET6, host.c_str(), bytes) == 1;
}

// Why the session failed, in OpenSSL's words.
std::string WhyNot(ssl_st* session) {
  const long verdict = SSL_get_verify_result(session);  // NOLINT: the library's type
  if (verdict != X509_V_OK) return X509_verify_cert_error_string(verdict);
  const unsigned long code = ERR_peek_last_error();  // NOLINT: the library's type
  const char* const reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  return reason == nullptr ? "the connection ended" : reason;
}

}  // namespace

void RedisReplyDeleter::operator()(redisReply* reply) const { freeReplyObject(reply); }

void RedisTls::Deleter::operator()(ssl_ctx_st* context) const { SSL_CTX_free(context); }

absl::StatusOr<std::unique_ptr<RedisTls>> RedisTls::Load(const std::string& ca_file) {
  if (access(ca_file.c_str(), R_OK) != 0) {
    return absl::NotFoundError(absl::StrCat("the file of CAs for Redis ", ca_file,
                                            " cannot be read; correct the path or its "
                                            "permissions"));
  }
  std::unique_ptr<RedisTls> tls(new RedisTls(SSL_CTX_new(TLS_client_method())));
  ERR_clear_error();
  if (tls->get() == nullptr || SSL_CTX_set_min_proto_version(tls->get(), TLS1_2_VERSION) != 1) {
    return absl::InternalError("OpenSSL gave no TLS for Redis");
  }
  if (SSL_CTX_load_verify_locations(tls->get(), ca_file.c_str(), nullptr) != 1) {
    return absl::InvalidArgumentError(absl::StrCat("the file of CAs for Redis ", ca_file,
                                                   ": expected certificates in PEM; correct it"));
  }
  SSL_CTX_set_verify(tls->get(), SSL_VERIFY_PEER, nullptr);
  return tls;
}

void RedisConnection::SessionDeleter::operator()(ssl_st* session) const { SSL_free(session); }

absl::StatusOr<std::unique_ptr<RedisConnection>> RedisConnection::Open(const std::string& host,
                                                                       int port,
                                                                       absl::Duration timeout,
                                                                       const RedisTls* tls) {
  redisContext* const context = redisConnectWithTimeout(host.c_str(), port, Bounded(timeout));
  std::unique_ptr<RedisConnection> connection(
      new RedisConnection(context, HostPort{host, port}.ToString()));
  if (context == nullptr || context->err != 0) {
    return absl::UnavailableError(
        absl::StrCat("cannot connect to redis at ", connection->address_, ": ",
                     context == nullptr ? "out of memory" : context->errstr));
  }
  redisSetTimeout(context, Bounded(timeout));
  if (tls != nullptr) RETURN_IF_ERROR(connection->Handshake(host, *tls));
  return connection;
}

RedisConnection::~RedisConnection() {
  session_ = nullptr;  // before its socket
  if (context_ != nullptr) redisFree(context_);
}

absl::Status RedisConnection::Handshake(const std::string& host, const RedisTls& tls) {
  ERR_clear_error();
  session_.reset(SSL_new(tls.get()));
  if (session_ == nullptr) return absl::InternalError("OpenSSL gave no session for Redis");
  // An address is held against addresses in the certificate, a name against names.
  X509_VERIFY_PARAM* const wanted = SSL_get0_param(session_.get());
  const bool named = IsIpAddress(host)
                         ? X509_VERIFY_PARAM_set1_ip_asc(wanted, host.c_str()) == 1
                         : SSL_set1_host(session_.get(), host.c_str()) == 1 &&
                               SSL_set_tlsext_host_name(session_.get(), host.c_str()) == 1;
  if (named && SSL_set_fd(session_.get(), context_->fd) == 1 && SSL_connect(session_.get()) == 1) {
    return absl::OkStatus();
  }
  return absl::UnavailableError(absl::StrCat("no TLS with redis at ", address_, ": ",
                                             WhyNot(session_.get()),
                                             "; compare its certificate with the file of CAs"));
}

absl::StatusOr<RedisReply> RedisConnection::Exchange(absl::Duration timeout,
                                                     absl::Span<const absl::string_view> words) {
  redisSetTimeout(context_, Bounded(timeout));
  std::vector<const char*> data;
  std::vector<size_t> sizes;
  for (const absl::string_view word : words) {
    data.push_back(word.data());
    sizes.push_back(word.size());
  }
  const int count = static_cast<int>(words.size());
  errno = 0;
  void* const answer = session_ == nullptr
                           ? redisCommandArgv(context_, count, data.data(), sizes.data())
                           : ExchangeOverTls(count, data.data(), sizes.data());
  RedisReply reply(static_cast<redisReply*>(answer));
  if (reply != nullptr) return reply;
  if (errno == EAGAIN) {
    return absl::UnavailableError(absl::StrCat("redis at ", address_, " did not answer in time"));
  }
  const char* const why = context_->err == 0 ? "the connection ended" : context_->errstr;
  return absl::UnavailableError(absl::StrCat("redis at ", address_, " failed: ", why));
}

redisReply* RedisConnection::ExchangeOverTls(int count, const char** data, const size_t* sizes) {
  ERR_clear_error();
  char* command = nullptr;
  const int bytes = redisFormatCommandArgv(&command, count, data, sizes);
  const bool sent =
      bytes >= 0 && Send(absl::string_view(command, static_cast<size_t>(std::max(bytes, 0))));
  if (bytes >= 0) redisFreeCommand(command);
  if (!sent) return nullptr;
  void* reply = nullptr;
  char buffer[kReadBytes];
  while (redisReaderGetReply(context_->reader, &reply) == REDIS_OK && reply == nullptr) {
    const int got = SSL_read(session_.get(), buffer, sizeof(buffer));
    if (got <= 0) return nullptr;
    if (redisReaderFeed(context_->reader, buffer, static_cast<size_t>(got)) != REDIS_OK) break;
  }
  return static_cast<redisReply*>(reply);
}

bool RedisConnection::Send(absl::string_view bytes) {
  while (!bytes.empty()) {
    const int sent = SSL_write(session_.get(), bytes.data(), static_cast<int>(bytes.size()));
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
  return true;
}

}  // namespace throughline::storage
