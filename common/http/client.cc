#include "common/http/client.h"

#include <sys/resource.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/base/span.h"

namespace throughline::http {
namespace {

// Two, so that one serves the sockets while the other runs what awaited an exchange.
constexpr int kThreads = 2;
// With more under way than this, an executor's own threads go on.
constexpr size_t kQuiet = 2;
// What came with more than this, even at once, is work for the executor.
constexpr size_t kMostBytesReadAtOnce = 32 * 1024;
constexpr absl::Duration kLongestWait = absl::Seconds(1);          // whoever has news wakes
constexpr absl::Duration kStallInterval = absl::Milliseconds(50);  // how late a stall is noticed
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

// Sets up curl's process-wide state before the first of them, and keeps it.
CURLM* MakeMulti() {
  static const CURLcode done = curl_global_init(CURL_GLOBAL_DEFAULT);
  static_cast<void>(done);
  return curl_multi_init();
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

// The host and port of a URL: paths and passwords may be secrets.
absl::string_view Authority(absl::string_view url) {
  url.remove_prefix(url.find("://") + 3);
  url = url.substr(0, url.find_first_of("/?#"));
  const size_t at = url.rfind('@');
  return at == absl::string_view::npos ? url : url.substr(at + 1);
}

// Lets the server go on with the trace.
void Describe(Request& request, Span& span) {
  if (!span.is_recorded()) return;
  request.headers.push_back(absl::StrCat("traceparent: ", span.context().traceparent()));
  span.Set("http.request.method", "POST");
  span.Set("server.address", Authority(request.url));
}

void NoteEnd(const Exchange& exchange, Span& span) {
  if (!span.is_recorded()) return;
  const int status = exchange.response.status;
  if (status != 0) span.Set("http.response.status_code", status);
  if (!exchange.status.ok()) {
    span.Note(exchange.status).IgnoreError();
  } else if (status >= 400) {
    span.Fail(absl::StrCat(status));
  }
}

curl_socket_t OpenSocket(void* may_connect, curlsocktype, curl_sockaddr* address) {
  const auto& may = *static_cast<const std::function<bool(const sockaddr&)>*>(may_connect);
  if (!may(address->addr)) return CURL_SOCKET_BAD;
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

}  // namespace

// One request on its way: the client's, under its lock, until it has ended.
struct Client::Transfer {
  Request request;
  size_t max_response_bytes = 0;
  size_t max_header_bytes = 0;
  long timeout_ms = 0;
  Executor* executor = nullptr;
  std::coroutine_handle<> waiting;  // for the end
  CURL* handle = nullptr;
  curl_slist* headers = nullptr;
  Exchange exchange;
  size_t body_bytes = 0;
  size_t header_bytes = 0;
  bool too_large = false;
  bool cancelled = false;
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
    transfer.last_piece_at = Clock::Real().SteadyNow();
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

// What awaits the end of a transfer.
struct Client::Sending {
  bool await_ready() const noexcept { return false; }
  template <typename Promise>
  bool await_suspend(std::coroutine_handle<Promise> waiting) {
    transfer->executor = waiting.promise().executor;
    transfer->waiting = waiting;
    // The transfer may end, and *this with it, before Dispatch returns.
    const TransferPtr own = transfer;
    return !client.Dispatch(own);
  }
  void await_resume() const noexcept {}

  Client& client;
  const TransferPtr transfer;
};

Client::Client(Options options) : options_(std::move(options)), multi_(MakeMulti()) {
  RaiseOpenFileLimit(options_.max_connections_per_host);
  curl_multi_setopt(multi_, CURLMOPT_MAX_HOST_CONNECTIONS, options_.max_connections_per_host);
  curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, kMaxIdleConnections);
  curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &Client::OnSocket);
  curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &Client::OnTimer);
  curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
  for (int i = 0; i < kThreads; ++i) threads_.emplace_back([this] { Run(); });
}

Client::~Client() {
  stopping_ = true;
  readiness_.WakeForGood();
  for (std::thread& thread : threads_) thread.join();
  EndAll();
  for (CURL* handle : idle_handles_) curl_easy_cleanup(handle);
  curl_multi_cleanup(multi_);
}

Task<Exchange> Client::Send(const Context& context, Request request) {
  absl::Status refused = CheckSendable(request);
  if (refused.ok()) refused = context.Check();
  if (!refused.ok()) co_return Exchange{.status = std::move(refused)};
  Span span(context, "POST", "", SpanKind::kClient);
  Describe(request, span);
  const auto transfer = std::make_shared<Transfer>();
  transfer->request = std::move(request);
  transfer->max_response_bytes = options_.max_response_bytes;
  transfer->max_header_bytes = options_.max_header_bytes;
  transfer->timeout_ms = TimeoutMs(context);
  const OnCancel on_cancel(context, [this, transfer] { Cancel(transfer); });
  Sending sending{.client = *this,
                  .transfer = transfer};  // named: g++ 12 destroys a temporary twice
  co_await sending;
  Exchange exchange = std::move(transfer->exchange);
  if (!exchange.status.ok()) {
    absl::Status wanted = context.Check();
    if (!wanted.ok()) exchange.status = std::move(wanted);
  }
  NoteEnd(exchange, span);
  co_return exchange;
}

absl::StatusOr<Response> Client::Post(const Context& context, Request request) {
  Exchange exchange = Wait(Send(context, std::move(request)));
  if (!exchange.status.ok()) return exchange.status;
  return std::move(exchange.response);
}

bool Client::Dispatch(const TransferPtr& transfer) {
  if (!mutex_.TryLock()) {
    {
      absl::MutexLock lock(&queue_mutex_);
      arriving_.push_back(transfer);
    }
    readiness_.Wake();
    return false;
  }
  Begin(transfer);
  Ended ended = Collect();
  mutex_.Unlock();
  const auto own = std::find(ended.transfers.begin(), ended.transfers.end(), transfer);
  const bool goes_on = own != ended.transfers.end() && ended.is_quiet &&
                       transfer->executor->MayRunElsewhere() &&
                       transfer->exchange.response.body.size() <= kMostBytesReadAtOnce;
  if (goes_on) ended.transfers.erase(own);
  GoOn(ended, /*may_run_here=*/false);
  return goes_on;
}

void Client::Cancel(const TransferPtr& transfer) {
  {
    absl::MutexLock lock(&queue_mutex_);
    cancelled_.push_back(transfer);
  }
  readiness_.Wake();
}

void Client::Run() {
  while (!stopping_) {
    const Readiness::Events events = readiness_.Wait(streams_ > 0 ? kStallInterval : kLongestWait);
    Ended ended;
    {
      absl::MutexLock lock(&mutex_);
      ServeQueue();
      Handle(events);
      if (streams_ > 0) EndStalled();
      ended = Collect();
    }
    GoOn(ended, /*may_run_here=*/true);
  }
}

void Client::ServeQueue() {
  std::deque<TransferPtr> arrived;
  std::deque<TransferPtr> cancelled;
  {
    absl::MutexLock lock(&queue_mutex_);
    arrived.swap(arriving_);
    cancelled.swap(cancelled_);
  }
  for (const TransferPtr& transfer : arrived) Begin(transfer);
  for (const TransferPtr& transfer : cancelled) {
    transfer->cancelled = true;  // it may not have begun
    if (transfer->handle != nullptr) End(transfer, absl::CancelledError("cancelled"));
  }
}

void Client::Handle(const Readiness::Events& events) {
  for (const Readiness::Event& event : events.sockets) {
    int running = 0;
    const int flags = (event.readable ? CURL_CSELECT_IN : 0) |
                      (event.writable ? CURL_CSELECT_OUT : 0) |
                      (event.failed ? CURL_CSELECT_ERR : 0);
    curl_multi_socket_action(multi_, event.socket, flags, &running);
    readiness_.WatchAgain(event.socket);
  }
}

int Client::OnSocket(CURL*, curl_socket_t socket, int what, void* self, void*) {
  Readiness& readiness = static_cast<Client*>(self)->readiness_;
  if (what == CURL_POLL_REMOVE) {
    readiness.Forget(socket);
  } else {
    readiness.Watch(socket, (what & CURL_POLL_IN) != 0, (what & CURL_POLL_OUT) != 0);
  }
  return 0;
}

int Client::OnTimer(CURLM*, long timeout_ms, void* self) {
  static_cast<Client*>(self)->readiness_.SetDue(
      timeout_ms < 0 ? absl::InfiniteFuture()
                     : Clock::Real().SteadyNow() + absl::Milliseconds(timeout_ms));
  return 0;
}

void Client::EndAll() {
  Ended ended;
  {
    absl::MutexLock lock(&mutex_);
    ServeQueue();
    while (!running_.empty()) {
      End(running_.begin()->second, absl::CancelledError("the client is shutting down"));
    }
    ended = Collect();
  }
  GoOn(ended, /*may_run_here=*/false);
}

CURL* Client::TakeHandle() {
  if (idle_handles_.empty()) return curl_easy_init();
  CURL* handle = idle_handles_.back();
  idle_handles_.pop_back();
  return handle;
}

void Client::Begin(const TransferPtr& transfer) {
  if (transfer->cancelled) {
    transfer->ended = true;
    transfer->exchange.status = absl::CancelledError("cancelled");
    ended_.push_back(transfer);
    return;
  }
  transfer->handle = TakeHandle();
  SetOptions(*transfer);
  running_[transfer->handle] = transfer;
  if (transfer->Streams() && streams_++ == 0) readiness_.Wake();  // to look for stalls
  curl_multi_add_handle(multi_, transfer->handle);
}

void Client::SetOptions(Transfer& transfer) const {
  CURL* const handle = transfer.handle;
  for (const std::string& header : transfer.request.headers) {
    transfer.headers = curl_slist_append(transfer.headers, header.c_str());
  }
  // No "Expect: 100-continue" round trip before a large prompt.
  transfer.headers = curl_slist_append(transfer.headers, "Expect:");
  curl_easy_setopt(handle, CURLOPT_URL, transfer.request.url.c_str());
  curl_easy_setopt(handle, CURLOPT_POST, 1L);
  curl_easy_setopt(handle, CURLOPT_POSTFIELDS, transfer.request.body.data());
  curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE,
                   static_cast<curl_off_t>(transfer.request.body.size()));
  curl_easy_setopt(handle, CURLOPT_HTTPHEADER, transfer.headers);
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(handle, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_TCP_NODELAY, 1L);
  curl_easy_setopt(handle, CURLOPT_TCP_KEEPALIVE, 1L);
  if (absl::StartsWith(transfer.request.url, "https://")) {
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
  curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, transfer.timeout_ms);
  curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS,
                   static_cast<long>(absl::ToInt64Milliseconds(options_.connect_timeout)));
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, &Transfer::OnBody);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, &transfer);
  curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, &Transfer::OnHeader);
  curl_easy_setopt(handle, CURLOPT_HEADERDATA, &transfer);
}

