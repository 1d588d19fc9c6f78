#include "common/http/client.h"

#include <sys/resource.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace throughline::http {
namespace {

constexpr int kPollMs = 1000;  // wake-ups come through curl_multi_wakeup; this only bounds a miss
constexpr int kStallPollMs = 50;  // how late a stalled stream may be noticed
constexpr int64_t kMaxTimeoutMs = 24L * 60 * 60 * 1000;
constexpr size_t kMaxIdleHandles = 64;
constexpr long kMaxIdleConnections = 256;
constexpr size_t kMaxHeaders = 256;
// Files that are no connections: stores, listeners, logs.
constexpr rlim_t kOtherFiles = 1024;

long TimeoutMs(const Context& context) {
  // Rounded up: at the timeout, the context's deadline has passed too.
  const int64_t left = absl::ToInt64Milliseconds(context.Remaining());
  return static_cast<long>(std::clamp<int64_t>(left, 0, kMaxTimeoutMs) + 1);
}

// curl's process-wide state, set up by the first client and kept.
void InitializeCurl() {
  static const CURLcode done = curl_global_init(CURL_GLOBAL_DEFAULT);
  static_cast<void>(done);
}

void RaiseOpenFileLimit(long connections) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  const rlim_t wanted = std::min(limit.rlim_max, static_cast<rlim_t>(connections) + kOtherFiles);
  if (limit.rlim_cur >= wanted) return;
  limit.rlim_cur = wanted;
  static_cast<void>(setrlimit(RLIMIT_NOFILE, &limit));
}

absl::Status CheckSendable(const Request& request) {
  if (!absl::StartsWith(request.url, "http://") && !absl::StartsWith(request.url, "https://")) {
    return absl::InvalidArgumentError(
        absl::StrCat("url: expected http:// or https://, not \"", request.url, "\""));
  }
  for (const std::string& header : request.headers) {
    if (header.find_first_of("\r\n") != std::string::npos ||
        header.find('\0') != std::string::npos) {
      return absl::InvalidArgumentError("headers: expected no line breaks");
    }
  }
  return absl::OkStatus();
}

curl_socket_t OpenSocket(void* may_connect, curlsocktype, curl_sockaddr* address) {
  const auto& may = *static_cast<const std::function<bool(const sockaddr&)>*>(may_connect);
  if (!may(address->addr)) return CURL_SOCKET_BAD;
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

}  // namespace

// One request on its way; everything but `done` belongs to the client's thread once it is queued.
struct Client::Transfer {
  Request request;
  size_t max_response_bytes = 0;
  size_t max_header_bytes = 0;
  long timeout_ms = 0;
  std::function<void(Exchange)> done;
  CURL* handle = nullptr;
  curl_slist* headers = nullptr;
  Exchange exchange;
  size_t body_bytes = 0;
  size_t header_bytes = 0;
  bool too_large = false;
  bool ended = false;
  absl::Time last_piece_at = absl::InfiniteFuture();

  ~Transfer() { curl_slist_free_all(headers); }

  bool Streams() const { return request.stall_timeout < absl::InfiniteDuration(); }

  static size_t OnBody(char* data, size_t size, size_t count, void* self) {
    auto& transfer = *static_cast<Transfer*>(self);
    const size_t bytes = size * count;
    transfer.body_bytes += bytes;
    if (transfer.body_bytes > transfer.max_response_bytes) {
      transfer.too_large = true;
      return 0;
    }
    if (transfer.request.on_piece == nullptr || transfer.exchange.response.status != 200) {
      transfer.exchange.response.body.append(data, bytes);
      return bytes;
    }
    transfer.last_piece_at = absl::Now();
    transfer.request.on_piece(absl::string_view(data, bytes));
    return bytes;
  }

  static size_t OnHeader(char* data, size_t size, size_t count, void* self) {
    auto& transfer = *static_cast<Transfer*>(self);
    Response& response = transfer.exchange.response;
    const absl::string_view line(data, size * count);
    transfer.header_bytes += line.size();
    if (transfer.header_bytes > transfer.max_header_bytes ||
        response.headers.size() >= kMaxHeaders) {
      transfer.too_large = true;
      return 0;
    }
    if (absl::StartsWith(line, "HTTP/")) {
      long code = 0;
      curl_easy_getinfo(transfer.handle, CURLINFO_RESPONSE_CODE, &code);
      response.status = static_cast<int>(code);
      return line.size();
    }
    const size_t colon = line.find(':');
    if (colon != absl::string_view::npos) {
      response.headers[absl::AsciiStrToLower(line.substr(0, colon))] =
          std::string(absl::StripAsciiWhitespace(line.substr(colon + 1)));
    }
    return line.size();
  }
};

