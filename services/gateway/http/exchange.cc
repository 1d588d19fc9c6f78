#include "services/gateway/http/exchange.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace throughline::gateway {
namespace {

constexpr size_t kFormBufferBytes = size_t{64} << 10;
constexpr size_t kStreamBlockBytes = size_t{16} << 10;
constexpr size_t kMaxFormParts = 100;

void FreeBody(void* body) { delete static_cast<std::string*>(body); }

}  // namespace

Exchange::Exchange(MHD_Connection* connection, Transport& transport, std::atomic<size_t>& buffered)
    : connection_(connection),
      transport_(transport),
      all_buffered_(buffered),
      cancellation_(std::make_shared<CancellationSource>()) {}

Exchange::~Exchange() {
  if (form_reader_ != nullptr) MHD_destroy_post_processor(form_reader_);
  all_buffered_ -= buffered_;
}

void Exchange::ReadAsForm() {
  form_reader_ = MHD_create_post_processor(connection_, kFormBufferBytes, &TakeFormPart, this);
}

bool Exchange::Append(absl::string_view bytes, const HttpServerOptions& options) {
  if (buffered_ + bytes.size() > options.max_body_bytes) {
    Refuse(413, absl::StrCat("body: expected at most ", options.max_body_bytes,
                             " bytes; send a shorter transcript or several requests"));
    return false;
  }
  if (all_buffered_ + bytes.size() > options.max_buffered_bytes) {
    Refuse(503, "too many large requests are being read; try again shortly");
    return false;
  }
  buffered_ += bytes.size();
  all_buffered_ += bytes.size();
  if (form_reader_ == nullptr) {
    request_.body.append(bytes.data(), bytes.size());
    return true;
  }
  if (MHD_post_process(form_reader_, bytes.data(), bytes.size()) != MHD_YES) {
    Refuse(400, "body: expected a well-formed form of at most 100 parts; correct it");
    return false;
  }
  return true;
}

void Exchange::Refuse(int status, absl::string_view why) {
  refusal_ = status;
  refusal_reason_ = std::string(why);
}

MHD_Result Exchange::TakeFormPart(void* self, MHD_ValueKind, const char* key, const char* file_name,
                                  const char*, const char*, const char* data, uint64_t offset,
                                  size_t size) {
  std::vector<FormPart>& form = static_cast<Exchange*>(self)->request_.form;
  if (offset == 0) {
    if (form.size() == kMaxFormParts) return MHD_NO;
    form.push_back({.name = key == nullptr ? "" : key,
                    .file_name = file_name == nullptr ? "" : file_name,
                    .content = ""});
  }
  if (form.empty()) return MHD_NO;
  form.back().content.append(data, size);
  return MHD_YES;
}

bool Exchange::handed_over() const {
  absl::MutexLock lock(&mutex_);
  return handed_over_;
}

void Exchange::Suspend() {
  suspended_ = true;
  MHD_suspend_connection(connection_);
}

bool Exchange::Resume() {
  if (!suspended_) return false;
  suspended_ = false;
  MHD_resume_connection(connection_);
  return true;
}

void Exchange::Move(State from, State to) {
  bool resumed = false;
  {
    absl::MutexLock lock(&mutex_);
    if (state_ != from) return;
    state_ = to;
    resumed = Resume();
  }
  if (resumed) transport_.Resumed();
}

MHD_Response* Exchange::MakeResponse() {
  if (state_ == State::kWhole) {
    auto* body = new std::string(std::move(response_.body));
    MHD_Response* const response = MHD_create_response_from_buffer_with_free_callback_cls(
        body->size(), body->data(), &FreeBody, body);
    if (response == nullptr) FreeBody(body);
    return response;
  }
  // The response may outlive what the connection holds.
  auto* self = new std::shared_ptr<Exchange>(shared_from_this());
  return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, kStreamBlockBytes, &ReadStream, self,
                                           &FreeStream);
}