void Client::End(const TransferPtr& transfer, absl::Status status) {
  if (transfer->ended || transfer->handle == nullptr) return;
  transfer->ended = true;
  // `transfer` may be running_'s own.
  // NOLINTNEXTLINE(performance-unnecessary-copy-initialization)
  const TransferPtr keep = transfer;
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
  ended_.push_back(keep);
}

void Client::EndStalled() {
  const absl::Time now = Clock::Real().SteadyNow();
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

Client::Ended Client::Collect() {
  // What ends makes room for others, which then are due.
  for (EndDone(); readiness_.TakeDue(); EndDone()) {
    int running = 0;
    curl_multi_socket_action(multi_, CURL_SOCKET_TIMEOUT, 0, &running);
  }
  return {.transfers = std::exchange(ended_, {}), .is_quiet = running_.size() <= kQuiet};
}

void Client::EndDone() {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    const auto found = running_.find(message->easy_handle);
    if (found == running_.end()) continue;
    const TransferPtr transfer = found->second;
    End(transfer, StatusOf(*transfer, message->data.result));
  }
}

void Client::GoOn(const Ended& ended, bool may_run_here) {
  for (const TransferPtr& transfer : ended.transfers) {
    // Nothing of the transfer after that: who waited may end it.
    Executor& executor = *transfer->executor;
    const std::coroutine_handle<> waiting = transfer->waiting;
    const bool runs_here = may_run_here && ended.is_quiet && executor.MayRunElsewhere() &&
                           !is_one_away_.exchange(true);
    if (!runs_here) {
      executor.Resume(waiting);
      continue;
    }
    waiting.resume();
    is_one_away_ = false;
  }
}

}  // namespace throughline::http