Client::Client() : Client(Options{}) {}

Client::Client(Options options) : options_(std::move(options)) {
  InitializeCurl();
  RaiseOpenFileLimit(options_.max_connections_per_host);
  multi_ = curl_multi_init();
  curl_multi_setopt(multi_, CURLMOPT_MAX_HOST_CONNECTIONS, options_.max_connections_per_host);
  curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, kMaxIdleConnections);
  thread_ = std::thread([this] { Run(); });
}

Client::~Client() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  curl_multi_wakeup(multi_);
  thread_.join();
  for (CURL* handle : idle_handles_) curl_easy_cleanup(handle);
  curl_multi_cleanup(multi_);
}

Task<Exchange> Client::Send(const Context& context, Request request) {
  absl::Status refused = CheckSendable(request);
  if (refused.ok()) refused = context.Check();
  if (!refused.ok()) co_return Exchange{.status = std::move(refused)};
  const auto transfer = std::make_shared<Transfer>();
  transfer->request = std::move(request);
  transfer->max_response_bytes = options_.max_response_bytes;
  transfer->max_header_bytes = options_.max_header_bytes;
  transfer->timeout_ms = TimeoutMs(context);
  std::optional<OnCancel> on_cancel;
  auto begin = [&](std::function<void(Exchange)> done) {
    transfer->done = std::move(done);
    {
      absl::MutexLock lock(&mutex_);
      arriving_.push_back(transfer);
    }
    curl_multi_wakeup(multi_);
    on_cancel.emplace(context, [this, transfer] {
      {
        absl::MutexLock lock(&mutex_);
        cancelled_.push_back(transfer);
      }
      curl_multi_wakeup(multi_);
    });
  };
  Exchange exchange = co_await Completion<Exchange>(begin);
  if (!exchange.status.ok()) {
    absl::Status wanted = context.Check();
    if (!wanted.ok()) exchange.status = std::move(wanted);
  }
  co_return exchange;
}

absl::StatusOr<Response> Client::Post(const Context& context, Request request) {
  Exchange exchange = Wait(Send(context, std::move(request)));
  if (!exchange.status.ok()) return exchange.status;
  return std::move(exchange.response);
}

void Client::Run() {
  while (true) {
    std::deque<TransferPtr> arrived;
    std::deque<TransferPtr> cancelled;
    bool stopping = false;
    {
      absl::MutexLock lock(&mutex_);
      arrived.swap(arriving_);
      cancelled.swap(cancelled_);
      stopping = stopping_;
    }
    for (const TransferPtr& transfer : arrived) Begin(transfer);
    for (const TransferPtr& transfer : cancelled) End(transfer, absl::CancelledError("cancelled"));
    if (stopping) break;
    int active = 0;
    curl_multi_perform(multi_, &active);
    Collect();
    if (streams_ > 0) EndStalled();
    curl_multi_poll(multi_, nullptr, 0, PollMs(), nullptr);
  }
  while (!running_.empty()) {
    End(running_.begin()->second, absl::CancelledError("the client is shutting down"));
  }
}

int Client::PollMs() const { return streams_ > 0 ? kStallPollMs : kPollMs; }

CURL* Client::TakeHandle() {
  if (idle_handles_.empty()) return curl_easy_init();
  CURL* handle = idle_handles_.back();
  idle_handles_.pop_back();
  return handle;
}

