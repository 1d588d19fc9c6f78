#include "common/http/client.h"

#include <algorithm>
#include <atomic>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/notification.h"

namespace throughline::http {
namespace {

constexpr int kPollMs = 1000;  // wake-ups come through curl_multi_wakeup; this only bounds a miss
constexpr long kMaxTimeoutMs = 24L * 60 * 60 * 1000;

long TimeoutMs(const Context& context) {
  const int64_t left = absl::ToInt64Milliseconds(context.Remaining());
  return static_cast<long>(std::clamp<int64_t>(left, 1, kMaxTimeoutMs));
}

// curl's process-wide state, set up by the first client and kept.
void InitializeCurl() {
  static const CURLcode done = curl_global_init(CURL_GLOBAL_DEFAULT);
  static_cast<void>(done);
}

}  // namespace

// One request on its way. The caller waits for `done`; everything else belongs to the thread.
struct Client::Transfer {
  Request request;
  size_t max_response_bytes = 0;
  long timeout_ms = 0;
  std::atomic<bool> cancelled{false};
  CURL* handle = nullptr;
  curl_slist* headers = nullptr;
  Response response;
  absl::Status status;
  absl::Notification done;

  ~Transfer() { curl_slist_free_all(headers); }

  static size_t OnBody(char* data, size_t size, size_t count, void* self) {
    auto& transfer = *static_cast<Transfer*>(self);
    const size_t bytes = size * count;
    if (transfer.response.body.size() + bytes > transfer.max_response_bytes) return 0;
    transfer.response.body.append(data, bytes);
    return bytes;
  }

  static size_t OnHeader(char* data, size_t size, size_t count, void* self) {
    const absl::string_view line(data, size * count);
    const size_t colon = line.find(':');
    if (colon != absl::string_view::npos) {
      const std::string name = absl::AsciiStrToLower(line.substr(0, colon));
      static_cast<Transfer*>(self)->response.headers[name] =
          std::string(absl::StripAsciiWhitespace(line.substr(colon + 1)));
    }
    return line.size();
  }
};

Client::Client() : Client(Options{}) {}

Client::Client(Options options) : options_(options) {
  InitializeCurl();
  multi_ = curl_multi_init();
  curl_multi_setopt(multi_, CURLMOPT_MAX_HOST_CONNECTIONS, options_.max_connections_per_host);
  thread_ = std::thread([this] { Run(); });
}

Client::~Client() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  curl_multi_wakeup(multi_);
  thread_.join();
  curl_multi_cleanup(multi_);
}

absl::StatusOr<Response> Client::Post(const Context& context, Request request) {
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
  if (const absl::Status wanted = context.Check(); !wanted.ok()) return wanted;
  auto transfer = std::make_shared<Transfer>();
  transfer->request = std::move(request);
  transfer->max_response_bytes = options_.max_response_bytes;
  transfer->timeout_ms = TimeoutMs(context);
  {
    absl::MutexLock lock(&mutex_);
    arriving_.push_back(transfer);
  }
  curl_multi_wakeup(multi_);
  const OnCancel on_cancel(context, [this, transfer] {
    transfer->cancelled = true;
    curl_multi_wakeup(multi_);
  });
  transfer->done.WaitForNotification();
  if (!transfer->status.ok()) {
    const absl::Status wanted = context.Check();
    return wanted.ok() ? transfer->status : wanted;
  }
  return std::move(transfer->response);
}

void Client::Run() {
  while (true) {
    std::deque<std::shared_ptr<Transfer>> arrived;
    bool stopping = false;
    {
      absl::MutexLock lock(&mutex_);
      arrived.swap(arriving_);
      stopping = stopping_;
    }
    for (const auto& transfer : arrived) Start(transfer);
    if (stopping) break;
    int active = 0;
    curl_multi_perform(multi_, &active);
    Collect();
    DropCancelled();
    curl_multi_poll(multi_, nullptr, 0, kPollMs, nullptr);
  }
  while (!running_.empty()) {
    Finish(*running_.begin()->second, absl::CancelledError("the client is shutting down"));
  }
}

void Client::Start(const std::shared_ptr<Transfer>& transfer) {
  CURL* handle = curl_easy_init();
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
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_TCP_NODELAY, 1L);
  curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, transfer->timeout_ms);
  curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS,
                   static_cast<long>(absl::ToInt64Milliseconds(options_.connect_timeout)));
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, &Transfer::OnBody);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, transfer.get());
  curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, &Transfer::OnHeader);
  curl_easy_setopt(handle, CURLOPT_HEADERDATA, transfer.get());
  running_[handle] = transfer;
  curl_multi_add_handle(multi_, handle);
}

void Client::Finish(Transfer& transfer, absl::Status status) {
  CURL* handle = transfer.handle;
  const std::shared_ptr<Transfer> keep = running_[handle];
  running_.erase(handle);
  long code = 0;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &code);
  transfer.response.status = static_cast<int>(code);
  curl_multi_remove_handle(multi_, handle);
  curl_easy_cleanup(handle);
  transfer.status = std::move(status);
  transfer.done.Notify();
}

void Client::DropCancelled() {
  std::vector<std::shared_ptr<Transfer>> cancelled;
  for (const auto& [handle, transfer] : running_) {
    if (transfer->cancelled) cancelled.push_back(transfer);
  }
  for (const auto& transfer : cancelled) Finish(*transfer, absl::CancelledError("cancelled"));
}

void Client::Collect() {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    const CURLcode result = message->data.result;
    absl::Status status;
    if (result == CURLE_WRITE_ERROR) {
      status = absl::UnavailableError(
          absl::StrCat("the response is larger than ", options_.max_response_bytes, " bytes"));
    } else if (result != CURLE_OK) {
      status = absl::UnavailableError(curl_easy_strerror(result));
    }
    Finish(*running_[message->easy_handle], std::move(status));
  }
}

}  // namespace throughline::http