MHD_Result Exchange::Reply() {
  absl::MutexLock lock(&mutex_);
  MHD_Response* response = MakeResponse();
  if (response == nullptr) return MHD_NO;
  if (!response_.content_type.empty()) {
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, response_.content_type.c_str());
  }
  // What the library refuses, such as a line break in a value, is left out: no header is worth one.
  for (const auto& [name, value] : response_.headers) {
    MHD_add_response_header(response, name.c_str(), value.c_str());
  }
  const MHD_Result queued =
      MHD_queue_response(connection_, static_cast<unsigned>(response_.status), response);
  MHD_destroy_response(response);
  return queued;
}

void Exchange::ConnectionDone() {
  {
    absl::MutexLock lock(&mutex_);
    gone_ = true;
    if (state_ == State::kWhole || state_ == State::kComplete) return;
  }
  cancellation_->Cancel();
}

void Exchange::Send(HttpResponse response) {
  {
    absl::MutexLock lock(&mutex_);
    if (state_ != State::kWaiting) return;
    response_ = std::move(response);
  }
  Move(State::kWaiting, State::kWhole);
}

void Exchange::StartStream(HttpResponse head) {
  {
    absl::MutexLock lock(&mutex_);
    if (state_ != State::kWaiting) return;
    unsent_ = std::move(head.body);
    response_ = std::move(head);
  }
  Move(State::kWaiting, State::kStreaming);
}

Task<bool> Exchange::Write(absl::string_view bytes) {
  const bool has_room = co_await WaitForRoom();
  if (!has_room) co_return false;
  {
    absl::MutexLock lock(&mutex_);
    if (gone_ || state_ != State::kStreaming) co_return false;
    unsent_.append(bytes.data(), bytes.size());
  }
  Move(State::kStreaming, State::kStreaming);
  co_return true;
}

bool Exchange::HasRoom() const { return unsent_.size() < kMaxUnsentStreamBytes; }

Task<bool> Exchange::WaitForRoom() {
  {
    absl::MutexLock lock(&mutex_);
    if (HasRoom()) co_return true;
  }
  // A connection that goes cancels its stream.
  const OnCancel on_cancel(cancellation_, [this] { EndWait(); });
  auto begin = [this](std::function<void(bool)> done) {
    {
      absl::MutexLock lock(&mutex_);
      if (!HasRoom() && !cancellation_->IsCancelled()) {
        on_room_ = std::move(done);
        return;
      }
    }
    done(true);
  };
  co_await Completion<bool>(begin);
  absl::MutexLock lock(&mutex_);
  co_return HasRoom();
}

void Exchange::EndWait() {
  std::function<void(bool)> waiting;
  {
    absl::MutexLock lock(&mutex_);
    waiting = std::exchange(on_room_, nullptr);
  }
  if (waiting != nullptr) waiting(true);
}

void Exchange::Abort() { Move(State::kStreaming, State::kAborted); }

bool Exchange::started() const {
  absl::MutexLock lock(&mutex_);
  return state_ != State::kWaiting;
}

void Exchange::HandlerDone() { Move(State::kStreaming, State::kComplete); }

ssize_t Exchange::ReadStream(void* self, uint64_t, char* buffer, size_t size) {
  Exchange& exchange = **static_cast<std::shared_ptr<Exchange>*>(self);
  ssize_t taken = 0;
  bool has_room = false;
  {
    absl::MutexLock lock(&exchange.mutex_);
    taken = exchange.TakeUnsent(buffer, size);
    has_room = exchange.HasRoom();
  }
  if (has_room) exchange.EndWait();
  return taken;
}

ssize_t Exchange::TakeUnsent(char* buffer, size_t size) {
  if (unsent_.empty()) {
    if (state_ == State::kComplete) return MHD_CONTENT_READER_END_OF_STREAM;
    if (state_ == State::kAborted) return MHD_CONTENT_READER_END_WITH_ERROR;
    Suspend();
    return 0;
  }
  const size_t length = unsent_.copy(buffer, size);
  unsent_.erase(0, length);
  return static_cast<ssize_t>(length);
}

void Exchange::FreeStream(void* self) { delete static_cast<std::shared_ptr<Exchange>*>(self); }

}  // namespace throughline::gateway