void Client::Begin(const TransferPtr& transfer) {
  CURL* handle = TakeHandle();
  transfer->handle = handle;
  for (const std::string& header : transfer->request.headers) {
    transfer->headers = curl_slist_append(transfer->headers, header.c_str());
  }
  // No "Expect: 100-continue" round trip before a large prompt.
  transfer->headers = curl_slist_append(transfer->headers, "Expect:");
  curl_easy_setopt(handle, CURLOPT_URL, transfer->request.url.c_str());
  curl_easy_setopt(handle, CURLOPT_POST, 1L);
  curl_easy_setopt(handle, CURLOPT_POSTFIELDS, transfer->request.body.data());
  curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE,
                   static_cast<curl_off_t>(transfer->request.body.size()));
  curl_easy_setopt(handle, CURLOPT_HTTPHEADER, transfer->headers);
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(handle, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_TCP_NODELAY, 1L);
  curl_easy_setopt(handle, CURLOPT_TCP_KEEPALIVE, 1L);
  if (absl::StartsWith(transfer->request.url, "https://")) {
    curl_easy_setopt(handle, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
    curl_easy_setopt(handle, CURLOPT_PIPEWAIT, 1L);  // rather share a connection than open many
  }
  if (!options_.proxy.empty()) curl_easy_setopt(handle, CURLOPT_PROXY, options_.proxy.c_str());
  if (options_.may_connect) {
    curl_easy_setopt(handle, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(handle, CURLOPT_OPENSOCKETFUNCTION, &OpenSocket);
    curl_easy_setopt(handle, CURLOPT_OPENSOCKETDATA, &options_.may_connect);
  }
  if (!options_.ca_file.empty()) curl_easy_setopt(handle, CURLOPT_CAINFO, options_.ca_file.c_str());
  curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, transfer->timeout_ms);
  curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS,
                   static_cast<long>(absl::ToInt64Milliseconds(options_.connect_timeout)));
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, &Transfer::OnBody);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, transfer.get());
  curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, &Transfer::OnHeader);
  curl_easy_setopt(handle, CURLOPT_HEADERDATA, transfer.get());
  running_[handle] = transfer;
  if (transfer->Streams()) ++streams_;
  curl_multi_add_handle(multi_, handle);
}

void Client::End(const TransferPtr& transfer, absl::Status status) {
  if (transfer->ended || transfer->handle == nullptr) return;
  transfer->ended = true;
  const TransferPtr keep = transfer;  // `transfer` may be running_'s own
  CURL* handle = keep->handle;
  curl_off_t uploaded = 0;
  curl_easy_getinfo(handle, CURLINFO_SIZE_UPLOAD_T, &uploaded);
  keep->exchange.sent =
      uploaded >= static_cast<curl_off_t>(keep->request.body.size()) && !keep->request.body.empty();
  keep->exchange.status = std::move(status);
  running_.erase(handle);
  if (keep->Streams()) --streams_;
  curl_multi_remove_handle(multi_, handle);
  if (idle_handles_.size() < kMaxIdleHandles) {
    curl_easy_reset(handle);
    idle_handles_.push_back(handle);
  } else {
    curl_easy_cleanup(handle);
  }
  keep->request.on_piece = nullptr;
  std::exchange(keep->done, nullptr)(std::move(keep->exchange));
}

void Client::EndStalled() {
  const absl::Time now = absl::Now();
  std::vector<TransferPtr> stalled;
  for (const auto& [handle, transfer] : running_) {
    if (now - transfer->last_piece_at > transfer->request.stall_timeout) {
      stalled.push_back(transfer);
    }
  }
  for (const TransferPtr& transfer : stalled) {
    End(transfer,
        absl::UnavailableError(absl::StrCat(
            "the response stalled for ", absl::FormatDuration(transfer->request.stall_timeout))));
  }
}

absl::Status Client::StatusOf(const Transfer& transfer, CURLcode result) const {
  if (result == CURLE_OK) return absl::OkStatus();
  if (transfer.too_large) {
    return absl::UnavailableError(
        absl::StrCat("the response is larger than ", options_.max_response_bytes,
                     " bytes, or its headers than ", options_.max_header_bytes));
  }
  curl_off_t connected_us = 0;
  curl_easy_getinfo(transfer.handle, CURLINFO_CONNECT_TIME_T, &connected_us);
  if (result == CURLE_OPERATION_TIMEDOUT && connected_us == 0) {
    return absl::UnavailableError(
        absl::StrCat("no connection within ", absl::FormatDuration(options_.connect_timeout)));
  }
  return absl::UnavailableError(curl_easy_strerror(result));
}

void Client::Collect() {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    const auto found = running_.find(message->easy_handle);
    if (found == running_.end()) continue;
    const TransferPtr transfer = found->second;
    End(transfer, StatusOf(*transfer, message->data.result));
  }
}

}  // namespace throughline::http
