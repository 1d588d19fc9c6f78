#ifndef THROUGHLINE_SERVICES_GATEWAY_HTTP_EXCHANGE_H_
#define THROUGHLINE_SERVICES_GATEWAY_HTTP_EXCHANGE_H_

#include <microhttpd.h>
#include <sys/types.h>

#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "services/gateway/http/message.h"
#include "services/gateway/http/server.h"

namespace throughline::gateway {

// Whoever moves bytes for connections.
class Transport {
 public:
  virtual ~Transport() = default;
  // A suspended connection has something to do again. With no lock held.
  virtual void Resumed() = 0;
};

// One request and its answer, between the thread that moves the connection's bytes and the
// handler's. The connection is suspended while it has nothing to do, so that a waiting client costs
// no thread.
class Exchange final : public Responder, public std::enable_shared_from_this<Exchange> {
 public:
  // `buffered` counts the body bytes of all exchanges; it and `transport` outlive this one.
  Exchange(MHD_Connection* connection, Transport& transport, std::atomic<size_t>& buffered);
  ~Exchange() override;
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  // --- the thread that moves the connection's bytes ---

  HttpRequest& request() { return request_; }
  // Reads the parts of a form as they come, instead of keeping its body.
  void ReadAsForm();
  // Keeps `bytes` of the body. False, keeping nothing, when that passes a limit.
  bool Append(absl::string_view bytes, const HttpServerOptions& options);
  // How the request is refused before it is handled; 0 when it is not.
  int refusal() const { return refusal_; }
  const std::string& refusal_reason() const { return refusal_reason_; }
  void Refuse(int status, absl::string_view why);

  // Hands the exchange to `submit` and suspends the connection. False, and not suspended, when
  // `submit` refused.
  template <typename Submit>
  bool HandOver(Submit submit) ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    if (!submit()) return false;
    handed_over_ = true;
    Suspend();
    return true;
  }
  bool handed_over() const ABSL_LOCKS_EXCLUDED(mutex_);
  // Queues what the handler has begun to answer.
  MHD_Result Reply() ABSL_LOCKS_EXCLUDED(mutex_);
  // The connection is done with this exchange, for better or worse.
  void ConnectionDone() ABSL_LOCKS_EXCLUDED(mutex_);

  // --- the handler's thread ---

  void Send(HttpResponse response) override ABSL_LOCKS_EXCLUDED(mutex_);
  void StartStream(HttpResponse head) override ABSL_LOCKS_EXCLUDED(mutex_);
  Task<bool> Write(absl::string_view bytes) override ABSL_LOCKS_EXCLUDED(mutex_);
  void Abort() override ABSL_LOCKS_EXCLUDED(mutex_);
  bool started() const override ABSL_LOCKS_EXCLUDED(mutex_);
  const std::shared_ptr<CancellationSource>& cancellation() const override { return cancellation_; }
  // The handler has returned; what it streamed is complete.
  void HandlerDone() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  enum class State { kWaiting, kWhole, kStreaming, kComplete, kAborted };

  static ssize_t ReadStream(void* self, uint64_t position, char* buffer, size_t size);
  static void FreeStream(void* self);
  // Until there is room for a piece of a stream, or nobody waits for it any more.
  Task<bool> WaitForRoom() ABSL_LOCKS_EXCLUDED(mutex_);
  void EndWait() ABSL_LOCKS_EXCLUDED(mutex_);
  bool HasRoom() const ABSL_SHARED_LOCKS_REQUIRED(mutex_);
  // What is to be sent next of a stream: its length, or what the library is told in its place.
  ssize_t TakeUnsent(char* buffer, size_t size) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  static MHD_Result TakeFormPart(void* self, MHD_ValueKind kind, const char* key,
                                 const char* file_name, const char* content_type,
                                 const char* transfer_encoding, const char* data, uint64_t offset,
                                 size_t size);

  void Suspend() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Whether the transport has to be told: that there was something to resume.
  bool Resume() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Goes from one state to another, if it is in the first, and resumes.
  void Move(State from, State to) ABSL_LOCKS_EXCLUDED(mutex_);
  MHD_Response* MakeResponse() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  MHD_Connection* const connection_;
  Transport& transport_;
  std::atomic<size_t>& all_buffered_;
  const std::shared_ptr<CancellationSource> cancellation_;
  HttpRequest request_;
  MHD_PostProcessor* form_reader_ = nullptr;
  size_t buffered_ = 0;
  int refusal_ = 0;
  std::string refusal_reason_;

  mutable absl::Mutex mutex_;
  State state_ ABSL_GUARDED_BY(mutex_) = State::kWaiting;
  HttpResponse response_ ABSL_GUARDED_BY(mutex_);
  std::string unsent_ ABSL_GUARDED_BY(mutex_);
  std::function<void(bool)> on_room_ ABSL_GUARDED_BY(mutex_);  // of who waits for it
  bool handed_over_ ABSL_GUARDED_BY(mutex_) = false;
  bool suspended_ ABSL_GUARDED_BY(mutex_) = false;
  bool gone_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace throughline::gateway

#endif  // THROUGHLINE_SERVICES_GATEWAY_HTTP_EXCHANGE_H_
